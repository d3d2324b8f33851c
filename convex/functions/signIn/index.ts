/** Every way to sign in. */
import { github } from "./github.js";
import { githubDevice } from "./githubDevice.js";
import { google } from "./google.js";
import type { SignInMethod } from "./method.js";

export const methods: readonly SignInMethod[] = [github, google, githubDevice];
