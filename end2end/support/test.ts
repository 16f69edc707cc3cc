// What every test file imports: Playwright's `test` with our server under it.

import { test as base, type BrowserContext, type Page } from "@playwright/test";

import { type Account, operator, signIn } from "./accounts.ts";
import { Api, type TestStation } from "./api.ts";
import { Server, type Settings } from "./server.ts";

export { expect } from "@playwright/test";

type WorkerFixtures = {
  /** One server for all tests of this worker. What a test changes there, it prepares for itself. */
  server: Server;
};
type TestFixtures = {
  /** A customer of this test alone. */
  rider: { api: Api; account: Account };
  /** The operator, who may do at her stations whatever staff may. */
  staff: Api;
  /** A station of this test alone, the operator's, with three full packs. */
  station: TestStation;
  /** A page in a browser of its own, signed in when somebody is given. */
  openPage: (who?: Account, options?: Parameters<import("@playwright/test").Browser["newContext"]>[0]) => Promise<Page>;
  /** A server for this test alone, to be stopped, killed and restarted at will. */
  ownServer: (settings?: Settings) => Promise<Server>;
};

export const test = base.extend<TestFixtures, WorkerFixtures>({
  server: [
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      await server.dispose();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  baseURL: async ({ server }, use) => use(server.url),
  rider: async ({ server }, use) => use(await Api.register(server.url)),
  staff: async ({ server }, use) => use(await Api.login(server.url, operator)),
  station: async ({ staff }, use) => use(await staff.openStation()),
  openPage: async ({ browser, baseURL }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (who, options = {}) => {
      const context = await browser.newContext({ ...(baseURL ? { baseURL } : {}), ...options });
      contexts.push(context);
      const page = await context.newPage();
      if (who) await signIn(page, who);
      return page;
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
  ownServer: async ({}, use, info) => {
    const servers: Server[] = [];
    await use(async (settings) => {
      const server = await Server.start(settings);
      servers.push(server);
      return server;
    });
    for (const server of servers) {
      if (info.status !== info.expectedStatus) await info.attach("server.log", { body: server.log, contentType: "text/plain" });
      await server.dispose();
    }
  },
});
