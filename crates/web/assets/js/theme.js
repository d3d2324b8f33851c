// Light or dark: what the system has, unless somebody chose.
import { $$ } from "./dom.js";
import { onShown } from "./shown.js";

const KEPT = "driftline-theme";

const putTheme = () => {
  const theme = localStorage.getItem(KEPT) ?? "";
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  for (const it of $$("[data-do=theme]")) {
    it.setAttribute("aria-pressed", String(it.dataset.theme === theme));
  }
};

/** @param {string} theme empty for the system's */
export const chooseTheme = (theme) => {
  if (theme) localStorage.setItem(KEPT, theme);
  else localStorage.removeItem(KEPT);
  putTheme();
};

putTheme();
onShown(putTheme);
