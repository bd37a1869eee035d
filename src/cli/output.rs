//! Answers on standard output: a table for people, or proto3 JSON for programs, one message a line and nothing else.
//!
//! The one place that turns messages into JSON: by the contract's own descriptors, so that names, times, enums and bytes
//! come out as the proto3 JSON mapping says.

use std::io::{self, BufWriter, StdoutLock, Write};
use std::sync::LazyLock;

use anyhow::Context;
use articled::rpc::proto::{self, DESCRIPTORS};
use clap::{Args, ValueEnum};
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage};

#[derive(Args, Clone, Copy, Debug)]
pub struct OutputArguments {
    /// How answers are printed.
    #[arg(long, short, env = "ARTICLED_OUTPUT", value_enum, default_value = "table")]
    output: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// For programs: proto3 JSON, one message a line.
    Json,
}

impl OutputArguments {
    pub fn is_json(self) -> bool {
        self.output == Format::Json
    }
}

/// A message that is printed as JSON, by its full name.
pub trait Printed: Message {
    const FULL_NAME: &'static str;
}

impl Printed for proto::Article {
    const FULL_NAME: &'static str = "articled.v1.Article";
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

impl Printed for proto::IngestArticleResponse {
    const FULL_NAME: &'static str = "articled.v1.IngestArticleResponse";
}

/// Standard output, held for as long as answers are written.
pub struct Out {
    writer: BufWriter<StdoutLock<'static>>,
}

impl Out {
    pub fn new() -> Self {
        Self { writer: BufWriter::new(io::stdout().lock()) }
    }

    pub fn json<M: Printed>(&mut self, message: &M) -> anyhow::Result<()> {
        self.text(&json(message)?)
    }

    /// Writes a text and a line feed.
    pub fn text(&mut self, text: &str) -> anyhow::Result<()> {
        writeln!(self.writer, "{text}").context("cannot write to standard output")
    }

    /// Lets a reader at the other end of a pipe see what was written so far.
    pub fn flush(&mut self) -> anyhow::Result<()> {
        self.writer.flush().context("cannot write to standard output")
    }
}

/// A message as one line of proto3 JSON.
fn json<M: Printed>(message: &M) -> anyhow::Result<String> {
    static POOL: LazyLock<Option<DescriptorPool>> = LazyLock::new(|| DescriptorPool::decode(DESCRIPTORS).ok());
    let descriptor = POOL.as_ref().and_then(|pool| pool.get_message_by_name(M::FULL_NAME));
    let descriptor = descriptor.with_context(|| format!("the contract lacks {}", M::FULL_NAME))?;
    let mut dynamic = DynamicMessage::new(descriptor);
    dynamic.transcode_from(message).context("the message does not fit the contract")?;
    serde_json::to_string(&dynamic).context("the message cannot be written as JSON")
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
    fn every_printed_message_is_in_the_contract() {
        assert!(json(&proto::ArticleMatch::default()).is_ok());
        assert!(json(&proto::WatchArticlesResponse::default()).is_ok());
        assert!(json(&proto::ParseArticleResponse::default()).is_ok());
        assert!(json(&proto::IngestArticleResponse::default()).is_ok());
    }
}
