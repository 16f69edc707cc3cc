// From the booking to the handover: what the customer is told, and what staff do.


import { alive, paths, toast } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

test("a toast tells of the confirmation and of the pack being ready, on whatever page is open", async ({ openPage, rider, staff, station }) => {
  const page = await openPage(rider.account);
  await page.goto(paths.stations);
  await alive(page);

  const booking = await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  await expect(toast(page, `Battery booked successfully at ${station.name}`)).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "booked" })).toHaveCount(1); // read out once, not twice

  if (booking.state !== "ready") await staff.ready(booking.id);
  await expect(toast(page, `Your battery is ready for collection at ${station.name}`)).toBeVisible();

  await toast(page, "ready for collection").getByRole("button", { name: /close|dismiss/i }).click();
  await expect(toast(page, "ready for collection")).toBeHidden();
});

