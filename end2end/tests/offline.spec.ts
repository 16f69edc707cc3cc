// When the network goes: the page keeps what it knows, says how old it is, and comes back by itself.

import { alive, count, liveChip, paths } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

test("without a connection the page keeps its numbers and says so; with one it catches up", async ({ openPage, rider, station }) => {
  const page = await openPage();
  await page.goto(paths.station(station.id));
  await alive(page);

  await page.context().setOffline(true);
  await expect(page.getByText(/offline|Reconnecting/i).first()).toBeVisible();
  await expect(count(page, "ready")).toHaveText("3");
  await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);

  await page.context().setOffline(false);
  await expect(liveChip(page)).toBeVisible({ timeout: 20_000 });
  await expect(count(page, "ready")).toHaveText("2");
});

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
