//! Documents from files and folders: text, HTML, and JSONL with one document a line.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use articled::article::{MAX_DOCUMENT_BYTES, PageUrl, RawDocument};
use jiff::Timestamp;
use serde::Deserialize;

use super::{Document, Item};

/// The documents of these files, and of the files in these folders that are recognised by their names.
pub fn items(paths: &[PathBuf]) -> impl Iterator<Item = Item> {
    paths.iter().flat_map(|path| files(path)).flat_map(|found| match found {
        Ok(path) => file(&path),
        Err(item) => one(item),
    })
}

type Items = Box<dyn Iterator<Item = Item>>;

fn one(item: Item) -> Items {
    Box::new(std::iter::once(item))
}

fn failed(path: &Path, error: &io::Error) -> Item {
    Item { origin: path.display().to_string(), document: Err(error.to_string()) }
}

/// A file, or the files beneath a folder, in the order of their names.
fn files(path: &Path) -> Vec<Result<PathBuf, Item>> {
    let fail = |error| vec![Err(failed(path, &error))];
    match fs::metadata(path) {
        Ok(kind) if kind.is_dir() => {}
        Ok(_) => return vec![Ok(path.to_owned())],
        Err(error) => return fail(error),
    }
    let entries = fs::read_dir(path).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
    let mut inside: Vec<PathBuf> = match entries {
        Ok(entries) => entries.iter().map(fs::DirEntry::path).collect(),
        Err(error) => return fail(error),
    };
    inside.sort();
    inside.iter().filter(|path| path.is_dir() || is_recognised(path)).flat_map(|path| files(path)).collect()
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}

fn is_recognised(path: &Path) -> bool {
    ["txt", "html", "htm", "jsonl"].contains(&extension(path))
}

fn file(path: &Path) -> Items {
    let opened = match File::open(path) {
        Ok(opened) => opened,
        Err(error) => return one(failed(path, &error)),
    };
    if extension(path) == "jsonl" {
        return lines(path.to_owned(), BufReader::new(opened));
    }
    let content_type = match extension(path) {
        "html" | "htm" => "text/html",
        "txt" => "text/plain",
        _ => "",
    };
    let mut content = Vec::new();
    // One byte more than is allowed tells a document that is too large from one that just fits.
    if let Err(error) = opened.take(MAX_DOCUMENT_BYTES as u64 + 1).read_to_end(&mut content) {
        return one(failed(path, &error));
    }
    let document = document(content, RawDocument { content_type: content_type.to_owned(), ..RawDocument::default() });
    one(Item { origin: path.display().to_string(), document })
}

fn document(content: Vec<u8>, rest: RawDocument) -> Result<Document, String> {
    match content.len() {
        0 => Err("is empty".to_owned()),
        1..=MAX_DOCUMENT_BYTES => {
            Ok(Document { raw: RawDocument { content: content.into(), ..rest }, id: String::new() })
        }
        _ => Err(format!("has more than {MAX_DOCUMENT_BYTES} bytes")),
    }
}

fn lines(path: PathBuf, reader: impl BufRead + 'static) -> Items {
    let numbered = reader.lines().enumerate().map(move |(index, line)| Item {
        origin: format!("{}:{}", path.display(), index + 1),
        document: line.map_err(|error| error.to_string()).and_then(|line| json_document(&line)),
    });
    Box::new(numbered)
}

/// A line of a crawl.
#[derive(Deserialize)]
struct Line {
    text: Option<String>,
    html: Option<String>,
    url: Option<String>,
    timestamp: Option<String>,
    content_type: Option<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    id: String,
}

fn json_document(line: &str) -> Result<Document, String> {
    let line: Line = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let (content, media_type) = match (line.text, line.html) {
        (Some(text), _) => (text, "text/plain"),
        (None, Some(html)) => (html, "text/html"),
        (None, None) => return Err("has neither text nor html".to_owned()),
    };
    let url = line.url.as_deref().map(PageUrl::parse).transpose().map_err(|error| format!("url: {error}"))?;
    let fetch_time = line.timestamp.as_deref().map(str::parse::<Timestamp>).transpose();
    let fetch_time = fetch_time.map_err(|error| format!("timestamp: {error}"))?;
    let content_type = line.content_type.unwrap_or_else(|| media_type.to_owned());
    let rest = RawDocument { content_type, url, fetch_time, labels: line.labels, ..Default::default() };
    Ok(Document { id: line.id, ..document(content.into_bytes(), rest)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lines_of_json() {
        let read = json_document(
            r#"{"text": "甲\n乙", "url": "https://a.example/", "timestamp": "2024-05-06T08:00:00+08:00", "id": "a1",
                "labels": {"k": "v"}, "whatever": [1]}"#,
        )
        .expect("a document");
        assert_eq!(read.id, "a1");
        assert_eq!(read.raw.content, "甲\n乙".as_bytes());
        assert_eq!(read.raw.fetch_time.expect("a time").to_string(), "2024-05-06T00:00:00Z");
        assert_eq!(read.raw.labels.get("k").map(String::as_str), Some("v"));
    }

    #[test]
    fn says_what_is_wrong_with_a_line() {
        let check = |line: &str, reason: &str| {
            let error = json_document(line).err().expect(line);
            assert!(error.contains(reason), "{error}");
        };
        check("[", "line 1");
        check("{}", "neither text nor html");
        check(r#"{"text": ""}"#, "empty");
        check(r#"{"text": "a", "url": "a"}"#, "url");
    }
}
