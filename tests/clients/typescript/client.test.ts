// A client in TypeScript, with types generated from proto/ and grpc-js, goes through what a backend does all day: it pages,
// filters, imports, breaks off half-way and goes on, and watches.

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, beforeEach, test } from "node:test";

import * as grpc from "@grpc/grpc-js";
import * as loader from "@grpc/proto-loader";

import type { ProtoGrpcType } from "./types/article_service";
import type { ArticleServiceClient } from "./types/articled/v1/ArticleService";
import type { ImportArticlesRequest } from "./types/articled/v1/ImportArticlesRequest";
import type { ImportArticlesResponse__Output } from "./types/articled/v1/ImportArticlesResponse";
import type { ListArticlesRequest } from "./types/articled/v1/ListArticlesRequest";
import type { WatchArticlesResponse__Output } from "./types/articled/v1/WatchArticlesResponse";

// As the types were generated.
const options = { longs: String, enums: String, defaults: true, oneofs: true, includeDirs: [process.env.PROTO ?? "proto"] };
const definition = loader.loadSync("articled/v1/article_service.proto", options);
const contract = grpc.loadPackageDefinition(definition) as unknown as ProtoGrpcType;

const address = new URL(process.env.ARTICLED_SERVER ?? "http://127.0.0.1:50051").host;
let client: ArticleServiceClient;

before(() => {
  client = new contract.articled.v1.ArticleService(address, grpc.credentials.createInsecure());
});

after(() => client.close());

type Unary<Request, Answer> = (request: Request, callback: grpc.requestCallback<Answer>) => unknown;

/** A unary call as a promise. */
function ask<Request, Answer>(call: Unary<Request, Answer>, request: Request): Promise<Answer> {
  return new Promise((resolve, reject) => {
    call.call(client, request, (error, answer) => (answer === undefined ? reject(error) : resolve(answer)));
  });
}

/** The code with which a call is refused, and what it says. */
async function refused(answer: Promise<unknown>): Promise<[grpc.status, string]> {
  const error = await answer.then(
    () => assert.fail("must be refused"),
    (error: grpc.ServiceError) => error,
  );
  return [error.code, error.details];
}

const list = (request: ListArticlesRequest) => ask(client.listArticles, request);

function story(number: number, id: string): ImportArticlesRequest {
  const content = Buffer.from(`竹溪县第${number}条巴士线路开通\n竹溪在线讯 竹溪县第${number}条巴士线路今日开通。`);
  const fetchTime = { seconds: String(1_700_000_000 + number), nanos: 0 };
  return { sequence: String(number), document: { content, contentType: "text/plain", fetchTime }, articleId: id };
}

/** Sends all, and reads all. */
async function importAll(requests: ImportArticlesRequest[]): Promise<ImportArticlesResponse__Output[]> {
  const call = client.importArticles();
  const send = async () => {
    for (const request of requests) {
      if (!call.write(request)) {
        await once(call, "drain");
      }
    }
    call.end();
  };
  const sent = send();
  const answers: ImportArticlesResponse__Output[] = [];
  for await (const answer of call) {
    answers.push(answer as ImportArticlesResponse__Output);
  }
  await sent;
  return answers;
}

/** The next messages of a stream; it stays open. */
async function take<T>(call: grpc.ClientReadableStream<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  while (taken.length < count) {
    const next: T | null = call.read();
    if (next === null) {
      await once(call, "readable");
    } else {
      taken.push(next);
    }
  }
  return taken;
}

/** Breaks a stream off, and waits until it has ended. */
async function cancel(call: grpc.ClientReadableStream<unknown>): Promise<void> {
  // Each error is listened to: what was on its way when the stream was broken off may be reported after its end.
  const ended = new Promise<grpc.ServiceError>((resolve) => call.on("error", resolve));
  call.cancel();
  assert.equal((await ended).code, grpc.status.CANCELLED);
}

/** Each test has seven articles of its own. */
beforeEach(async () => {
  for (const { name } of (await list({ pageSize: 1000 })).articles) {
    await ask(client.deleteArticle, { name });
  }
  const answers = await importAll([1, 2, 3, 4, 5, 6, 7].map((number) => story(number, `bus-${number}`)));
  assert.deepEqual(new Set(answers.map((answer) => answer.outcome)), new Set(["OUTCOME_CREATED"]));
});

test("pages newest first, by any page size", async () => {
  const seen: string[] = [];
  let pageToken = "";
  do {
    const page = await list({ pageSize: 3, pageToken });
    assert.ok(page.articles.length <= 3);
    seen.push(...page.articles.map((article) => article.name));
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  assert.deepEqual(seen, [7, 6, 5, 4, 3, 2, 1].map((number) => `articles/bus-${number}`));
});

test("restricts and orders a list", async () => {
  const filter = 'fetch_time > "2023-11-14T22:13:22Z" AND NOT name = "articles/bus-6"';
  const found = await list({ filter, orderBy: "effective_time" });
  assert.deepEqual(found.articles.map((article) => article.name.at(-1)), ["3", "4", "5", "7"]);
});

test("filters by keywords in either script", async () => {
  const keywords = { all: ["竹溪縣", "巴士"], none: ["第3條"] };
  const found = await ask(client.filterArticles, { keywords, pageSize: 2, countTotal: true, snippets: 1 });
  assert.equal(found.totalSize, 6);
  assert.deepEqual(found.matches.map((match) => match.article?.name), ["articles/bus-7", "articles/bus-6"]);
  const hits = found.matches[0].snippets[0].segments.filter((segment) => segment.hit).map((segment) => segment.text);
  assert.deepEqual(hits, ["竹溪县", "巴士"]);
});

test("is told what is wrong", async () => {
  const [code, details] = await refused(list({ filter: "revision = x" }));
  assert.equal(code, grpc.status.INVALID_ARGUMENT);
  assert.match(details, /^filter cannot be read: at character 12/);
  const [missing] = await refused(ask(client.getArticle, { name: "articles/nothing" }));
  assert.equal(missing, grpc.status.NOT_FOUND);
});

test("imports, breaks off half-way, and goes on", async () => {
  const total = 60;
  const requests = Array.from({ length: total }, (_, number) => story(100 + number, `import-${number}`));
  const call = client.importArticles();
  requests.slice(0, total / 2).forEach((request) => call.write(request));
  const acknowledged = await take(call, total / 4);
  await cancel(call);
  for (const answer of acknowledged) {
    assert.equal(answer.error, null);
    assert.equal((await ask(client.getArticle, { name: answer.name })).revision, "1");
  }

  const done = new Set(acknowledged.map((answer) => answer.sequence));
  const left = requests.filter((request) => !done.has(String(request.sequence)));
  // One that cannot be stored does not end the stream.
  const answers = await importAll([...left, { sequence: "-1", document: { content: Buffer.alloc(0) } }]);
  const bad = answers.filter((answer) => answer.error !== null);
  assert.deepEqual(bad.map((answer) => [answer.sequence, answer.error?.code]), [["-1", grpc.status.INVALID_ARGUMENT]]);
  assert.equal(answers.length, left.length + 1);
  const names = new Set<string>();
  let pageToken = "";
  do {
    const page = await list({ filter: 'name = "articles/import-*"', pageSize: 25, pageToken });
    for (const article of page.articles) {
      assert.equal(article.revision, "1");
      names.add(article.name);
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  assert.equal(names.size, total);
});

test("watches, breaks off half-way, and goes on without a gap", async () => {
  const { resumeToken } = await list({ pageSize: 2 });
  await ask(client.deleteArticle, { name: "articles/bus-1" });
  const article = { name: "articles/bus-2", headline: "更正" };
  await ask(client.updateArticle, { article, updateMask: { paths: ["headline"] } });

  const told = (event: WatchArticlesResponse__Output) => event.upserted?.headline ?? event.deleted ?? event.event;
  const first = client.watchArticles({ resumeToken });
  const [deleted] = await take(first, 1);
  assert.equal(told(deleted), "articles/bus-1");
  await cancel(first);

  const second = client.watchArticles({ resumeToken: deleted.resumeToken });
  assert.deepEqual((await take(second, 2)).map(told), ["更正", "checkpoint"]);
  const made = await ask(client.createArticle, { article: { headline: "新线路" }, articleId: "bus-8" });
  assert.deepEqual((await take(second, 1)).map(told), [made.headline]);
  await cancel(second);
});

test("exports all, oldest first", async () => {
  const exported: string[] = [];
  for await (const { article } of client.exportArticles({ filter: "char_count > 0" })) {
    exported.push(article.name);
    assert.ok(article.body.includes("巴士线路今日开通"));
  }
  assert.deepEqual(exported, [1, 2, 3, 4, 5, 6, 7].map((number) => `articles/bus-${number}`));
});
