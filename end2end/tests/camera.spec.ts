// The camera as a scanner. Chromium's camera shows a test picture here, and this platform has no reader of codes:
// what it reads is put in its place.

import type { BrowserContext, Page } from "@playwright/test";

import { operator } from "../support/accounts.ts";
import { alive, paths } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

/** From the third look on, the reader sees this. */
const sees = (page: Page, text: string) =>
  page.addInitScript((text) => {
    let looks = 0;
    class BarcodeDetector {
      static getSupportedFormats = async () => ["qr_code"];
      async detect(video: HTMLVideoElement) {
        if (video.readyState < 2) throw new DOMException("no picture yet", "InvalidStateError");
        return ++looks < 3 ? [] : [{ rawValue: text }];
      }
    }
    Object.assign(window, { BarcodeDetector });
  }, text);

const camera = (page: Page) => page.getByRole("button", { name: /camera/ });
const isLetGo = (page: Page) =>
  page.evaluate(() => {
    const stream = document.querySelector<HTMLVideoElement>("#camera")!.srcObject as MediaStream | null;
    return !stream || stream.getTracks().every((track) => track.readyState === "ended");
  });
const allow = (context: BrowserContext) => context.grantPermissions(["camera"]);

test("a customer's QR code is read off the camera and opens her booking", async ({ openPage, rider, station }) => {
  const booking = await rider.api.book(station.id, [{ kind: "swap", model_id: station.model.id }]);
  const page = await openPage(operator);
  await allow(page.context());
  await sees(page, `VOLTBAY:${booking.code}`);
  await page.goto(paths.staff(station.id));
  await alive(page);
  await camera(page).click();
  await expect(page).toHaveURL(new RegExp(`booking=${booking.id}`));
  await expect(camera(page)).toHaveText("Scan with the camera");
  expect(await isLetGo(page)).toBe(true);
});

test("the camera can be stopped, and who may not use it is told what to do", async ({ openPage, station }) => {
  const page = await openPage(operator);
  await sees(page, "nothing of ours");
  await page.goto(paths.staff(station.id));
  await alive(page);
  await camera(page).click();
  await expect(page.getByText("The camera is not allowed here.")).toBeVisible();
  await expect(page.getByRole("textbox", { name: /scan/i })).toBeFocused();

  await allow(page.context());
  await camera(page).click();
  await expect(page.getByText("Nothing at this station has that code")).toBeVisible();
  await expect(page.getByRole("textbox", { name: /scan/i })).toHaveValue("nothing of ours");
});

test("where no codes can be read there is no button", async ({ openPage, station }) => {
  const page = await openPage(operator);
  await page.goto(paths.staff(station.id));
  await alive(page);
  await expect(page.getByRole("textbox", { name: /scan/i })).toBeVisible();
  await expect(camera(page)).toHaveCount(0);
});
