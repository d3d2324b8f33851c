// Every request to the program: with the secret, without cookies, to no other address.
import { $, copyOf, main, part } from "./dom.js";
import { forgetKey, theKey } from "./key.js";

/** The secret is not, or no longer, the one of this run. */
export class Closed extends Error {}

/**
 * @param {string} path
 * @param {RequestInit} [options]
 */
export const call = async (path, options = {}) => {
  let answer;
  try {
    answer = await fetch(path, {
      ...options,
      headers: { "x-driftline-key": theKey() ?? "" },
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
    });
  } catch (error) {
    if (!(error instanceof Error && error.name === "AbortError")) gone(true);
    throw error;
  }
  gone(false);
  if (answer.status === 401) {
    forgetKey();
    closed();
    throw new Closed();
  }
  return answer;
};

/**
 * Says that the program has ended, above what it showed last.
 * @param {boolean} is
 */
export const gone = (is) => {
  const shown = $("#is-gone");
  if (is && !shown) {
    const box = part("*", HTMLElement, copyOf("#gone"));
    box.id = "is-gone";
    part("header.top", HTMLElement).after(box);
  } else if (!is && shown) shown.remove();
};

/** Says how this page is opened. */
export const closed = () => {
  const to = main();
  to.replaceChildren(copyOf("#closed"));
  to.removeAttribute("aria-busy");
  document.title = "Driftline";
};
