// What changes while a page is open. One tab listens and tells the others, because a
// browser opens only a handful of connections to one address.
const concerns = (entities) => {
  const wanted = ($("#main").dataset.live ?? "").split(" ").filter(Boolean);
  const rows = entities.filter((it) => !it.startsWith("@"));
  return wanted.some((it) =>
    it === "*" ? rows.length > 0 : entities.includes(it) || (rows.includes("*") && !it.startsWith("@")),
  );
};

let stale = false;
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

tabs.addEventListener("message", ({ data }) => {
  if (data.flush) heard(data.flush);
});

const pause = (length) => new Promise((done) => setTimeout(done, length));

const listen = async () => {
  const answer = await call("/events");
  // What changed before it listened.
  refresh();
  const lines = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await lines.read();
    if (done) return;
    text += value;
    const events = text.split("\n\n");
    text = events.pop();
    for (const event of events) {
      const data = event.split("\n").find((it) => it.startsWith("data:"));
      if (!data) continue;
      const flush = JSON.parse(data.slice(5));
      heard(flush);
      tabs.postMessage({ flush });
    }
  }
};

const live = () =>
  navigator.locks.request("driftline-live", async () => {
    for (let wait = 500; key; wait = Math.min(wait * 2, 10_000)) {
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
