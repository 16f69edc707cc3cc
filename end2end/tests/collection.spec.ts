// From the booking to the handover: what the customer is told, and what staff do.

import { attendant, downtown } from "../support/accounts.ts";
import { Api } from "../support/api.ts";
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

test("staff hand a booking over by its code, and the customer's page follows", async ({ openPage, rider, server }) => {
  const staff = await Api.login(server.url, attendant);
  const pack = await staff.addBattery(downtown.id, 1);
  const booking = await rider.api.book(downtown.id, [{ kind: "swap", battery_id: pack.id }]);
  if (booking.state !== "ready") await staff.ready(booking.id);
  const theirs = await openPage(rider.account);
  const counter = await openPage(attendant);
  await theirs.goto(paths.booking(booking.id));
  await counter.goto(paths.staff(downtown.id));
  await Promise.all([theirs, counter].map(alive));

  await counter.getByRole("textbox", { name: /code|pin|scan/i }).fill(booking.code);
  await counter.keyboard.press("Enter");
  await counter.getByRole("main").getByRole("button", { name: /collect|hand over/i }).first().click();

  await expect(theirs.getByRole("main")).toContainText(/collected|handed over|completed/i);
  expect((await rider.api.booking(booking.id)).state).toBe("completed");

  // A second time is refused and changes nothing.
  const again = await staff.send<{ code: string }>("POST", `/bookings/${booking.id}/collect`, { code: booking.code });
  expect([again.status, again.body.code]).toEqual([409, "already_collected"]);
  expect((await server.command("check")).code).toBe(0);
});
