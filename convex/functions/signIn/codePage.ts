/**
 * For machines without a browser: the person signs in on any other machine and types the
 * code of this page into the terminal that waits for it. The code lives two minutes, works
 * once, and only together with what that terminal alone holds.
 */
import { httpActionGeneric } from "convex/server";

export const codePage = httpActionGeneric((_ctx, request) => {
  const code = new URL(request.url).searchParams.get("code") ?? "";
  return Promise.resolve(/^[0-9]{8}$/.test(code) ? withCode(code) : withoutCode());
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

function page(status: number, title: string, body: string): Response {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<main>
<h1>${title}</h1>
${body}
</main>
</html>
`;
  return new Response(html, {
    status,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "no-store",
      "Content-Security-Policy":
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Resource-Policy": "same-origin",
      "Referrer-Policy": "no-referrer",
      "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "DENY",
    },
  });
}
