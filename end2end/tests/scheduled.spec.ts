// Booking for later: by the form, seen where one looks for it, and called off with the way back.

import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

import { operator } from "../support/accounts.ts";
import { alive, howMany, paths } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

const axe = async (page: Page) => {
  const { violations } = await new AxeBuilder({ page })
    .disableRules(["label-content-name-mismatch"]) // as for every page, see accessibility.spec.ts
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  expect(violations.map(({ id, nodes }) => ({ id, where: nodes.map((node) => node.target.join(" ")) }))).toEqual([]);
};

const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

// On a narrow screen there is a second one under the thumb.
const bookLater = (page: Page) => page.getByRole("main").getByRole("button", { name: /^Book \d/ }).first();

/** Chooses the day after tomorrow, at noon; what the page calls that. */
const chooseNoon = async (page: Page): Promise<string> => {
  await page.getByRole("radio", { name: "Later" }).check();
  const day = page.getByLabel("Day", { exact: true });
  await day.selectOption({ index: 2 });
  await expect(page.getByLabel("Time", { exact: true }).getByRole("option", { name: "00:00" })).toBeAttached(); // that whole day's
  await page.getByLabel("Time", { exact: true }).selectOption("12:00");
  const label = await day.locator("option:checked").textContent();
  return `${label}, 12:00`;
};

test("a pack is booked for later, seen in My bookings, and the booking cancelled and kept", async ({ openPage, rider, station, server }) => {
  const page = await openPage(rider.account);
  await page.goto(paths.station(station.id));
  await alive(page);
  await expect(page.getByLabel("Day", { exact: true })).toBeHidden();
  await howMany(page, station.model.name).fill("2");
  const when = await chooseNoon(page);
  await axe(page);
  await page.setViewportSize({ width: 360, height: 780 });
  expect(await overflow(page), "sideways scrolling at 360 px").toBeLessThanOrEqual(0);
  await expect(bookLater(page)).toHaveText(`Book 2 batteries for ${when}`);
  await bookLater(page).click();
  await expect(page).toHaveURL(/\/bookings\/\d+$/);
  const id = Number(new URL(page.url()).pathname.split("/").pop());
  const main = page.getByRole("main");
  await expect(main).toContainText("Planned for");
  await expect(main).toContainText(when);
  await axe(page);
  expect(await overflow(page), "sideways scrolling at 360 px").toBeLessThanOrEqual(0);
  const [entry] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Add to calendar" }).click()]);
  expect(entry.suggestedFilename()).toBe(`voltbay-booking-${id}.ics`);
  expect((await rider.api.station(station.id)).available_batteries).toBe(3);

  await page.goto(paths.bookings);
  const row = page.getByRole("listitem").filter({ hasText: station.name });
  await expect(row).toContainText("Scheduled");
  await expect(row).toContainText("12:00");
  await row.getByRole("link").click();

  await alive(page);
  await main.getByRole("button", { name: "Cancel booking" }).click();
  await main.getByRole("button", { name: "Yes, cancel it" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(async () => (await rider.api.booking(id)).state).toBe("scheduled");
  await expect(main).toContainText("Planned for");
  expect((await server.command("check")).code).toBe(0);
});

test("a full half hour cannot be chosen", async ({ openPage, rider, staff, station }) => {
  await staff.patch(`/stations/${station.id}/rules`, { pickup_capacity: 1 });
  const page = await openPage(rider.account);
  await page.goto(`${paths.station(station.id)}?when=later`);
  await alive(page);
  await howMany(page, station.model.name).fill("1");
  const when = await chooseNoon(page);
  await bookLater(page).click();
  await expect(page).toHaveURL(/\/bookings\/\d+$/);
  await expect(page.getByRole("main")).toContainText(when);

  await page.goto(`${paths.station(station.id)}?when=later`);
  await alive(page);
  await page.getByLabel("Day", { exact: true }).selectOption({ index: 2 });
  await expect(page.getByLabel("Time", { exact: true }).getByRole("option", { name: "12:00, full" })).toBeDisabled();
});

test("a pack is booked for later without JavaScript", async ({ openPage, rider, station }) => {
  const page = await openPage(rider.account, { javaScriptEnabled: false });
  await page.goto(paths.station(station.id));
  await howMany(page, station.model.name).fill("2");
  await page.getByRole("radio", { name: "Later" }).check();
  await page.getByLabel("Day", { exact: true }).selectOption({ index: 2 });
  await page.getByRole("button", { name: "Show the times of that day" }).click();
  await expect(howMany(page, station.model.name)).toHaveValue("2");
  await expect(page.getByRole("radio", { name: "Later" })).toBeChecked();
  await page.getByLabel("Time", { exact: true }).selectOption("12:00");
  await bookLater(page).click();
  await expect(page).toHaveURL(/\/bookings\/\d+$/);
  await expect(page.getByRole("main")).toContainText(/Planned for/);
  await expect(page.getByRole("main")).toContainText(/, 12:00/);
});

test("staff see what is booked for the next day apart from what waits", async ({ openPage, rider, staff, station }) => {
  // Late in the evening the next half hours are tomorrow's, on the station's clocks.
  const soon = Date.now() + 2 * 3_600_000;
  const { timezone } = await rider.api.get<{ timezone: string }>(`/stations/${station.id}`);
  const day = new Date(soon).toLocaleDateString("en-CA", { timeZone: timezone });
  const slots = await rider.api.get<{ items: { slot_time: string }[] }>(`/stations/${station.id}/pickup-slots?date=${day}`);
  const next = slots.items.find(({ slot_time }) => Date.parse(slot_time) >= soon - 30 * 60_000);
  const items = [{ kind: "swap", model_id: station.model.id }];
  const booking = await rider.api.post<{ id: number; state: string }>("/bookings", {
    station_id: station.id,
    items,
    pickup_at: next!.slot_time,
  });
  expect(booking.state).toBe("scheduled");
  const attendant = await openPage(operator);
  await attendant.goto(paths.staff(station.id));
  await alive(attendant);
  await expect(attendant.getByRole("list", { name: "Booked for later" }).getByRole("listitem")).toHaveCount(1);
  await axe(attendant);
  expect((await staff.booking(booking.id)).state).toBe("scheduled");
});
