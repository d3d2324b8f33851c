// Looking things up in a document.

/**
 * The first element below `root` that matches.
 * @param {string} selector
 * @param {ParentNode} [root]
 */
export const $ = (selector, root = document) =>
  /** @type {HTMLElement | null} */ (root.querySelector(selector));

/**
 * All elements below `root` that match.
 * @param {string} selector
 * @param {ParentNode} [root]
 */
export const $$ = (selector, root = document) => [
  .../** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(selector)),
];

/**
 * What the markup must have, as the kind of element that it must be.
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} kind
 * @param {ParentNode} [root]
 */
export const part = (selector, kind, root = document) => {
  const found = root.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${selector}.`);
};

/** What a page fills. */
export const main = () => part("#main", HTMLElement);

/**
 * A copy of what a template of the shell holds.
 * @param {string} selector
 */
export const copyOf = (selector) =>
  document.importNode(part(selector, HTMLTemplateElement).content, true);

/**
 * The nearest element that matches around where an event happened.
 * @param {Event} event
 * @param {string} selector
 */
export const around = ({ target }, selector) =>
  target instanceof Element
    ? /** @type {HTMLElement | null} */ (target.closest(selector))
    : null;

/**
 * Children of a document that was fetched, for this one.
 * @param {ParentNode} from
 */
export const imported = (from) =>
  [...from.childNodes].map((it) => document.importNode(it, true));

/** @param {string} text */
export const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

/**
 * With other keys than a click that opens a tab or a window.
 * @param {MouseEvent} event
 */
export const isPlain = (event) =>
  !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

/** @param {HTMLElement} row */
export const focusRow = (row) => {
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
};

/**
 * What was filled in, without what was left empty.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} [submitter]
 */
export const queryOf = (form, submitter) => {
  const fields = fieldsOf(form, submitter);
  for (const [name, value] of [...fields]) if (!value) fields.delete(name, value);
  return fields.toString();
};

/**
 * What was filled in.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} [submitter]
 */
export const fieldsOf = (form, submitter) => {
  const fields = new URLSearchParams();
  // Forms of these pages hold no files.
  for (const [name, value] of new FormData(form, submitter))
    fields.append(name, String(value));
  return fields;
};
