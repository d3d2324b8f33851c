// What `convex codegen` would write from the modules, written by hand: codegen asks for a
// deployment, and the tests and the type check must not need one. Name new modules here.
import type { ApiFromModules, FilterApi, FunctionReference } from "convex/server";
import type * as maintenance from "../maintenance.js";
import type * as messages from "../messages.js";
import type * as sync from "../sync.js";
import type * as users from "../users.js";

type Modules = ApiFromModules<{
  maintenance: typeof maintenance;
  messages: typeof messages;
  sync: typeof sync;
  users: typeof users;
}>;
type Authentication = {
  auth: {
    signIn: FunctionReference<"action", "public">;
    signOut: FunctionReference<"action", "public">;
  };
};

export declare const api: FilterApi<Modules, FunctionReference<any, "public">> &
  Authentication;
export declare const internal: FilterApi<Modules, FunctionReference<any, "internal">>;
