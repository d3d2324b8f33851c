// @vitest-environment edge-runtime
/** The pages between the provider and the device. */
import { beforeAll, expect, test } from "vitest";
import { allowedRedirect } from "../../functions/signIn/redirect.js";
import { deployment } from "../hub/fixture.js";
import { setUp, SITE } from "./fixture.js";

beforeAll(setUp);

const CALLBACK = `http://127.0.0.1:54321/callback?state=${"A-_z".repeat(10)}abc`;

async function open(device: string, rest: string): Promise<Response> {
  const name = btoa(String.fromCharCode(...new TextEncoder().encode(device)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
  const address = allowedRedirect(`${CALLBACK}#${name}`);
  return deployment().fetch(`${address.slice(SITE.length)}${rest}`, { redirect: "manual" });
}

test("a code goes to the device only by a link that somebody follows", async () => {
  const answer = await open("Ada's <b>laptop</b>", "&code=12345678");
  expect([answer.status, answer.headers.get("location")]).toEqual([200, null]);
  const text = await answer.text();
  expect(text).toContain("Ada&#39;s &#60;b&#62;laptop&#60;/b&#62;");
  expect(text).toContain("127.0.0.1:54321");
  expect(text).toContain(`href="${CALLBACK}&#38;code=12345678"`);
  expect(text).not.toMatch(/<script|<form|<img|http-equiv/);
  expect(answer.headers.get("content-security-policy")).toBe(
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  );
  expect(answer.headers.get("x-frame-options")).toBe("DENY");
  expect(answer.headers.get("cache-control")).toBe("no-store");
});

test.each([
  ["", ""],
  ["&code=", ""],
  ["&code=1234567", ""],
  ["&code=123456789", ""],
  ["&code=%0d%0aX:%20y", ""],
  ["&code=refused-github:1002", "&refused=github:1002"],
  ["&code=refused-%3Cb%3E", ""],
])("without a code (%j) the device is told at once", async (rest, told) => {
  const answer = await open("laptop", rest);
  expect(answer.status).toBe(302);
  expect(answer.headers.get("location")).toBe(`${CALLBACK}${told}`);
});

test.each([
  "",
  "?to=",
  `?to=${encodeURIComponent(CALLBACK)}`,
  `?to=${encodeURIComponent("https://evil.example/#QQ")}`,
  `?to=${encodeURIComponent("javascript:alert(1)#QQ")}`,
])("a device that cannot be one gets nothing (%j)", async (query) => {
  const mark = query === "" ? "?" : "&";
  const path = `/sign-in/confirm${query}${mark}code=12345678`;
  const answer = await deployment().fetch(path, { redirect: "manual" });
  expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
  expect(await answer.text()).not.toContain("12345678");
});

test("who may not sign in is told so in the place of a code", async () => {
  const answer = await deployment().fetch("/sign-in/code?code=refused-github:1002");
  expect(answer.status).toBe(403);
  expect(await answer.text()).toContain("<code>github:1002</code>");
});
