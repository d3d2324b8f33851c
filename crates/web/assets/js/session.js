// A session: windows that grow in place, sub-agents and long output that come when they
// are opened, comments, and noting how far it was read.
//   [data-address]      the address that shows the same part again
//   a[data-grow]        shows more of the same page, without moving what is read
//   details[data-load]  is filled with a page's list when it is opened
//   a[data-more]        puts the whole of an output where its ends are
//   [data-comment]      opens the form for a comment on this message
//   [data-seen]         an action that is taken when it has been in sight for a moment
//   details[data-focus] gives the focus to its first field when it is opened

// What was fetched into a page stays when the page is shown again.
const keepIn = (node) => (node.dataset.kept = "");

document.addEventListener("driftline:shown", () => {
  const at = $("[data-address]")?.dataset.address;
  if (at && !location.search.includes("from=") && !location.search.includes("all=")) {
    history.replaceState(history.state, "", at + location.hash);
  }
  for (const end of $$("[data-seen]")) inSight.observe(end);
});

addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-grow], a[data-more]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  if ("grow" in link.dataset) {
    const read = $$(".msgs > li").find((it) => it.getBoundingClientRect().bottom > 64);
    const top = read?.getBoundingClientRect().top;
    history.replaceState(history.state, "", link.href);
    await refresh({ force: true });
    if (read?.isConnected) scrollBy(0, read.getBoundingClientRect().top - top);
    return;
  }
  const answer = await call("/file" + link.dataset.more);
  if (!answer.ok) return toast(await answer.text());
  const out = link.closest(".out");
  const whole = document.createElement("pre");
  whole.tabIndex = 0;
  whole.textContent = await answer.text();
  out.replaceChildren(whole);
  keepIn(out);
  whole.focus({ preventScroll: true });
}, { capture: true });

addEventListener("toggle", async ({ target }) => {
  if (!target.open) return;
  if ("focus" in target.dataset) $("textarea, input:not([type=hidden])", target)?.focus();
  if (!target.dataset.load || "kept" in target.dataset) return;
  keepIn(target);
  const place = $(".inside", target);
  const answer = await call("/fragment" + target.dataset.load);
  const page = parsed(await answer.text());
  place.replaceChildren(...[...$("main", page).childNodes].map((it) => document.importNode(it, true)));
  place.removeAttribute("aria-busy");
  watchImages();
}, { capture: true });

addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-comment]");
  if (!button) return;
  const dialog = $("dialog", $("#comment-form").content).cloneNode(true);
  const form = $("form", dialog);
  form.elements.session.value = button.dataset.session;
  form.elements.message.value = button.dataset.comment;
  document.body.append(dialog);
  form.addEventListener("reset", () => dialog.close());
  $("[data-close]", dialog).addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  form.elements.body.focus();
});

addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.requestSubmit?.();
});

// Opening a session is not reading it: its end has to be in sight for a moment.
const DWELL = 1000;
const inSight = new IntersectionObserver((all) => {
  for (const { target, isIntersecting } of all) {
    clearTimeout(target.dwell);
    if (!isIntersecting) continue;
    target.dwell = setTimeout(() => {
      if (document.hidden || !target.isConnected) return;
      inSight.unobserve(target);
      call("/action" + target.dataset.seen, {
        method: "POST",
        body: new URLSearchParams(target.dataset.form),
      });
    }, DWELL);
  }
});

// A menu is done with once something of it was chosen.
addEventListener("click", (event) => {
  event.target.closest?.("details.actions :is(button, a)")?.closest("details").removeAttribute("open");
});
