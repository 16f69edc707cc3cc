// The station floor: two staff screens and a customer's phone see an arrival, a task and a guided swap as they happen.

import { randomUUID } from "node:crypto";

import type { Page } from "@playwright/test";

import { type Account, operator } from "../support/accounts.ts";
import { Api, type Battery, type Booking } from "../support/api.ts";
import { alive, count, paths } from "../support/pages.ts";
import type { Server } from "../support/server.ts";
import { expect, test } from "../support/test.ts";

type Bay = { id: number; number: number; state: string };
type Task = { id: number; kind: string; state: string; acked_by: string | null };

/** Somebody who works at this station and nowhere else. */
async function attendantAt(server: Server, station: number, name: string): Promise<Account> {
  const account = { email: `attendant-${randomUUID()}@voltbay.test`, password: "a long enough secret" };
  const who = ["--role", "attendant", "--name", name, "--email", account.email, "--password", account.password];
  const made = await server.command("create-user", ...who, "--station-id", `${station}`);
  expect(made.code, made.stderr).toBe(0);
  return account;
}

/** A keyboard that counts what is pressed besides typing. */
class Keyboard {
  pressed = 0;
  constructor(private readonly page: Page) {}

  async press(key: string): Promise<void> {
    this.pressed += 1;
    await this.page.keyboard.press(key);
  }

  type = (text: string): Promise<void> => this.page.keyboard.insertText(text);
}

const step = (page: Page, name: string) => expect(page.getByRole("region", { name, exact: true })).toBeVisible();
const taskRow = (page: Page, text: string) => page.getByRole("region", { name: /^Tasks/ }).getByRole("listitem").filter({ hasText: text });

test("arrival, task, guided swap by keyboard, receipt, on two screens and a phone", async ({ openPage, rider, staff, station, server }) => {
  test.setTimeout(120_000);
  const bay = await staff.post<Bay>(`/stations/${station.id}/bays`);
  const asha = await attendantAt(server, station.id, "Asha Nair");
  const vishnu = await attendantAt(server, station.id, "Vishnu Rao");
  // She took a battery once, so there is one to bring back.
  const before = await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  await staff.collect(before.id, { code: before.code });
  const hers = (await staff.batteries(station.id)).map((pack) => pack.serial);
  const brought = station.packs.map((pack) => pack.serial!).find((serial) => !hers.includes(serial))!;
  const booking = await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);

  const first = await openPage(asha);
  const second = await openPage(vishnu);
  const phone = await openPage(rider.account, { viewport: { width: 360, height: 780 } });
  await first.goto(paths.staff(station.id));
  await second.goto(paths.staff(station.id));
  await phone.goto(paths.booking(booking.id));
  await Promise.all([first, second, phone].map(alive));

  await staff.post<Booking>(`/bookings/${booking.id}/check-in`, { code: booking.code });
  await expect(phone.getByText("Go to bay 1").first()).toBeVisible();
  const here = "Serve";
  await expect(taskRow(first, here)).toContainText("Nobody has it yet");
  await expect(taskRow(second, here)).toContainText("Nobody has it yet");
  await taskRow(first, here).getByRole("button", { name: /^Acknowledge/ }).click();
  await expect(taskRow(second, here)).toContainText("Asha Nair has it");
  await expect(second.getByRole("article", { name: "Bay 1" })).toContainText("Called");

  await first.goto(`/staff/bays/${bay.id}`); // what the QR code at the bay opens
  await alive(first);
  await first.getByRole("button", { name: "The customer is in the bay" }).press("Enter");
  await step(first, "Customer");
  await expect(second.getByRole("article", { name: "Bay 1" })).toContainText("Customer");
  await expect(first.locator("#go")).toBeFocused();

  const keys = new Keyboard(first);
  keys.pressed += 1; // the one that opened the swap
  await keys.press("Enter");
  await step(first, "Return");
  await expect(first.locator("#go")).toBeFocused();
  await keys.type(brought);
  await keys.press("Enter");
  await step(first, "New");
  await expect(first.locator("#go")).toBeFocused();
  await first.reload(); // and on another device: the swap is where it was
  await step(first, "New");
  await second.goto(first.url());
  await step(second, "New");
  await alive(first);
  await first.locator("#go").focus();
  await keys.press("Enter");
  await step(first, "Review");
  await expect(first.locator("#go")).toBeFocused();
  await keys.press("Enter");
  await step(first, "Payment");
  await expect(phone.getByText("Pay now.").first()).toBeVisible();
  await expect(first.locator("#go")).toBeFocused();
  await keys.press("Enter");
  await step(first, "Done");
  await expect(first.getByText(/Slot .* is open/)).toBeVisible();
  await expect(phone.getByText("take your battery").first()).toBeVisible();
  await expect(first.locator("#go")).toBeFocused();
  await keys.press("Enter");
  await expect(first.getByText("The swap is done")).toBeVisible();
  await expect(second.getByText("The swap is done")).toBeVisible();
  expect(keys.pressed).toBeLessThanOrEqual(12);
  await expect(phone.getByRole("heading", { level: 1 })).toHaveText("You collected your battery");
  await expect(first.getByRole("link", { name: "Receipt" })).toBeVisible();

  const inside: Battery[] = await staff.batteries(station.id);
  expect(inside.map((pack) => pack.serial)).toContain(brought);
  expect((await staff.get<{ items: Bay[] }>(`/stations/${station.id}/bays`)).items[0]!.state).toBe("turn_over");
  const open = await staff.get<{ items: Task[] }>(`/stations/${station.id}/tasks`);
  expect(open.items.filter((task) => task.kind === "serve_customer" && task.state !== "done")).toEqual([]);
  expect((await server.command("check")).code).toBe(0);
});

test("an urgent alert covers the board until it is acknowledged, and comes back on every visit", async ({ openPage, staff, station, server }) => {
  const asha = await attendantAt(server, station.id, "Asha Nair");
  const board = await openPage(asha);
  await board.goto(paths.staff(station.id));
  await alive(board);
  await staff.post(`/stations/${station.id}/tasks`, { text: "Smoke at cabinet A", priority: 1 });
  const banner = board.getByRole("alert").filter({ hasText: "Smoke at cabinet A" });
  await expect(banner).toBeVisible();
  await board.reload();
  await expect(banner).toBeVisible();
  await banner.getByRole("button", { name: "Acknowledge" }).click();
  await expect(banner).toHaveCount(0);

  await staff.post(`/stations/${station.id}/messages`, { message: "Fire drill at noon", kind: "alert", priority: "high" });
  const said = board.getByRole("alert").filter({ hasText: "Fire drill at noon" });
  await expect(said).toBeVisible();
  await said.getByRole("button", { name: "I have read it" }).click();
  await expect(said).toHaveCount(0);
  const messages = await staff.get<{ items: { acknowledged: { name: string }[] }[] }>(`/stations/${station.id}/messages`);
  expect(messages.items[0]!.acknowledged.map((one) => one.name)).toEqual(["Asha Nair"]);
});

test("tasks by single keys, which can be switched off", async ({ openPage, staff, station, server }) => {
  const asha = await attendantAt(server, station.id, "Asha Nair");
  await staff.post(`/stations/${station.id}/tasks`, { text: "Sweep the yard", priority: 3 });
  await staff.post(`/stations/${station.id}/tasks`, { text: "Count the helmets", priority: 3 });
  const board = await openPage(asha);
  await board.goto(paths.staff(station.id));
  await alive(board);
  await board.keyboard.press("j");
  await board.keyboard.press("j");
  await board.keyboard.press("a");
  await expect(taskRow(board, "Count the helmets")).toContainText("Asha Nair has it");
  await expect(taskRow(board, "Sweep the yard")).toContainText("Nobody has it yet");
  await board.keyboard.press("s");
  await expect(board.getByRole("textbox", { name: /Scan or type/ })).toBeFocused();
  await board.getByText("Keys", { exact: true }).click();
  await board.getByRole("button", { name: "Single keys are on" }).click();
  await board.getByRole("heading", { level: 1 }).click();
  await board.keyboard.press("k");
  await board.keyboard.press("a");
  await expect(taskRow(board, "Sweep the yard")).toContainText("Nobody has it yet");
});

test("what is over goes by itself once nobody has a hand on the list, and a compact board stays compact", async ({ openPage, staff, station, server }) => {
  const asha = await attendantAt(server, station.id, "Asha Nair");
  const board = await openPage(asha);
  await board.goto(paths.staff(station.id));
  await alive(board);
  await board.getByRole("region", { name: /^Tasks/ }).hover();
  const sweep = await staff.post<Task>(`/stations/${station.id}/tasks`, { text: "Sweep the yard", priority: 3 });
  await expect(taskRow(board, "Sweep the yard")).toBeVisible();
  await staff.post(`/tasks/${sweep.id}/ack`);
  await staff.post(`/tasks/${sweep.id}/complete`);
  await expect(taskRow(board, "Sweep the yard")).toContainText("Done");
  await board.getByRole("heading", { level: 1 }).hover();
  await expect(taskRow(board, "Sweep the yard")).toHaveCount(0, { timeout: 15_000 });

  await board.getByRole("button", { name: "Compact" }).click();
  await expect(board.locator(".board")).toHaveAttribute("data-density", "compact");
  await board.reload();
  await expect(board.locator(".board")).toHaveAttribute("data-density", "compact");
  await alive(board);
  await board.getByRole("button", { name: "Compact" }).click();
  await expect(board.locator(".board")).not.toHaveAttribute("data-density", "compact");
});

test("a lead gives a task to somebody else, who has to acknowledge it", async ({ openPage, staff, station, server }) => {
  const asha = await openPage(await attendantAt(server, station.id, "Asha Nair"));
  const boss = await openPage(operator);
  for (const board of [asha, boss]) {
    await board.goto(paths.staff(station.id));
    await alive(board);
  }
  await staff.post(`/stations/${station.id}/tasks`, { text: "Sweep the yard", priority: 3 });
  const row = taskRow(boss, "Sweep the yard");
  await row.getByText("Give to").click();
  const her = await row.locator("option", { hasText: "Asha Nair" }).getAttribute("value");
  await row.getByLabel("Who does it").selectOption(her!);
  await row.getByRole("button", { name: "Give it" }).click();
  await expect(taskRow(asha, "Sweep the yard")).toContainText("For Asha Nair, not acknowledged");
  await taskRow(asha, "Sweep the yard").getByRole("button", { name: /^Acknowledge/ }).click();
  await expect(row).toContainText("Asha Nair has it");
});

test("a guest without an account drives in and swaps", async ({ openPage, staff, station, server }) => {
  await staff.post<Bay>(`/stations/${station.id}/bays`);
  const asha = await attendantAt(server, station.id, "Asha Nair");
  const board = await openPage(asha);
  await board.goto(paths.staff(station.id));
  await alive(board);
  await board.getByRole("article", { name: "Bay 1" }).getByRole("button", { name: "Open a swap" }).click();
  await step(board, "Customer");
  await board.getByText("No booking", { exact: true }).click();
  await board.getByLabel("Name (optional)").fill("Chandra");
  await board.getByLabel("Type of battery").selectOption(`${station.model.id}`);
  await board.getByRole("button", { name: "Book and begin" }).click();
  await expect(board.getByText("Chandra").first()).toBeVisible();
});

test("who wants help at the bay says so once, and staff know it before she comes", async ({ openPage, rider, staff, station, server }) => {
  const phone = await openPage(rider.account, { viewport: { width: 360, height: 780 } });
  await phone.goto(paths.account);
  await phone.getByLabel("Help me at the bay").check();
  await phone.getByRole("button", { name: "Save" }).click();
  await expect(phone.getByText("Saved")).toBeVisible();
  await phone.goto(paths.station(station.id));
  await alive(phone);
  await expect(phone.getByLabel("Help me at the bay")).toBeChecked();
  const booking = await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  const board = await openPage(await attendantAt(server, station.id, "Asha Nair"));
  await board.goto(`${paths.staff(station.id)}?booking=${booking.id}`);
  await expect(board.getByText("Wants help at the bay")).toBeVisible();
  await staff.post(`/bookings/${booking.id}/check-in`, { code: booking.code });
  await expect(taskRow(board, "Help at the bay")).toBeVisible();
});

test("everybody sees how many bays are free", async ({ openPage, staff, station }) => {
  const bay = await staff.post<Bay>(`/stations/${station.id}/bays`);
  const page = await openPage();
  await page.goto(paths.station(station.id));
  await alive(page);
  await expect(count(page, "free bays")).toHaveText("1 of 1");
  await staff.patch(`/bays/${bay.id}`, { condition: "blocked" });
  await expect(count(page, "free bays")).toHaveText("0 of 1");
});

test("the board works without scripts", async ({ openPage, staff, station, server }) => {
  const asha = await attendantAt(server, station.id, "Asha Nair");
  await staff.post(`/stations/${station.id}/tasks`, { text: "Sweep the yard", priority: 2 });
  const board = await openPage(asha, { javaScriptEnabled: false });
  await board.goto(paths.staff(station.id));
  await taskRow(board, "Sweep the yard").getByRole("button", { name: /^Acknowledge/ }).click();
  await expect(taskRow(board, "Sweep the yard")).toContainText("Asha Nair has it");
  await board.getByRole("button", { name: "Begin my shift" }).click();
  await expect(board.getByRole("button", { name: "End my shift" })).toBeVisible();
  await expect(board.getByText("Asha Nair", { exact: true }).first()).toBeVisible();
});

test("staff of one station are told no at another", async ({ openPage, station, staff, server }) => {
  const elsewhere = await staff.openStation(1);
  const bay = await staff.post<Bay>(`/stations/${station.id}/bays`);
  const account = await attendantAt(server, elsewhere.id, "Ravi Menon");
  const page = await openPage(account);
  for (const path of [`/staff/stations/${station.id}`, `/staff/bays/${bay.id}`, `/staff/stations/${station.id}/shift`, `/staff/stations/${station.id}/close-down`]) {
    const answer = await page.goto(path);
    expect([403, 404], path).toContain(answer!.status());
  }
  const ravi = await Api.login(server.url, account);
  for (const path of [`/stations/${station.id}/tasks`, `/stations/${station.id}/ops`, `/stations/${station.id}/shift`, `/stations/${station.id}/messages`, `/stations/${station.id}/bays`, `/bays/${bay.id}`]) {
    expect([403, 404], path).toContain((await ravi.send("GET", path)).status);
  }
});
