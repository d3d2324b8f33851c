// The secret of this run of the program. It is kept for this tab alone, and is never in
// the address, in a cookie, or in what another site could read.
const KEPT = "driftline-key";
let key = sessionStorage.getItem(KEPT);

/**
 * What tabs of this program tell each other.
 * @typedef {object} Told
 * @property {"key"} [ask]
 * @property {string} [key]
 * @property {import("./live.js").Flush} [flush]
 */

const channel = new BroadcastChannel("driftline");

/** @param {Told} told */
export const tellTabs = (told) => channel.postMessage(told);

/** @param {(told: Told) => void} listener */
export const hearTabs = (listener) => {
  /** @param {MessageEvent<Told>} message */
  const heard = ({ data }) => listener(data);
  channel.addEventListener("message", heard);
  return () => channel.removeEventListener("message", heard);
};

export const theKey = () => key;

/** @param {string} found */
const keep = (found) => {
  key = found;
  sessionStorage.setItem(KEPT, found);
};

export const forgetKey = () => {
  key = null;
  sessionStorage.removeItem(KEPT);
};

/**
 * Trades the code that the program put into the address. It works once.
 * @param {string} code
 */
const trade = async (code) => {
  const answer = await fetch("/key", {
    method: "POST",
    body: new URLSearchParams({ code }),
    cache: "no-store",
    credentials: "omit",
  });
  if (answer.ok) keep(await answer.text());
};

/** Asks the other tabs of this program. */
const askTabs = () =>
  /** @type {Promise<void>} */ (
    new Promise((done) => {
      const leave = hearTabs((told) => {
        if (!told.key) return;
        keep(told.key);
        done();
      });
      tellTabs({ ask: "key" });
      setTimeout(() => {
        leave();
        done();
      }, 400);
    })
  );

hearTabs(({ ask }) => {
  if (ask === "key" && key) tellTabs({ key });
});

/** Whether there is one, from the address, this tab or another. */
export const findKey = async () => {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code !== null) {
    history.replaceState(history.state, "", location.pathname + location.search);
    await trade(code);
  }
  if (!key) await askTabs();
  return Boolean(key);
};
