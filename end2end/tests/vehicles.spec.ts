// What a customer rides: kept once, offered wherever it saves typing, and minded when batteries are held.

import { paths } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

const city = "Kayal Motors City 60, takes VB60";

test("a vehicle added once filters the stations and is offered where batteries are held", async ({ openPage, rider, station }) => {
  const page = await openPage(rider.account);
  await page.goto(paths.account);
  await page.getByRole("link", { name: "Your vehicles" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Your vehicles" })).toBeVisible();
  await page.getByLabel("Registration").fill("kl 07-ab 1234");
  await page.getByLabel("Type", { exact: true }).selectOption({ label: city });
  await page.getByLabel("What you call it").fill("Red one");
  await page.getByRole("button", { name: "Add vehicle" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "Red one" })).toContainText("KL07AB1234");

  await page.goto(paths.stations);
  const chip = page.getByRole("button", { name: "Fits my Red one" });
  await chip.click();
  await expect(page).toHaveURL(/vehicle_type=\d+/);
  await expect(chip).toHaveAttribute("aria-pressed", "true");

  await page.goto(paths.station(station.id));
  await expect(page.locator("datalist option[value=KL07AB1234]")).toHaveCount(1);
  await page.getByRole("combobox", { name: /Vehicle/ }).fill("KL07AB1234");
  await page.getByRole("main").getByRole("button", { name: /^Hold \d/ }).click();
  await expect(page).toHaveURL(/\/bookings\/\d+/);

  const others = (await rider.api.models()).find((model) => model.name === "VB48")!;
  const order = { station_id: station.id, vehicle: "KL 07 AB 1234", items: [{ kind: "swap", model_id: others.id }] };
  const refused = await rider.api.send<{ code: string }>("POST", "/bookings", order);
  expect([422, 409]).toContain(refused.status); // it does not fit, or the vehicle's active booking was noticed first
});

test("a vehicle is changed and removed after a question", async ({ openPage, rider }) => {
  const types = await rider.api.get<{ items: { id: number }[] }>("/vehicle-types");
  await rider.api.post("/vehicles", { registration: "KL 1", name: "Old one", type_id: types.items[0]!.id });
  const page = await openPage(rider.account);
  await page.goto(paths.vehicles);
  await page.getByRole("link", { name: "Change Old one" }).click();
  await page.getByLabel("What you call it").fill("New one");
  await page.getByRole("button", { name: "Save" }).click();
  const row = page.getByRole("listitem").filter({ hasText: "New one" });
  await expect(row).toBeVisible();
  await row.getByText("Remove", { exact: false }).first().click();
  await row.getByRole("button", { name: "Yes, remove it" }).click();
  await expect(page.getByText("No vehicle yet")).toBeVisible();
});
