// The console: search, one article beside its document, the parser on a pasted page, live changes, the server's state.
//
// Texts of articles become text nodes, never HTML: `element` is the only place that makes nodes.

import { CallError, call, stream } from "./proto.js";
import { currentLanguage, switchLanguage, word } from "./words.js";

const PAGE_SIZE = 20;
const VIEW_RAW = 3;
const RETRY_MS = 2000;
const UNAVAILABLE = 14, UNAUTHENTICATED = 16;

const main = document.getElementById("main");
/** Ends what the page before was doing. */
let leaving = new AbortController();

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== undefined));
  return node;
}

const options = () => ({ token: sessionStorage.getItem("token") ?? undefined, signal: leaving.signal });

/** A time as far as it is known, in the zone of the news; a day is not shifted by the zone of the reader. */
function time(stamp, precision = 6) {
  if (stamp === undefined) return "";
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "medium" });
  const text = parts.format(new Date(stamp.seconds * 1000));
  return text.slice(0, [19, 4, 7, 10, 13, 16, 19][precision] ?? 19);
}

const link = (name) => `#/${name}`;

/** A web address that a reader may follow; any other scheme is only shown. */
function address(url) {
  if (!/^https?:\/\//i.test(url)) return url;
  return element("a", { href: url, rel: "noreferrer noopener", target: "_blank" }, url);
}

function item(article, snippets = [], note = "") {
  const marked = snippets.map(({ segments }) =>
    element("div", {}, ...segments.map(({ text, hit }) => (hit ? element("mark", {}, text) : text))));
  const about = [note, time(article.effectiveTime, article.publishTime ? article.precision : 6), article.infoSource || article.dateline?.agency, article.section];
  return element("li", {},
    element("a", { href: link(article.name) }, article.headline || word("untitled")),
    element("div", { class: "soft" }, about.filter(Boolean).join(" · ")), ...marked);
}

function failed(error) {
  if (error.name === "AbortError") return;
  if (error.code === UNAUTHENTICATED) return askForToken();
  main.append(element("p", { class: "error", role: "alert" }, error.message));
}

function askForToken() {
  const input = element("input", { type: "password", "aria-label": word("token"), autocomplete: "off" });
  const use = (event) => {
    event.preventDefault();
    sessionStorage.setItem("token", input.value.trim());
    show();
  };
  main.replaceChildren(element("p", {}, word("tokenNeeded")), element("form", { submit: use }, input, element("button", {}, word("use"))));
  input.focus();
}

function search(query) {
  const input = element("input", { type: "search", id: "query", value: query, placeholder: word("words"), "aria-label": word("words") });
  const go = (event) => {
    event.preventDefault();
    location.hash = `#/?q=${encodeURIComponent(input.value.trim())}`;
  };
  const heading = element("p", { class: "soft", role: "status" });
  const list = element("ol", { class: "results" });
  const more = element("button", { type: "button", hidden: "", click: () => load().catch(failed) }, word("more"));
  main.replaceChildren(element("form", { role: "search", submit: go }, input, element("button", {}, word("find"))), heading, list, more);
  const all = query.split(/\s+/).filter(Boolean);
  let pageToken = "";
  const load = async () => {
    let items;
    let page;
    if (all.length === 0) {
      page = await call("ListArticles", { pageSize: PAGE_SIZE, pageToken }, options());
      items = page.articles.map((article) => item(article));
      heading.textContent = word("newest");
    } else {
      const request = { keywords: { all }, pageSize: PAGE_SIZE, pageToken, snippets: 2, countTotal: true };
      page = await call("FilterArticles", request, options());
      items = page.matches.map(({ article, snippets }) => item(article, snippets));
      heading.textContent = word(page.isLowerBound ? "foundMany" : "found", { n: page.totalSize });
    }
    list.append(...items);
    pageToken = page.nextPageToken;
    more.hidden = pageToken === "";
    if (list.children.length === 0 && pageToken === "") heading.textContent = word("none");
  };
  load().catch(failed);
}

/** A line before its repair, with the characters marked that the repair took away; unmarked where it did more than that. */
function printed(text, repaired) {
  const nodes = [];
  let at = 0;
  const kept = [...repaired];
  for (const char of text) {
    const isKept = char === kept[at];
    if (isKept) at += 1;
    const last = nodes.at(-1);
    if (last?.isKept === isKept) last.text += char;
    else nodes.push({ isKept, text: char });
  }
  if (at < kept.length) return [text];
  return nodes.map(({ isKept, text }) => (isKept ? text : element("del", {}, text)));
}

/** What the parser made of each line. Removed and repaired lines are in colour, each with the rules. */
function explained(lines) {
  const items = lines.map(({ text, repairs, parts }) => {
    const removed = parts.filter(({ becomes }) => becomes === "removed");
    const rules = [...repairs.map(({ kind, count }) => `${kind} × ${count}`),
      ...removed.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(": "))];
    const kind = removed.length > 0 && removed.length === parts.length ? "gone" : repairs.length > 0 ? "fixed" : undefined;
    const becomes = parts.filter(({ becomes }) => becomes !== "removed").map((part) => part.becomes).join(", ");
    const rule = [...rules, becomes].filter(Boolean).join(" · ");
    return element("li", { class: kind }, element("span", { class: "rule" }, rule),
      ...(repairs.length > 0 ? printed(text, parts.map((part) => part.text).join(" ")) : [text]));
  });
  return element("ol", { class: "lines", tabindex: "0" }, ...items);
}

/** The document as it was fetched, in the charset that the parser found. */
function source(raw, charset) {
  let decoder;
  try {
    decoder = new TextDecoder(charset);
  } catch {
    decoder = new TextDecoder();
  }
  return element("details", {}, element("summary", {}, `${word("original")} (${charset})`),
    element("pre", { class: "lines", tabindex: "0" }, decoder.decode(raw.content)));
}

function facts(article) {
  const times = { publishTime: time(article.publishTime, article.precision), fetchTime: time(article.fetchTime) };
  const rows = [
    ["kicker", article.kicker], ["subheadlines", article.subheadlines.join(" / ")], ["infoSource", article.infoSource],
    ["publishTime", times.publishTime], ["authors", article.authors.join("、")], ["editors", article.editors.join("、")],
    ["section", article.section], ["dateline", article.dateline?.text], ["keywords", article.keywords.join("、")],
    ["citedWorks", article.citedWorks.map((work) => `《${work}》`).join("")], ["languageCode", article.languageCode],
    ["charCount", article.charCount], ["address", article.url && address(article.url)], ["fetchTime", times.fetchTime],
    ["labels", article.labels.map(({ key, value }) => `${key}=${value}`).join(", ")],
    ["duplicateOf", article.duplicateOf && element("a", { href: link(article.duplicateOf) }, article.duplicateOf)],
    ["revision", article.revision], ["name", article.name],
  ];
  return element("dl", {}, ...rows.filter(([, value]) => value).flatMap(([key, value]) =>
    [element("dt", {}, word(key)), element("dd", {}, typeof value === "number" ? String(value) : value)]));
}

/** An article beside what the parser says of each line of its document, if it has one. */
function card(article, raw, explanation) {
  const report = article.report ?? { repairs: [], removedLines: [], warnings: [] };
  const list = (title, rows, kind) => rows.length === 0 ? undefined :
    element("section", {}, element("h2", {}, word(title)), element("ul", {}, ...rows.map((row) => element("li", { class: kind }, row))));
  return element("div", { class: "columns" },
    element("div", {},
      element("article", { lang: article.languageCode || undefined }, element("h1", {}, article.headline || word("untitled")),
        ...article.body.split("\n").map((paragraph) => element("p", {}, paragraph))),
      facts(article)),
    element("div", {},
      list("warnings", report.warnings.map(({ reason, message }) => `${reason}: ${message}`), "warning"),
      list("repairs", report.repairs.map(({ kind, count }) => `${kind} × ${count}`)),
      element("h2", {}, word("lines")),
      ...(raw ? [explained(explanation.lines), source(raw, explanation.charset)] : [element("p", {}, word("noOriginal"))])));
}

function one(name) {
  main.replaceChildren(element("p", {}, element("a", { href: "#/", click: (event) => {
    event.preventDefault();
    history.back();
  } }, word("back"))));
  const load = async () => {
    const article = await call("GetArticle", { name, view: VIEW_RAW }, options());
    const explanation = article.raw && (await call("ParseArticle", { document: article.raw, explain: true }, options()));
    document.title = `${article.headline} – articled`;
    main.append(card(article, article.raw, explanation));
  };
  load().catch(failed);
}

function parse() {
  const text = element("textarea", { "aria-label": word("paste"), placeholder: word("paste"), spellcheck: "false" });
  const url = element("input", { type: "url", placeholder: word("url"), "aria-label": word("url") });
  const result = element("div", { "aria-live": "polite" });
  const go = async (event) => {
    event.preventDefault();
    result.replaceChildren();
    main.querySelectorAll(".error").forEach((old) => old.remove());
    const document = { content: new TextEncoder().encode(text.value), url: url.value };
    try {
      const explanation = await call("ParseArticle", { document, explain: true }, options());
      result.replaceChildren(card(explanation.article, document, explanation));
    } catch (error) {
      failed(error);
    }
  };
  main.replaceChildren(element("form", { submit: go }, text, url, element("button", {}, word("run"))), result);
  text.focus();
}

async function live() {
  const status = element("p", { class: "soft", role: "status" }, word("waiting"));
  const list = element("ol", { class: "results", "aria-live": "polite" });
  main.replaceChildren(status, list);
  const { signal } = leaving;
  let resumeToken = "";
  while (!signal.aborted) {
    try {
      for await (const event of stream("WatchArticles", { resumeToken }, options())) {
        resumeToken = event.resumeToken;
        status.textContent = word("waiting");
        if (event.upserted) list.prepend(item(event.upserted, [], word("changed")));
        else if (event.deleted) list.prepend(element("li", { class: "soft" }, `${word("deleted")} · ${event.deleted}`));
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof CallError) || error.code !== UNAVAILABLE) return failed(error);
      status.textContent = word("again");
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** What /metrics says of the service as a whole: the lines without labels, each with its meaning. */
function statistics(text) {
  const help = new Map([...text.matchAll(/^# HELP (articled_\w+) (.*)$/gm)].map(([, name, meaning]) => [name, meaning]));
  return [...text.matchAll(/^(articled_\w+) ([-+.\deE]+)$/gm)].filter(([, name]) => help.has(name))
    .flatMap(([, name, value]) => [element("dt", {}, Number(value).toLocaleString()), element("dd", { title: name }, help.get(name))]);
}

async function server() {
  main.replaceChildren();
  const { token, signal } = options();
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const [ready, version, metrics] = await Promise.all(
    ["/readyz", "/version", "/metrics"].map((path) => fetch(path, { headers, signal })));
  if (version.status === 401) return askForToken();
  const rows = Object.entries(await version.json()).flatMap(([key, value]) => [element("dt", {}, key), element("dd", {}, String(value))]);
  main.replaceChildren(element("h2", {}, word("health")), element("p", {}, (await ready.text()).trim()),
    element("h2", {}, word("version")), element("dl", {}, ...rows),
    element("h2", {}, word("statistics")), element("dl", { class: "statistics" }, ...statistics(await metrics.text())));
}

/** Shows the page that the address names. */
function show() {
  leaving.abort();
  leaving = new AbortController();
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  document.documentElement.lang = currentLanguage() === "zh" ? "zh-Hans" : "en";
  document.title = "articled";
  document.getElementById("language").textContent = word("language");
  document.getElementById("theme").setAttribute("aria-label", word("theme"));
  document.getElementById("theme").title = word("theme");
  for (const tab of document.querySelectorAll("[data-tab]")) {
    tab.textContent = word(tab.dataset.tab);
    if (tab.dataset.tab === (path || "search")) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  if (path.startsWith("articles/")) one(path);
  else if (path === "parse") parse();
  else if (path === "live") live();
  else if (path === "server") server().catch(failed);
  else search(new URLSearchParams(query).get("q") ?? "");
}

document.getElementById("language").addEventListener("click", () => {
  switchLanguage();
  show();
});
document.getElementById("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const isDark = (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  root.dataset.theme = isDark ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
});
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  const links = [...main.querySelectorAll("ol.results a")];
  const at = links.indexOf(document.activeElement);
  if (event.key === "/") {
    event.preventDefault();
    const focus = () => document.getElementById("query")?.focus();
    if (document.getElementById("query")) return focus();
    // After `show`, which listens for the same event.
    addEventListener("hashchange", focus, { once: true });
    location.hash = "#/";
  } else if (event.key === "j") (links[at + 1] ?? links.at(-1))?.focus();
  else if (event.key === "k") (links[Math.max(at - 1, 0)])?.focus();
  else if (event.key === "Escape" && location.hash.startsWith("#/articles/")) history.back();
});
if (localStorage.getItem("theme")) document.documentElement.dataset.theme = localStorage.getItem("theme");
addEventListener("hashchange", show);
show();
