// Whoever shows a page tells those who look for something in every page, and does not have
// to know them.

/** @type {(() => void)[]} */
const listeners = [];

/** @param {() => void} listener is called each time a page, or more of it, is shown */
export const onShown = (listener) => {
  listeners.push(listener);
};

export const shown = () => {
  for (const it of listeners) it();
};
