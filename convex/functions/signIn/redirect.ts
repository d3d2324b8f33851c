/**
 * Where a browser may be sent with a code. Only two places, each compared as a whole: a
 * rule that looks at the beginning of an address has been wrong in every product that had
 * one. To a listener on the own machine it goes by a page that asks first.
 */

/** Path of the page that shows a code to type. */
export const CODE_PATH = "/sign-in/code";

/** Path of the page that asks whether a device is to be signed in. */
export const CONFIRM_PATH = "/sign-in/confirm";

/** What a client asks for if the code is to be shown instead of sent. */
export const SHOW_CODE = "code";

/** The longest name of a device that is shown, and asked for. */
const NAME_LETTERS = 100;
const NAME_ENCODED = 600;

/** A listener on the machine of the browser, and the device that it says it is. */
export interface Listener {
  /** Where it waits for the code. */
  callback: string;
  /** Its host and port. */
  host: string;
  device: string;
}

/**
 * The address for what a client asked for.
 *
 * @throws if it is not the page with the code and not a listener on the own machine.
 */
export function allowedRedirect(asked: string): string {
  if (asked === SHOW_CODE) return codePageUrl();
  if (listenerIn(asked)) return `${site()}${CONFIRM_PATH}?to=${encodeURIComponent(asked)}`;
  // Convex Auth answers 500 and issues no code.
  throw new Error("This address may not receive a sign-in code.");
}

/** Where the page that shows the code is. */
export function codePageUrl(): string {
  return `${site()}${CODE_PATH}`;
}

function site(): string {
  return process.env["CONVEX_SITE_URL"] ?? "";
}

/**
 * The listener that is meant by `http://127.0.0.1:PORT/callback?state=STATE#DEVICE`, if it
 * is exactly that: a port that a person's program can have, 32 random bytes as the state,
 * and the name of the device as base64url. Not `localhost`, which can be another machine
 * (RFC 8252, 8.3), and not another spelling of the same: the address is taken apart, put
 * together from its checked parts, and has to be the same text.
 */
export function listenerIn(asked: string): Listener | null {
  let url: URL;
  try {
    url = new URL(asked);
  } catch {
    return null;
  }
  const port = Number(url.port);
  const state = url.searchParams.get("state") ?? "";
  const name = url.hash.slice(1);
  const host = `127.0.0.1:${port}`;
  const callback = `http://${host}/callback?state=${state}`;
  const isOne =
    port >= 1024 &&
    port <= 65535 &&
    /^[A-Za-z0-9_-]{43}$/.test(state) &&
    /^[A-Za-z0-9_-]+$/.test(name) &&
    name.length <= NAME_ENCODED &&
    asked === `${callback}#${name}`;
  return isOne ? { callback, host, device: shown(name) } : null;
}

/** A device's name for a page: nothing invisible, nothing that turns text around. */
function shown(encoded: string): string {
  try {
    const letters = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(letters, (it) => it.charCodeAt(0));
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const visible = text.replace(/[\p{C}\p{Z}]+/gu, " ").trim();
    return [...visible].slice(0, NAME_LETTERS).join("") || "a device";
  } catch {
    return "a device";
  }
}
