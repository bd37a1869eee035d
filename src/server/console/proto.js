// The contract's messages that the console uses, and gRPC-Web: enough of protobuf for them, and nothing else.

const string = { kind: "string" }, int = { kind: "int" }, bool = { kind: "bool" }, bytes = { kind: "bytes" };
const many = (type) => ({ ...type, many: true });
const message = (fields) => ({ kind: "message", fields });

const timestamp = message({ 1: ["seconds", int], 2: ["nanos", int] });
const label = message({ 1: ["key", string], 2: ["value", string] });
const raw = message({ 1: ["content", bytes], 2: ["contentType", string], 3: ["url", string], 4: ["fetchTime", timestamp] });
const warning = message({ 1: ["reason", string], 2: ["message", string] });
const repair = message({ 1: ["kind", string], 2: ["count", int] });
const report = message({
  1: ["parserVersion", int],
  2: ["repairs", many(repair)],
  3: ["removedLines", many(message({ 1: ["text", string], 2: ["reason", string] }))],
  4: ["warnings", many(warning)],
});
const article = message({
  1: ["name", string], 2: ["headline", string], 3: ["kicker", string], 4: ["subheadlines", many(string)],
  5: ["dateline", message({ 1: ["text", string], 2: ["agency", string] })], 6: ["authors", many(string)], 7: ["editors", many(string)],
  8: ["infoSource", string], 9: ["section", string], 10: ["body", string], 11: ["keywords", many(string)],
  12: ["citedWorks", many(string)], 13: ["languageCode", string], 14: ["url", string], 16: ["publishTime", timestamp],
  17: ["precision", int], 19: ["fetchTime", timestamp], 22: ["effectiveTime", timestamp], 24: ["revision", int],
  25: ["charCount", int], 26: ["duplicateOf", string], 27: ["labels", many(label)], 28: ["report", report], 29: ["raw", raw],
});
const part = message({ 1: ["text", string], 2: ["becomes", string], 3: ["reason", string], 4: ["detail", string] });
const line = message({ 1: ["number", int], 2: ["element", string], 3: ["text", string], 4: ["repairs", many(repair)], 5: ["parts", many(part)] });
const keywords = message({ 1: ["all", many(string)] });
const segment = message({ 1: ["text", string], 2: ["hit", bool] });
const snippet = message({ 2: ["segments", many(segment)] });

const METHODS = {
  ParseArticle: [
    message({ 1: ["document", raw], 2: ["explain", bool] }),
    message({ 1: ["article", article], 2: ["lines", many(line)], 3: ["charset", string] }),
  ],
  GetArticle: [message({ 1: ["name", string], 2: ["view", int] }), article],
  ListArticles: [
    message({ 1: ["pageSize", int], 2: ["pageToken", string], 3: ["filter", string] }),
    message({ 1: ["articles", many(article)], 2: ["nextPageToken", string] }),
  ],
  FilterArticles: [
    message({ 1: ["keywords", keywords], 4: ["pageSize", int], 5: ["pageToken", string], 7: ["snippets", int], 8: ["countTotal", bool] }),
    message({
      1: ["matches", many(message({ 1: ["article", article], 2: ["snippets", many(snippet)] }))],
      2: ["nextPageToken", string], 3: ["totalSize", int], 4: ["isLowerBound", bool],
    }),
  ],
  WatchArticles: [
    message({ 1: ["keywords", keywords], 4: ["resumeToken", string] }),
    message({ 1: ["upserted", article], 2: ["deleted", string], 4: ["resumeToken", string] }),
  ],
};

function varint(value) {
  const out = [];
  for (let rest = BigInt(value); ; rest >>= 7n) {
    const low = Number(rest & 127n);
    if (rest < 128n) return [...out, low];
    out.push(low | 128);
  }
}

function encode({ fields }, value) {
  const out = [];
  for (const [number, [name, type]] of Object.entries(fields)) {
    for (const item of type.many ? (value[name] ?? []) : [value[name]]) {
      if (item === undefined || item === "" || item === 0 || item === false) continue;
      if (type.kind === "int" || type.kind === "bool") {
        out.push(varint(Number(number) << 3), varint(Number(item)));
        continue;
      }
      const data = type.kind === "message" ? encode(type, item) : type.kind === "bytes" ? item : new TextEncoder().encode(item);
      out.push(varint((Number(number) << 3) | 2), varint(data.length), data);
    }
  }
  const joined = new Uint8Array(out.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of out) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function empty({ fields }) {
  const blank = (type) => (type.many ? [] : { string: "", int: 0, bool: false, bytes: new Uint8Array(), message: undefined }[type.kind]);
  return Object.fromEntries(Object.values(fields).map(([name, type]) => [name, blank(type)]));
}

function decode(type, data) {
  const value = empty(type);
  let at = 0;
  const read = () => {
    let result = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = data[at++];
      if (byte === undefined) throw new Error("the message is cut off");
      result |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, result));
    }
  };
  while (at < data.length) {
    const tag = read();
    const [name, field] = type.fields[tag >> 3] ?? [];
    let item;
    switch (tag & 7) {
      case 0: item = read(); break;
      case 1: at += 8; continue;
      case 5: at += 4; continue;
      case 2: {
        const length = read();
        item = data.subarray(at, (at += length));
        break;
      }
      default: throw new Error("the message does not decode");
    }
    if (name === undefined) continue;
    if (field.kind === "string") item = new TextDecoder().decode(item);
    if (field.kind === "message") item = decode(field, item);
    if (field.kind === "bool") item = item !== 0;
    if (field.many) value[name].push(item);
    else value[name] = item;
  }
  return value;
}

/** A call that failed: `code` is gRPC's number, 14 if the connection was lost. */
export class CallError extends Error {
  constructor(code, text) {
    super(text);
    this.code = code;
  }
}

function check(status, text) {
  if (status !== "0") throw new CallError(Number(status ?? 14), decodeURIComponent(text ?? "the connection was lost"));
}

/** Makes a call, and yields its messages. */
export async function* stream(method, request, { token, signal } = {}) {
  const [input, output] = METHODS[method];
  const encoded = encode(input, request);
  const body = new Uint8Array(5 + encoded.length);
  new DataView(body.buffer).setUint32(1, encoded.length);
  body.set(encoded, 5);
  const headers = { "content-type": "application/grpc-web+proto", "x-grpc-web": "1" };
  if (token) headers.authorization = `Bearer ${token}`;
  let response;
  try {
    response = await fetch(`/articled.v1.ArticleService/${method}`, { method: "POST", headers, body, signal });
  } catch (error) {
    throw signal?.aborted ? error : new CallError(14, "no server answers");
  }
  if (!response.ok) throw new CallError(14, `HTTP ${response.status}`);
  if (response.headers.has("grpc-status")) check(response.headers.get("grpc-status"), response.headers.get("grpc-message"));
  let rest = new Uint8Array();
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read().catch((error) => {
      throw signal?.aborted ? error : new CallError(14, "the connection was lost");
    });
    if (done) break;
    const joined = new Uint8Array(rest.length + value.length);
    joined.set(rest);
    joined.set(value, rest.length);
    rest = joined;
    while (rest.length >= 5) {
      const end = 5 + new DataView(rest.buffer, rest.byteOffset).getUint32(1);
      if (rest.length < end) break;
      const frame = rest.subarray(5, end);
      if (rest[0] & 0x80) {
        const lines = new TextDecoder().decode(frame).split("\r\n").map((line) => line.split(/:\s*/, 2));
        const trailers = Object.fromEntries(lines);
        check(trailers["grpc-status"], trailers["grpc-message"]);
        return;
      }
      yield decode(output, frame);
      rest = rest.subarray(end);
    }
  }
  if (!response.headers.has("grpc-status")) check(undefined);
}

/** A unary call. */
export async function call(method, request, options) {
  for await (const answer of stream(method, request, options)) return answer;
  throw new CallError(13, "no response");
}
