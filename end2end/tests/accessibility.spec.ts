// Every page, for everybody: axe finds nothing in either theme, nothing is cut off on a small screen.

import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

import { type Account, attendant, downtown, operator } from "../support/accounts.ts";
import { paths } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

/** What there is to look at: a station with a booking, a bay and a swap in it. */
type Here = { station: number; booking: number; bay: number; session: number };
type Visit = { name: string; who?: "rider" | "attendant" | "operator"; path: (here: Here) => string };

const visits: Visit[] = [
  { name: "stations", path: () => paths.stations },
  { name: "no station found", path: () => `${paths.stations}?q=nowhere-at-all` },
  { name: "station", path: () => paths.station(downtown.id) },
  { name: "sign in", path: () => paths.login },
  { name: "register", path: () => paths.register },
  { name: "no such page", path: () => "/no/such/page" },
  { name: "booking", who: "rider", path: ({ booking }) => paths.booking(booking) },
  { name: "bookings", who: "rider", path: () => paths.bookings },
  { name: "inbox", who: "rider", path: () => paths.inbox },
  { name: "account", who: "rider", path: () => paths.account },
  { name: "plans", who: "rider", path: () => "/plans?months=12" },
  { name: "my plan", who: "rider", path: () => "/plan" },
  { name: "vehicles", who: "rider", path: () => paths.vehicles },
  { name: "staff", who: "attendant", path: () => paths.staff(downtown.id) },
  { name: "a bay", who: "operator", path: ({ bay }) => `/staff/bays/${bay}` },
  { name: "a swap", who: "operator", path: ({ session }) => `/staff/sessions/${session}` },
  { name: "closing down", who: "operator", path: ({ station }) => `${paths.staff(station)}/close-down` },
  { name: "the end of a shift", who: "operator", path: ({ station }) => `${paths.staff(station)}/shift` },
  { name: "a station's rules", who: "operator", path: ({ station }) => `/operator/stations/${station}/rules` },
  { name: "operator", who: "operator", path: () => "/operator" },
  { name: "operator's bookings", who: "operator", path: () => "/operator/bookings" },
  { name: "operator's payments", who: "operator", path: () => "/operator/payments" },
  { name: "operator's staff", who: "operator", path: () => "/operator/staff" },
];

async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

for (const visit of visits) {
  test(`${visit.name}: axe finds nothing, light and dark, and 360 and 320 pixels are enough`, async ({ openPage, rider, staff, station }) => {
    const booking = await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
    const bay = await staff.post<{ id: number }>(`/stations/${station.id}/bays`);
    const session = await staff.post<{ id: number }>(`/bays/${bay.id}/sessions`);
    const here = { station: station.id, booking: booking.id, bay: bay.id, session: session.id };
    const accounts: Record<string, Account> = { rider: rider.account, attendant, operator };
    const page = await openPage(visit.who && accounts[visit.who]);

    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.goto(visit.path(here));
      await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
      const { violations } = await new AxeBuilder({ page })
        .disableRules(["label-content-name-mismatch"]) // a row's name tells its facts in the order they are needed
        .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
        .analyze();
      expect(violations.map(({ id, nodes }) => ({ id, where: nodes.map((node) => node.target.join(" ")) }))).toEqual([]);
    }

    for (const width of [360, 320]) {
      await page.setViewportSize({ width, height: 780 });
      await page.goto(visit.path(here));
      expect(await overflow(page), `sideways scrolling at ${width} px`).toBeLessThanOrEqual(0);
    }

    // WCAG 1.4.12: more space between letters, words and lines must not cut anything off.
    // Not a style element: the page's content security policy rightly refuses one.
    await page.evaluate(() => {
      const wide = new CSSStyleSheet();
      wide.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }");
      document.adoptedStyleSheets.push(wide);
    });
    expect(await overflow(page), "sideways scrolling with wide text").toBeLessThanOrEqual(0);
  });
}

test("controls are big enough for a thumb", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 780 });
  await page.goto(paths.station(downtown.id));
  const small = await page.locator("button:visible, [role=button]:visible, select:visible, main a.btn:visible").evaluateAll((controls) =>
    controls
      .map((control) => ({ name: control.textContent?.trim() || control.getAttribute("aria-label"), box: control.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.width < 24 || box.height < 24))
      .map(({ name, box }) => `${name}: ${Math.round(box.width)}×${Math.round(box.height)}`),
  );
  expect(small).toEqual([]);
});

test("both live regions are in the page before anything is said", async ({ request }) => {
  const html = await (await request.get(paths.stations)).text();
  expect(html).toMatch(/<[a-z]+[^>]*role="?status"?[^>]*>\s*</);
  expect(html).toMatch(/<[a-z]+[^>]*role="?alert"?[^>]*>\s*</);
});
