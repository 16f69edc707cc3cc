import { defineConfig } from "@playwright/test";
import { existsSync } from "node:fs";

// A browser of the system rather than a downloaded one; without either, Playwright's own if it is there.
const systemBrowser = process.env["CHROMIUM_PATH"] || "/usr/bin/chromium";

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  workers: 2,
  retries: 0, // a test that passes only the second time has found something
  fullyParallel: false, // the tests of one file share a server
  forbidOnly: !!process.env["CI"],
  timeout: 45_000,
  globalTimeout: 20 * 60_000,
  expect: { timeout: 10_000 },
  reporter: process.env["CI"] ? "list" : "line",
  use: {
    headless: true,
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    locale: "en-IN",
    timezoneId: "Asia/Kolkata",
    actionTimeout: 10_000,
    navigationTimeout: 15_000,
    launchOptions: {
      ...(existsSync(systemBrowser) ? { executablePath: systemBrowser } : {}),
      args: [
        "--no-sandbox", // CI runs as root
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--use-fake-device-for-media-stream", // a camera that shows a test picture
      ],
    },
  },
});
