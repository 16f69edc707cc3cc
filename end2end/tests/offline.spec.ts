// When the network goes: the page keeps what it knows, says how old it is, and comes back by itself.

import { alive, paths } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

test("a lost connection comes back without a reload, and nobody is alarmed by a short one", async ({ ownServer, openPage }) => {
  const server = await ownServer();
  const page = await openPage(undefined, { baseURL: server.url });
  await page.goto(paths.stations);
  await alive(page);
  await page.evaluate(() => ((window as unknown as { untouched: boolean }).untouched = true));
  await server.restart();
  await alive(page);
  expect(await page.evaluate(() => (window as unknown as { untouched?: boolean }).untouched)).toBe(true);
  await expect(page.getByText(/Live updates lost/)).toHaveCount(0);
});
