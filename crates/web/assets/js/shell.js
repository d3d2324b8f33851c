// What every page shares: counts in the head, where sync stands, the title and the icon of
// the tab.
import { $, $$, part } from "./dom.js";
import { morph } from "./morph.js";
import { say } from "./toast.js";

/**
 * Shows the shared parts that came with a page.
 * @param {Document} page
 */
export const putShared = (page) => {
  for (const next of $$("[data-shared] > *", page)) {
    const old = document.getElementById(next.id);
    if (old && next.id !== "sync") morph(old, next);
    else old?.replaceWith(document.importNode(next, true));
  }
  const sync = $("#sync");
  if (sync?.dataset.state) mark(sync, sync.dataset.state);
  for (const link of $$("header.top a")) {
    if (!(link instanceof HTMLAnchorElement)) continue;
    if (isUnder(link.pathname)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
};

/** @param {string} path */
const isUnder = (path) =>
  location.pathname === path || (path !== "/" && location.pathname.startsWith(path + "/"));

/** @type {string | null} */
let said = null;
/** @type {Map<string, string>} */
const icons = new Map();

/**
 * @param {SVGElement} shape
 * @param {string} state
 */
const iconOf = (shape, state) => {
  const svg = document.importNode(shape, true);
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.setAttribute("color", state === "error" ? "#c33" : "#888");
  return URL.createObjectURL(new Blob([svg.outerHTML], { type: "image/svg+xml" }));
};

/**
 * Says where sync stands: aloud, and in the icon of the tab.
 * @param {HTMLElement} sync
 * @param {string} state
 */
const mark = (sync, state) => {
  if (said !== null && said !== state) say(sync.textContent.trim());
  said = state;
  // Kept, because the browser fetches it when it likes.
  const address = icons.get(state) ?? iconOf(part("svg", SVGElement, sync), state);
  icons.set(state, address);
  const found = document.querySelector("link[rel=icon]");
  const icon =
    found instanceof HTMLLinkElement
      ? found
      : document.head.appendChild(document.createElement("link"));
  icon.rel = "icon";
  icon.href = address;
};

/** @param {Document} page */
export const putTitle = (page) => {
  const unread = $("#unread")?.textContent.trim();
  document.title = (unread ? `(${unread}) ` : "") + page.title + " · Driftline";
};
