// Several bookings at once: each counts down by the server's clock, the most urgent first and in the tab's title.

import type { Api, Booking } from "../support/api.ts";
import { paths } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

/** Holds one pack for so many minutes. */
const hold = (rider: Api, station: { id: number; model: { id: number } }, minutes: number): Promise<Booking> =>
  rider.post("/bookings", {
    station_id: station.id,
    items: [{ kind: "swap", model_id: station.model.id }],
    payment_method: "cash",
    hold_minutes: minutes,
  });

test("what expires soon stands first and in the title, and a renewal elsewhere moves it", async ({ openPage, rider, station }) => {
  const soon = await hold(rider.api, station, 5);
  await hold(rider.api, station, 15);
  await hold(rider.api, station, 40);
  const page = await openPage(rider.account);
  await page.goto(paths.bookings);
  await expect(page).toHaveTitle(/^4:\d\d · 2 more · My bookings/);
  const urgent = page.getByRole("list", { name: "Bookings that expire soon" });
  const running = page.getByRole("list", { name: "Running bookings" });
  await expect(page.getByRole("heading", { name: "Expiring soon" })).toBeVisible();
  await expect(urgent.getByRole("listitem")).toHaveCount(1);
  await expect(running.getByRole("listitem")).toHaveCount(2);
  await expect(urgent).toContainText(/4:\d\d left/);
  await expect(running.getByRole("listitem").first()).toContainText(/14:\d\d left/);

  const before = await page.title();
  await expect(page).not.toHaveTitle(before);

  await rider.api.post(`/bookings/${soon.id}/renew`);
  await expect(page.getByRole("heading", { name: "Expiring soon" })).toHaveCount(0);
  await expect(running.getByRole("listitem")).toHaveCount(3);
  await expect(page).toHaveTitle(/^9:\d\d · 2 more · My bookings/);

  await rider.api.cancel(soon.id);
  await page.reload(); // nobody is told of what she did herself
  await expect(page).toHaveTitle(/^14:\d\d · 1 more · My bookings/);
});

test("five minutes before the end it is said aloud and moves up", async ({ openPage, rider, staff, station }) => {
  await staff.patch(`/stations/${station.id}/rules`, { timers: { hold_ttl: "308s" } });
  await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  const page = await openPage(rider.account);
  await page.goto(paths.bookings);
  await expect(page).toHaveTitle(/^5:\d\d · My bookings/);
  await expect(page.getByRole("heading", { name: "Running now" })).toBeVisible();
  const said = page.getByRole("status").or(page.getByRole("alert")).filter({ hasText: /5 minutes/ });
  await expect(said.first()).toBeAttached({ timeout: 15_000 });
  await expect(page.getByRole("heading", { name: "Expiring soon" })).toBeVisible();
});

test("without scripts the list says until when, soonest first", async ({ openPage, rider, station }) => {
  await hold(rider.api, station, 30);
  await hold(rider.api, station, 5);
  const page = await openPage(rider.account, { javaScriptEnabled: false });
  await page.goto(paths.bookings);
  await expect(page.getByRole("list", { name: "Bookings that expire soon" })).toContainText(/until \d\d:\d\d/);
  await expect(page.getByRole("list", { name: "Running bookings" }).getByRole("listitem")).toHaveCount(1);
});
