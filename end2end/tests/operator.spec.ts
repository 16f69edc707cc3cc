// The operator: all bookings of her stations, who works there, and the history of one booking.

import { attendant, customer, operator } from "../support/accounts.ts";
import { Api } from "../support/api.ts";
import { paths } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

test("bookings are filtered, sorted, and become cards on a phone", async ({ openPage, rider, station }) => {
  await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id, quantity: 2 }]);
  const page = await openPage(operator);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Operator" }).click();
  await page.getByRole("navigation", { name: "Operator" }).getByRole("link", { name: "Bookings" }).click();
  await page.getByLabel("Station", { exact: true }).selectOption({ label: station.name });
  await page.getByRole("button", { name: "Filter" }).click();
  const rows = page.getByRole("row").filter({ hasText: station.name });
  await expect(rows).toHaveCount(2);
  await expect(page.getByRole("columnheader", { name: "Made" })).toHaveAttribute("aria-sort", "descending");

  await page.getByRole("columnheader", { name: "Amount" }).getByRole("link").click();
  await expect(page.getByRole("columnheader", { name: "Amount" })).toHaveAttribute("aria-sort", "descending");
  await expect(rows.first()).toContainText("2 ×");

  await page.setViewportSize({ width: 360, height: 780 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide).toBeLessThanOrEqual(0);

  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download the record as CSV" }).click();
  expect((await download).suggestedFilename()).toBe("voltbay-record.csv");
});

test("who is assigned is told and works there, and stops when taken away", async ({ openPage, server, station }) => {
  const page = await openPage(operator);
  await page.goto("/operator/staff");
  await page.getByLabel("Email").fill(attendant.email);
  await page.getByLabel("Station", { exact: true }).selectOption({ label: station.name });
  await page.getByRole("button", { name: "Assign" }).click();
  const roster = page.getByRole("region", { name: station.name });
  await expect(roster).toContainText(attendant.email);
  const staff = await Api.login(server.url, attendant);
  const told = (await staff.notifications()).filter(({ event, message }) => event === "employee_assigned" && message.includes(station.name));
  expect(told).toHaveLength(1);

  const counter = await openPage(attendant);
  expect((await counter.goto(paths.staff(station.id)))?.status()).toBe(200);
  await roster.locator("summary").click();
  await roster.getByRole("button", { name: "Yes, take away" }).click();
  await expect(roster).toContainText("Nobody is assigned here");
  expect((await counter.goto(paths.staff(station.id)))?.status()).toBe(403);
});

test("staff read the history of a booking on its panel", async ({ openPage, rider, staff, station }) => {
  const booking = await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  await staff.ready(booking.id);
  const page = await openPage(operator);
  await page.goto(`${paths.staff(station.id)}?booking=${booking.id}#open`);
  await page.getByText("History of this booking").click();
  const history = page.getByRole("main").locator("details", { hasText: "History of this booking" }).getByRole("listitem");
  await expect(history).toHaveCount(2);
  await expect(history.last()).toContainText("Confirmed → Ready to collect");
});

test("a customer has no way onto the operator's screens", async ({ openPage }) => {
  const page = await openPage(customer);
  for (const path of ["/operator", "/operator/bookings", "/operator/staff"]) {
    expect((await page.goto(path))?.status()).toBe(403);
  }
  await expect(page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Operator" })).toHaveCount(0);
});
