// Draws the key pair with which a deployment signs the tokens of the people who sign in,
// and sets it there. Run it once for each deployment; run again, it signs everybody out.
// Arguments are handed on to `npx convex env set`: `node keys.mjs --prod`.
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";

const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
});
// Environment variables of a deployment hold one line.
const pem = privateKey.export({ type: "pkcs8", format: "pem" });
const line = String(pem).trimEnd().replace(/\n/g, " ");
const jwks = { keys: [{ use: "sig", ...publicKey.export({ format: "jwk" }) }] };

for (const [name, value] of [
  ["JWT_PRIVATE_KEY", line],
  ["JWKS", JSON.stringify(jwks)],
]) {
  // By standard input, so that the private key is in no list of processes.
  const set = spawnSync("npx", ["convex", "env", "set", ...process.argv.slice(2), name], {
    input: value,
    stdio: ["pipe", "inherit", "inherit"],
  });
  if (set.status !== 0) {
    console.error(`${name} could not be set: see above`);
    process.exit(set.status ?? 1);
  }
}
