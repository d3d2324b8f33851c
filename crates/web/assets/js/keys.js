// The keyboard. What each key does is said once, in the help that the shell carries.
import { $, $$, around, focusRow, main, part } from "./dom.js";
import { go } from "./page.js";
import { chooseTheme } from "./theme.js";
import { toast } from "./toast.js";

/** @type {Map<string, string>} */
const bindings = new Map();
for (const it of $$("#help [data-keys]")) {
  bindings.set(it.dataset.keys ?? "", it.dataset.does ?? "");
}

const OFF = "driftline-no-keys";
const oneLetter = part("#one-letter", HTMLInputElement);
oneLetter.checked = localStorage.getItem(OFF) === null;
oneLetter.addEventListener("change", () => {
  if (oneLetter.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
});

/**
 * @param {EventTarget | null} node
 * @returns {node is HTMLElement}
 */
const isEditable = (node) =>
  node instanceof HTMLElement &&
  (node.isContentEditable ||
    node.matches("textarea, select, input:not([type=checkbox], [type=radio])"));

/** @param {string} selector */
const focused = (selector) =>
  /** @type {HTMLElement | null} */ (document.activeElement?.closest(selector) ?? null);

const row = () => focused("[data-row]");

/**
 * Gives the focus to the next of these, or the one before.
 * @param {string} selector
 * @param {1 | -1} by
 */
const move = (selector, by) => {
  const rows = $$(selector, main()).filter((it) => it.checkVisibility());
  const from = focused(selector);
  let to = from ? rows.indexOf(from) + by : 0;
  if (!from) {
    const visible = rows.findIndex((it) => it.getBoundingClientRect().bottom > 60);
    to = by > 0 ? visible : visible - 1;
  }
  const next = rows[Math.max(0, Math.min(to, rows.length - 1))];
  if (next) focusRow(next);
};

/** @param {string} kind */
const folds = (kind) => {
  const selector = kind === "all" ? "details" : `details[data-fold=${kind}]`;
  const all = /** @type {HTMLDetailsElement[]} */ ($$(selector, main()));
  const open = !all.every((it) => it.open);
  for (const it of all) it.open = open;
};

/**
 * @param {string} keys
 * @param {HTMLElement | null} root
 * @param {string} [which]
 */
const pressable = (keys, root, which = "") =>
  root &&
  $$(`[data-k="${CSS.escape(keys)}"]${which}`, root).find((it) => !it.closest("[hidden]"));

/**
 * What belongs to a row is pressed in the row that has the focus, never in another one.
 * @param {string} keys
 */
const press = (keys) => {
  const target = pressable(keys, row()) ?? pressable(keys, main(), ":not([data-row] *)");
  if (!target) return false;
  if (target instanceof HTMLInputElement && isEditable(target)) target.select();
  else target.click();
  return true;
};

const open = () => {
  const at = row();
  const target = at && ($("[data-open]", at) ?? $("a, summary", at));
  if (target) target.click();
  else if (!press("o")) $("#main [data-open]")?.click();
};

const out = () => {
  if (!press("Escape") && document.activeElement instanceof HTMLElement) {
    document.activeElement.blur();
  }
};

/** @type {Record<string, (button?: HTMLElement) => void>} */
const does = {
  help: () => part("#help", HTMLDialogElement).showModal(),
  search: () => {
    const box = $("#main input[type=search]");
    if (box instanceof HTMLInputElement) box.select();
    else go("/search");
  },
  next: () => move("[data-row]", 1),
  previous: () => move("[data-row]", -1),
  "next-prompt": () => move("[data-prompt]", 1),
  "previous-prompt": () => move("[data-prompt]", -1),
  open,
  select: () => {
    const at = row();
    if (at) $("input[type=checkbox]", at)?.click();
  },
  "copy-address": async () => {
    const link = row()?.dataset.link;
    const address = link === undefined ? location.href : new URL(link, location.href).href;
    await navigator.clipboard.writeText(address);
    toast("Address copied.");
  },
  theme: (button) => chooseTheme(button?.dataset.theme ?? ""),
  out,
};

/** @param {string} keys */
const run = (keys) => {
  const what = bindings.get(keys);
  if (!what) return press(keys);
  const [name = "", argument = ""] = what.split(" ");
  if (name === "go") go(argument);
  else if (name === "fold") folds(argument);
  else does[name]?.();
  return true;
};

let before = "";
let forget = 0;
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if ($("dialog[open]")) return;
  const { key: pressed, target } = event;
  if (pressed === "Escape") {
    if (isEditable(target)) target.blur();
    else out();
    return;
  }
  if (isEditable(target) || !oneLetter.checked) return;
  if (pressed === "Enter" && target instanceof Element && target.matches("[data-row]")) {
    event.preventDefault();
    return open();
  }
  if (pressed.length !== 1 || pressed === " ") return;
  const keys = before ? `${before} ${pressed}` : pressed;
  const begins = [...bindings.keys()].some((it) => it.startsWith(keys + " "));
  clearTimeout(forget);
  before = begins ? keys : "";
  forget = setTimeout(() => (before = ""), 1500);
  if (begins || run(keys)) event.preventDefault();
});

addEventListener("click", (event) => {
  const button = around(event, "[data-do]");
  if (button) does[button.dataset.do ?? ""]?.(button);
});
