// What changes while a page is open. One tab listens and tells the others, because a
// browser opens only a handful of connections to one address.
import { main, parsed } from "./dom.js";
import { hearTabs, tellTabs, theKey } from "./key.js";
import { Closed, call, gone } from "./net.js";
import { refresh } from "./page.js";
import { putShared } from "./shell.js";

/**
 * What changed, see `src/live.rs`.
 * @typedef {object} Flush
 * @property {string[]} entities
 * @property {string} [shared] what every page shares, as it is now
 */

/** @param {string[]} entities */
const concerns = (entities) => {
  const wanted = (main().dataset.live ?? "").split(" ").filter(Boolean);
  const rows = entities.filter((it) => !it.startsWith("@"));
  return wanted.some((it) =>
    it === "*"
      ? rows.length > 0
      : entities.includes(it) || (rows.includes("*") && !it.startsWith("@")),
  );
};

let stale = false;
/** @param {Flush} flush */
const heard = ({ entities, shared }) => {
  if (shared) putShared(parsed(shared));
  if (!concerns(entities)) return;
  if (document.hidden) stale = true;
  else refresh();
};

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && stale) {
    stale = false;
    refresh();
  }
});

hearTabs(({ flush }) => {
  if (flush) heard(flush);
});

/** @param {number} length in milliseconds */
const pause = (length) => new Promise((done) => setTimeout(done, length));

const listen = async () => {
  const answer = await call("/events");
  // What changed before it listened.
  refresh();
  if (!answer.body) return;
  const lines = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await lines.read();
    if (done) return;
    text += value;
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const data = event.split("\n").find((it) => it.startsWith("data:"));
      if (!data) continue;
      /** @type {Flush} */
      const flush = JSON.parse(data.slice(5));
      heard(flush);
      tellTabs({ flush });
    }
  }
};

/** Listens as long as this tab is open and let in. */
export const live = () =>
  navigator.locks.request("driftline-live", async () => {
    for (let wait = 500; theKey(); wait = Math.min(wait * 2, 10_000)) {
      try {
        await listen();
        wait = 500;
      } catch (error) {
        if (error instanceof Closed) return;
      }
      gone(true);
      await pause(wait);
    }
  });
