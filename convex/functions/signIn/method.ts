/** What a way to sign in has to say about itself. */
import type { AuthProviderConfig } from "@convex-dev/auth/server";

/** One way to sign in. A new one is a file like `github.ts` and a line in `index.ts`. */
export interface SignInMethod {
  /** The name a client passes to `auth:signIn`. */
  id: string;
  /** What people call it. */
  title: string;
  /** `browser`: with a redirect. `device`: with a code typed on another machine. */
  flow: "browser" | "device";
  provider: AuthProviderConfig;
  /** Environment variables without which it cannot work. */
  requires: readonly string[];
  /** What a client needs for the device flow: all of it is public. */
  device?: () => DeviceApp;
}

/** The app under which a client runs RFC 8628 itself. */
export interface DeviceApp {
  clientId: string;
  /** Where the provider is; empty for the provider's own address. */
  baseUrl: string;
}

/** The value of an environment variable, or an empty text. */
export function setting(name: string): string {
  return process.env[name] ?? "";
}
