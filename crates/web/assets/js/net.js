// Every request to the program: with the secret, without cookies, to no other address.
class Closed extends Error {}

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

const call = async (path, options = {}) => {
  const headers = { ...options.headers, "x-driftline-key": key ?? "" };
  let answer;
  try {
    answer = await fetch(path, {
      ...options,
      headers,
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
    });
  } catch (error) {
    if (error.name !== "AbortError") gone(true);
    throw error;
  }
  gone(false);
  if (answer.status === 401) {
    keep(null);
    closed();
    throw new Closed();
  }
  return answer;
};

// Says that the program has ended, above what it showed last.
const gone = (is) => {
  const shown = $("#is-gone");
  if (is && !shown) {
    const box = $("#gone").content.firstElementChild.cloneNode(true);
    box.id = "is-gone";
    $("header.top").after(box);
  } else if (!is && shown) shown.remove();
};

// Says how this page is opened.
const closed = () => {
  const main = $("#main");
  main.replaceChildren($("#closed").content.cloneNode(true));
  main.removeAttribute("aria-busy");
  document.title = "Driftline";
};

const parsed = (text) => new DOMParser().parseFromString(text, "text/html");
