// A customer books: seen elsewhere at once, by keyboard alone, and without a line of script.

import type { Page } from "@playwright/test";

import { alive, count, holdButton, howMany, paths, stationRow } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

test("a booking in one browser changes the counts in another within a second", async ({ openPage, rider, station }) => {
  const mine = await openPage(rider.account);
  const theirs = await openPage();
  const list = await openPage();
  await mine.goto(paths.station(station.id));
  await theirs.goto(paths.station(station.id));
  await list.goto(`${paths.stations}?q=${encodeURIComponent(station.name)}`);
  await Promise.all([mine, theirs, list].map(alive));
  await expect(count(theirs, "ready")).toHaveText("3");

  await howMany(mine, station.model.name).fill("1");
  await holdButton(mine).click();

  const withinASecond = { timeout: 1500 }; // the click's own way to the server included
  await Promise.all([
    expect(count(theirs, "ready")).toHaveText("2", withinASecond),
    expect(stationRow(list, station.name)).toContainText("2 ready", withinASecond),
  ]);
  await expect(mine).toHaveURL(/\/bookings\/\d+$/);
  await expect(mine.getByRole("timer")).toBeVisible();
});

/** Cancelling asks first, right beside the control. */
const cancel = async (page: Page) => {
  await page.getByRole("main").getByRole("button", { name: "Cancel booking" }).click();
  await page.getByRole("main").getByRole("button", { name: "Yes, cancel it" }).click();
};

test("what is cancelled on another device leaves my running bookings here", async ({ openPage, rider, station }) => {
  const booking = await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  const page = await openPage(rider.account);
  await page.goto(paths.bookings);
  await expect(page, "it counts down").toHaveTitle(/^\d+:\d\d · My bookings/);
  await rider.api.cancel(booking.id);
  await expect(page.getByRole("listitem").filter({ hasText: station.name })).toContainText("Cancelled");
  await expect(page).toHaveTitle(/^My bookings/);
});

test("cancelling gives the pack back, and can be undone for a while", async ({ openPage, rider, station, server }) => {
  const booking = await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  const page = await openPage(rider.account);
  await page.goto(paths.booking(booking.id));
  await alive(page);

  await cancel(page);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(async () => (await rider.api.booking(booking.id)).state).toMatch(/confirmed|ready/);

  await cancel(page);
  await expect(page.getByRole("main")).toContainText(/cancelled/i);
  await expect.poll(async () => (await rider.api.booking(booking.id)).state).toBe("cancelled");
  await expect.poll(async () => (await rider.api.station(station.id)).available_batteries, { timeout: 15_000 }).toBe(3);
  expect((await server.command("check")).code).toBe(0);
});

test("a pack can be booked with the keyboard alone", async ({ page, rider, station }) => {
  // Moves on until the named control has the focus, as a person does, and sees to it that the focus shows.
  const tabTo = async (name: RegExp) => {
    for (let presses = 0; presses < 120; presses++) {
      await page.keyboard.press("Tab");
      const focused = page.locator(":focus");
      // Nothing has the focus while it is in the browser's own controls.
      if ((await focused.count()) === 0) continue;
      const label = await focused.evaluate((element) => {
        const input = element as HTMLInputElement;
        return (element.getAttribute("aria-label") ?? input.labels?.[0]?.textContent ?? element.textContent ?? "").trim();
      });
      if (!name.test(label)) continue;
      await expect(focused).toBeInViewport();
      const ring = await focused.evaluate((element) => {
        const style = getComputedStyle(element);
        return parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none";
      });
      expect(ring, `the focus on "${label}" can be seen`).toBe(true);
      return;
    }
    throw new Error(`nothing named ${name} can be reached with Tab`);
  };

  await page.goto(paths.login);
  await tabTo(/^Email/);
  await page.keyboard.type(rider.account.email);
  await tabTo(/^Password/);
  await page.keyboard.type(rider.account.password);
  await page.keyboard.press("Enter");
  await expect(page).not.toHaveURL(/sign-in/);

  await page.goto(`${paths.stations}?q=${encodeURIComponent(station.name)}`);
  await alive(page);
  await tabTo(new RegExp(`^${station.name}`));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: station.name })).toBeVisible();

  await tabTo(new RegExp(`Number.*${station.model.name}|${station.model.name}.*number`, "i"));
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("1");
  await tabTo(/^Hold \d/);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/bookings\/\d+$/);
});

test("a pack can be booked and the booking cancelled without JavaScript", async ({ openPage, rider, station }) => {
  const page = await openPage(rider.account, { javaScriptEnabled: false });
  await page.goto(paths.stations);
  await page.getByRole("searchbox").fill(station.name);
  await page.keyboard.press("Enter");
  await stationRow(page, station.name).click();
  await howMany(page, station.model.name).fill("1");
  await holdButton(page).click();
  await expect(page).toHaveURL(/\/bookings\/\d+$/);
  await expect(page.getByRole("main")).toContainText(station.name);
  await expect(page.getByRole("main")).toContainText(/until \d\d:\d\d/);

  await cancel(page);
  await expect(page.getByRole("main")).toContainText(/cancelled/i);
});

test("who is not signed in is asked to, and comes back to the station", async ({ page, rider, station }) => {
  await page.goto(paths.station(station.id));
  await alive(page);
  await howMany(page, station.model.name).fill("1");
  await holdButton(page).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByLabel("Email").fill(rider.account.email);
  await page.getByLabel("Password", { exact: true }).fill(rider.account.password);
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(new RegExp(`${paths.station(station.id)}(\\?|$)`));
});
