/** What is served on the deployment's site address: sign-in, and the page with a code. */
import { httpRouter } from "convex/server";
import { auth } from "./auth.js";
import { codePage } from "./signIn/codePage.js";
import { CODE_PATH } from "./signIn/redirect.js";

const http = httpRouter();
auth.addHttpRoutes(http);
http.route({ path: CODE_PATH, method: "GET", handler: codePage });

export default http;
