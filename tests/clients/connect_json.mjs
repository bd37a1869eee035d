// Connect's own client calls the HTTP listener in JSON, by POST and by GET, and reads the details of an error. It runs beside the
// generated code of the example in TypeScript.

import assert from "node:assert/strict";

import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";

import { ArticleService } from "./gen/articled/v1/article_service_pb.js";
import { ErrorInfoSchema } from "./gen/google/rpc/error_details_pb.js";

for (const useHttpGet of [false, true]) {
  const transport = createConnectTransport({ baseUrl: process.env.CONSOLE_URL, httpVersion: "1.1", useBinaryFormat: false, useHttpGet });
  const client = createClient(ArticleService, transport);
  const page = await client.filterArticles({ keywords: { all: ["湿地"] } });
  assert.equal(page.matches[0].article.headline, "雲岫縣濱海濕地修復工程通過驗收");
  assert.ok(page.matches[0].article.revision >= 1n);
  const error = await client.getArticle({ name: "articles/nothing" }).then(assert.fail, ConnectError.from);
  assert.equal(error.code, Code.NotFound);
  assert.equal(error.findDetails(ErrorInfoSchema)[0].reason, "ARTICLE_NOT_FOUND");
  const late = await client.getArticle({ name: "articles/nothing" }, { timeoutMs: 20_000 }).then(assert.fail, ConnectError.from);
  assert.equal(late.code, Code.NotFound);
}
console.log("Connect's client calls in JSON");
