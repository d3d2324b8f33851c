// What a person does: data-post on a form or a button is an action; a form with
// method=get is a question, answered while it is typed if it has data-typing.
import { $$, around, fieldsOf, queryOf } from "./dom.js";
import { call } from "./net.js";
import { go, refresh, replaceAddress } from "./page.js";
import { toast } from "./toast.js";

/**
 * What an action answers, see `src/outcome.rs`.
 * @typedef {object} Outcome
 * @property {Record<string, string>} [errors] by the name of the field
 * @property {string} [copy] goes to the clipboard
 * @property {string} [toast]
 * @property {{ path: string, form: string }} [undo]
 * @property {string} [go]
 */

/**
 * @param {string} path
 * @param {URLSearchParams} body
 * @returns {Promise<Record<string, string> | undefined>} what was wrong with the fields
 */
const post = async (path, body) => {
  const answer = await call("/action" + path, { method: "POST", body });
  /** @type {Outcome} */
  const done = await answer.json();
  if (done.errors) return done.errors;
  if (done.copy) await navigator.clipboard.writeText(done.copy);
  const { undo } = done;
  if (done.toast) {
    toast(done.toast, undo && (() => post(undo.path, new URLSearchParams(undo.form))));
  }
  if (done.go) await go(done.go);
  else await refresh({ force: true });
};

/**
 * @param {HTMLFormElement} form
 * @param {Record<string, string>} errors
 */
const showErrors = (form, errors) => {
  /** @type {HTMLElement | null} */
  let first = null;
  const places = $$("[data-error]", form);
  for (const place of places) {
    const name = place.dataset.error ?? "";
    const text = errors[name] ?? "";
    place.textContent = text;
    place.hidden = !text;
    const field = form.elements.namedItem(name);
    const input = field instanceof HTMLElement ? field : null;
    input?.setAttribute("aria-invalid", String(Boolean(text)));
    if (text) first ??= input ?? place;
  }
  const known = places.map((it) => it.dataset.error);
  for (const [name, text] of Object.entries(errors)) if (!known.includes(name)) toast(text);
  first?.focus();
};

/** @type {WeakSet<HTMLElement>} what was sent and is not answered */
const busy = new WeakSet();

addEventListener("submit", async (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method === "dialog") return;
  event.preventDefault();
  const path = event.submitter?.dataset.post ?? form.dataset.post;
  if (!form.dataset.post || !path) {
    const query = queryOf(form, event.submitter);
    const replace = form.dataset.typing !== undefined;
    return go(new URL(form.action).pathname + (query && `?${query}`), { replace });
  }
  if (busy.has(form)) return;
  busy.add(form);
  try {
    const errors = await post(path, fieldsOf(form, event.submitter));
    showErrors(form, errors ?? {});
    if (!errors && form.isConnected && form.dataset.clear !== undefined) form.reset();
  } finally {
    busy.delete(form);
  }
});

addEventListener("click", async (event) => {
  const button = around(event, "button[data-post]");
  if (!(button instanceof HTMLButtonElement) || button.form?.dataset.post) return;
  event.preventDefault();
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  try {
    const fields = new URLSearchParams(button.dataset.form ?? "");
    const errors = await post(button.dataset.post ?? "", fields);
    for (const text of Object.values(errors ?? {})) toast(text);
  } finally {
    button.removeAttribute("aria-disabled");
  }
});

// Asks again shortly after the last letter, and keeps the words that are being typed.
let typing = 0;
addEventListener("input", ({ target }) => {
  const form =
    target instanceof HTMLInputElement || target instanceof HTMLSelectElement
      ? target.form
      : null;
  if (form?.dataset.typing === undefined) return;
  clearTimeout(typing);
  typing = setTimeout(async () => {
    const query = queryOf(form);
    replaceAddress(form.action.split("?")[0] + (query && `?${query}`));
    await refresh({ force: true });
  }, 90);
});
