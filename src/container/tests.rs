//! Containers written and read again, whole and damaged.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use proptest::prelude::*;
use tempfile::TempDir;

use super::document::STANDARD_INPUT;
use super::*;
use crate::article::{MAX_DOCUMENT_BYTES, PageUrl, Timestamp};

const PAGE: &str = "<html><title>青石镇</title><p>图书馆开放。</p></html>";

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    folder
}

fn read_all(path: &Path, options: Options) -> (Vec<Item>, Skipped) {
    let mut items = read([path.to_owned()], options);
    let found = items.by_ref().collect();
    (found, items.skipped().clone())
}

/// The contents and the errors, in order.
fn contents(items: &[Item]) -> Vec<String> {
    items
        .iter()
        .map(|item| match &item.document {
            Ok(document) => String::from_utf8_lossy(&document.raw.content).into_owned(),
            Err(error) => format!("error: it {error}"),
        })
        .collect()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

fn record(kind: &str, headers: &str, block: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://news.example/a\r\nWARC-Date: 2021-11-15T00:00:00Z\r\n\
         {headers}Content-Length: {}\r\n\r\n",
        block.len()
    );
    [head.as_bytes(), block, b"\r\n\r\n"].concat()
}

fn response(head: &str, body: &[u8]) -> Vec<u8> {
    record("response", "Content-Type: application/http; msgtype=response\r\n", &http(head, body))
}

const HTML_OK: &str = "200 OK\r\nContent-Type: text/html; charset=utf-8";

#[test]
fn folders_are_read_in_order_and_formats_recognised() {
    let folder = folder(&[
        ("b.txt", "甲".as_bytes()),
        ("a/z.html", PAGE.as_bytes()),
        ("a/crawl", PAGE.as_bytes()),
        ("c.txt.gz", &gzip("乙".as_bytes())),
        ("d.txt.zst", &zstd::encode_all("丙".as_bytes(), 1).expect("memory")),
        ("e.txt", b""),
        ("f.pdf", b"%PDF-1.7"),
        (".hidden", b"x"),
    ]);
    let (items, _) = read_all(folder.path(), Options::default());
    let expected = [PAGE, PAGE, "甲", "乙", "丙", "error: it has no text"];
    assert_eq!(contents(&items)[..6], expected);
    assert!(contents(&items)[6].contains("a PDF"));
    let types: Vec<&str> =
        items.iter().flat_map(|item| &item.document).map(|found| found.raw.content_type.as_str()).collect();
    assert_eq!(types, ["text/html", "text/html", "text/plain", "text/plain", "text/plain"]);
    assert!(items[0].origin.ends_with("a/crawl"));
}

#[test]
fn options_say_what_files_do_not() {
    let folder = folder(&[("a", b"{}")]);
    let options = Options {
        format: Some(Format::Text),
        content_type: "text/plain; charset=gbk".to_owned(),
        url: PageUrl::parse("https://news.example/a").ok(),
        fetch_time: Some(Timestamp::UNIX_EPOCH),
        ..Options::default()
    };
    let (items, _) = read_all(folder.path(), options.clone());
    let raw = &items[0].document.as_ref().expect("a document").raw;
    assert_eq!(raw.content_type, options.content_type);
    assert_eq!((&raw.url, raw.fetch_time), (&options.url, options.fetch_time));
    let (items, _) = read_all(Path::new("/nowhere/at/all"), Options::default());
    assert!(matches!(items[0].document, Err(ContainerError::Read(_))));
}

#[test]
fn jsonl_goes_on_after_a_bad_line() {
    let lines = concat!(
        "{\"text\": \"甲\", \"url\": \"https://news.example/a\", \"timestamp\": \"2021-11-15T08:00:00+08:00\", \"id\": \"a1\", ",
        "\"labels\": {\"k\": \"v\", \"n\": 1}, \"content_type\": \"text/html; charset=gbk\", \"more\": [1]}\n",
        "{\"text\": 1}\n\n{\"title\": \"x\"}\nnot json\r\n{\"html\": \"<p>乙\", \"url\": \"/b\", \"timestamp\": null}"
    );
    let folder = folder(&[("a.jsonl", lines.as_bytes())]);
    let (items, _) = read_all(folder.path(), Options::default());
    let numbers: Vec<&str> = items.iter().map(|item| item.origin.rsplit(':').next().expect("a number")).collect();
    assert_eq!(numbers, ["1", "2", "4", "5", "6"]);
    let first = items[0].document.as_ref().expect("a document");
    assert_eq!(first.id.as_deref(), Some("a1"));
    assert_eq!(first.raw.content_type, "text/html; charset=utf-8");
    assert_eq!(first.raw.fetch_time.map(|time| time.to_string()).as_deref(), Some("2021-11-15T00:00:00Z"));
    assert_eq!(first.raw.labels.get("n").map(String::as_str), Some("1"));
    assert!(matches!(items[1].document, Err(ContainerError::BadLine(_))));
    assert!(matches!(items[2].document, Err(ContainerError::NoContentKey)));
    assert!(matches!(items[3].document, Err(ContainerError::BadLine(_))));
    let last = items[4].document.as_ref().expect("a document");
    assert_eq!((last.raw.url.as_ref(), last.warnings.len()), (None, 1));
}

#[test]
fn a_file_with_unknown_keys_fails_with_one_error() {
    let check = |content: &str, expected: &[bool]| {
        let folder = folder(&[("a.jsonl", content.as_bytes())]);
        let (items, _) = read_all(folder.path(), Options::default());
        let found: Vec<bool> = items.iter().map(|item| item.document.is_ok()).collect();
        assert_eq!(found, expected, "{content}");
        items
    };
    for count in [1, 5000] {
        let items = check(&"{\"title\": \"甲\", \"content\": \"乙\"}\n".repeat(count), &[false]);
        assert!(matches!(items[0].document, Err(ContainerError::UnknownKeys)), "{items:?}");
        assert!(contents(&items)[0].contains("`text` or `html`"));
    }
    check("{\"about\": 1}\n{\"text\": \"甲\"}\n{\"text\": \"乙\"}\n", &[true, false, true]);
}

#[test]
fn a_walk_stays_within_its_folder() {
    let outside = folder(&[("secret.txt", b"secret")]);
    let folder = folder(&[("a.txt", "甲".as_bytes()), ("b/c.txt", "乙".as_bytes())]);
    let link =
        |target: &Path, name: &str| std::os::unix::fs::symlink(target, folder.path().join(name)).expect("a link");
    link(folder.path(), "b/up");
    link(outside.path(), "out");
    link(&outside.path().join("secret.txt"), "secret.txt");
    link(Path::new("/dev/zero"), "zero.txt");
    link(Path::new("nowhere"), "dangling");
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    let (items, skipped) = read_all(folder.path(), Options::default());
    assert_eq!(contents(&items), ["甲", "乙"]);
    assert_eq!(skipped.iter().collect::<Vec<_>>(), [("link", 5), ("pipe", 1)]);
    // Named by the caller, a link to a folder is followed, and a pipe or device is refused at once.
    link(outside.path(), "named");
    assert_eq!(contents(&read_all(&folder.path().join("named"), Options::default()).0), ["secret"]);
    for path in [pipe.as_path(), Path::new("/dev/zero")] {
        let (items, _) = read_all(path, Options::default());
        assert!(matches!(items[..], [Item { document: Err(ContainerError::Read(_)), .. }]), "{items:?}");
    }
    // The same folder twice is read once.
    let twice = read([folder.path().to_owned(), folder.path().to_owned()], Options::default());
    assert_eq!(twice.count(), 2);
}

/// A record of an ARC, version 1, with the line feed that ends it.
fn arc_record(url: &str, time: &str, block: &[u8]) -> Vec<u8> {
    [format!("{url} 192.0.2.1 {time} text/html {}\n", block.len()).as_bytes(), block, b"\n"].concat()
}

/// An HTTP response, as the block of a record holds it.
fn http(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {head}\r\n\r\n").as_bytes(), body].concat()
}

#[test]
fn arc_gives_its_pages_and_counts_the_rest() {
    let page = http(HTML_OK, PAGE.as_bytes());
    let version_2 = [
        format!("https://news.example/b 192.0.2.1 20080102030405 text/html 200 - - 77 a.arc {}\n", page.len())
            .as_bytes(),
        &page,
        b"\n",
    ]
    .concat();
    let records = [
        arc_record(
            "filedesc://a.arc",
            "20080101000000",
            b"1 0 Crawler\nURL IP-address Archive-date Content-type Archive-length\n",
        ),
        arc_record("dns:news.example", "20080101000000", b"20080101000000\nnews.example. 60 IN A 192.0.2.1\n"),
        arc_record("http://news.example/a", "20080102030405", &page),
        arc_record("http://news.example/gone", "20080102030405", &http("404 Not Found", b"gone")),
        b"garbage between records\n".to_vec(),
        version_2,
        arc_record("http://news.example/c", "2008", &page),
    ];
    let zipped: Vec<u8> = records.iter().flat_map(|record| gzip(record)).collect();
    for (name, content) in [("a.arc", &records.concat()), ("a.arc.gz", &zipped), ("stream", &zipped)] {
        let folder = folder(&[(name, content)]);
        let (items, skipped) = read_all(folder.path(), Options::default());
        let found = contents(&items);
        assert_eq!([&found[0], &found[2], &found[3]], [PAGE; 3], "{found:?}");
        assert!(matches!(items[1].document, Err(ContainerError::BadRecord(_))), "{found:?}");
        assert_eq!(skipped.iter().collect::<Vec<_>>(), [("dns", 1), ("filedesc", 1), ("response 404", 1)]);
        let first = items[0].document.as_ref().expect("a document");
        assert_eq!(first.raw.url.as_ref().map(PageUrl::as_str), Some("http://news.example/a"));
        assert_eq!(first.raw.fetch_time.map(|time| time.to_string()).as_deref(), Some("2008-01-02T03:04:05Z"));
        assert_eq!(items[3].document.as_ref().expect("a document").warnings.len(), 1);
    }
    // What is cut off costs its own record.
    let cut = [gzip(&records[0]), gzip(&records[2])[..60].to_vec(), gzip(&records[2])].concat();
    let folder = folder(&[("cut.arc.gz", &cut)]);
    let (items, _) = read_all(folder.path(), Options::default());
    assert!(matches!(items[0].document, Err(ContainerError::DamagedRecord)), "{items:?}");
    assert_eq!(contents(&items[1..]), [PAGE]);
}

#[test]
fn raw_deflate_is_read() {
    let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
    raw.write_all(PAGE.as_bytes()).expect("memory");
    let raw = raw.finish().expect("memory");
    let warc = response(&format!("{HTML_OK}\r\nContent-Encoding: deflate"), &raw);
    let folder = folder(&[("b.warc", &warc)]);
    let (items, _) = read_all(folder.path(), Options::default());
    assert_eq!(contents(&items), [PAGE]);
}

#[test]
fn warc_gives_its_pages_and_counts_the_rest() {
    let chunked = b"6\r\n<html>\r\n4\r\n<p>x\r\n0\r\n\r\n";
    let warc = [
        record("warcinfo", "", b"software: x"),
        response(HTML_OK, PAGE.as_bytes()),
        record("request", "", b"GET /"),
        response("404 Not Found\r\nContent-Type: text/html", b"gone"),
        response("200 OK\r\nContent-Type: image/png", b"\x89PNG"),
        response(&format!("{HTML_OK}\r\nTransfer-Encoding: chunked"), chunked),
        response(&format!("{HTML_OK}\r\nTransfer-Encoding: chunked"), PAGE.as_bytes()),
        response(&format!("{HTML_OK}\r\nContent-Encoding: gzip"), &gzip(PAGE.as_bytes())),
        response("200 OK", PAGE.as_bytes()),
        record("conversion", "Content-Type: text/plain\r\n", "青石镇\n图书馆".as_bytes()),
        record("resource", "Content-Type: text/html\r\n", PAGE.as_bytes()),
    ]
    .concat();
    let zipped: Vec<u8> = [gzip(&warc[..300]), gzip(&warc[300..])].concat();
    for (name, content) in [("a.warc", &warc), ("a.warc.gz", &zipped), ("stream", &warc)] {
        let folder = folder(&[(name, content)]);
        let (items, skipped) = read_all(folder.path(), Options::default());
        assert_eq!(contents(&items), [PAGE, "<html><p>x", PAGE, PAGE, PAGE, "青石镇\n图书馆", PAGE]);
        let kinds: Vec<&str> = skipped.iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, ["request", "response 404", "response image/png", "warcinfo"]);
        let raw = &items[0].document.as_ref().expect("a document").raw;
        assert_eq!(raw.content_type, "text/html; charset=utf-8");
        assert_eq!(raw.url.as_ref().map(PageUrl::as_str), Some("https://news.example/a"));
        assert_eq!(raw.fetch_time.map(|time| time.to_string()).as_deref(), Some("2021-11-15T00:00:00Z"));
        assert!(items[0].origin.ends_with(":2"), "{}", items[0].origin);
    }
}

/// Brotli without compression (RFC 7932, 9.2): one stored block, then the empty last one.
fn brotli(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len() - 1).expect("at most 65,536 bytes");
    let head = (length << 4 | 1 << 20).to_le_bytes();
    [&head[..3], content, &[3]].concat()
}

/// 64 MiB of `a`, compressed with brotli.
const BROTLI_BOMB: &str = "cbffff3ff825c2e2b14020f7fe8fffff7ff04b00c4611180eefd1fffffffe0970088c30200ddfb3ffeffffc12f0110870500\
                           baf77ffcffff835f02200e0b0074effff8ffff07bf04401c1600e8defff1ffff0f7e0980382c00d0bdffcbffff3ffc1200715800a07bff07";

#[test]
fn brotli_is_decoded_and_bounded() {
    let bomb: Vec<u8> = (0..BROTLI_BOMB.len() / 2)
        .map(|at| u8::from_str_radix(&BROTLI_BOMB[2 * at..2 * at + 2], 16).expect("hexadecimal"))
        .collect();
    let encoded = |body: &[u8]| response(&format!("{HTML_OK}\r\nContent-Encoding: br"), body);
    let whole = brotli(PAGE.as_bytes());
    let warc =
        [encoded(&whole), encoded(PAGE.as_bytes()), encoded(&bomb), encoded(&whole[..40]), encoded(&whole)].concat();
    let folder = folder(&[("a.warc", &warc)]);
    let (items, _) = read_all(folder.path(), Options::default());
    let found = contents(&items);
    assert_eq!([&found[0], &found[1], &found[4]], [PAGE; 3]);
    assert!(matches!(items[2].document, Err(ContainerError::TooLarge)), "{:?}", items[2]);
    assert!(matches!(items[3].document, Err(ContainerError::Read(_))), "{:?}", items[3]);
}

#[test]
fn a_damaged_gzip_member_loses_only_its_own_record() {
    // Digits that hardly compress, so that a member can be cut in its data.
    let page = |number: u32| {
        let noise: String = (1..3000u64).map(|at| (at * at * 2_654_435_761 % 9973).to_string()).collect();
        format!("<html><p>{number} {noise}")
    };
    let member = |number| gzip(&response(HTML_OK, page(number).as_bytes()));
    let whole: Vec<Vec<u8>> = (0..4).map(member).collect();
    let length = whole[1].len();
    for kept in [5, 12, 100, length / 2, length - 9, length - 4, length - 1] {
        let zipped = [&whole[0], &whole[1][..kept], &whole[2], &whole[3]].concat();
        let folder = folder(&[("a.warc.gz", &zipped)]);
        let (items, _) = read_all(folder.path(), Options::default());
        let cut = items.iter().filter(|item| matches!(item.document, Err(ContainerError::DamagedRecord))).count();
        assert_eq!(cut, 1, "{kept} of {length}: {:?}", contents(&items));
        let found: Vec<String> = items
            .into_iter()
            .flat_map(|item| item.document)
            .map(|found| String::from_utf8(found.raw.content.to_vec()).expect("UTF-8"))
            .collect();
        for number in [0, 2, 3] {
            assert!(found.contains(&page(number)), "{kept} of {length}: page {number}");
        }
    }
    // Damage within a member, and garbage between members.
    let mut damaged = whole[1].clone();
    damaged[length / 2..length / 2 + 40].fill(0xFF);
    for between in [damaged.as_slice(), b"garbage between members"] {
        let folder = folder(&[("a.warc.gz", &[&whole[0], between, &whole[2]].concat())]);
        let (items, _) = read_all(folder.path(), Options::default());
        assert_eq!(items.iter().filter(|item| item.document.is_ok()).count(), 2, "{:?}", contents(&items));
        assert_eq!(items.len(), 3);
    }
}

#[test]
fn a_truncated_file_yields_the_documents_before() {
    let warc = [response(HTML_OK, PAGE.as_bytes()), response(HTML_OK, PAGE.as_bytes())].concat();
    let zipped: Vec<u8> =
        [gzip(&response(HTML_OK, PAGE.as_bytes())), gzip(&response(HTML_OK, PAGE.as_bytes()))].concat();
    let cases = [
        ("a.warc", warc[..warc.len() - 20].to_vec()),
        ("a.warc", warc[..warc.len() / 2 + 30].to_vec()),
        ("a.warc.gz", zipped[..zipped.len() - 20].to_vec()),
    ];
    for (name, content) in cases {
        let folder = folder(&[(name, &content)]);
        let (items, _) = read_all(folder.path(), Options::default());
        assert_eq!(items.len(), 2);
        assert_eq!(contents(&items)[0], PAGE);
        assert!(matches!(items[1].document, Err(ContainerError::Truncated)), "{:?}", items[1]);
    }
}

#[test]
fn garbage_between_records_is_passed_over() {
    let warc =
        [b"\r\ngarbage\n".to_vec(), response(HTML_OK, PAGE.as_bytes()), b"WARC/1.0\r\nWARC-Type: x\r\n\r\n".to_vec()]
            .concat();
    let folder = folder(&[("a.warc", &warc)]);
    let (items, _) = read_all(folder.path(), Options::default());
    assert!(matches!(items[0].document, Err(ContainerError::BadRecord(_))));
    assert_eq!(contents(&items)[1], PAGE);
    assert!(matches!(items[2].document, Err(ContainerError::BadRecord(_))));
}

#[test]
fn bombs_and_giants_are_refused() {
    let giant = vec![b'a'; MAX_DOCUMENT_BYTES + 1];
    let just = vec![b'a'; MAX_DOCUMENT_BYTES];
    let line = format!("{{\"text\": \"{}\"}}\n{{\"text\": \"甲\"}}\n", "a".repeat(MAX_DOCUMENT_BYTES + 1));
    let endless = format!("{}\n{{\"text\": \"甲\"}}\n", "a".repeat(3 * MAX_DOCUMENT_BYTES));
    let bomb = gzip(&vec![b'a'; 64 << 20]);
    let warc = [
        response(&format!("{HTML_OK}\r\nContent-Encoding: gzip"), &bomb),
        response(HTML_OK, &giant),
        response(HTML_OK, PAGE.as_bytes()),
    ]
    .concat();
    let check = |name: &str, content: &[u8], expected: &[&str]| {
        let folder = folder(&[(name, content)]);
        let (items, _) = read_all(folder.path(), Options::default());
        let found: Vec<&str> = items
            .iter()
            .map(|item| match &item.document {
                Ok(_) => "document",
                Err(ContainerError::TooLarge) => "too large",
                Err(ContainerError::Read(_)) => "unreadable",
                Err(_) => "other",
            })
            .collect();
        assert_eq!(found, expected, "{name}");
    };
    check("a.txt", &giant, &["too large"]);
    check("a.txt", &just, &["document"]);
    check("a.jsonl", line.as_bytes(), &["too large", "document"]);
    check("a.jsonl", endless.as_bytes(), &["too large", "document"]);
    check("a.warc", &warc, &["too large", "too large", "document"]);
    check("a.txt.gz", &bomb, &["too large"]);
    check("a.jsonl.gz", &bomb, &["unreadable"]);
    check("a.jsonl.zst", &zstd::encode_all(&*vec![b'a'; 64 << 20], 1).expect("memory"), &["unreadable"]);
}

#[test]
fn an_exported_article_is_passed_on_as_it_is() {
    let line = r#"{"name": "articles/a1", "headline": "題", "labels": {"k": "v"}, "url": "https://news.example/1"}"#;
    let folder =
        folder(&[("a.jsonl", format!("{line}\n{{\"name\": \"articles/a1\", \"text\": \"頁\"}}\n").as_bytes())]);
    let (items, _) = read_all(folder.path(), Options::default());
    let found: Vec<&Document> = items.iter().flat_map(|item| &item.document).collect();
    assert_eq!((found[0].is_exported, found[0].raw.content.as_ref()), (true, line.as_bytes()));
    assert_eq!((found[1].is_exported, found[1].raw.content.as_ref()), (false, "頁".as_bytes()));
}

#[test]
fn the_meter_counts_the_bytes_of_the_files() {
    let folder = folder(&[("a.txt", b"12345"), ("b/c.txt.gz", &gzip(b"6789"))]);
    let meter = Meter::default();
    read_all(folder.path(), Options { meter: meter.clone(), ..Options::default() });
    assert_eq!(Some(meter.bytes()), total_bytes(vec![folder.path().to_owned()]));
    assert_eq!(total_bytes(vec![folder.path().to_owned(), STANDARD_INPUT.into()]), None);
}

proptest! {
    #[test]
    fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..400), format in 0..4usize) {
        let formats = [Format::Text, Format::Html, Format::Jsonl, Format::Warc];
        let folder = folder(&[("a", &bytes)]);
        let (items, _) = read_all(folder.path(), Options { format: Some(formats[format]), ..Options::default() });
        prop_assert!(items.len() <= bytes.len() + 1);
    }

    #[test]
    fn a_damaged_warc_ends(cut in 0..1000usize, at in 0..600usize, byte in any::<u8>()) {
        let mut warc = [response(HTML_OK, PAGE.as_bytes()), record("request", "", b"x"), response(HTML_OK, PAGE.as_bytes())].concat();
        if let Some(slot) = warc.get_mut(at) {
            *slot = byte;
        }
        warc.truncate(cut);
        let folder = folder(&[("a.warc", &warc)]);
        let (items, _) = read_all(folder.path(), Options { format: Some(Format::Warc), ..Options::default() });
        prop_assert!(items.len() <= 6);
    }
}
