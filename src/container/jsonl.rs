//! JSONL: a document a line, with `text` or `html`, and perhaps `url`, `timestamp`, `content_type`, `labels`, `id`; or an
//! article a line, as `export` writes it, which has a `name` and neither of the two.

use std::collections::BTreeMap;
use std::io::BufRead;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::offset;
use serde::Deserialize;
use serde_json::Value;

use super::limits::{Line, read_line};
use super::{ContainerError, Document};
use crate::article::{ArticleName, MAX_DOCUMENT_BYTES, PageUrl, RawDocument};

/// JSON writes a character of three bytes in six (`\u5b89`), and the other keys need room too.
const MAX_LINE_BYTES: usize = 2 * MAX_DOCUMENT_BYTES + (1 << 20);

pub struct Jsonl {
    reader: Box<dyn BufRead>,
    line: u64,
    /// After an error of the file itself there is nothing more to read.
    ended: bool,
}

impl Jsonl {
    pub fn new(reader: Box<dyn BufRead>) -> Self {
        Self { reader, line: 0, ended: false }
    }
}

impl Iterator for Jsonl {
    /// The line's number, from 1.
    type Item = (u64, Result<Document, ContainerError>);

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            self.line += 1;
            let line = match read_line(&mut self.reader, MAX_LINE_BYTES) {
                Ok(Some(Line::Whole(line))) => line,
                Ok(Some(Line::TooLong)) => return Some((self.line, Err(ContainerError::TooLarge))),
                Ok(None) => return None,
                Err(error) => {
                    self.ended = true;
                    return Some((self.line, Err(error.into())));
                }
            };
            let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&line);
            if !line.trim_ascii().is_empty() {
                return Some((self.line, document(line)));
            }
        }
        None
    }
}

/// Unknown keys are ignored, and so is `null`.
#[derive(Deserialize)]
struct Fields {
    text: Option<String>,
    html: Option<String>,
    url: Option<String>,
    timestamp: Option<String>,
    content_type: Option<String>,
    labels: Option<BTreeMap<String, Value>>,
    id: Option<Value>,
    name: Option<Value>,
}

/// What the name of an article begins with.
const ARTICLE_NAME_PREFIX: &str = "articles/";

fn document(line: &[u8]) -> Result<Document, ContainerError> {
    let fields: Fields = serde_json::from_slice(line).map_err(|error| ContainerError::BadLine(error.to_string()))?;
    let Fields { text, html, url, timestamp, content_type, labels, id, name } = fields;
    let is_exported = name.as_ref().and_then(Value::as_str).is_some_and(|name| name.starts_with(ARTICLE_NAME_PREFIX));
    if is_exported && html.is_none() && text.is_none() {
        let raw = RawDocument { content: line.to_vec().into(), ..RawDocument::default() };
        return Ok(Document { raw, is_exported, ..Document::default() });
    }
    let (content, media_type) = match (html, text) {
        (Some(html), _) => (html, "text/html"),
        (None, Some(text)) => (text, "text/plain"),
        (None, None) => return Err(ContainerError::BadLine("it has neither text nor html".to_owned())),
    };
    if content.is_empty() {
        return Err(ContainerError::Empty);
    }
    if content.len() > MAX_DOCUMENT_BYTES {
        return Err(ContainerError::TooLarge);
    }
    let mut warnings = Vec::new();
    // What describes a document wrongly is no reason to lose it.
    let mut warn =
        |key: &str, given: &str, why: &dyn std::fmt::Display| warnings.push(format!("{key} {given:?} {why}"));
    let url = url.and_then(|url| PageUrl::parse(&url).map_err(|why| warn("url", &url, &why)).ok());
    let fetch_time = timestamp.and_then(|time| {
        let known = instant(&time);
        if known.is_none() {
            warn("timestamp", &time, &"is not RFC 3339");
        }
        known
    });
    let id = id.and_then(scalar).filter(|id| !id.is_empty()).and_then(|id| {
        let known = article_id(&id);
        if known.is_none() {
            warn("id", &id, &"cannot be an article's id: the name is derived");
        }
        known
    });
    let labels =
        labels.unwrap_or_default().into_iter().filter_map(|(key, value)| Some((key, scalar(value)?))).collect();
    let raw = RawDocument {
        content: content.into_bytes().into(),
        content_type: in_utf8(content_type.as_deref().unwrap_or(media_type)),
        url,
        fetch_time,
        labels,
    };
    Ok(Document { raw, is_exported: false, id, warnings })
}

/// RFC 3339; or a day and a time of day as databases print them, `2021-11-14 19:06:13`, which without a zone are
/// Asia/Shanghai. A day alone is no fetch time: pages of that day would seem to be from the future.
fn instant(text: &str) -> Option<Timestamp> {
    let of_shanghai = |time: DateTime| offset(8).to_timestamp(time).ok();
    text.parse().ok().or_else(|| text.parse().ok().filter(|_| text.contains(':')).and_then(of_shanghai))
}

/// The ids of crawlers' own are often in upper case; what else no name can have is no reason to lose the document.
fn article_id(text: &str) -> Option<String> {
    let id = text.to_ascii_lowercase();
    ArticleName::from_id(&id).is_ok().then_some(id)
}

/// JSON is UTF-8, whatever charset the page was once fetched in.
fn in_utf8(content_type: &str) -> String {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    format!("{media_type}; charset=utf-8")
}

fn scalar(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_times_as_crawlers_write_them() {
        let check = |line: &str, id: Option<&str>, time: Option<&str>, warnings: usize| {
            let document = document(line.as_bytes()).expect("a document");
            assert_eq!(document.id.as_deref(), id, "{line}");
            assert_eq!(document.raw.fetch_time.map(|time| time.to_string()).as_deref(), time, "{line}");
            assert_eq!(document.warnings.len(), warnings, "{line}");
        };
        let noon = Some("2021-11-14T04:00:00Z");
        check(r#"{"text": "甲", "id": "VIDE13", "timestamp": "2021-11-14T12:00:00+08:00"}"#, Some("vide13"), noon, 0);
        check(r#"{"text": "甲", "id": "a-1", "timestamp": "2021-11-14 12:00:00"}"#, Some("a-1"), noon, 0);
        check(r#"{"text": "甲", "id": 13, "timestamp": "2021-11-14"}"#, None, None, 2);
        check(r#"{"text": "甲", "id": "青石_1", "timestamp": "2021年11月14日 12:00"}"#, None, None, 2);
        check(r#"{"text": "甲", "id": ""}"#, None, None, 0);
    }
}
