// The ways on which a booking does not end with a battery: declined, not collected, expired while nobody looked, and
// a battery that fails.

import AxeBuilder from "@axe-core/playwright";

import { operator } from "../support/accounts.ts";
import { alive, paths, toast } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

test("a declined request says why and where to go instead", async ({ openPage, rider, staff, station, server }) => {
  const near = await staff.openStation(2);
  await staff.patch(`/stations/${station.id}/rules`, { needs_approval: true });
  const booking = await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  const page = await openPage(rider.account);
  const counter = await openPage(operator);
  await page.goto(paths.booking(booking.id));
  await counter.goto(`${paths.staff(station.id)}?booking=${booking.id}#open`);
  await Promise.all([counter, page].map(alive));

  await counter.getByRole("main").getByText("Decline", { exact: true }).click();
  await counter.getByRole("button", { name: "Yes, decline it" }).click();
  await expect(counter.getByRole("main")).toContainText(/must not be empty/); // none was given
  await counter.getByLabel("Why").fill("The lift is broken");
  await counter.getByRole("button", { name: "Yes, decline it" }).click();

  await expect(toast(page, "Your booking request was declined: The lift is broken")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("The station declined");
  await expect(page.getByRole("main")).toContainText("“The lift is broken”");
  const elsewhere = page.getByRole("region", { name: "Charged at other stations" });
  await expect(elsewhere.getByRole("link").first()).toBeVisible();
  const told = (await rider.api.get<{ items: { event: string; data: { alternatives: { id: number }[] } }[] }>("/notifications")).items;
  const declined = told.find((one) => one.event === "booking_declined")!;
  expect(declined.data.alternatives.length).toBeGreaterThan(0);
  expect(declined.data.alternatives.map((one) => one.id)).not.toContain(station.id);
  expect((await staff.station(near.id)).available_batteries).toBe(2);
  await elsewhere.getByRole("link").first().click();
  await expect(page).toHaveURL(/\/stations\/\d+$/);
  expect((await server.command("check")).code).toBe(0);
});

test("who did not come is told so, and is served after all when she comes late", async ({ openPage, rider, staff, station, server }) => {
  await staff.patch(`/stations/${station.id}/rules`, { timers: { hold_ttl: "6s", grace: "4s" } });
  const page = await openPage(rider.account);
  const counter = await openPage(operator);
  const booking = await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  await staff.ready(booking.id);
  await counter.goto(`${paths.staff(station.id)}?booking=${booking.id}#open`);
  await page.goto(paths.booking(booking.id));
  await Promise.all([counter, page].map(alive));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Not collected in time", { timeout: 20_000 });
  await expect(toast(page, /Not collected by \d\d:\d\d\. Battery released\./)).toBeVisible();
  expect((await rider.api.station(station.id)).available_batteries).toBe(3);

  await counter.getByRole("button", { name: "Came late, serve after all" }).click();
  await expect(toast(page, "serves you after all")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("You are checked in");
  expect((await rider.api.booking(booking.id)).state).toBe("checked_in");
  await counter.getByRole("textbox", { name: /Customer.s code or PIN/ }).first().fill(booking.code);
  await counter.getByRole("main").getByRole("button", { name: "Hand over" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("You collected your battery");
  expect((await server.command("check")).code).toBe(0);
});

test("a booking that expires while the tab is closed is told on coming back, once", async ({ openPage, rider, staff, station }) => {
  await staff.patch(`/stations/${station.id}/rules`, { timers: { hold_ttl: "4s" } });
  const page = await openPage(rider.account);
  const booking = await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  await page.goto(paths.booking(booking.id));
  await alive(page);
  const context = page.context();
  await page.close();
  await expect.poll(async () => (await rider.api.booking(booking.id)).state, { timeout: 15_000 }).toBe("expired");
  expect((await rider.api.station(station.id)).available_batteries).toBe(3);

  const back = await context.newPage();
  await back.goto(paths.inbox);
  await alive(back);
  const row = back.getByRole("main").getByRole("listitem").filter({ hasText: "Your booking has expired. Battery released." });
  await expect(row).toHaveCount(1);
  await expect(row).toContainText("New");
  await back.reload();
  await alive(back);
  await expect(row).toHaveCount(1);
  await expect(toast(back, "Your booking has expired")).toHaveCount(0);
  await back.goto(paths.booking(booking.id));
  await expect(back.getByRole("heading", { level: 1 })).toHaveText("Booking expired");
  await expect(back).not.toHaveTitle(/\d:\d\d/);
});

test("a held battery that fails is told at once, and the next charged one is hers", async ({ openPage, rider, staff, server }) => {
  const station = await staff.openStation(1);
  await staff.openStation(2);
  const booking = await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  const page = await openPage(rider.account);
  const counter = await openPage(operator);
  await page.goto(paths.booking(booking.id));
  await counter.goto(`${paths.staff(station.id)}?booking=${booking.id}#open`);
  await Promise.all([counter, page].map(alive));

  await staff.patch(`/batteries/${station.packs[0]!.id}`, { state: "quarantined", note: "Smells." });
  await expect(toast(page, "no equal one is charged")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("No battery yet: waiting for the next charged one");
  await expect(page.getByRole("region", { name: "Charged at other stations" })).toBeVisible();
  await expect(counter.getByRole("main").getByText("No battery yet").first()).toBeVisible();
  await expect(counter.getByRole("main").getByRole("button", { name: /^Mark ready/ })).toHaveCount(0);
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await page.setViewportSize({ width: 360, height: 780 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide).toBeLessThanOrEqual(0);

  await staff.addBattery(station.id, station.model.id);
  await expect(toast(page, "holds a battery for you again")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your battery is held");
  await expect(counter.getByRole("main").getByRole("button", { name: /^Mark ready/ }).first()).toBeVisible();
  expect((await server.command("check")).code).toBe(0);
});

test("on a phone the next steps stay on one line each", async ({ openPage, rider, station }) => {
  const booking = await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  const page = await openPage(rider.account);
  await page.setViewportSize({ width: 360, height: 780 });
  await page.goto(paths.booking(booking.id));
  const bar = page.getByRole("complementary", { name: "Next step" });
  for (const control of [bar.getByRole("link", { name: "Show QR" }), bar.getByRole("button", { name: /^Renew to/ })]) {
    expect((await control.boundingBox())!.height, "one line").toBeLessThan(50);
  }
});
