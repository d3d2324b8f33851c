/**
 * A page of sign-in, light always: without styles of its own, its links are too dark to read
 * on black. It loads nothing, runs nothing, stands in no frame and is kept nowhere.
 */
export function page(status: number, title: string, body: string): Response {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
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

/** What a browser brings back from the provider. */
export function codeOf(url: URL): string {
  return url.searchParams.get("code") ?? "";
}

/** Whether this is a code, and not what stands in its place. */
export function isCode(text: string): boolean {
  return /^[0-9]{8}$/.test(text);
}

/** A text as a part of a page. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (it) => `&#${it.charCodeAt(0)};`);
}
