// A session: windows that grow in place, sub-agents and long output that come when they
// are opened, comments, and noting how far it was read.
import { $, $$, around, copyOf, imported, isPlain, parsed, part } from "./dom.js";
import { call } from "./net.js";
import { refresh } from "./page.js";
import { onShown, shown } from "./shown.js";
import { toast } from "./toast.js";

/**
 * What was fetched into a page stays when the page is shown again.
 * @param {HTMLElement} node
 */
const keepContents = (node) => {
  node.dataset.kept = "";
};

onShown(() => {
  const at = $("[data-address]")?.dataset.address;
  if (at && !location.search.includes("from=") && !location.search.includes("all=")) {
    history.replaceState(history.state, "", at + location.hash);
  }
  for (const end of $$("[data-seen]")) inSight.observe(end);
});

/**
 * Shows more of the same page, without moving what is read.
 * @param {string} address
 */
const grow = async (address) => {
  const read = $$(".msgs > li").find((it) => it.getBoundingClientRect().bottom > 64);
  const top = read?.getBoundingClientRect().top ?? 0;
  history.replaceState(history.state, "", address);
  await refresh({ force: true });
  if (read?.isConnected) scrollBy(0, read.getBoundingClientRect().top - top);
};

/**
 * Puts the whole of an output where its ends are.
 * @param {HTMLElement} link
 */
const showWhole = async (link) => {
  const answer = await call("/file" + link.dataset.more);
  if (!answer.ok) return toast(await answer.text());
  const output = /** @type {HTMLElement | null} */ (link.closest(".out"));
  if (!output) return;
  const whole = document.createElement("pre");
  whole.tabIndex = 0;
  whole.textContent = await answer.text();
  output.replaceChildren(whole);
  keepContents(output);
  whole.focus({ preventScroll: true });
};

addEventListener(
  "click",
  (event) => {
    const link = around(event, "a[data-grow], a[data-more]");
    if (!(link instanceof HTMLAnchorElement) || !isPlain(event)) return;
    event.preventDefault();
    event.stopPropagation();
    if (link.dataset.grow === undefined) showWhole(link);
    else grow(link.href);
  },
  { capture: true },
);

/** @param {HTMLDetailsElement} fold */
const fill = async (fold) => {
  keepContents(fold);
  const inside = part(".inside", HTMLElement, fold);
  const answer = await call("/fragment" + fold.dataset.load);
  const page = parsed(await answer.text());
  inside.replaceChildren(...imported(part("main", HTMLElement, page)));
  inside.removeAttribute("aria-busy");
  shown();
};

addEventListener(
  "toggle",
  ({ target }) => {
    if (!(target instanceof HTMLDetailsElement) || !target.open) return;
    if (target.dataset.focus !== undefined) {
      $("textarea, input:not([type=hidden])", target)?.focus();
    }
    if (target.dataset.load && target.dataset.kept === undefined) fill(target);
  },
  { capture: true },
);

addEventListener("click", (event) => {
  const button = around(event, "[data-comment]");
  if (!button) return;
  const dialog = part("dialog", HTMLDialogElement, copyOf("#comment-form"));
  const form = part("form", HTMLFormElement, dialog);
  part("[name=session]", HTMLInputElement, form).value = button.dataset.session ?? "";
  part("[name=message]", HTMLInputElement, form).value = button.dataset.comment ?? "";
  document.body.append(dialog);
  form.addEventListener("reset", () => dialog.close());
  $("[data-close]", dialog)?.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  part("[name=body]", HTMLElement, form).focus();
});

addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const field = event.target;
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) {
    field.form?.requestSubmit();
  }
});

// Opening a session is not reading it: its end has to be in sight for a moment.
const DWELL = 1000;
/** @type {WeakMap<Element, number>} */
const dwelling = new WeakMap();
const inSight = new IntersectionObserver((all) => {
  for (const { target, isIntersecting } of all) {
    clearTimeout(dwelling.get(target));
    if (!isIntersecting || !(target instanceof HTMLElement)) continue;
    const seen = () => {
      if (document.hidden || !target.isConnected) return;
      inSight.unobserve(target);
      const body = new URLSearchParams(target.dataset.form);
      call("/action" + target.dataset.seen, { method: "POST", body });
    };
    dwelling.set(target, setTimeout(seen, DWELL));
  }
});

// A menu is done with once something of it was chosen.
addEventListener("click", (event) => {
  around(event, "details.actions :is(button, a)")
    ?.closest("details")
    ?.removeAttribute("open");
});
