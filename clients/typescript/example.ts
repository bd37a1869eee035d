// Stores, finds, pages and watches articles, with Connect for ECMAScript over gRPC. See docs/clients.md for how to run it.

import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";

import { type WatchArticlesResponse, ArticleService } from "./gen/articled/v1/article_service_pb.js";
import { RawDocumentSchema } from "./gen/articled/v1/article_pb.js";
import { BadRequestSchema, ErrorInfoSchema, ResourceInfoSchema } from "./gen/google/rpc/error_details_pb.js";

const token = process.env.ARTICLED_TOKEN;
const transport = createGrpcTransport({
  baseUrl: process.env.ARTICLED_SERVER ?? "http://127.0.0.1:50051",
  // An article in the RAW view has up to 12 MiB.
  readMaxBytes: 13 << 20,
  interceptors: [
    (next) => (request) => {
      if (token) request.header.set("authorization", `Bearer ${token}`);
      return next(request);
    },
  ],
});
const client = createClient(ArticleService, transport);

/** Stores three pages; storing one again is UNCHANGED. */
async function ingest(): Promise<void> {
  for (const what of ["图书馆", "体育馆", "博物馆"]) {
    const text = `竹溪县新${what}开馆\n本报讯 竹溪县新${what}5月6日开馆，市民可免费参观。`;
    const document = create(RawDocumentSchema, { content: new TextEncoder().encode(text), contentType: "text/plain" });
    const { article } = await client.ingestArticle({ document });
    console.log(`stored: ${article?.headline}`);
  }
}

/** Finds Simplified text by a Traditional keyword. */
async function filter(): Promise<string> {
  const { matches } = await client.filterArticles({ keywords: { all: ["圖書館"] }, snippets: 1 });
  for (const { snippets } of matches) {
    const marked = snippets[0].segments.map(({ text, hit }) => (hit ? `【${text}】` : text));
    console.log(`found: ${marked.join("")}`);
  }
  return matches[0].article!.name;
}

/** Reads page after page, and returns the token from which a watch misses nothing. */
async function page(): Promise<string> {
  let count = 0;
  let pageToken = "";
  let resumeToken = "";
  do {
    const answer = await client.listArticles({ pageSize: 2, pageToken });
    count += answer.articles.length;
    ({ nextPageToken: pageToken, resumeToken } = answer);
    // Only an empty token is the end: a page may have fewer articles than asked for, even none.
  } while (pageToken !== "");
  console.log(`listed: ${count}`);
  return resumeToken;
}

/** Yields changes for ever, and goes on after the last one when the connection is lost. */
async function* watch(resumeToken: string): AsyncGenerator<WatchArticlesResponse> {
  for (;;) {
    try {
      for await (const event of client.watchArticles({ resumeToken })) {
        yield event;
        ({ resumeToken } = event);
      }
    } catch (error) {
      // OUT_OF_RANGE: the token is too old, so list again, and watch from there.
      if (ConnectError.from(error).code !== Code.Unavailable) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/** Says what a call was refused for. Programs branch on the reason, not on the message. */
async function refused(call: Promise<unknown>): Promise<void> {
  const error = await call.then(
    () => new Error("it was not refused"),
    (error: unknown) => ConnectError.from(error),
  );
  if (!(error instanceof ConnectError)) throw error;
  const [info] = error.findDetails(ErrorInfoSchema);
  const fields = error.findDetails(BadRequestSchema).flatMap((bad) => bad.fieldViolations.map(({ field }) => field));
  const resources = error.findDetails(ResourceInfoSchema).map(({ resourceName }) => resourceName);
  console.log(`refused: ${info?.reason} ${[...fields, ...resources].join(" ")}`);
}

await ingest();
const name = await filter();
let resumeToken = await page();

await client.updateArticle({ article: { name, headline: "更正" }, updateMask: { paths: ["headline"] } });
for await (const { event, resumeToken: next } of watch(resumeToken)) {
  // Kept with what was made of the event, so that the program goes on there when it is started again.
  resumeToken = next;
  if (event.case === "upserted") {
    console.log(`changed: ${event.value.headline}`);
    break;
  }
}
await client.deleteArticle({ name });
for await (const { event } of watch(resumeToken)) {
  if (event.case === "deleted") {
    console.log(`deleted: ${event.value === name}`);
    break;
  }
}

await refused(client.getArticle({ name: "articles/nothing" }));
await refused(client.listArticles({ filter: "revision = x" }));
