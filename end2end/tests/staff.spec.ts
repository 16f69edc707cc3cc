// Staff at a station: packs come and go, and every customer sees it.

import { attendant, customer, downtown } from "../support/accounts.ts";
import { Api } from "../support/api.ts";
import { alive, count, paths } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

test("a pack put in by staff is there for customers at once, and locked it is gone", async ({ openPage, server }) => {
  const staff = await Api.login(server.url, attendant);
  const counter = await openPage(attendant);
  const rider = await openPage();
  await counter.goto(paths.staff(downtown.id));
  await rider.goto(paths.station(downtown.id));
  await Promise.all([counter, rider].map(alive));
  const before = Number(await count(rider, "ready").textContent());
  const serial = `E2E-${Date.now()}`;

  await counter.getByRole("main").getByRole("button", { name: /^Add/ }).first().click();
  await counter.getByLabel("Serial").fill(serial);
  await counter.getByLabel("Model").selectOption({ index: 1 });
  await counter.getByRole("button", { name: /^Add/ }).last().click();
  await expect(count(rider, "ready")).toHaveText(String(before + 1));

  const pack = (await staff.batteries(downtown.id)).find((battery) => battery.serial === serial)!;
  await staff.patch(`/batteries/${pack.id}`, { state: "quarantined", note: "dented case" });
  await expect(count(rider, "ready")).toHaveText(String(before));
  await expect(counter.getByRole("main")).toContainText(/quarantin|locked/i);
});

test("a paused station says so everywhere and takes no booking", async ({ openPage, staff, rider, station }) => {
  const page = await openPage();
  await page.goto(paths.station(station.id));
  await alive(page);
  await staff.patch(`/stations/${station.id}`, { status: "paused", message: "Back in ten minutes" });
  await expect(page.getByText("Back in ten minutes").first()).toBeVisible();
  const refused = await rider.api.send<{ code: string }>("POST", "/bookings", {
    station_id: station.id,
    items: [{ kind: "swap", model_id: station.model.id }],
    payment_method: "cash",
  });
  expect([refused.status, refused.body.code]).toEqual([409, "station_closed"]);
  await staff.patch(`/stations/${station.id}`, { status: "online" });
  await expect(page.getByText("Back in ten minutes")).toHaveCount(0);
});

test("a customer has no way onto the staff's screens", async ({ openPage }) => {
  const page = await openPage(customer);
  const answer = await page.goto(paths.staff(downtown.id));
  expect(answer?.status()).toBe(403);
  await expect(page.getByRole("main")).toContainText(/signed in as/i);
});
