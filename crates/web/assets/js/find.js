// Finding words in a session: a box over it, filled while it is typed.
import { $, $$, around, copyOf, imported, parsed, part } from "./dom.js";
import { call } from "./net.js";

let lastFound = "";

addEventListener("click", (event) => {
  const button = around(event, "[data-find]");
  if (button) openBox(button.dataset.find ?? "");
});

/** @param {string} path the page that answers */
const openBox = (path) => {
  const dialog = part("dialog", HTMLDialogElement, copyOf("#find-form"));
  const box = part("[name=q]", HTMLInputElement, dialog);
  const list = part("[data-found]", HTMLElement, dialog);
  /** @type {AbortController | null} */
  let asking = null;
  let answered = Promise.resolve();

  /** @param {number} by */
  const choose = (by) => {
    const links = $$("a", list);
    const from = links.findIndex((it) => it.hasAttribute("aria-current"));
    const to = Math.max(0, Math.min(from + by, links.length - 1));
    links[from]?.removeAttribute("aria-current");
    links[to]?.setAttribute("aria-current", "true");
    links[to]?.scrollIntoView({ block: "nearest" });
  };

  const ask = async () => {
    asking?.abort();
    const mine = (asking = new AbortController());
    lastFound = box.value;
    const query = new URLSearchParams({ q: box.value });
    try {
      const answer = await call(`/fragment${path}?${query}`, { signal: mine.signal });
      const page = parsed(await answer.text());
      if (asking !== mine) return;
      list.replaceChildren(
        ...imported($("[data-found]", page) ?? part("main", HTMLElement, page)),
      );
      choose(1);
    } catch {
      // Asked anew meanwhile, or the program has ended, which the page says.
    }
  };

  box.addEventListener("input", () => (answered = ask()));
  dialog.addEventListener("keydown", async (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      choose(by);
    } else if (event.key === "Escape") {
      // By itself, a box of this kind is emptied by the first press and closed by the second.
      event.preventDefault();
      dialog.close();
    } else if (event.key === "Enter" && event.target === box && !event.isComposing) {
      event.preventDefault();
      // What was typed last counts, also if its answer is still on the way.
      await answered;
      $("a[aria-current]", list)?.click();
    }
  });
  dialog.addEventListener("close", () => {
    asking?.abort();
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  box.value = lastFound;
  box.select();
  answered = ask();
};
