/**
 * Between the provider and the program that waits on the own machine: a browser that is
 * signed in at the provider comes here without a word of its owner, so here they are asked
 * which device gets their account. Nothing runs on the page: the answer is a link.
 */
import { httpActionGeneric } from "convex/server";
import { codeOf, escaped, isCode, page } from "./page.js";
import { refusedIn } from "./people.js";
import { listenerIn, type Listener } from "./redirect.js";

export const confirmPage = httpActionGeneric((_ctx, request) => {
  const url = new URL(request.url);
  const listener = listenerIn(url.searchParams.get("to") ?? "");
  const code = codeOf(url);
  if (!listener) return Promise.resolve(page(400, "Not a sign-in", "<p>Start again.</p>"));
  if (isCode(code)) return Promise.resolve(question(listener, code));
  // No code, no account: whoever waits there may know at once, and why.
  const refused = refusedIn(code);
  const why = refused === null ? "" : `&refused=${refused}`;
  const headers = { Location: `${listener.callback}${why}`, "Cache-Control": "no-store" };
  return Promise.resolve(new Response(null, { status: 302, headers }));
});

function question({ callback, host, device }: Listener, code: string): Response {
  return page(
    200,
    "Sign in this device?",
    `<p>Driftline on <strong id="device">${escaped(device)}</strong> waits at
<code>${host}</code>. It gets everything that your account holds here.</p>
<p><a id="go" href="${escaped(`${callback}&code=${code}`)}" rel="noreferrer">Sign in</a></p>
<p>If you did not start this yourself just now, close this page: then nothing happens.</p>`,
  );
}
