/** What is served on the deployment's site address: sign-in and its two pages. */
import { httpRouter } from "convex/server";
import { auth } from "./auth.js";
import { codePage } from "./signIn/codePage.js";
import { confirmPage } from "./signIn/confirmPage.js";
import { CODE_PATH, CONFIRM_PATH } from "./signIn/redirect.js";

const http = httpRouter();
auth.addHttpRoutes(http);
http.route({ path: CODE_PATH, method: "GET", handler: codePage });
http.route({ path: CONFIRM_PATH, method: "GET", handler: confirmPage });

export default http;
