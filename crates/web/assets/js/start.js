// Where the script of every page begins: it lets this tab in and shows the page of its
// address. What markup can ask of the script is listed in `../attributes.md`.
import "./theme.js";
import "./files.js";
import "./forms.js";
import "./keys.js";
import "./session.js";
import "./find.js";
import { findKey } from "./key.js";
import { live } from "./live.js";
import { closed } from "./net.js";
import { begin } from "./page.js";

if (await findKey()) {
  await begin();
  live();
} else {
  closed();
}
