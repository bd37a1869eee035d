//! Limits the size of an article and its report, so that any document gives an article that can be stored and sent.
//!
//! Owns the truncation, and a warning for each. Only pages that were made to be large exceed these limits.

use super::warn;
use crate::article::{
    ArticleContent, Dateline, MAX_BODY_BYTES, MAX_ITEM_BYTES, MAX_ITEMS, MAX_TEXT_BYTES, ParseReport, RemovedLine,
};

/// The longest text of a page that is parsed, in bytes: more would fit neither in the body nor in the removed lines.
const MAX_PAGE_BYTES: usize = MAX_BODY_BYTES + MAX_REMOVED_BYTES;

/// The size of all removed lines, including [`LINE_OVERHEAD`] each. Together with a body and lists of maximal size, an article
/// stays below 2.5 MiB.
const MAX_REMOVED_BYTES: usize = 3 << 18;

/// The encoding overhead of a removed line, in bytes, on the wire and in the store.
const LINE_OVERHEAD: usize = 12;

/// Truncates a page's text before parsing.
pub(super) fn page(text: &mut String, report: &mut ParseReport) {
    let cut = truncate(text, MAX_PAGE_BYTES);
    if cut > 0 {
        warn(report, "PAGE_TRUNCATED", format!("the last {cut} bytes of the page's text were not read"));
    }
}

/// Truncates a metadata value before it is repaired, to twice what a field keeps: it can be as long as the page.
pub(super) fn metadata(mut text: String) -> String {
    truncate(&mut text, 2 * MAX_TEXT_BYTES);
    text
}

/// Truncates a body to the size that is stored, before keywords and other fields are derived from it.
pub(super) fn body(mut body: String, report: &mut ParseReport) -> String {
    let cut = truncate(&mut body, MAX_BODY_BYTES);
    if cut > 0 {
        warn(report, "BODY_TRUNCATED", format!("the last {cut} bytes of the body were cut"));
    }
    body
}

/// Limits all other texts, as for an article that a caller writes. Line breaks become spaces in all fields but the body, and
/// blank list items are removed.
pub(super) fn fields(content: &mut ArticleContent, report: &mut ParseReport) {
    // Without `..`, so that a new field does not compile until it is limited here.
    let ArticleContent {
        headline,
        kicker,
        subheadlines,
        dateline,
        authors,
        editors,
        info_source,
        section,
        keywords,
        cited_works,
        // Limited by `body`.
        body: _,
        // Of bounded size by their type or format.
        language_code: _,
        url: _,
        publish_time: _,
        fetch_time: _,
        // Set by the caller; validated with the request.
        labels: _,
    } = content;
    if let Some(Dateline { text, agency, location, date: _ }) = dateline {
        [text, agency, location].into_iter().for_each(single_line);
    }
    for (field, text) in
        [("headline", headline), ("kicker", kicker), ("info_source", info_source), ("section", section)]
    {
        single_line(text);
        let cut = truncate(text, MAX_TEXT_BYTES);
        if cut > 0 {
            warn(report, "FIELD_TRUNCATED", format!("the last {cut} bytes of {field} were cut"));
        }
    }
    let lists = [
        ("subheadlines", subheadlines),
        ("authors", authors),
        ("editors", editors),
        ("keywords", keywords),
        ("cited_works", cited_works),
    ];
    for (field, list) in lists {
        list.iter_mut().for_each(single_line);
        list.retain(|item| !item.trim().is_empty());
        let left_out = list.len().saturating_sub(MAX_ITEMS);
        list.truncate(MAX_ITEMS);
        let cut: usize = list.iter_mut().map(|item| truncate(item, MAX_ITEM_BYTES)).sum();
        if left_out + cut > 0 {
            let message = format!("{left_out} of {field} were dropped, and {cut} bytes of the others were cut");
            warn(report, "FIELD_TRUNCATED", message);
        }
    }
}

fn single_line(text: &mut String) {
    if text.contains(['\n', '\r']) {
        *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
}

/// Drops the removed lines that do not fit, from the end.
pub(super) fn removed_lines(report: &mut ParseReport) {
    let mut room = MAX_REMOVED_BYTES;
    let fitting = report.removed_lines.iter().position(|RemovedLine { text, reason }| {
        let left = room.checked_sub(text.len() + reason.len() + LINE_OVERHEAD);
        room = left.unwrap_or_default();
        left.is_none()
    });
    let Some(fitting) = fitting else { return };
    let dropped = report.removed_lines.len() - fitting;
    report.removed_lines.truncate(fitting);
    warn(report, "REMOVED_LINES_TRUNCATED", format!("{dropped} more removed lines are not listed"));
}

/// Truncates a text at a character boundary. Returns the number of bytes cut.
fn truncate(text: &mut String, max_bytes: usize) -> usize {
    let end = text.floor_char_boundary(max_bytes);
    let cut = text.len() - end;
    text.truncate(end);
    cut
}
