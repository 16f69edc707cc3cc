// The stream: what it carries, and that neither a lost connection nor a killed server loses any of it.

import { downtown, operator } from "../support/accounts.ts";
import { Api } from "../support/api.ts";
import { type Frame, LiveSocket, Refused } from "../support/live.ts";
import { alive, count, howMany, holdButton, paths } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

test("a booking is one inventory update and one battery_booked, for the station and for all, and for no other", async ({ server, rider, station }) => {
  const pack = station.packs[0]!;
  const [one, all, other] = await Promise.all([
    LiveSocket.open(`${server.socketUrl}/ws/stations/${station.id}/`),
    LiveSocket.open(`${server.socketUrl}/ws/stations/`),
    LiveSocket.open(`${server.socketUrl}/ws/stations/2/`),
  ]);
  for (const socket of [one, all, other]) await socket.waitFor("snapshot");
  expect(one.frames[0]).toMatchObject({ type: "connection_established", message: `Connected to station_${station.id}`, station_id: station.id });
  expect(all.frames[0]).toMatchObject({ type: "connection_established", message: "Connected to stations_all", station_id: null });

  await rider.api.book(station.id, [{ kind: "swap", battery_id: pack.id }]);
  for (const socket of [one, all]) {
    const booked = await socket.waitFor((frame) => frame.type === "battery_booked" && frame["battery_id"] === pack.id);
    expect(booked["user"]).toBeNull();
    const update = socket.frames[socket.frames.indexOf(booked) - 1]!;
    expect(update).toMatchObject({ type: "inventory_update", action: "book", station_id: station.id, station_name: station.name });
    expect(Number(update["available_batteries"]) + Number(update["booked_batteries"])).toBe(update["total_batteries"]);
  }
  expect(other.events()).toEqual([]);
  await Promise.all([one, all, other].map((socket) => socket.close()));
});

test("test-broadcast reaches the station it names", async ({ server }) => {
  const [one, all, other] = await Promise.all([
    LiveSocket.open(`${server.socketUrl}/ws/stations/1/`),
    LiveSocket.open(`${server.socketUrl}/ws/stations/`),
    LiveSocket.open(`${server.socketUrl}/ws/stations/2/`),
  ]);
  const isTest = (frame: Frame) => frame.type === "inventory_update" && frame["action"] === "test";
  for (const socket of [one, all, other]) await socket.waitFor("snapshot");

  const sent = await server.command("test-broadcast", "--station-id", "1");
  expect(sent).toMatchObject({ code: 0 });
  expect(sent.stdout).toContain(`Broadcasting update for station: ${downtown.name}`);
  expect(sent.stdout).toContain("✓ Inventory update broadcasted successfully");
  await Promise.all([one.waitFor(isTest), all.waitFor(isTest)]);
  expect(other.frames.some(isTest)).toBe(false);

  const unknown = await server.command("test-broadcast", "--station-id", "999");
  expect(unknown.code).toBe(1);
  expect(unknown.stdout + unknown.stderr).toContain("Station with ID 999 not found");
});

test("notifications are refused to whoever is not signed in", async ({ server }) => {
  const attempt = LiveSocket.open(`${server.socketUrl}/ws/notifications/`);
  await expect(attempt).rejects.toBeInstanceOf(Refused);
  await expect(attempt).rejects.toMatchObject({ status: 403 });
});

test("a socket with a bookmark gets exactly what it missed, even across kill -9", async ({ ownServer }) => {
  const server = await ownServer();
  const staff = await Api.login(server.url, operator);
  const station = await staff.openStation(6);
  const address = `${server.socketUrl}/ws/stations/${station.id}/`;
  const first = await LiveSocket.open(address);
  await first.waitFor("snapshot");
  await staff.addBattery(station.id, station.model.id);
  await first.waitFor("battery_added");
  const { epoch, since } = first.bookmark();
  await first.close();

  const witness = await LiveSocket.open(`${address}?epoch=${epoch}&since=${since}`);
  for (let round = 0; round < 5; round++) {
    const { api } = await Api.register(server.url);
    const booking = await api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
    await api.cancel(booking.id);
  }
  await witness.waitFor(() => witness.all("battery_booked").length === 5);
  const last = witness.bookmark().since;
  await server.kill();
  await server.restart();

  const resumed = await LiveSocket.open(`${address}?epoch=${epoch}&since=${since}`);
  await resumed.waitFor(() => resumed.events().some((frame) => frame.seq === last));
  expect(resumed.all("snapshot")).toEqual([]);
  const missed = resumed.events().filter((frame) => frame.seq! <= last);
  expect(missed.map((frame) => frame.seq)).toEqual(Array.from({ length: last - since }, (_, index) => since + 1 + index));
  expect(missed).toEqual(witness.events().filter((frame) => frame.seq! <= last));
  expect((await server.command("check")).code).toBe(0);
});

test("an open page goes on by itself after the server was killed and started again", async ({ ownServer, openPage }) => {
  const server = await ownServer();
  const page = await openPage(undefined, { baseURL: server.url });
  await page.goto(paths.station(downtown.id));
  await alive(page);
  const before = Number(await count(page, "ready").textContent());

  await server.kill();
  await expect(page.getByText(/Reconnecting/).first()).toBeVisible();
  await server.restart();
  const { api } = await Api.register(server.url);
  const model = (await api.station(downtown.id)).models.find((one) => one.available > 0)!;
  await api.book(downtown.id, [{ kind: "swap", model_id: model.model_id }]);
  await alive(page);
  await expect(count(page, "ready")).toHaveText(String(before - 1), { timeout: 20_000 });
});

test("a customer in the middle of booking does not notice a restart", async ({ ownServer, openPage }) => {
  const server = await ownServer();
  const { api, account } = await Api.register(server.url);
  const page = await openPage(undefined, { baseURL: server.url });
  await page.goto(paths.login);
  await page.getByLabel("Email").fill(account.email);
  await page.getByLabel("Password", { exact: true }).fill(account.password);
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await expect(page).not.toHaveURL(/sign-in/);
  await page.goto(paths.station(downtown.id));
  await alive(page);
  const model = (await api.station(downtown.id)).models.find((one) => one.available > 0)!;
  await howMany(page, model.name).fill("1");

  await server.restart();
  await alive(page);
  await expect(howMany(page, model.name)).toHaveValue("1");
  await holdButton(page).click();
  await expect(page).toHaveURL(/\/bookings\/\d+$/);
});

test("the list can be paused, counts what it holds back, and catches up", async ({ openPage, rider, station }) => {
  const page = await openPage();
  await page.goto(paths.station(station.id));
  await alive(page);
  await page.getByRole("button", { name: "Pause" }).click();
  await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  await expect(page.getByText(/Paused.*\d+ change/)).toBeVisible();
  await expect(count(page, "ready")).toHaveText("3");
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(count(page, "ready")).toHaveText("2");
});
