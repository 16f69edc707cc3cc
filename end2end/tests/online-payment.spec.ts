// Paying by card and by QR code, at the page of the built-in test service.

import AxeBuilder from "@axe-core/playwright";

import { operator } from "../support/accounts.ts";
import { alive, howMany, paths, toast } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

test("a card is declined, then pays, and the booking is confirmed live", async ({ openPage, rider, station, server }) => {
  const page = await openPage(rider.account);
  await page.goto(paths.station(station.id));
  await alive(page);
  await howMany(page, station.model.name).fill("1");
  await page.getByRole("group", { name: "Pay" }).getByText("Card").click();
  await page.getByRole("main").getByRole("button", { name: /^Hold 1 battery/ }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Pay to confirm your booking");

  await page.getByRole("link", { name: /^Pay ₹.* now$/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Test payment");
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations).toEqual([]);
  await page.getByRole("button", { name: "Let the bank decline" }).click();
  const payment = page.getByRole("region", { name: "Payment" });
  await expect(payment).toContainText("The last payment came to nothing");
  await expect(payment).toContainText("the bank declined it");

  await alive(page);
  await payment.getByRole("button", { name: "Pay by card" }).click();
  await payment.getByRole("link", { name: /^Pay ₹.* now$/ }).click();
  await page.getByRole("button", { name: "Pay, and be told five seconds later" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Pay to confirm your booking");
  await alive(page);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your battery is held", { timeout: 15_000 });
  await expect(toast(page, `Battery booked successfully at ${station.name}`)).toBeVisible();
  await expect(payment).toContainText("Paid in full");
  expect((await server.command("check")).code).toBe(0);
});

test("a QR code is scanned with another phone, and the first one sees it", async ({ openPage, rider, station, browser }) => {
  const booking = await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  const page = await openPage(rider.account);
  await page.goto(paths.booking(booking.id));
  await alive(page);
  const payment = page.getByRole("region", { name: "Payment" });
  await payment.getByRole("button", { name: "Pay by QR code" }).click();
  const code = payment.getByRole("img", { name: /QR code/ });
  await expect(code).toBeVisible();
  expect(await code.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0)).toBe(true);
  const address = await payment.getByRole("link", { name: /^Pay ₹.* now$/ }).getAttribute("href");

  const other = await (await browser.newContext()).newPage();
  await other.goto(new URL(address!, page.url()).href);
  await other.getByRole("button", { name: /^Pay ₹/ }).click();
  await expect(toast(page, "We have received your payment")).toBeVisible();
  await expect(payment).toContainText("Paid in full");
  await other.context().close();
});

test("the operator finds payments and what they come to", async ({ openPage, rider, staff, station }) => {
  const booking = await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  await staff.send("POST", `/payments/${booking.payment_id}/verify`, { received: booking.total_amount });
  const page = await openPage(operator);
  await page.goto("/operator");
  await page.getByRole("navigation", { name: "Operator" }).getByRole("link", { name: "Payments" }).click();
  await page.getByLabel("Station", { exact: true }).selectOption({ label: station.name });
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page.getByRole("row").filter({ hasText: station.name })).toHaveCount(1);
  await expect(page.getByRole("region", { name: "What they come to" })).toContainText("1 payment");
  await page.getByText("Show as a table").click();
  await expect(page.getByRole("table", { name: "Takings per day" }).getByRole("row")).toHaveCount(15);
});
