//! JSONL: one JSON object on each line.
//!
//! A document has `text` or `html`, and optionally `title` (of a text), `url`, `timestamp`, `content_type`, `labels` and `id`. An exported
//! article has a `name` and neither `text` nor `html`.

use std::collections::{BTreeMap, VecDeque};
use std::io::BufRead;

use jiff::civil::DateTime;
use jiff::tz::offset;
use serde::Deserialize;
use serde_json::Value;

use super::document::{ContainerError, Document};
use super::limits::{Line, read_line};

use crate::article::{ArticleName, MAX_DOCUMENT_BYTES, PageUrl, RawDocument, Timestamp};

/// Twice the document limit, because JSON may escape a character of three bytes in six (`\u5b89`), with room for the other
/// keys.
const MAX_LINE_BYTES: usize = 2 * MAX_DOCUMENT_BYTES + (1 << 20);

pub(crate) struct Jsonl {
    reader: Box<dyn BufRead>,
    line: u64,
    /// Set after a read error or a refusal of the file.
    ended: bool,
    /// Lines without `text` or `html` before the first document, which are not reported yet.
    lines_without_content: VecDeque<u64>,
    has_document: bool,
}

/// If this many lines at the start have neither `text` nor `html`, the file has another schema, and one error says so
/// instead of one for each line.
const MAX_LINES_WITHOUT_CONTENT: usize = 20;

impl Jsonl {
    pub(crate) fn new(reader: Box<dyn BufRead>) -> Self {
        Self { reader, line: 0, ended: false, lines_without_content: VecDeque::new(), has_document: false }
    }
}

impl Iterator for Jsonl {
    /// The line number, from 1, and its document.
    type Item = (u64, Result<Document, ContainerError>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.has_document
                && let Some(line) = self.lines_without_content.pop_front()
            {
                return Some((line, Err(ContainerError::NoContentKey)));
            }
            let Some((line, found)) = self.next_line() else { return self.refuse_file() };
            if matches!(found, Err(ContainerError::NoContentKey)) && !self.has_document {
                self.lines_without_content.push_back(line);
                if self.lines_without_content.len() >= MAX_LINES_WITHOUT_CONTENT {
                    return self.refuse_file();
                }
                continue;
            }
            self.has_document |= found.is_ok();
            return Some((line, found));
        }
    }
}

impl Jsonl {
    /// Ends the file with one error for all lines without content, if there are any.
    fn refuse_file(&mut self) -> Option<(u64, Result<Document, ContainerError>)> {
        let first = self.lines_without_content.pop_front()?;
        self.lines_without_content.clear();
        self.ended = true;
        Some((first, Err(ContainerError::UnknownKeys)))
    }

    fn next_line(&mut self) -> Option<(u64, Result<Document, ContainerError>)> {
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
                return Some((self.line, parse_line(line)));
            }
        }
        None
    }
}

/// The keys of a line. Unknown keys are ignored, and so is `null`.
#[derive(Deserialize)]
struct Fields {
    text: Option<String>,
    title: Option<Value>,
    html: Option<String>,
    url: Option<Value>,
    timestamp: Option<Value>,
    content_type: Option<Value>,
    labels: Option<Value>,
    id: Option<Value>,
    name: Option<Value>,
}

/// The prefix of article names, by which exported articles are recognized.
const ARTICLE_NAME_PREFIX: &str = "articles/";

fn parse_line(line: &[u8]) -> Result<Document, ContainerError> {
    let mut warnings = Vec::new();
    let bad = |error: serde_json::Error| ContainerError::BadLine(error.to_string());
    let fields: Fields = match serde_json::from_slice(line) {
        Ok(fields) => fields,
        Err(error) => {
            let (repaired, count) = without_lone_surrogates(line);
            if count == 0 {
                return Err(bad(error));
            }
            warnings.push(format!("{count} lone surrogates were replaced by U+FFFD"));
            serde_json::from_slice(&repaired).map_err(bad)?
        }
    };
    let Fields { text, title, html, url, timestamp, content_type, labels, id, name } = fields;
    let is_exported = name.as_ref().and_then(Value::as_str).is_some_and(|name| name.starts_with(ARTICLE_NAME_PREFIX));
    if is_exported && html.is_none() && text.is_none() {
        let raw = RawDocument { content: line.to_vec().into(), ..RawDocument::default() };
        return Ok(Document { raw, is_exported, ..Document::default() });
    }
    // Invalid metadata is a warning, so that the document is not lost.
    let mut warn =
        |key: &str, given: &str, why: &dyn std::fmt::Display| warnings.push(format!("{key} {given:?} {why}"));
    let (content, media_type) = match (html, text) {
        (Some(html), _) => (html, "text/html"),
        (None, Some(text)) => (with_title(text, string_value(title, "title", &mut warn)), "text/plain"),
        (None, None) => return Err(ContainerError::NoContentKey),
    };
    if content.is_empty() {
        return Err(ContainerError::Empty);
    }
    if content.len() > MAX_DOCUMENT_BYTES {
        return Err(ContainerError::TooLarge);
    }
    let url = string_value(url, "url", &mut warn);
    let url = url.and_then(|url| PageUrl::parse(&url).map_err(|why| warn("url", &url, &why)).ok());
    let fetch_time = timestamp.filter(|time| !time.is_null()).and_then(|time| {
        let valid = time.as_str().and_then(parse_time).or_else(|| time.as_f64().and_then(unix_time));
        if valid.is_none() {
            warn("timestamp", &time.to_string(), &"is neither RFC 3339 nor a Unix time");
        }
        valid
    });
    let id = id.and_then(scalar).filter(|id| !id.is_empty()).and_then(|id| {
        let valid = article_id(&id);
        if valid.is_none() {
            warn("id", &id, &"is not a valid article id; the name is derived instead");
        }
        valid
    });
    let content_type = string_value(content_type, "content_type", &mut warn);
    let labels = match labels {
        Some(Value::Object(labels)) => {
            labels.into_iter().filter_map(|(key, value)| Some((key, scalar(value)?))).collect()
        }
        None | Some(Value::Null) => BTreeMap::new(),
        Some(other) => {
            warn("labels", &other.to_string(), &"is not an object");
            BTreeMap::new()
        }
    };
    let raw = RawDocument {
        content: content.into_bytes().into(),
        content_type: with_utf8_charset(content_type.as_deref().unwrap_or(media_type)),
        url,
        fetch_time,
        labels,
    };
    Ok(Document { raw, is_exported: false, id, warnings })
}

/// A text below its title, as on a page; without the title if the text begins with it.
fn with_title(text: String, title: Option<String>) -> String {
    let title = title.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    if title.is_empty() || text.trim_start().starts_with(&title) { text } else { format!("{title}\n{text}") }
}

/// The string in a value; `None`, with a warning, if it is not a string.
fn string_value(
    value: Option<Value>,
    key: &str,
    warn: &mut impl FnMut(&str, &str, &dyn std::fmt::Display),
) -> Option<String> {
    match value? {
        Value::String(text) => Some(text),
        Value::Null => None,
        other => {
            warn(key, &other.to_string(), &"is not a string");
            None
        }
    }
}

/// Numbers below are seconds, others milliseconds: it is the year 5138 in seconds and 1973 in milliseconds.
const FIRST_MILLISECONDS: f64 = 1e11;

/// A Unix time in seconds or milliseconds. `None` from [`UNIX_TIME_END`] on.
fn unix_time(number: f64) -> Option<Timestamp> {
    let milliseconds = if number.abs() < FIRST_MILLISECONDS { number * 1000.0 } else { number };
    // The cast saturates, and `from_millisecond` rejects values out of range.
    Timestamp::from_millisecond(milliseconds as i64).ok().filter(|time| time.as_second() < UNIX_TIME_END)
}

/// 2100-01-01T00:00:00Z. Larger numbers are not Unix times, but dates written as digits, such as 20211114120000.
const UNIX_TIME_END: i64 = 4_102_444_800;

/// Replaces each escaped lone surrogate by U+FFFD, and counts them. JavaScript produces them when it truncates a string
/// inside a surrogate pair.
fn without_lone_surrogates(line: &[u8]) -> (Vec<u8>, usize) {
    let (mut repaired, mut count, mut rest) = (Vec::with_capacity(line.len()), 0, line);
    while let Some((first, after)) = rest.split_first() {
        let length = match (first, surrogate(rest), rest.get(6..).and_then(surrogate)) {
            (_, Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (_, Some(_), _) => {
                repaired.extend_from_slice(b"\\uFFFD");
                count += 1;
                rest = rest.get(6..).unwrap_or_default();
                continue;
            }
            // The second character of `\\` does not start another escape.
            (b'\\', None, _) if !after.is_empty() => 2,
            _ => 1,
        };
        let (kept, next) = rest.split_at(length);
        repaired.extend_from_slice(kept);
        rest = next;
    }
    (repaired, count)
}

/// The surrogate if the text starts with an escaped one, such as `\uD83D`.
fn surrogate(text: &[u8]) -> Option<u16> {
    let digits = std::str::from_utf8(text.strip_prefix(b"\\u")?.get(..4)?).ok()?;
    u16::from_str_radix(digits, 16).ok().filter(|unit| (0xD800..=0xDFFF).contains(unit))
}

/// Parses RFC 3339, or a date with a time of day as databases print it (`2021-11-14 19:06:13`), in Asia/Shanghai if it has
/// no offset. A date alone is rejected: with midnight as the fetch time, pages of that day would be from the future.
fn parse_time(text: &str) -> Option<Timestamp> {
    let of_shanghai = |time: DateTime| Timestamp::of_civil(time, offset(8)).ok();
    text.parse().ok().or_else(|| text.parse().ok().filter(|_| text.contains(':')).and_then(of_shanghai))
}

/// The id in lower case, because crawlers' ids are often in upper case; `None` if it is not a valid article id.
fn article_id(text: &str) -> Option<String> {
    let id = text.to_ascii_lowercase();
    ArticleName::from_id(&id).is_ok().then_some(id)
}

/// The media type with the charset UTF-8: a JSON string is UTF-8, whatever the charset of the fetched page.
fn with_utf8_charset(content_type: &str) -> String {
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
            let document = parse_line(line.as_bytes()).expect("a document");
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
        check(r#"{"text": "甲", "timestamp": 1636862400}"#, None, noon, 0);
        check(r#"{"text": "甲", "timestamp": 1636862400000}"#, None, noon, 0);
        check(r#"{"text": "甲", "timestamp": 20211114120000}"#, None, None, 1);
        check(r#"{"text": "甲", "timestamp": 1e300, "url": 1, "labels": [], "content_type": {}}"#, None, None, 4);
    }

    #[test]
    fn a_title_is_the_first_line_of_its_text() {
        let check = |line: &str, text: &str, warnings: usize| {
            let document = parse_line(line.as_bytes()).expect("a document");
            assert_eq!(document.raw.content.as_ref(), text.as_bytes(), "{line}");
            assert_eq!(document.warnings.len(), warnings, "{line}");
        };
        check(r#"{"title": " 渡口\n重开 ", "text": "停航三年。"}"#, "渡口 重开\n停航三年。", 0);
        check(r#"{"title": "渡口", "text": "渡口\n渡口重开。"}"#, "渡口\n渡口重开。", 0);
        check(r#"{"title": "渡口", "text": ""}"#, "渡口\n", 0);
        check(r#"{"title": null, "text": "渡口"}"#, "渡口", 0);
        check(r#"{"title": 1, "text": "渡口"}"#, "渡口", 1);
        check(r#"{"title": "渡口 - 某网", "html": "<p>渡口</p>"}"#, "<p>渡口</p>", 0);
    }

    #[test]
    fn a_lone_surrogate_is_replaced_with_a_warning() {
        let check = |line: &str, text: &str, warnings: usize| {
            let document = parse_line(line.as_bytes()).expect("a document");
            assert_eq!(document.raw.content.as_ref(), text.as_bytes(), "{line}");
            assert_eq!(document.warnings.len(), warnings, "{line}");
        };
        check(r#"{"text": "甲\ud83d\ude00"}"#, "甲😀", 0);
        check(r#"{"text": "甲\ud83d乙\ude00"}"#, "甲\u{FFFD}乙\u{FFFD}", 1);
        check(r#"{"text": "\\ud83d\ud83d\ud83d\ude00"}"#, "\\ud83d\u{FFFD}😀", 1);
        assert!(parse_line(br#"{"text": "\ud83d"#).is_err());
    }
}
