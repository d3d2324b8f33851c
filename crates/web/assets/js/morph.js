// Turns what is shown into what was fetched, by as few changes as possible: what did not
// change keeps its focus, its selection and its place. Elements with an id or a data-key
// are the same wherever they move.
const nameOf = (node) => node.dataset?.key ?? node.id ?? "";

const isSame = (one, other) =>
  one.nodeType === other.nodeType && one.nodeName === other.nodeName && nameOf(one) === nameOf(other);

// What a person has done to an element is theirs.
const isTheirs = (node, name) =>
  (name === "open" && node.localName === "details") ||
  (name === "src" && node.dataset.src !== undefined) ||
  ((name === "tabindex" || name === "aria-selected") && node.dataset.row !== undefined);

const morphAttributes = (old, next) => {
  for (const { name } of [...old.attributes]) {
    if (!next.hasAttribute(name) && !isTheirs(old, name)) old.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (old.getAttribute(name) !== value && !isTheirs(old, name)) old.setAttribute(name, value);
  }
};

const isTyped = (node) => node.matches?.("input, textarea, select");

// The next element without a name that `wanted` may be: what came or went before it must not
// make it, and all that a person did in it, anew.
const unnamed = (from, wanted) => {
  for (let it = from; it; it = it.nextSibling) {
    if (!nameOf(it) && isSame(it, wanted)) return it;
    if (wanted.nodeType !== Node.ELEMENT_NODE) return null;
  }
  return null;
};

const morph = (old, next) => {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== next.data) old.data = next.data;
    return;
  }
  if (old.isEqualNode(next) || "kept" in old.dataset) return;
  morphAttributes(old, next);
  // Nobody's half-typed words are replaced.
  if (isTyped(old) && (old === document.activeElement || old.value !== old.defaultValue)) return;
  const named = new Map();
  for (const child of old.children) if (nameOf(child)) named.set(nameOf(child), child);
  let place = old.firstChild;
  for (const wanted of [...next.childNodes]) {
    let found = named.get(nameOf(wanted));
    if (!nameOf(wanted) || !found || !isSame(found, wanted)) {
      found = nameOf(wanted) ? null : unnamed(place, wanted);
    }
    if (!found) {
      old.insertBefore(document.importNode(wanted, true), place);
      continue;
    }
    if (found === place) place = place.nextSibling;
    else old.insertBefore(found, place);
    morph(found, wanted);
  }
  while (place) {
    const after = place.nextSibling;
    place.remove();
    place = after;
  }
};

// Turns `main` into `next`. Whoever works by keys stays where they are: moving an element
// takes the focus from it, and a row that is gone hands it on to the one after it. What
// they have picked stays picked, also in a row that is under another heading now.
const redraw = (main, next) => {
  const held = document.activeElement;
  const rows = () => $$("[data-row]", main);
  const before = rows().map(nameOf);
  const at = rows().indexOf(held?.closest?.("[data-row]"));
  const picked = new Set($$(".pick:checked", main).map((it) => it.value));
  morph(main, next);
  for (const it of $$(".pick", main)) it.checked ||= picked.has(it.value);
  if (document.activeElement === held) return;
  if (held.isConnected) return held.focus({ preventScroll: true });
  if (at < 0) return;
  const now = new Map(rows().map((it) => [nameOf(it), it]));
  const left = [...before.slice(at), ...before.slice(0, at).reverse()].find((it) => now.has(it));
  if (left) focusRow(now.get(left));
};

// How many rows of `next` are not in `old`, and stand before rows that are.
const newAbove = (old, next) => {
  const known = new Set($$("[data-row][data-key]", old).map(nameOf));
  const rows = $$("[data-row][data-key]", next).map(nameOf);
  const last = rows.findLastIndex((it) => known.has(it));
  return rows.slice(0, Math.max(last, 0)).filter((it) => !known.has(it)).length;
};
