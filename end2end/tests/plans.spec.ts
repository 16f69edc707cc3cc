// Plans: bought, used for a booking, cancelled and kept, by pages alone; and set by their operator.

import type { Page } from "@playwright/test";

import { operator } from "../support/accounts.ts";
import { alive, holdButton, howMany, paths } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

type Plan = { id: number; key: string; name: string; swaps_per_month: number; price: number };
type Chosen = { id: number; state: string; checkout_url: string };
type Mine = { has_subscription: boolean; state?: string; used?: number; left?: number; plan?: Plan };

/** The column of one plan on the page of all. */
const offer = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

/** Goes to the page of the payment service from "My plan", and does there what this button says. */
const payAt = async (page: Page, choice: RegExp) => {
  await page.getByRole("link", { name: /^Pay ₹.* now$/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Test payment");
  await page.getByRole("button", { name: choice }).click();
  await expect(page).toHaveURL(/\/plan$/);
};

/** The page has come alive: before that, buttons send real forms, which is as good but slower. */
const settled = (page: Page) => page.waitForLoadState("networkidle");

test("somebody without an account reads the prices and is asked to sign in", async ({ page, rider }) => {
  await page.goto("/plans");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Plans");
  await expect(offer(page, "Basic")).toContainText("₹799.00");
  await expect(offer(page, "Unlimited")).toContainText("999");

  await page.getByRole("link", { name: /^12 months/ }).click();
  await expect(offer(page, "Basic")).toContainText("₹7,670.40 for 12 months, 20 % off");

  await offer(page, "Premium").getByRole("link", { name: /Sign in/ }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByLabel("Email").fill(rider.account.email);
  await page.getByLabel("Password", { exact: true }).fill(rider.account.password);
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/plans\?months=12/);
});

test("a plan is bought, pays for a battery, and is cancelled and kept", async ({ openPage, rider, station, server }) => {
  const page = await openPage(rider.account);
  await page.goto("/plans");
  await settled(page);
  await offer(page, "Basic").getByRole("button", { name: /^Get Basic for ₹799\.00/ }).click();
  await expect(page).toHaveURL(/\/plan\?done=chosen/);
  await expect(page.getByRole("region", { name: "Basic plan", exact: true })).toContainText("Waiting for payment");
  await payAt(page, /^Pay ₹/);
  await expect(page.getByRole("main")).toContainText("10 swaps left", { timeout: 15_000 });
  await expect(page.getByRole("main")).toContainText("Paid ₹799.00 by card on");

  await page.goto(paths.station(station.id));
  await alive(page);
  await expect(page.getByRole("radio", { name: "My plan" })).toBeChecked();
  await howMany(page, station.model.name).fill("2");
  await expect(page.getByRole("main")).toContainText("by plan");
  await holdButton(page).click();
  await expect(page).toHaveURL(/\/bookings\/\d+$/);
  await expect(page.getByRole("main")).toContainText("(Basic plan)");
  await expect(page.getByRole("main")).toContainText("Your plan pays for this.");

  await page.goto("/plan");
  await settled(page);
  await expect(page.getByRole("main")).toContainText("8 swaps left");
  await expect(page.getByRole("region", { name: /used of the Basic plan/ })).toContainText("2 swaps");

  await page.getByRole("button", { name: "Cancel plan" }).click();
  await page.getByRole("button", { name: "Yes, cancel it" }).click();
  await expect(page.getByRole("main")).toContainText("You can use it until");
  expect((await rider.api.get<Mine>("/subscription")).state).toBe("cancelled");
  await settled(page);
  await page.getByRole("button", { name: "Keep this plan" }).click();
  await expect(page.getByRole("button", { name: "Cancel plan" })).toBeVisible();
  expect((await rider.api.get<Mine>("/subscription")).state).toBe("active");
  expect((await server.command("check")).code).toBe(0);
});

test("a declined plan is told and chosen again, and one that is not wanted is called off", async ({ openPage, rider, server }) => {
  const page = await openPage(rider.account);
  await page.goto("/plans");
  await settled(page);
  await offer(page, "Basic").getByText("QR payment").click();
  await offer(page, "Basic").getByRole("button", { name: /^Get Basic/ }).click();
  await expect(page).toHaveURL(/\/plan\?done=chosen/);
  const code = page.getByRole("img", { name: /QR code/ });
  await expect(code).toBeVisible();
  expect(await code.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0)).toBe(true);
  await payAt(page, /^Let the bank decline/);
  await expect(page.getByRole("main")).toContainText("You have no plan.", { timeout: 15_000 });

  await page.goto("/plans");
  await settled(page);
  await offer(page, "Standard").getByRole("button", { name: /^Get Standard/ }).click();
  await expect(page).toHaveURL(/\/plan\?done=chosen/);
  await page.goto("/plans");
  await offer(page, "Premium").getByRole("link", { name: "Go on to pay" }).click();
  await expect(page).toHaveURL(/\/plan$/);
  await settled(page);
  await page.getByRole("button", { name: "Call it off" }).click();
  await expect(page).toHaveURL(/\/plan\?done=called-off/);
  await expect(page.getByRole("main")).toContainText("You have no plan.");
  expect((await rider.api.get<Mine>("/subscription")).has_subscription).toBe(false);
  expect((await server.command("check")).code).toBe(0);
});

test("a full month is told in words, with the way to the plan", async ({ openPage, rider, staff, station }) => {
  const key = `one-${Date.now()}`;
  const plan = await staff.post<Plan>("/plans", { key, name: "One", swaps_per_month: 1, price: 100 });
  const chosen = await rider.api.post<Chosen>("/subscriptions", { plan_id: plan.id, months: 1 });
  const page = await openPage(rider.account);
  await page.goto(chosen.checkout_url);
  await page.getByRole("button", { name: /^Pay ₹/ }).click();
  await expect.poll(async () => (await rider.api.get<Chosen>(`/subscriptions/${chosen.id}`)).state).toBe("active");
  await page.goto(paths.station(station.id));
  await alive(page);
  await howMany(page, station.model.name).fill("2");
  await holdButton(page).click();
  await expect(page.getByRole("main")).toContainText(/1 of 1 swaps left this month/);
  await page.getByRole("link", { name: "See my plan" }).click();
  await expect(page).toHaveURL(/\/plan$/);
  await staff.patch(`/plans/${plan.id}`, { active: false });
});

test("a plan is bought and changed without JavaScript", async ({ openPage, rider }) => {
  const page = await openPage(rider.account, { javaScriptEnabled: false });
  await page.goto("/plans?months=3");
  // Nothing tells such a page what happens meanwhile: she looks again.
  const lookUntil = (words: string) =>
    expect(async () => {
      await page.getByRole("link", { name: "Look again" }).click({ timeout: 1_000 }).catch(() => page.goto("/plan"));
      await expect(page.getByRole("main")).toContainText(words, { timeout: 1_000 });
    }).toPass({ timeout: 15_000 });
  await offer(page, "Standard").getByRole("button", { name: /^Get Standard/ }).click();
  await expect(page).toHaveURL(/\/plan\?done=chosen/);
  await payAt(page, /^Pay ₹/);
  await lookUntil("30 swaps left");
  await page.goto("/plans?months=12"); // what is credited does not cover a year
  await offer(page, "Premium").getByRole("button", { name: "Change to Premium", exact: true }).click();
  await expect(offer(page, "Premium")).toContainText("is left to pay");
  await offer(page, "Premium").getByRole("button", { name: /^Yes, change to premium/ }).click();
  await expect(page).toHaveURL(/\/plan\?done=chosen/);
  await expect(page.getByRole("main")).toContainText("30 swaps left");
  await payAt(page, /^Pay ₹/);
  await lookUntil("100 swaps left");
});

test("an operator adds a plan and changes its price", async ({ openPage, staff }) => {
  const page = await openPage(operator);
  await page.goto("/operator/plans");
  await settled(page);
  const key = `fleet-${Date.now()}`;
  const form = page.getByRole("region", { name: /^(Add a plan|Change)/ });
  await form.getByLabel("Name").fill(key);
  await form.getByLabel("Key").fill(key);
  await form.getByLabel("Swaps a month").fill("50");
  await form.getByLabel("Price").fill("free");
  await form.getByRole("button", { name: "Add" }).click();
  await expect(form).toContainText("Write an amount");
  await form.getByLabel("Price").fill("2,499.50");
  await form.getByRole("button", { name: "Add" }).click();
  await expect(page).toHaveURL(/done=saved/);
  const made = async () => (await staff.get<{ items: Plan[] }>("/plans")).items.find((plan) => plan.key === key);
  expect((await made())?.price).toBe(249_950);

  await page.getByRole("link", { name: `Edit ${key}` }).click();
  await expect(form.getByLabel("Price")).toHaveValue("2499.50");
  await form.getByLabel("On sale").uncheck();
  await form.getByRole("button", { name: "Save" }).click();
  await expect(page).toHaveURL(/done=saved$/);
  await expect(page.getByRole("main")).toContainText("Not sold");
});

test("a customer has no way to what an operator sells", async ({ openPage, rider }) => {
  const page = await openPage(rider.account);
  expect((await page.goto("/operator/plans"))?.status()).toBe(403);
});
