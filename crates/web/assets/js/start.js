// The script of every page. What markup can ask of it:
//   a[href]                      goes there; the back button restores scroll, folds, focus
//   [data-post=PATH]             on a form or button: an action; data-form=a=1&b=2 with it
//   [data-error=FIELD]           in a form: where the error of a field is said
//   form[method=get][data-typing] asks again while it is typed
//   [data-row][data-key=ID]      what j and k move between; [data-open] in it is opened
//   [data-prompt]                what J and K move between
//   [data-k=KEY]                 pressed by this key, see the table in src/keys.rs
//   details[data-fold=KIND]      opened and closed together by a key
//   img[data-src], [data-download] a path below /file, fetched with the secret
//   main[data-live]              entities; the page is shown again when one changes
//   [data-start]                 what has the focus when the page is shown; with the value
//                                `center` it was asked for by the address
//   [data-do=NAME]               one of the functions in keys.js
const putTheme = () => {
  const theme = localStorage.getItem("driftline-theme") ?? "";
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  for (const it of $$("[data-do=theme]")) it.setAttribute("aria-pressed", String(it.dataset.theme === theme));
};

const shownPage = () => {
  watchImages();
  putTheme();
  document.dispatchEvent(new Event("driftline:shown"));
};

putTheme();

if (await findKey()) {
  await go(here() + location.hash, { replace: true });
  live();
} else {
  closed();
}
