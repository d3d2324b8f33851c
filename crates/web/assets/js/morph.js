// Turns what is shown into what was fetched, by as few changes as possible: what did not
// change keeps its focus, its selection and its scroll. Elements with an id or a data-key
// are the same wherever they move.
//
// By hand and not by a library, because half of it is about what pages here promise: folds,
// half-typed words and picked rows are a person's, and what was fetched into a page stays.
import { $$, focusRow } from "./dom.js";

/** @param {Node} node */
const nameOf = (node) =>
  node instanceof HTMLElement || node instanceof SVGElement
    ? (node.dataset.key ?? node.id)
    : "";

/**
 * @param {Node} one
 * @param {Node} other
 */
const isSame = (one, other) =>
  one.nodeType === other.nodeType &&
  one.nodeName === other.nodeName &&
  nameOf(one) === nameOf(other);

/**
 * What a person has done to an element is theirs.
 * @param {HTMLElement} node
 * @param {string} name
 */
const isTheirs = (node, name) =>
  (name === "open" && node.localName === "details") ||
  (name === "src" && node.dataset.src !== undefined) ||
  name === "aria-invalid" ||
  ((name === "tabindex" || name === "aria-selected") && node.dataset.row !== undefined);

/**
 * @param {HTMLElement} old
 * @param {HTMLElement} next
 */
const morphAttributes = (old, next) => {
  for (const { name } of [...old.attributes]) {
    if (!next.hasAttribute(name) && !isTheirs(old, name)) old.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (old.getAttribute(name) !== value && !isTheirs(old, name)) {
      old.setAttribute(name, value);
    }
  }
};

/**
 * Nobody's half-typed words, and nothing that somebody chose, are replaced.
 * @param {HTMLElement} node
 */
const isTyped = (node) =>
  node instanceof HTMLSelectElement ||
  ((node instanceof HTMLInputElement || node instanceof HTMLTextAreaElement) &&
    (node === document.activeElement || node.value !== node.defaultValue));

/**
 * What the script wrote, pages do not know: what was fetched into an element, and what was
 * wrong with a field until its form is sent again.
 * @param {HTMLElement} node
 */
const isWritten = (node) =>
  node.dataset.kept !== undefined || node.dataset.error !== undefined;

/**
 * The next element without a name that `wanted` may be: what came or went before it must not
 * make it, and all that a person did in it, anew.
 * @param {ChildNode | null} from
 * @param {ChildNode} wanted
 */
const unnamed = (from, wanted) => {
  for (let it = from; it; it = it.nextSibling) {
    if (!nameOf(it) && isSame(it, wanted)) return it;
    if (wanted.nodeType !== Node.ELEMENT_NODE) return null;
  }
  return null;
};

/**
 * Where the browser can, an element that moves keeps its focus and its scroll.
 * @param {HTMLElement} parent
 * @param {ChildNode} child
 * @param {ChildNode | null} before
 */
const move = (parent, child, before) =>
  (parent.moveBefore ?? parent.insertBefore).call(parent, child, before);

/**
 * Turns `old` into `next`, which may be of another document.
 * @param {Node} old
 * @param {Node} next
 */
export const morph = (old, next) => {
  if (old instanceof CharacterData && next instanceof CharacterData) {
    if (old.data !== next.data) old.data = next.data;
  } else if (old.nodeType === Node.ELEMENT_NODE) {
    morphElement(/** @type {HTMLElement} */ (old), /** @type {HTMLElement} */ (next));
  }
};

/**
 * @param {HTMLElement} old
 * @param {HTMLElement} next
 */
const morphElement = (old, next) => {
  if (old.isEqualNode(next) || isWritten(old)) return;
  morphAttributes(old, next);
  if (isTyped(old)) return;
  const named = new Map();
  for (const child of old.children) if (nameOf(child)) named.set(nameOf(child), child);
  /** @type {ChildNode | null} */
  let at = old.firstChild;
  for (const wanted of [...next.childNodes]) {
    const name = nameOf(wanted);
    /** @type {ChildNode | null} */
    let found = name ? (named.get(name) ?? null) : unnamed(at, wanted);
    if (found && !isSame(found, wanted)) found = null;
    if (!found) {
      old.insertBefore(document.importNode(wanted, true), at);
      continue;
    }
    if (found === at) at = at.nextSibling;
    else move(old, found, at);
    morph(found, wanted);
  }
  while (at) {
    const after = at.nextSibling;
    at.remove();
    at = after;
  }
};

/**
 * Turns `main` into `next`. Whoever works by keys stays where they are: where moving an
 * element takes the focus from it, it gets it back, and a row that is gone hands it on to
 * the one after it. What they have picked stays picked, also in a row that is under another
 * heading now.
 * @param {HTMLElement} main
 * @param {HTMLElement} next
 */
export const redraw = (main, next) => {
  const held = document.activeElement;
  const rows = () => $$("[data-row]", main);
  const picks = () => /** @type {HTMLInputElement[]} */ ($$(".pick", main));
  const before = rows();
  const names = before.map(nameOf);
  const at = before.findIndex((it) => it === held?.closest("[data-row]"));
  const picked = new Set(
    picks()
      .filter((it) => it.checked)
      .map((it) => it.value),
  );
  morph(main, next);
  for (const it of picks()) it.checked ||= picked.has(it.value);
  if (!(held instanceof HTMLElement) || document.activeElement === held) return;
  if (held.isConnected) return held.focus({ preventScroll: true });
  if (at < 0) return;
  const now = new Map(rows().map((it) => [nameOf(it), it]));
  const order = [...names.slice(at), ...names.slice(0, at).reverse()];
  const left = order.map((it) => now.get(it)).find((it) => it !== undefined);
  if (left) focusRow(left);
};

/**
 * How many rows of `next` are not in `old`, and stand before rows that are.
 * @param {HTMLElement} old
 * @param {HTMLElement} next
 */
export const newAbove = (old, next) => {
  const known = new Set($$("[data-row][data-key]", old).map(nameOf));
  const rows = $$("[data-row][data-key]", next).map(nameOf);
  const last = rows.findLastIndex((it) => known.has(it));
  return rows.slice(0, Math.max(last, 0)).filter((it) => !known.has(it)).length;
};
