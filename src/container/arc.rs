//! ARC, the predecessor of WARC: records whose head is one line.
//!
//! The line is `URL IP-ADDRESS TIME CONTENT-TYPE LENGTH` in version 1; version 2 has five more fields before the length
//! (<https://archive.org/web/researcher/ArcFileFormat.php>). The block that follows is what the server sent.

use super::record_head::RecordHead;

/// The first bytes of a file: the URL of the record that describes it.
pub(crate) const ARC_MAGIC: &[u8] = b"filedesc://";

/// The fields of a head in version 1.
const MIN_FIELDS: usize = 5;

/// The head of a record; `None` if the line is something else.
pub(crate) fn parse_head(line: &[u8]) -> Option<RecordHead> {
    let line = std::str::from_utf8(line).ok()?;
    let fields: Vec<&str> = line.split(' ').collect();
    let (&[url, _, time, ..], Some(length)) = (&*fields, fields.last()) else { return None };
    let (scheme, _) = url.split_once(':')?;
    if fields.len() < MIN_FIELDS || !time.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let is_http = scheme == "http" || scheme == "https";
    Some(RecordHead {
        kind: if is_http { "response" } else { scheme }.to_owned(),
        length: length.parse().ok()?,
        url: url.to_owned(),
        time: rfc3339(time).unwrap_or_else(|| time.to_owned()),
        content_type: String::new(),
        is_continuation: false,
    })
}

/// `20080102030405` as `2008-01-02T03:04:05Z`: ARC's times are UTC.
fn rfc3339(time: &str) -> Option<String> {
    let part = |from, to| time.get(from..to);
    let (date, clock) = ((part(0, 4)?, part(4, 6)?, part(6, 8)?), (part(8, 10)?, part(10, 12)?, part(12, 14)?));
    (time.len() == 14).then(|| format!("{}-{}-{}T{}:{}:{}Z", date.0, date.1, date.2, clock.0, clock.1, clock.2))
}
