// The inbox is the truth, a toast only its messenger: nothing is lost while no page is open.

import { LiveSocket } from "../support/live.ts";
import { alive, paths, toast } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

test("what happened while no page was open waits in the inbox, unread", async ({ openPage, rider, station }) => {
  await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  const page = await openPage(rider.account);
  await page.goto(paths.inbox);
  await alive(page);
  const row = page.getByRole("main").getByRole("listitem").filter({ hasText: `Battery booked successfully at ${station.name}` });
  await expect(row).toHaveCount(1);

  await page.getByRole("button", { name: "Mark all read" }).click();
  await expect.poll(async () => (await rider.api.notifications()).filter((one) => !one.read).length).toBe(0);
});

test("reading in one tab is seen in the other", async ({ openPage, rider, station, server }) => {
  await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  const { token } = rider.api;
  const [here, there] = await Promise.all([
    LiveSocket.open(`${server.socketUrl}/ws/notifications/`, { token }),
    LiveSocket.open(`${server.socketUrl}/ws/notifications/`, { token }),
  ]);
  const snapshot = await here.waitFor("snapshot");
  await there.waitFor("snapshot");
  const id = (snapshot["notifications"] as { id: number }[])[0]!.id;

  here.send({ type: "ack", id });
  await here.waitFor((frame) => frame.type === "acked" && frame["id"] === id);
  await there.waitFor((frame) => frame.type === "notification_read" && (frame["ids"] as number[]).includes(id));

  const page = await openPage(rider.account);
  await page.goto(paths.inbox);
  await expect(page.getByRole("main").getByText(/\d+ unread|nothing unread|all read/i).first()).toBeVisible();
});

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
