import { httpActionGeneric, httpRouter } from "convex/server";
import { auth } from "./auth.js";

const http = httpRouter();
auth.addHttpRoutes(http);
http.route({
  path: "/echo",
  method: "POST",
  handler: httpActionGeneric(async (ctx, request) => {
    const identity = await ctx.auth.getUserIdentity();
    return new Response(`${identity?.subject ?? "nobody"} ${await request.text()}`);
  }),
});

export default http;
