// Reviews: after the batteries were handed over, by keyboard alone, for everybody to read.

import { paths } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

test("who collected a battery says how it was, and everybody reads it", async ({ openPage, rider, staff, station }) => {
  const booking = await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  await staff.collect(booking.id, { code: booking.code });
  const page = await openPage(rider.account);
  await page.goto(paths.booking(booking.id));
  await expect(page.getByRole("heading", { name: "How was it?" })).toBeVisible();

  await page.getByRole("radio").first().focus();
  await page.keyboard.press("Space");
  for (let star = 1; star < 4; star++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Quick, and the counter was friendly.");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Your review" })).toBeVisible();

  const anybody = await openPage();
  await anybody.goto(paths.station(station.id));
  await expect(anybody.getByText("4.0 of 5, 1 review").first()).toBeVisible();
  const said = anybody.getByRole("listitem").filter({ hasText: "Quick, and the counter was friendly." });
  await expect(said).toContainText("Test");
  await expect(said).not.toContainText("Rider");

  await page.getByText("Delete review").click();
  await page.getByRole("button", { name: "Yes, delete it" }).click();
  await expect(page.getByRole("heading", { name: "How was it?" })).toBeVisible();
  await anybody.reload();
  await expect(anybody.getByText("Nobody has reviewed this station yet", { exact: false })).toBeVisible();
});

test("there is nothing to review before the batteries were handed over", async ({ openPage, rider, station }) => {
  const booking = await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  const page = await openPage(rider.account);
  await page.goto(paths.booking(booking.id));
  await expect(page.getByRole("heading", { name: "How was it?" })).toHaveCount(0);
  const refused = await rider.api.send<{ code: string }>("POST", `/bookings/${booking.id}/review`, { rating: 5, text: "Too early" });
  expect([refused.status, refused.body.code]).toEqual([409, "illegal_transition"]);
});
