// A customer books: seen elsewhere at once, by keyboard alone, and without a line of script.

import { alive, paths } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

test("a pack can be booked with the keyboard alone", async ({ page, rider, station }) => {
  // Moves on until the named control has the focus, as a person does, and sees to it that the focus shows.
  const tabTo = async (name: RegExp) => {
    for (let presses = 0; presses < 120; presses++) {
      await page.keyboard.press("Tab");
      const focused = page.locator(":focus");
      // Nothing has the focus while it is in the browser's own controls.
      if ((await focused.count()) === 0) continue;
      const label = await focused.evaluate((element) => {
        const input = element as HTMLInputElement;
        return (element.getAttribute("aria-label") ?? input.labels?.[0]?.textContent ?? element.textContent ?? "").trim();
      });
      if (!name.test(label)) continue;
      await expect(focused).toBeInViewport();
      const ring = await focused.evaluate((element) => {
        const style = getComputedStyle(element);
        return parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none";
      });
      expect(ring, `the focus on "${label}" can be seen`).toBe(true);
      return;
    }
    throw new Error(`nothing named ${name} can be reached with Tab`);
  };

  await page.goto(paths.login);
  await tabTo(/^Email/);
  await page.keyboard.type(rider.account.email);
  await tabTo(/^Password/);
  await page.keyboard.type(rider.account.password);
  await page.keyboard.press("Enter");
  await expect(page).not.toHaveURL(/sign-in/);

  await page.goto(`${paths.stations}?q=${encodeURIComponent(station.name)}`);
  await alive(page);
  await tabTo(new RegExp(`^${station.name}`));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: station.name })).toBeVisible();

  await tabTo(new RegExp(`Number.*${station.model.name}|${station.model.name}.*number`, "i"));
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("1");
  await tabTo(/^Hold \d/);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/bookings\/\d+$/);
});

