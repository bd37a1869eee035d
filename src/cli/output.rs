//! Output on standard output: tables for people, or proto3 JSON for programs, with one message per line and nothing else.
//!
//! The only place that converts messages to JSON. It uses the contract's descriptors, so that names, times, enums and bytes
//! follow the proto3 JSON mapping.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, StdoutLock, Write};
use std::sync::LazyLock;

use super::terminal::{highlighted, printable};
use crate::telemetry::wants_colour;
use anyhow::Context;
use articled::rpc::proto::{self, DESCRIPTORS};
use clap::{Args, ValueEnum};
use prost::Message;
use prost_reflect::{DescriptorPool, DeserializeOptions, DynamicMessage, MessageDescriptor};
use serde_json::Value;

#[derive(Args, Clone, Copy, Debug)]
pub(super) struct OutputArguments {
    /// The output format.
    #[arg(long, short, env = "ARTICLED_OUTPUT", value_enum, default_value = "table")]
    output: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// For programs: proto3 JSON, one message per line.
    Json,
}

impl OutputArguments {
    pub(super) fn is_json(self) -> bool {
        self.output == Format::Json
    }
}

/// A message that can be printed as JSON, with its full protobuf name.
pub(super) trait Printed: Message {
    const FULL_NAME: &'static str;
}

impl Printed for proto::Article {
    const FULL_NAME: &'static str = "articled.v1.Article";
}

impl Printed for proto::RawDocument {
    const FULL_NAME: &'static str = "articled.v1.RawDocument";
}

impl Printed for proto::ArticleMatch {
    const FULL_NAME: &'static str = "articled.v1.ArticleMatch";
}

impl Printed for proto::WatchArticlesResponse {
    const FULL_NAME: &'static str = "articled.v1.WatchArticlesResponse";
}

impl Printed for proto::ParseArticleResponse {
    const FULL_NAME: &'static str = "articled.v1.ParseArticleResponse";
}

impl Printed for proto::ImportArticlesResponse {
    const FULL_NAME: &'static str = "articled.v1.ImportArticlesResponse";
}

impl Printed for proto::ReparseArticleResponse {
    const FULL_NAME: &'static str = "articled.v1.ReparseArticleResponse";
}

/// Standard output, locked and buffered.
pub(super) struct Out {
    writer: BufWriter<StdoutLock<'static>>,
}

impl Out {
    pub(super) fn new() -> Self {
        Self { writer: BufWriter::new(io::stdout().lock()) }
    }

    pub(super) fn json<M: Printed>(&mut self, message: &M) -> anyhow::Result<()> {
        self.json_line(&json(message)?)
    }

    /// Writes a message as JSON with one more key, which the contract does not have.
    pub(super) fn json_with<M: Printed>(&mut self, message: &M, key: &str, value: &Value) -> anyhow::Result<()> {
        let mut line = json(message)?;
        put_last(&mut line, key, &escape_controls(value.to_string()));
        self.json_line(&line)
    }

    /// Writes one line of JSON.
    pub(super) fn json_line(&mut self, line: &str) -> anyhow::Result<()> {
        writeln!(self.writer, "{line}").context("cannot write to standard output")
    }

    /// Writes text for people and a line feed, with control characters escaped.
    pub(super) fn text(&mut self, text: &str) -> anyhow::Result<()> {
        writeln!(self.writer, "{}", printable(text)).context("cannot write to standard output")
    }

    /// Writes text with marked hits and headings, which are highlighted on a terminal, and a line feed.
    pub(super) fn highlighted(&mut self, text: &str) -> anyhow::Result<()> {
        let text = highlighted(text, wants_colour(self.writer.get_ref()));
        writeln!(self.writer, "{text}").context("cannot write to standard output")
    }

    /// Flushes, so that the reader of a pipe sees what was written so far.
    pub(super) fn flush(&mut self) -> anyhow::Result<()> {
        self.writer.flush().context("cannot write to standard output")
    }
}

/// A message as one line of proto3 JSON.
fn json<M: Printed>(message: &M) -> anyhow::Result<String> {
    let mut dynamic = DynamicMessage::new(descriptor::<M>()?);
    dynamic.transcode_from(message).context("the message does not fit the contract")?;
    serde_json::to_string(&dynamic).map(escape_controls).context("the message cannot be written as JSON")
}

/// Escapes the control characters that JSON allows unescaped and a terminal interprets: DEL and U+0080 to U+009F.
fn escape_controls(json: String) -> String {
    if !json.chars().any(char::is_control) {
        return json;
    }
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_control() {
            escaped += &format!("\\u{:04x}", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// An article as one line of proto3 JSON. The output is deterministic: labels are sorted, and last.
pub(super) fn article_line(mut article: proto::Article) -> anyhow::Result<String> {
    let labels: BTreeMap<String, String> = std::mem::take(&mut article.labels).into_iter().collect();
    let raw_labels: BTreeMap<String, String> =
        article.raw.as_mut().map(|raw| std::mem::take(&mut raw.labels)).unwrap_or_default().into_iter().collect();
    let raw = article.raw.take();
    let mut line = json(&article)?;
    if !labels.is_empty() {
        put_last(&mut line, "labels", &escape_controls(serde_json::to_string(&labels)?));
    }
    if let Some(raw) = raw {
        let mut document = json(&raw)?;
        if !raw_labels.is_empty() {
            put_last(&mut document, "labels", &escape_controls(serde_json::to_string(&raw_labels)?));
        }
        put_last(&mut line, "raw", &document);
    }
    Ok(line)
}

/// Adds a key to a JSON object.
fn put_last(object: &mut String, key: &str, value: &str) {
    object.pop();
    let comma = if object.len() > 1 { "," } else { "" };
    *object += &format!("{comma}\"{key}\":{value}}}");
}

/// Parses a message from proto3 JSON. Unknown keys are ignored, because a newer version may have written them.
pub(super) fn from_json<M: Printed + Default>(line: &[u8]) -> anyhow::Result<M> {
    let mut reader = serde_json::Deserializer::from_slice(line);
    let options = DeserializeOptions::new().deny_unknown_fields(false);
    let dynamic = DynamicMessage::deserialize_with_options(descriptor::<M>()?, &mut reader, &options)
        .and_then(|dynamic| reader.end().map(|()| dynamic))
        .with_context(|| format!("is not a {} in JSON", M::FULL_NAME))?;
    dynamic.transcode_to().context("the message does not fit the contract")
}

fn descriptor<M: Printed>() -> anyhow::Result<MessageDescriptor> {
    static POOL: LazyLock<Option<DescriptorPool>> = LazyLock::new(|| DescriptorPool::decode(DESCRIPTORS).ok());
    let descriptor = POOL.as_ref().and_then(|pool| pool.get_message_by_name(M::FULL_NAME));
    descriptor.with_context(|| format!("the contract lacks {}", M::FULL_NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_as_proto3_says() {
        let article = proto::Article {
            name: "articles/a1".to_owned(),
            headline: "新區\n\"一\"".to_owned(),
            publish_time: Some(prost_types::Timestamp { seconds: 1_636_819_200, nanos: 500_000_000 }),
            publish_time_precision: proto::PublishTimePrecision::Day.into(),
            revision: 1 << 60,
            raw: Some(proto::RawDocument { content: vec![0, 255].into(), ..Default::default() }),
            ..Default::default()
        };
        assert_eq!(
            json(&article).expect("JSON"),
            "{\"name\":\"articles/a1\",\"headline\":\"新區\\n\\\"一\\\"\",\"publishTime\":\"2021-11-13T16:00:00.500Z\",\
             \"publishTimePrecision\":\"PUBLISH_TIME_PRECISION_DAY\",\"revision\":\"1152921504606846976\",\
             \"raw\":{\"content\":\"AP8=\"}}"
        );
    }

    #[test]
    fn an_article_is_read_as_it_was_written() {
        let labels = |keys: [&str; 3]| keys.map(|key| (key.to_owned(), "值".to_owned())).into();
        let raw = proto::RawDocument { labels: labels(["z", "x", "y"]), ..Default::default() };
        let article = proto::Article {
            name: "articles/a1".to_owned(),
            labels: labels(["c", "a", "b"]),
            raw: Some(raw),
            ..Default::default()
        };
        let line = article_line(article.clone()).expect("JSON");
        assert_eq!(
            line,
            "{\"name\":\"articles/a1\",\"labels\":{\"a\":\"值\",\"b\":\"值\",\"c\":\"值\"},\
             \"raw\":{\"labels\":{\"x\":\"值\",\"y\":\"值\",\"z\":\"值\"}}}"
        );
        assert_eq!(from_json::<proto::Article>(line.as_bytes()).expect("read"), article);
        let newer = br#"{"headline": "a", "whoKnows": 1}"#;
        assert_eq!(from_json::<proto::Article>(newer).expect("read").headline, "a");
        assert!(from_json::<proto::Article>(br#"{"headline": 1}"#).is_err());
    }

    #[test]
    fn every_printed_message_is_in_the_contract() {
        assert!(json(&proto::ArticleMatch::default()).is_ok());
        assert!(json(&proto::WatchArticlesResponse::default()).is_ok());
        assert!(json(&proto::ParseArticleResponse::default()).is_ok());
        assert!(json(&proto::ReparseArticleResponse::default()).is_ok());
        assert!(json(&proto::ImportArticlesResponse::default()).is_ok());
    }
}
