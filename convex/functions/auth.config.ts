/** Whose tokens the deployment believes: its own, made by Convex Auth. */
export default {
  providers: [{ domain: process.env["CONVEX_SITE_URL"], applicationID: "convex" }],
};
