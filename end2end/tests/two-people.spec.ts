// Two people, one booking: asked for, accepted, paid, prepared, renewed and handed over, each seeing what the other does.

import { randomUUID } from "node:crypto";

import type { Account } from "../support/accounts.ts";
import { alive, howMany, paths, toast } from "../support/pages.ts";
import type { Server } from "../support/server.ts";
import { expect, test } from "../support/test.ts";

/** Somebody who works at this station and nowhere else. */
async function attendantAt(server: Server, station: number): Promise<Account> {
  const account = { email: `attendant-${randomUUID()}@voltbay.test`, password: "a long enough secret" };
  const who = ["--role", "attendant", "--name", "Asha Nair", "--email", account.email, "--password", account.password];
  const made = await server.command("create-user", ...who, "--station-id", `${station}`);
  expect(made.code, made.stderr).toBe(0);
  return account;
}

test("request, accept, pay cash, count, ready, renew, collect", async ({ openPage, rider, staff, station, server }) => {
  await staff.patch(`/stations/${station.id}/rules`, { needs_approval: true });
  const counter = await openPage(await attendantAt(server, station.id));
  const page = await openPage(rider.account);
  await counter.goto(paths.staff(station.id));
  await page.goto(paths.station(station.id));
  await Promise.all([counter, page].map(alive));

  await howMany(page, station.model.name).fill("1");
  await page.getByRole("main").getByRole("button", { name: "Ask for 1 battery" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Waiting for the station to accept");
  await expect(toast(counter, `New booking received for ${station.name}`)).toBeVisible();

  await counter.getByRole("main").getByRole("button", { name: /^Accept/ }).first().click();
  await expect(toast(page, `Battery booked successfully at ${station.name}`)).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your battery is held");

  await page.getByRole("button", { name: "I am paying cash" }).click();
  await expect(page.getByRole("region", { name: "Payment" })).toContainText("to be counted");
  await expect(toast(counter, "in cash to count")).toBeVisible();
  await counter.getByRole("main").getByRole("link", { name: /^Hand over/ }).first().click();
  await counter.getByRole("button", { name: "Confirm the cash" }).click();
  await expect(toast(page, "Your cash payment has been verified")).toBeVisible();
  await expect(page.getByRole("region", { name: "Payment" })).toContainText("paid");

  await counter.getByRole("main").getByRole("button", { name: /^Mark ready/ }).first().click();
  await expect(toast(page, `ready for collection at ${station.name}`)).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your battery is ready");

  const id = Number(/\/bookings\/(\d+)/.exec(page.url())![1]);
  const before = await rider.api.booking(id);
  await page.getByRole("main").getByRole("button", { name: /^Renew to/ }).first().click();
  await expect(toast(page, "Booking renewed")).toBeVisible();
  const after = await rider.api.booking(id);
  expect(Date.parse(after.deadline) - Date.parse(before.deadline)).toBe(5 * 60_000);

  await counter.getByRole("textbox", { name: /Customer.s code or PIN/ }).first().fill(before.code);
  await counter.getByRole("main").getByRole("button", { name: "Hand over" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("You collected your battery");
  await page.getByRole("link", { name: "Receipt" }).press("Enter"); // a toast may lie over it
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^Receipt \d+-000001$/);
  expect((await server.command("check")).code).toBe(0);
});

test("a declined request says why, and a no-show is taken back", async ({ openPage, rider, staff, station, server }) => {
  await staff.patch(`/stations/${station.id}/rules`, { needs_approval: true });
  const who = await attendantAt(server, station.id);
  const counter = await openPage(who);
  const page = await openPage(rider.account);
  const refused = await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  await page.goto(paths.booking(refused.id));
  await counter.goto(`${paths.staff(station.id)}?booking=${refused.id}#open`);
  await Promise.all([counter, page].map(alive));
  await counter.getByRole("main").getByText("Decline", { exact: true }).click();
  await counter.getByLabel("Why").fill("We close early today");
  await counter.getByRole("button", { name: "Yes, decline it" }).click();
  await expect(toast(page, "Your booking request was declined: We close early today")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("The station declined");

  await staff.patch(`/stations/${station.id}/rules`, { needs_approval: false, timers: { hold_ttl: "1s", grace: "1s" } });
  const late = await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  await staff.ready(late.id);
  await expect.poll(async () => (await rider.api.booking(late.id)).state, { timeout: 15_000 }).toBe("no_show");
  await counter.goto(`${paths.staff(station.id)}?booking=${late.id}#open`);
  const back = await staff.send("POST", `/bookings/${late.id}/undo-no-show`);
  expect(back.status).toBe(200);
  expect((await rider.api.booking(late.id)).state).toBe("checked_in");
  expect((await server.command("check")).code).toBe(0);
});
