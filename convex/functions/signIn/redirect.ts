/**
 * Where a browser may be sent with a code. Only two places, each compared as a whole: a
 * rule that looks at the beginning of an address has been wrong in every product that had
 * one.
 */

/** Path of the page that shows a code to type. */
export const CODE_PATH = "/sign-in/code";

/** What a client asks for if the code is to be shown instead of sent. */
export const SHOW_CODE = "code";

/**
 * The address for what a client asked for.
 *
 * @throws if it is not the page with the code and not a listener on the own machine.
 */
export function allowedRedirect(asked: string): string {
  if (asked === SHOW_CODE) return codePageUrl();
  if (isLoopback(asked)) return asked;
  // Convex Auth answers 500 and issues no code.
  throw new Error("This address may not receive a sign-in code.");
}

/** Where the page that shows the code is. */
export function codePageUrl(): string {
  return `${process.env["CONVEX_SITE_URL"] ?? ""}${CODE_PATH}`;
}

/**
 * Whether this is exactly `http://127.0.0.1:PORT/callback?state=STATE`, with a port that a
 * person's program can have and 32 random bytes as the state. Not `localhost`, which can
 * be another machine (RFC 8252, 8.3), and not another spelling of the same: the address is
 * taken apart, put together from its checked parts, and has to be the same text.
 */
export function isLoopback(asked: string): boolean {
  let url: URL;
  try {
    url = new URL(asked);
  } catch {
    return false;
  }
  const port = Number(url.port);
  const state = url.searchParams.get("state") ?? "";
  return (
    port >= 1024 &&
    port <= 65535 &&
    /^[A-Za-z0-9_-]{43}$/.test(state) &&
    asked === `http://127.0.0.1:${port}/callback?state=${state}`
  );
}
