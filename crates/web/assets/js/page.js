// Pages: fetched, shown, left and come back to. A page that is left is kept as it is, so
// that going back shows it at once, with its scroll, its folds and its focus.
const KEPT_PAGES = 12;
const kept = new Map();
let place = history.state?.place ?? 0;
// The page that is being gone to, and the one that is being shown again. What changes
// meanwhile must not keep a person from getting where they want to go.
let going = null;
let refreshing = null;
let again = false;
let missed = false;
let waiting = null;

const here = () => location.pathname + location.search;

const fetchPage = async (path, { signal }) => {
  const answer = await call("/fragment" + path, { signal });
  const text = await answer.text();
  return answer.headers.get("content-type").startsWith("application/json")
    ? JSON.parse(text)
    : parsed(text);
};

const putShared = (page) => {
  for (const part of $$("[data-shared] > *", page)) {
    const old = document.getElementById(part.id);
    if (old && part.id !== "sync") morph(old, part);
    else old?.replaceWith(document.importNode(part, true));
  }
  const sync = $("#sync");
  if (sync?.dataset.state) mark(sync);
  for (const link of $$("header.top a")) {
    if (isUnder(link.pathname)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
};

const isUnder = (path) =>
  location.pathname === path || (path !== "/" && location.pathname.startsWith(path + "/"));

// The title and the icon of the tab say where things stand, too.
let said = null;
const icons = new Map();

const iconOf = (shape, state) => {
  const svg = shape.cloneNode(true);
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.setAttribute("color", state === "error" ? "#c33" : "#888");
  return URL.createObjectURL(new Blob([svg.outerHTML], { type: "image/svg+xml" }));
};

const mark = (sync) => {
  const { state } = sync.dataset;
  const words = sync.textContent.trim();
  if (said !== null && said !== state) say(words);
  said = state;
  const icon = $("link[rel=icon]") ?? document.head.appendChild(document.createElement("link"));
  icon.rel = "icon";
  // Kept, because the browser fetches it when it likes.
  if (!icons.has(state)) icons.set(state, iconOf($("svg", sync), state));
  icon.href = icons.get(state);
};

const putTitle = (page) => {
  const unread = $("#unread")?.textContent.trim();
  document.title = (unread ? `(${unread}) ` : "") + $("title", page).textContent + " · Driftline";
};

// Remembers where the person is on the page that is about to be left.
const leave = () => {
  const main = $("#main");
  kept.set(place, { path: here(), main, title: document.title, y: scrollY, focus: document.activeElement });
  if (kept.size > KEPT_PAGES) kept.delete(kept.keys().next().value);
};

const put = (main) => {
  $("#main").replaceWith(main);
  pill(0);
  shownPage();
};

// Goes to a page.
const go = async (path, { replace = false } = {}) => {
  const target = new URL(path, location.href);
  if (target.origin !== location.origin) return location.assign(target);
  const main = $("#main");
  main.setAttribute("aria-busy", "true");
  going?.abort();
  refreshing?.abort();
  const mine = (going = new AbortController());
  let page;
  try {
    page = await fetchPage(target.pathname + target.search, mine);
  } catch (error) {
    if (going !== mine) return;
    going = null;
    main.removeAttribute("aria-busy");
    if (!(error instanceof Closed) && !main.textContent.trim()) gone(true);
    if (missed) refresh();
    return;
  }
  main.removeAttribute("aria-busy");
  if (page.go) return go(page.go, { replace });
  if (replace) {
    history.replaceState({ place }, "", target);
  } else {
    leave();
    place += 1;
    for (const later of [...kept.keys()]) if (later >= place) kept.delete(later);
    history.pushState({ place }, "", target);
  }
  going = null;
  put(document.importNode($("main", page), true));
  putShared(page);
  putTitle(page);
  arrive();
  if (missed) refresh();
};

// Where a page begins: at what the address names, at what asks for the focus, or on top.
const arrive = () => {
  const named = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const start = named || $("[data-start]") || $("#main [autofocus]");
  if (start) {
    start.focus({ preventScroll: true });
    const asked = named || start.dataset.start === "center";
    start.scrollIntoView({ block: asked ? "center" : "nearest" });
    if (asked) start.classList.add("flash");
  } else {
    scrollTo(0, 0);
    $("#main").focus({ preventScroll: true });
  }
};

// Shows the page again as it is now, without moving what is read.
const refresh = async ({ force = false } = {}) => {
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
  if (page.go) return go(page.go, { replace: true });
  putShared(page);
  putTitle(page);
  const main = $("#main");
  const next = $("main", page);
  const above = newAbove(main, next);
  const reads = scrollY > 0 || $("[data-row]:focus", main);
  if (!force && above > 0 && reads) {
    waiting = next;
    pill(above);
    return;
  }
  pill(0);
  redraw(main, next);
  shownPage();
};

const pill = (count) => {
  const box = $("#pill");
  if (count === 0) waiting = null;
  box.hidden = count === 0;
  $("button", box).textContent = `${count} new`;
};

$("#pill button").addEventListener("click", () => {
  const next = waiting;
  pill(0);
  if (next) redraw($("#main"), next);
  shownPage();
  scrollTo(0, 0);
  $("[data-row]")?.focus();
});

addEventListener("popstate", async ({ state }) => {
  if (location.hash && !state) return;
  going?.abort();
  going = null;
  leave();
  place = state?.place ?? 0;
  const back = kept.get(place);
  if (!back || back.path !== here()) return go(here() + location.hash, { replace: true });
  put(back.main);
  document.title = back.title;
  scrollTo(0, back.y);
  if (back.focus?.isConnected) back.focus.focus({ preventScroll: true });
  refresh();
});

addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.target || link.dataset.download) return;
  const jump = link.hash && link.pathname === location.pathname && link.search === location.search;
  if (jump && document.getElementById(decodeURIComponent(link.hash.slice(1)))) return;
  event.preventDefault();
  link.closest("details.more")?.removeAttribute("open");
  link.closest("dialog")?.close();
  go(link.href);
});

history.scrollRestoration = "manual";
