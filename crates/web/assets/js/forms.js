// What a person does: data-post on a form or a button is an action; a form with
// method=get is a question, answered while it is typed if it has data-typing.
const post = async (path, body) => {
  const answer = await call("/action" + path, { method: "POST", body });
  const done = await answer.json();
  if (done.errors) return done;
  if (done.copy) await navigator.clipboard.writeText(done.copy);
  if (done.toast) toast(done.toast, done.undo);
  if (done.go) await go(done.go);
  else await refresh({ force: true });
  return done;
};

const showErrors = (form, errors) => {
  let first = null;
  for (const place of $$("[data-error]", form)) {
    const text = errors[place.dataset.error] ?? "";
    place.textContent = text;
    place.hidden = !text;
    const input = form.elements[place.dataset.error];
    input?.setAttribute?.("aria-invalid", String(Boolean(text)));
    if (text) first ??= input?.focus ? input : place;
  }
  const known = $$("[data-error]", form).map((it) => it.dataset.error);
  const others = Object.entries(errors).filter(([name]) => !known.includes(name));
  for (const [, text] of others) toast(text);
  first?.focus();
};

addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  if (!form.dataset.post) {
    for (const [name, value] of [...body]) if (!value) body.delete(name, value);
    const query = body.toString();
    return go(new URL(form.action).pathname + (query && `?${query}`), { replace: "typing" in form.dataset });
  }
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  try {
    const done = await post(event.submitter?.dataset.post ?? form.dataset.post, body);
    showErrors(form, done.errors ?? {});
    if (!done.errors && form.isConnected && "clear" in form.dataset) form.reset();
  } finally {
    delete form.dataset.busy;
  }
});

addEventListener("click", async (event) => {
  const button = event.target.closest?.("button[data-post]");
  if (!button || button.form?.dataset.post) return;
  event.preventDefault();
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  try {
    const done = await post(button.dataset.post, new URLSearchParams(button.dataset.form ?? ""));
    for (const text of Object.values(done.errors ?? {})) toast(text);
  } finally {
    button.removeAttribute("aria-disabled");
  }
});

// Asks again shortly after the last letter, and keeps the words that are being typed.
let typing = 0;
addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form || !("typing" in form.dataset)) return;
  clearTimeout(typing);
  typing = setTimeout(async () => {
    const body = new URLSearchParams(new FormData(form));
    for (const [name, value] of [...body]) if (!value) body.delete(name, value);
    const query = body.toString();
    history.replaceState({ place }, "", form.action.split("?")[0] + (query && `?${query}`));
    await refresh({ force: true });
  }, 90);
});
