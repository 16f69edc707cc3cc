// The people of the demo network, and the way in through the sign-in page.

import { expect, type Page } from "@playwright/test";

export type Account = { email: string; password: string };

const demo = (name: string): Account => ({ email: `${name}@voltbay.test`, password: "voltbay-demo" });

export const customer = demo("customer");
export const customer2 = demo("customer2");
export const attendant = demo("attendant");
export const operator = demo("operator");
export const admin = demo("admin");

/** The first station of the demo network, where the attendant works. */
export const downtown = { id: 1, name: "Downtown Charging Hub" };

export async function signIn(page: Page, account: Account): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(account.email);
  await page.getByLabel("Password", { exact: true }).fill(account.password);
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await expect(page).not.toHaveURL(/\/sign-in/);
}
