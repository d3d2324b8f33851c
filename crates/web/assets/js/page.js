// Pages: fetched, shown, left and come back to. A page that is left is kept as it is, so
// that going back shows it at once, with its scroll, its folds and its focus.
import { $, around, isPlain, main, parsed, part } from "./dom.js";
import { newAbove, redraw } from "./morph.js";
import { Closed, call, gone } from "./net.js";
import { putShared, putTitle } from "./shell.js";
import { shown } from "./shown.js";

/**
 * @typedef {object} Left a page that was left
 * @property {string} path
 * @property {HTMLElement} main
 * @property {string} title
 * @property {number} scroll
 * @property {Element | null} focus
 */

const MOST_LEFT = 12;
/** @type {Map<number, Left>} by the number of the entry in the history */
const left = new Map();
/** @type {number} */
let entry = history.state?.place ?? 0;
// The page that is being gone to, and the one that is being shown again. What changes
// meanwhile must not keep a person from getting where they want to go.
/** @type {AbortController | null} */
let going = null;
/** @type {AbortController | null} */
let refreshing = null;
let again = false;
let missed = false;
/** @type {HTMLElement | null} */
let waiting = null;

const here = () => location.pathname + location.search;

/**
 * Puts another address in the place of this one.
 * @param {string | URL} address
 */
export const replaceAddress = (address) =>
  history.replaceState({ place: entry }, "", address);

/**
 * A page, or where to go instead.
 * @param {string} path
 * @param {AbortController} controller
 * @returns {Promise<Document | string>}
 */
const fetchPage = async (path, { signal }) => {
  const answer = await call("/fragment" + path, { signal });
  const text = await answer.text();
  const isPage = !answer.headers.get("content-type")?.startsWith("application/json");
  return isPage ? parsed(text) : JSON.parse(text).go;
};

/** Remembers where the person is on the page that is about to be left. */
const leave = () => {
  left.set(entry, {
    path: here(),
    main: main(),
    title: document.title,
    scroll: scrollY,
    focus: document.activeElement,
  });
  const [oldest] = left.keys();
  if (left.size > MOST_LEFT && oldest !== undefined) left.delete(oldest);
};

/** @param {HTMLElement} next */
const put = (next) => {
  main().replaceWith(next);
  pill(0);
  shown();
};

/**
 * Goes to a page.
 * @param {string | URL} path
 * @param {{ replace?: boolean }} [options]
 * @returns {Promise<void>}
 */
export const go = async (path, { replace = false } = {}) => {
  const target = new URL(path, location.href);
  if (target.origin !== location.origin) return location.assign(target);
  const from = main();
  from.setAttribute("aria-busy", "true");
  going?.abort();
  refreshing?.abort();
  const mine = (going = new AbortController());
  let page;
  try {
    page = await fetchPage(target.pathname + target.search, mine);
  } catch (error) {
    if (going !== mine) return;
    going = null;
    from.removeAttribute("aria-busy");
    if (!(error instanceof Closed) && !from.textContent.trim()) gone(true);
    if (missed) refresh();
    return;
  }
  from.removeAttribute("aria-busy");
  if (typeof page === "string") return go(page, { replace });
  if (replace) {
    replaceAddress(target);
  } else {
    leave();
    entry += 1;
    for (const later of [...left.keys()]) if (later >= entry) left.delete(later);
    history.pushState({ place: entry }, "", target);
  }
  going = null;
  put(document.importNode(part("main", HTMLElement, page), true));
  putShared(page);
  putTitle(page);
  arrive();
  if (missed) refresh();
};

/** Goes to the page of the address that the tab was opened with. */
export const begin = () => go(here() + location.hash, { replace: true });

const named = () => document.getElementById(decodeURIComponent(location.hash.slice(1)));

/** Where a page begins: at what the address names, at what asks for the focus, or on top. */
const arrive = () => {
  const wanted = location.hash ? named() : null;
  const start = wanted ?? $("[data-start]") ?? $("#main [autofocus]");
  if (start) {
    start.focus({ preventScroll: true });
    const asked = wanted !== null || start.dataset.start === "center";
    start.scrollIntoView({ block: asked ? "center" : "nearest" });
    if (asked) start.classList.add("flash");
  } else {
    scrollTo(0, 0);
    main().focus({ preventScroll: true });
  }
};

/**
 * Shows the page again as it is now, without moving what is read.
 * @param {{ force?: boolean }} [options]
 * @returns {Promise<void>}
 */
export const refresh = async ({ force = false } = {}) => {
  missed = going !== null;
  if (missed) return;
  // One at a time: a page that takes long is not asked for again before it is there.
  again = refreshing !== null && !force;
  if (again) return;
  refreshing?.abort();
  const mine = (refreshing = new AbortController());
  const path = here();
  let page;
  try {
    page = await fetchPage(path, mine);
  } catch {
    return;
  } finally {
    if (refreshing === mine) refreshing = null;
    if (again && !refreshing) setTimeout(refresh);
  }
  if (path !== here()) return;
  if (typeof page === "string") return go(page, { replace: true });
  putShared(page);
  putTitle(page);
  const old = main();
  const next = part("main", HTMLElement, page);
  const above = newAbove(old, next);
  const reads = scrollY > 0 || $("[data-row]:focus", old);
  if (!force && above > 0 && reads) {
    waiting = next;
    pill(above);
    return;
  }
  pill(0);
  redraw(old, next);
  shown();
};

/**
 * Says how many rows would come above what is read.
 * @param {number} count
 */
const pill = (count) => {
  const box = part("#pill", HTMLElement);
  if (count === 0) waiting = null;
  box.hidden = count === 0;
  part("button", HTMLElement, box).textContent = `${count} new`;
};

part("#pill button", HTMLElement).addEventListener("click", () => {
  const next = waiting;
  pill(0);
  if (next) redraw(main(), next);
  shown();
  scrollTo(0, 0);
  $("[data-row]")?.focus();
});

addEventListener("popstate", async ({ state }) => {
  if (location.hash && !state) return;
  going?.abort();
  going = null;
  leave();
  entry = state?.place ?? 0;
  const back = left.get(entry);
  if (!back || back.path !== here()) return begin();
  put(back.main);
  document.title = back.title;
  scrollTo(0, back.scroll);
  if (back.focus instanceof HTMLElement && back.focus.isConnected) {
    back.focus.focus({ preventScroll: true });
  }
  refresh();
});

addEventListener("click", (event) => {
  const link = around(event, "a[href]");
  if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented) return;
  if (event.button !== 0 || !isPlain(event)) return;
  if (link.origin !== location.origin || link.target || link.dataset.download) return;
  const isHere = link.pathname === location.pathname && link.search === location.search;
  if (
    link.hash &&
    isHere &&
    document.getElementById(decodeURIComponent(link.hash.slice(1)))
  ) {
    return;
  }
  event.preventDefault();
  link.closest("details.more")?.removeAttribute("open");
  link.closest("dialog")?.close();
  go(link.href);
});

history.scrollRestoration = "manual";
