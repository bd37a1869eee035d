// Takes the picture of the console in docs/: an article beside what the parser made of each line. Run by tests/docs/screenshot on a
// server with the samples. CONSOLE_URL is its HTTP listener, PICTURE the file.

import { chromium } from "playwright-core";

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
});
const page = await browser.newPage({ locale: "en-US", colorScheme: "light", viewport: { width: 1080, height: 600 } });
await page.goto(`${process.env.CONSOLE_URL}/console#/?q=${encodeURIComponent("安全生产")}`);
await page.locator("ol.results a").first().click();
await page.locator("ol.lines").first().waitFor();
await page.screenshot({ path: process.env.PICTURE });
await browser.close();
