// Where a browser may be sent with a code, against many addresses that are nearly right, and against the tricks that rules of this kind have fallen for.
import { beforeAll, describe, expect, it } from "vitest";
import { allowedRedirect, listenerIn } from "../../functions/signIn/redirect.js";

const STATE = "A-_z".repeat(10) + "abc";
const CALLBACK = `http://127.0.0.1:54321/callback?state=${STATE}`;
/** "Ada's laptop". */
const RIGHT = `${CALLBACK}#QWRhJ3MgbGFwdG9w`;
/** The rule, said another way than the code says it. */
const RULE =
  /^http:\/\/127\.0\.0\.1:([1-9][0-9]{3,4})\/callback\?state=[A-Za-z0-9_-]{43}#[A-Za-z0-9_-]{1,600}$/;

const isLoopback = (asked: string) => listenerIn(asked) !== null;

function byRule(address: string): boolean {
  const port = Number(RULE.exec(address)?.[1]);
  return !address.includes("\n") && port >= 1024 && port <= 65535;
}

beforeAll(() => {
  process.env["CONVEX_SITE_URL"] = "https://happy-otter-123.convex.site";
});

describe("where a code may go", () => {
  it("is a page that asks before a listener on this machine gets it, or one that shows it", () => {
    expect(allowedRedirect(RIGHT)).toBe(
      `https://happy-otter-123.convex.site/sign-in/confirm?to=${encodeURIComponent(RIGHT)}`,
    );
    expect(listenerIn(RIGHT)).toEqual({
      callback: CALLBACK,
      host: "127.0.0.1:54321",
      device: "Ada's laptop",
    });
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
    CALLBACK,
    `${CALLBACK}#`,
    `${CALLBACK}#Ada's laptop`,
    `${CALLBACK}#${"A".repeat(601)}`,
    `${CALLBACK}&code=1#QQ`,
    `${CALLBACK}&state=${STATE}#QQ`,
    `${RIGHT}#x`,
    `${RIGHT}%41`,
    `${CALLBACK}A#QQ`,
    `${CALLBACK.slice(0, -1)}#QQ`,
    RIGHT.replace("/callback", "/callback/"),
    RIGHT.replace("/callback", "/x/../callback"),
    RIGHT.replace("/callback", "/%63allback"),
    "javascript:alert(1)",
    "data:text/html,x",
  ])("is not %j", (address) => {
    expect(isLoopback(address)).toBe(false);
    expect(() => allowedRedirect(address)).toThrow("may not receive");
  });

  it.each([
    ["an unprintable name", "a\u202eb\u0000\n c", "a b c"],
    ["no name that can be seen", "\u200b \u2060", "a device"],
    ["a long one", "x".repeat(400), "x".repeat(100)],
  ])("shows %s as it is harmless", (_, name, shown) => {
    const encoded = Buffer.from(name).toString("base64url");
    expect(listenerIn(`${CALLBACK}#${encoded}`)?.device).toBe(shown);
    expect(listenerIn(`${CALLBACK}#____`)?.device).toBe("a device");
  });

  it("is by rule for many addresses, others every day", () => {
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
    const day = Math.floor(Date.now() / 86_400_000);
    let seed = day;
    const dice = (sides: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * sides);
    };
    let taken = 0;
    for (let round = 0; round < 100_000; round++) {
      let address = RIGHT;
      for (let change = dice(3); change >= 0; change--) {
        const place = dice(address.length + 1);
        const part = parts[dice(parts.length)] ?? "";
        const rest = place + dice(3);
        address = address.slice(0, place) + part + address.slice(rest);
      }
      const allowed = isLoopback(address);
      if (allowed !== byRule(address)) {
        expect.fail(`with the seed ${day}: ${JSON.stringify(address)}`);
      }
      if (allowed) taken++;
    }
    expect(taken).toBeGreaterThan(100);
  });
});
