/**
 * For machines without a browser: the person signs in on any other machine and types the
 * code of this page into the terminal that waits for it. The code lives two minutes, works
 * once, and only together with what that terminal alone holds.
 */
import { httpActionGeneric } from "convex/server";
import { codeOf, escaped, isCode, page } from "./page.js";
import { refusedIn } from "./people.js";

export const codePage = httpActionGeneric((_ctx, request) => {
  const code = codeOf(new URL(request.url));
  const refused = refusedIn(code);
  if (refused !== null) return Promise.resolve(refusal(refused));
  return Promise.resolve(isCode(code) ? withCode(code) : withoutCode());
});

function withCode(code: string): Response {
  return page(
    200,
    "Almost there",
    `<p>Type this code into the terminal where you started to sign in:</p>
<p><strong id="code">${code.slice(0, 4)} ${code.slice(4)}</strong></p>
<p>It is good for two minutes. Nobody will ever ask you for it: if somebody sent you here,
or asks you to read it out, close this page.</p>`,
  );
}

function withoutCode(): Response {
  return page(
    400,
    "Not signed in",
    `<p>Sign-in was refused or took too long. Go back to the terminal and start again.</p>`,
  );
}

/** For an account that may not sign in here. */
function refusal(person: string): Response {
  return page(
    403,
    "Not among the people of this deployment",
    `<p><code>${escaped(person)}</code> may not sign in here. If that should change, ask
whoever runs the deployment to add it to <code>DRIFTLINE_PEOPLE</code>.</p>`,
  );
}
