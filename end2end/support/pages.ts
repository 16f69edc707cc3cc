// Where the pages are and how a person finds her way on them: by roles, labels and words, never by markup.

import type { Locator, Page } from "@playwright/test";

export const paths = {
  stations: "/",
  station: (id: number) => `/stations/${id}`,
  bookings: "/bookings",
  booking: (id: number) => `/bookings/${id}`,
  inbox: "/inbox",
  login: "/sign-in",
  register: "/register",
  account: "/profile",
  vehicles: "/vehicles",
  staff: (id: number) => `/staff/stations/${id}`,
};

/** The chip that tells whether the page is being kept up to date. */
export const liveChip = (page: Page): Locator => page.getByText(/^Live\b/).first();

/** Waits until the page has come alive: until then its links and forms work, but nothing changes by itself. */
export const alive = (page: Page): Promise<void> => liveChip(page).waitFor();

/** A message that popped up on whatever page is open. */
export const toast = (page: Page, text: string | RegExp): Locator =>
  page.getByRole("region", { name: "Messages" }).getByRole("listitem").filter({ hasText: text });

/** The row of a station in the list. */
export const stationRow = (page: Page, name: string): Locator =>
  page.getByRole("main").getByRole("listitem").getByRole("link", { name: new RegExp(`^${name}`) }).first();

/** The loud number on a station's page. */
export const count = (page: Page, word: "ready" | "charging" | "held" | "free" | "free bays"): Locator =>
  page.getByRole("main").locator("dl").first().locator("div").filter({ has: page.getByText(word, { exact: true }) }).locator("dd");

/** How many packs of a model to hold. */
export const howMany = (page: Page, model: string): Locator =>
  page.getByRole("spinbutton", { name: new RegExp(model) });

export const holdButton = (page: Page): Locator => page.getByRole("main").getByRole("button", { name: /^Hold \d/ });
