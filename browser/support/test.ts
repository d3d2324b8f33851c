// What every test gets: a watched browser, and a place with the program.

import { test as base } from "@playwright/test";
import { Deployment } from "./deployment.js";
import { PATIENCE } from "./patience.js";
import { Place } from "./place.js";
import { Watch } from "./watch.js";

export { expect } from "@playwright/test";

interface Given {
  /** Fails the test for what no page may do. */
  watch: Watch;
  /** A folder with a home and profiles. */
  place: Place;
}

interface Shared {
  /** A Convex deployment on this machine, with stand-ins for GitHub and Google. */
  deployment: Deployment;
}

export const test = base.extend<Given, Shared>({
  watch: [
    // With a place, so that it ends first: what a page says when its program is ended is
    // no complaint.
    async ({ context, place: _place }, use) => {
      const watch = new Watch(context);
      await use(watch);
      base.expect(watch.complaints()).toEqual([]);
    },
    { auto: true },
  ],
  place: async ({}, use) => {
    const place = await Place.make();
    await use(place);
    await place.remove();
  },
  deployment: [
    async ({}, use) => {
      const deployment = await Deployment.start();
      await use(deployment);
      await deployment.stop();
    },
    { scope: "worker", timeout: PATIENCE },
  ],
});
