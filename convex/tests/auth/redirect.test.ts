// Where a browser may be sent with a code, against a million addresses that are nearly
// right, and against the tricks that rules of this kind have fallen for.
import { beforeAll, describe, expect, it } from "vitest";
import { allowedRedirect, isLoopback } from "../../functions/signIn/redirect.js";

const STATE = "A-_z".repeat(10) + "abc";
const RIGHT = `http://127.0.0.1:54321/callback?state=${STATE}`;
/** The rule, said another way than the code says it. */
const RULE = /^http:\/\/127\.0\.0\.1:([1-9][0-9]{3,4})\/callback\?state=[A-Za-z0-9_-]{43}$/;

function byRule(address: string): boolean {
  const port = Number(RULE.exec(address)?.[1]);
  return !address.includes("\n") && port >= 1024 && port <= 65535;
}

beforeAll(() => {
  process.env["CONVEX_SITE_URL"] = "https://happy-otter-123.convex.site";
});

describe("where a code may go", () => {
  it("is a listener on this machine, or the page that shows it", () => {
    expect(allowedRedirect(RIGHT)).toBe(RIGHT);
    expect(allowedRedirect("code")).toBe(
      "https://happy-otter-123.convex.site/sign-in/code",
    );
  });

  it.each([
    "",
    "/",
    "?x",
    "Code",
    "https://happy-otter-123.convex.site/sign-in/code",
    `http://localhost:54321/callback?state=${STATE}`,
    `http://[::1]:54321/callback?state=${STATE}`,
    `http://127.0.0.1:80/callback?state=${STATE}`,
    `http://127.0.0.1:1023/callback?state=${STATE}`,
    `http://127.0.0.1:65536/callback?state=${STATE}`,
    `http://127.0.0.1/callback?state=${STATE}`,
    `https://127.0.0.1:54321/callback?state=${STATE}`,
    `http://127.0.0.1:54321@evil.example/callback?state=${STATE}`,
    `http://127.0.0.1.evil.example:54321/callback?state=${STATE}`,
    `http://evil.example/http://127.0.0.1:54321/callback?state=${STATE}`,
    `http://evil.example#${RIGHT}`,
    `http://evil.example\\@127.0.0.1:54321/callback?state=${STATE}`,
    `http://127.1:54321/callback?state=${STATE}`,
    `http://2130706433:54321/callback?state=${STATE}`,
    `http://0x7f.0.0.1:54321/callback?state=${STATE}`,
    `http://127.0.0.1:054321/callback?state=${STATE}`,
    `http:/\t/127.0.0.1:54321/callback?state=${STATE}`,
    `HTTP://127.0.0.1:54321/callback?state=${STATE}`,
    ` ${RIGHT}`,
    `${RIGHT} `,
    `${RIGHT}\n`,
    `${RIGHT}&code=1`,
    `${RIGHT}&state=${STATE}`,
    `${RIGHT}#x`,
    `${RIGHT}A`,
    RIGHT.slice(0, -1),
    RIGHT.replace("/callback", "/callback/"),
    RIGHT.replace("/callback", "/x/../callback"),
    RIGHT.replace("/callback", "/%63allback"),
    "javascript:alert(1)",
    "data:text/html,x",
  ])("is not %j", (address) => {
    expect(isLoopback(address)).toBe(false);
    expect(() => allowedRedirect(address)).toThrow("may not receive");
  });

  it("is by rule for a million addresses", () => {
    const parts = [
      "@",
      "#",
      "?",
      "/",
      "\\",
      ":",
      "&",
      "=",
      "%",
      "%00",
      "\t",
      "\n",
      " ",
      ".",
      "0",
    ];
    parts.push(
      "9",
      "a",
      "_",
      "evil.example",
      "localhost",
      "[::1]",
      "http://",
      STATE,
      "\u00e9",
    );
    parts.push(
      "\uff0f",
      "\u3002",
      "callback",
      "code=1",
      "127.0.0.1",
      "..",
      "\0",
      "65535",
      "1024",
    );
    let seed = 7;
    const dice = (sides: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * sides);
    };
    let taken = 0;
    for (let round = 0; round < 1_000_000; round++) {
      let address = RIGHT;
      for (let change = dice(3); change >= 0; change--) {
        const place = dice(address.length + 1);
        const part = parts[dice(parts.length)] ?? "";
        const rest = place + dice(3);
        address = address.slice(0, place) + part + address.slice(rest);
      }
      const allowed = isLoopback(address);
      if (allowed !== byRule(address)) expect.fail(JSON.stringify(address));
      if (allowed) taken++;
    }
    expect(taken).toBeGreaterThan(1_000);
  });
});
