// The keyboard. What each key does is said once, in the help that the shell carries.
const bindings = new Map();
for (const row of $$("#help [data-keys]")) bindings.set(row.dataset.keys, row.dataset.does);

const OFF = "driftline-no-keys";
const oneLetter = $("#one-letter");
oneLetter.checked = localStorage.getItem(OFF) === null;
oneLetter.addEventListener("change", () => {
  if (oneLetter.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
});

const isEditable = (node) =>
  node.isContentEditable || node.matches?.("textarea, select, input:not([type=checkbox], [type=radio])");

const row = () => document.activeElement?.closest?.("[data-row]");

const rowsNow = (selector) => $$(selector, $("#main")).filter((it) => it.checkVisibility());

const focusRow = (row) => {
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
};

const move = (selector, by) => {
  const rows = rowsNow(selector);
  const from = document.activeElement?.closest?.(selector);
  let to = rows.indexOf(from) + by;
  if (!from) {
    const visible = rows.findIndex((it) => it.getBoundingClientRect().bottom > 60);
    to = by > 0 ? visible : visible - 1;
  }
  const next = rows[Math.max(0, Math.min(to, rows.length - 1))];
  if (next) focusRow(next);
};

const folds = (kind) => {
  const all = $$(kind === "all" ? "details" : `details[data-fold=${kind}]`, $("#main"));
  const open = !all.every((it) => it.open);
  for (const it of all) it.open = open;
};

const pressable = (keys, root, which = "") =>
  root && $$(`[data-k="${CSS.escape(keys)}"]${which}`, root).find((it) => !it.closest("[hidden]"));

// What belongs to a row is pressed in the row that has the focus, never in another one.
const press = (keys) => {
  const target = pressable(keys, row()) ?? pressable(keys, $("#main"), ":not([data-row] *)");
  if (!target) return false;
  if (isEditable(target)) target.select();
  else target.click();
  return true;
};

const does = {
  help: () => $("#help").showModal(),
  search: () => {
    const box = $("#main input[type=search]");
    if (box) box.select();
    else go("/search");
  },
  next: () => move("[data-row]", 1),
  previous: () => move("[data-row]", -1),
  "next-prompt": () => move("[data-prompt]", 1),
  "previous-prompt": () => move("[data-prompt]", -1),
  open: () => {
    const at = row();
    const target = at && ($("[data-open]", at) ?? $("a, summary", at));
    if (target) target.click();
    else if (!press("o")) $("#main [data-open]")?.click();
  },
  select: () => {
    const box = row() && $("input[type=checkbox]", row());
    if (box) box.click();
  },
  "copy-address": async () => {
    const at = row();
    await navigator.clipboard.writeText(at?.dataset.link ? new URL(at.dataset.link, location) : location.href);
    toast("Address copied.");
  },
  theme: (button) => {
    const { theme } = button.dataset;
    if (theme) localStorage.setItem("driftline-theme", theme);
    else localStorage.removeItem("driftline-theme");
    putTheme();
  },
  out: () => {
    if (!press("Escape")) document.activeElement?.blur?.();
  },
};

const run = (keys) => {
  const what = bindings.get(keys);
  if (what === undefined) return press(keys);
  if (!what) return press(keys);
  const [name, argument] = what.split(" ");
  if (name === "go") go(argument);
  else if (name === "fold") folds(argument);
  else does[name]();
  return true;
};

let before = "";
let forget = 0;
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  const { key: pressed, target } = event;
  if (pressed === "Escape") {
    if (isEditable(target)) target.blur();
    else does.out();
    return;
  }
  if (isEditable(target) || !oneLetter.checked) return;
  if (pressed === "Enter" && target.matches?.("[data-row]")) {
    event.preventDefault();
    return does.open();
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
  const button = event.target.closest?.("[data-do]");
  if (button) does[button.dataset.do]?.(button);
});
