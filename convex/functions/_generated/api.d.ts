/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as auth from "../auth.js";
import type * as crons from "../crons.js";
import type * as erasing from "../erasing.js";
import type * as generated_entities from "../generated/entities.js";
import type * as http from "../http.js";
import type * as hub_accept from "../hub/accept.js";
import type * as hub_change from "../hub/change.js";
import type * as hub_chunkCalls from "../hub/chunkCalls.js";
import type * as hub_chunkCounts from "../hub/chunkCounts.js";
import type * as hub_chunks from "../hub/chunks.js";
import type * as hub_convexStore from "../hub/convexStore.js";
import type * as hub_devices from "../hub/devices.js";
import type * as hub_digests from "../hub/digests.js";
import type * as hub_entities from "../hub/entities.js";
import type * as hub_erase from "../hub/erase.js";
import type * as hub_erased from "../hub/erased.js";
import type * as hub_errors from "../hub/errors.js";
import type * as hub_keys from "../hub/keys.js";
import type * as hub_marks from "../hub/marks.js";
import type * as hub_number from "../hub/number.js";
import type * as hub_person from "../hub/person.js";
import type * as hub_pull from "../hub/pull.js";
import type * as hub_purging from "../hub/purging.js";
import type * as hub_push from "../hub/push.js";
import type * as hub_quota from "../hub/quota.js";
import type * as hub_rowDocument from "../hub/rowDocument.js";
import type * as hub_store from "../hub/store.js";
import type * as hub_twins from "../hub/twins.js";
import type * as maintenance from "../maintenance.js";
import type * as model_columns from "../model/columns.js";
import type * as model_descriptor from "../model/descriptor.js";
import type * as model_document from "../model/document.js";
import type * as model_json from "../model/json.js";
import type * as model_names from "../model/names.js";
import type * as model_row from "../model/row.js";
import type * as model_stamp from "../model/stamp.js";
import type * as model_text from "../model/text.js";
import type * as model_wire from "../model/wire.js";
import type * as signIn_cleaning from "../signIn/cleaning.js";
import type * as signIn_codePage from "../signIn/codePage.js";
import type * as signIn_confirmPage from "../signIn/confirmPage.js";
import type * as signIn_github from "../signIn/github.js";
import type * as signIn_githubDevice from "../signIn/githubDevice.js";
import type * as signIn_google from "../signIn/google.js";
import type * as signIn_index from "../signIn/index.js";
import type * as signIn_lifetime from "../signIn/lifetime.js";
import type * as signIn_limits from "../signIn/limits.js";
import type * as signIn_method from "../signIn/method.js";
import type * as signIn_methods from "../signIn/methods.js";
import type * as signIn_page from "../signIn/page.js";
import type * as signIn_people from "../signIn/people.js";
import type * as signIn_redirect from "../signIn/redirect.js";
import type * as signIn_sessions from "../signIn/sessions.js";
import type * as signIn_store from "../signIn/store.js";
import type * as sync from "../sync.js";
import type * as users from "../users.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";

declare const fullApi: ApiFromModules<{
  auth: typeof auth;
  crons: typeof crons;
  erasing: typeof erasing;
  "generated/entities": typeof generated_entities;
  http: typeof http;
  "hub/accept": typeof hub_accept;
  "hub/change": typeof hub_change;
  "hub/chunkCalls": typeof hub_chunkCalls;
  "hub/chunkCounts": typeof hub_chunkCounts;
  "hub/chunks": typeof hub_chunks;
  "hub/convexStore": typeof hub_convexStore;
  "hub/devices": typeof hub_devices;
  "hub/digests": typeof hub_digests;
  "hub/entities": typeof hub_entities;
  "hub/erase": typeof hub_erase;
  "hub/erased": typeof hub_erased;
  "hub/errors": typeof hub_errors;
  "hub/keys": typeof hub_keys;
  "hub/marks": typeof hub_marks;
  "hub/number": typeof hub_number;
  "hub/person": typeof hub_person;
  "hub/pull": typeof hub_pull;
  "hub/purging": typeof hub_purging;
  "hub/push": typeof hub_push;
  "hub/quota": typeof hub_quota;
  "hub/rowDocument": typeof hub_rowDocument;
  "hub/store": typeof hub_store;
  "hub/twins": typeof hub_twins;
  maintenance: typeof maintenance;
  "model/columns": typeof model_columns;
  "model/descriptor": typeof model_descriptor;
  "model/document": typeof model_document;
  "model/json": typeof model_json;
  "model/names": typeof model_names;
  "model/row": typeof model_row;
  "model/stamp": typeof model_stamp;
  "model/text": typeof model_text;
  "model/wire": typeof model_wire;
  "signIn/cleaning": typeof signIn_cleaning;
  "signIn/codePage": typeof signIn_codePage;
  "signIn/confirmPage": typeof signIn_confirmPage;
  "signIn/github": typeof signIn_github;
  "signIn/githubDevice": typeof signIn_githubDevice;
  "signIn/google": typeof signIn_google;
  "signIn/index": typeof signIn_index;
  "signIn/lifetime": typeof signIn_lifetime;
  "signIn/limits": typeof signIn_limits;
  "signIn/method": typeof signIn_method;
  "signIn/methods": typeof signIn_methods;
  "signIn/page": typeof signIn_page;
  "signIn/people": typeof signIn_people;
  "signIn/redirect": typeof signIn_redirect;
  "signIn/sessions": typeof signIn_sessions;
  "signIn/store": typeof signIn_store;
  sync: typeof sync;
  users: typeof users;
}>;

/**
 * A utility for referencing Convex functions in your app's public API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = api.myModule.myFunction;
 * ```
 */
export declare const api: FilterApi<
  typeof fullApi,
  FunctionReference<any, "public">
>;

/**
 * A utility for referencing Convex functions in your app's internal API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = internal.myModule.myFunction;
 * ```
 */
export declare const internal: FilterApi<
  typeof fullApi,
  FunctionReference<any, "internal">
>;

export declare const components: {};
