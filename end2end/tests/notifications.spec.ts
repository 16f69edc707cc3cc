// The inbox is the truth, a toast only its messenger: nothing is lost while no page is open.

import { LiveSocket } from "../support/live.ts";
import { alive, paths, toast } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

test("signing out closes the session's sockets", async ({ rider, server }) => {
  const socket = await LiveSocket.open(`${server.socketUrl}/ws/notifications/`, { token: rider.api.token });
  await socket.waitFor("connection_established");
  await rider.api.post("/auth/logout");
  expect((await socket.closed).code).toBe(4401);
});

test("a toast shows at most three at once and never takes the focus", async ({ openPage, rider, station }) => {
  const page = await openPage(rider.account);
  await page.goto(paths.stations);
  await alive(page);
  await page.getByRole("searchbox").focus();
  for (let round = 0; round < 3; round++) {
    const booking = await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
    await rider.api.cancel(booking.id);
  }
  await expect(toast(page, /./).first()).toBeVisible();
  expect(await toast(page, /./).count()).toBeLessThanOrEqual(4); // three, and the line that counts the others
  await expect(page.getByRole("searchbox")).toBeFocused();
});
