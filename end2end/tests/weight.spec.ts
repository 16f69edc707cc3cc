// Somebody at a kerb with bad reception: what the first page costs to load.

import type { Page } from "@playwright/test";

import { alive, paths, stationRow } from "../support/pages.ts";
import { downtown } from "../support/accounts.ts";
import { expect, test } from "../support/test.ts";

/** Everything scripts and WASM may weigh on the wire, compressed. */
const BUDGET_KB = 300;

/** What the page loads from here on of scripts and WASM, in kB as it travels. */
function weigh(page: Page) {
  const weights = new Map<string, Promise<number>>();
  page.on("requestfinished", (request) => {
    const { pathname } = new URL(request.url());
    if (/\.(js|wasm)$/.test(pathname)) weights.set(pathname, request.sizes().then((sizes) => sizes.responseBodySize));
  });
  return {
    files: () => [...weights.keys()],
    total: async () => (await Promise.all(weights.values())).reduce((sum, weight) => sum + weight, 0) / 1000,
  };
}

test(`the first page needs at most ${BUDGET_KB} kB of scripts and WASM`, async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 780 });
  const loaded = weigh(page);
  await page.goto(paths.stations);
  await alive(page);
  await page.waitForLoadState("networkidle");
  expect(loaded.files().filter((path) => path.endsWith(".wasm"))).toHaveLength(1);
  const total = await loaded.total();
  test.info().annotations.push({ type: "weight", description: `${total.toFixed(0)} kB` });
  expect(total).toBeLessThan(BUDGET_KB);
  expect(total).toBeGreaterThan(50);
});

test("what later pages and the map need is loaded when they are opened", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 780 });
  await page.goto(paths.stations);
  await alive(page);
  const loaded = weigh(page);
  await page.getByText("Map", { exact: true }).click();
  await expect(page.getByRole("button", { name: "Zoom in" })).toBeVisible();
  await expect.poll(() => loaded.files().length).toBeGreaterThan(0);
  const before = loaded.files().length;
  await page.getByText("List", { exact: true }).click();
  await stationRow(page, downtown.name).click();
  await expect(page.getByRole("heading", { name: downtown.name })).toBeVisible();
  expect(loaded.files().length).toBeGreaterThan(before);
});

test("scripts and WASM travel compressed, and are kept for good under their hash", async ({ page, request }) => {
  await page.goto(paths.stations);
  const wasm = await page.locator("link[href$='.wasm'], link[href$='.js']").evaluateAll((links) => links.map((link) => link.getAttribute("href")!));
  expect(wasm.length).toBeGreaterThanOrEqual(2);
  for (const path of wasm) {
    const answer = await request.get(path, { headers: { "accept-encoding": "br" } });
    expect(answer.headers()).toMatchObject({ "content-encoding": "br", "cache-control": "public, max-age=31536000, immutable" });
  }
});
