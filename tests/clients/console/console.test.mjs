// The console in a headless Chromium, at the width of a desk and of a phone: what a reader does, and what a hostile article must
// not do. CONSOLE_URL is the HTTP listener of a server with the samples; screenshots go to SCREENSHOTS if that is set.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { after, before, beforeEach, afterEach, test } from "node:test";

import { chromium } from "playwright-core";

const base = process.env.CONSOLE_URL;
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
let browser, context, page;
/** What the page did that it must not do. */
let faults;

before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: flags });
});
after(() => browser.close());

beforeEach(async () => {
  await open({ locale: "en-US" });
});
afterEach(async () => {
  assert.deepEqual(faults, []);
  await context.close();
});

async function open(settings) {
  await context?.close();
  context = await browser.newContext(settings);
  page = await context.newPage();
  faults = [];
  page.on("request", (request) => request.url().startsWith(base) || request.url().startsWith("data:") || faults.push(request.url()));
  page.on("dialog", (dialog) => faults.push(`dialog ${dialog.message()}`));
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (line) => line.type() === "error" && faults.push(line.text()));
  await page.goto(`${base}/console`);
}

const store = (line) =>
  execFileSync(process.env.ARTICLED_BINARY, ["import", "--format", "jsonl", "-"], { input: `${JSON.stringify(line)}\n` });

const screenshot = (name) => process.env.SCREENSHOTS && page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png`, fullPage: true });

test("finds articles in either script, with highlighted hits, by keyboard alone", async () => {
  await page.locator("ol.results li").first().waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("濕地");
  await page.keyboard.press("Enter");
  const hit = page.locator("ol.results mark").first();
  await hit.waitFor();
  assert.match(await hit.textContent(), /^(濕地|湿地)$/);
  assert.match(await page.locator("[role=status]").textContent(), /^\d+ found$/);
  await screenshot("search");
  // The first result; from the button to the list.
  await page.locator("[role=search] button").focus();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.locator("article h1").waitFor();
  assert.ok((await page.locator("article p").count()) > 0);
  await page.locator("ol.lines").first().waitFor();
  await screenshot("article");
  await page.keyboard.press("Escape");
  await page.locator("ol.results mark").first().waitFor();
});

test("says when nothing is found", async () => {
  await page.goto(`${base}/console#/?q=${encodeURIComponent("沒有這個詞")}`);
  await page.getByText("Nothing was found.").waitFor();
});

test("shows what the parser makes of a pasted page, and stores nothing", async () => {
  await page.goto(`${base}/console#/parse`);
  await page.locator("textarea").fill("竹溪县新图书馆开馆\n分享到：\n2024年5月6日 来源：竹溪在线\n竹溪县新图书馆今日开馆，市民可以免费参观。");
  await page.locator("form button").click();
  await page.locator("article h1").waitFor();
  assert.equal(await page.locator("article h1").textContent(), "竹溪县新图书馆开馆");
  // A day is shown as the page prints it, whatever the zone of the reader.
  await page.getByText("2024-05-06", { exact: true }).waitFor();
  assert.match(await page.locator(".lines .gone").first().textContent(), /[A-Z_]+/);
  assert.match(await page.locator(".lines .gone .rule").first().textContent(), /SHARE_LABEL/);
  await screenshot("parse");
  await page.goto(`${base}/console#/?q=${encodeURIComponent("新图书馆今日开馆")}`);
  await page.getByText("Nothing was found.").waitFor();
});

test("marks repaired lines with their rule, and what the repair took away", async () => {
  await page.goto(`${base}/console#/parse`);
  await page.locator("textarea").fill("青瀾新區(qū)召開安全生產(chǎn)工作推進會議\n新區(qū)管委會主任季懷遠主持會議，學(xué)習(xí)有關(guān)安全生產(chǎn)的部署要求。");
  await page.locator("form button").click();
  const line = page.locator(".lines .fixed").first();
  assert.match(await line.locator(".rule").textContent(), /PINYIN_RESIDUE × 2 · headline/);
  assert.deepEqual(await line.locator("del").allTextContents(), ["(qū)", "(chǎn)"]);
  await screenshot("repairs");
});

test("shows a page in GBK that does not say so, and each removed line of it", async () => {
  const html = `<html><body><h1>湖畔镇新桥昨天通车</h1><div>来源：湖畔日报 2021-09-01 08:15</div>
    <p>湖畔镇的居民昨天为新修的石桥举行了通车仪式，两岸的居民不再需要绕行十公里。</p>
    <p>镇长在仪式上说，这座桥用了三年才修好，感谢所有的工人。</p><div>分享到 <b>微博</b></div></body></html>`;
  const gbk = execFileSync("iconv", ["--from-code=UTF-8", "--to-code=GBK"], { input: html });
  const folder = mkdtempSync(`${tmpdir()}/console-`);
  writeFileSync(`${folder}/page.html`, gbk);
  execFileSync(process.env.ARTICLED_BINARY, ["import", folder]);
  rmSync(folder, { recursive: true });
  await page.goto(`${base}/console#/?q=${encodeURIComponent("湖畔镇新桥")}`);
  await page.locator("ol.results a").first().click();
  await page.locator("article h1").waitFor();
  assert.match(await page.locator(".lines .gone").filter({ hasText: "湖畔日报" }).locator(".rule").textContent(), /BYLINE/);
  await page.locator("details summary").click();
  assert.match(await page.locator("details").textContent(), /GBK[^]*<h1>湖畔镇新桥昨天通车<\/h1>/);
  await screenshot("article-gbk");
});

test("says what the parser refuses", async () => {
  await page.goto(`${base}/console#/parse`);
  await page.locator("form button").click();
  assert.match(await page.locator("[role=alert]").textContent(), /document.content/);
});

test("shows changes as they come", async () => {
  await page.goto(`${base}/console#/live`);
  await page.getByText("Waiting for changes").waitFor();
  // Stored again and again, because the watch begins at some moment after the page.
  for (let number = 0; (await page.getByText("第零号桥梁通车").count()) === 0; number += 1) {
    store({ text: `第零号桥梁通车\n第零号桥梁今日通车，这是第${number}次报道。`, id: `live-${number}` });
  }
});

test("speaks Chinese, is dark or light, and keeps both", async () => {
  await open({ locale: "zh-CN", timezoneId: "America/New_York", colorScheme: "light" });
  await page.getByText("最新文章").waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "zh-Hans");
  await page.locator("#theme").click();
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).colorScheme), "dark");
  await page.locator("#language").click();
  await page.getByText("Newest articles").waitFor();
  await page.reload();
  await page.getByText("Newest articles").waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
});

test("asks for a token where the server does, and sends it", async () => {
  const list = "**/articled.v1.ArticleService/ListArticles";
  await page.route(list, (route) =>
    route.fulfill({ headers: { "content-type": "application/grpc-web+proto", "grpc-status": "16", "grpc-message": "no%20token" } }));
  await page.reload();
  await page.getByText("This server asks for a token.").waitFor();
  await page.unroute(list);
  const sent = page.waitForRequest(list);
  await page.keyboard.type("secret");
  await page.keyboard.press("Enter");
  assert.equal((await sent).headers().authorization, "Bearer secret");
  await page.locator("ol.results li").first().waitFor();
});

test("shows the state of the server", async () => {
  await page.goto(`${base}/console#/server`);
  await page.getByText("ready", { exact: true }).waitFor();
  assert.ok((await page.locator("dl.statistics dt").count()) > 5);
  await screenshot("server");
});

test("fits a phone", async () => {
  await open({ locale: "zh-CN", viewport: { width: 360, height: 740 }, colorScheme: "dark" });
  for (const hash of ["#/", "#/parse", "#/live", "#/server"]) {
    await page.goto(`${base}/console${hash}`);
    await page.locator("main *").first().waitFor();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), hash);
  }
  await page.goto(`${base}/console#/`);
  await page.locator("ol.results a").first().click();
  await page.locator("article h1").waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await screenshot("phone");
});

test("a hostile article is text", async () => {
  const attack = `<img src=x onerror="alert(1)"><script>alert(2)</script><svg onload=alert(3)>`;
  store({
    text: `敌意标题${attack}\n敌意正文${attack}，这一段足够长，可以算作一篇文章的正文。\n第二段也有${attack}的内容。`,
    id: "hostile", url: "https://news.example/\"onmouseover=alert(4)", labels: { x: attack },
  });
  store({ html: `<html><head><title>敌意网页</title></head><body><h1>敌意网页</h1><p>敌意网页的正文足够长。${attack}</p></body></html>`, id: "hostile-page" });
  for (const name of ["hostile", "hostile-page"]) {
    await page.goto(`${base}/console#/articles/${name}`);
    await page.locator("ol.lines").first().waitFor();
    assert.equal(await page.locator("main img, main script, main svg, main iframe").count(), 0);
  }
  await page.goto(`${base}/console#/?q=${encodeURIComponent("敌意")}`);
  await page.locator("ol.results mark").first().waitFor();
  assert.equal(await page.locator("main img, main script, main svg, main iframe").count(), 0);
});

test("a script that got into the page would not run", async () => {
  // The policy forbids it; the violation that Chromium reports is expected here.
  await page.evaluate(() => {
    const script = document.createElement("div");
    try {
      script.innerHTML = "<img src=x onerror='document.title = \"hacked\"'>";
    } catch {
      return;
    }
    document.body.append(script);
  });
  assert.notEqual(await page.title(), "hacked");
  faults.splice(0);
});
