// The secret of this run of the program. It is kept for this tab alone, and is never in
// the address, in a cookie, or in what another site could read.
const KEPT = "driftline-key";
const tabs = new BroadcastChannel("driftline");
let key = sessionStorage.getItem(KEPT);

const keep = (found) => {
  key = found;
  if (found) sessionStorage.setItem(KEPT, found);
  else sessionStorage.removeItem(KEPT);
};

// Trades the code that the program put into the address. It works once.
const trade = async (code) => {
  const answer = await fetch("/key", {
    method: "POST",
    body: new URLSearchParams({ code }),
    cache: "no-store",
    credentials: "omit",
  });
  if (answer.ok) keep(await answer.text());
};

// Asks the other tabs of this program.
const askTabs = () =>
  new Promise((done) => {
    const heard = ({ data }) => {
      if (!data.key) return;
      keep(data.key);
      done();
    };
    tabs.addEventListener("message", heard);
    tabs.postMessage({ ask: "key" });
    setTimeout(() => {
      tabs.removeEventListener("message", heard);
      done();
    }, 400);
  });

tabs.addEventListener("message", ({ data }) => {
  if (data.ask === "key" && key) tabs.postMessage({ key });
});

const findKey = async () => {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code !== null) {
    history.replaceState(history.state, "", location.pathname + location.search);
    await trade(code);
  }
  if (!key) await askTabs();
  return Boolean(key);
};
