//! Bounds what one article and its report can hold, so that any document gives an article that can be stored and sent.
//!
//! Only pages that were made to be large meet these bounds; whatever is cut, a warning says so.

use super::warn;
use crate::article::{
    ArticleContent, Dateline, MAX_BODY_BYTES, MAX_ITEM_BYTES, MAX_ITEMS, MAX_TEXT_BYTES, ParseReport, RemovedLine,
};

/// The most text of a page that is looked at, in bytes: more could be told neither as body nor as removed lines.
const MAX_PAGE_BYTES: usize = MAX_BODY_BYTES + MAX_REMOVED_BYTES;

/// What the removed lines may take, each with [`EACH_LINE`]: with a body and lists of their greatest size an article
/// still has less than 2.5 MiB.
const MAX_REMOVED_BYTES: usize = 3 << 18;

/// What a removed line takes besides its texts, in bytes, on the wire and in the store.
const EACH_LINE: usize = 12;

/// A page's text.
pub(super) fn page(text: &mut String, report: &mut ParseReport) {
    let cut = truncate(text, MAX_PAGE_BYTES);
    if cut > 0 {
        warn(report, "PAGE_TRUNCATED", format!("the last {cut} bytes of the page's text were not read"));
    }
}

/// What metadata says, cut far beyond what is kept of it: a page may write it as long as itself.
pub(super) fn metadata(mut text: String) -> String {
    truncate(&mut text, 2 * MAX_TEXT_BYTES);
    text
}

/// A body that is longer than is stored. Cut before other things are derived from it.
pub(super) fn body(mut body: String, report: &mut ParseReport) -> String {
    let cut = truncate(&mut body, MAX_BODY_BYTES);
    if cut > 0 {
        warn(report, "BODY_TRUNCATED", format!("the last {cut} bytes of the body were cut"));
    }
    body
}

/// All the other texts. The bounds are those of an article that a caller writes. All but the body are single lines, though
/// an odd title or label breaks them; and in a list none is blank.
pub(super) fn fields(content: &mut ArticleContent, report: &mut ParseReport) {
    // Without `..`: a new field is bounded here.
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
        // Bounded by `body`.
        body: _,
        // Bounded where they are made: they have a form.
        language_code: _,
        url: _,
        publish_time: _,
        fetch_time: _,
        // The caller's, whose request is checked.
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
            let message = format!("{left_out} of {field} were left out, and {cut} bytes of the others were cut");
            warn(report, "FIELD_TRUNCATED", message);
        }
    }
}

fn single_line(text: &mut String) {
    if text.contains(['\n', '\r']) {
        *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
}

/// The lines that were removed, in the order of the page as far as there is room.
pub(super) fn removed_lines(report: &mut ParseReport) {
    let mut room = MAX_REMOVED_BYTES;
    let fitting = report.removed_lines.iter().position(|RemovedLine { text, reason }| {
        let left = room.checked_sub(text.len() + reason.len() + EACH_LINE);
        room = left.unwrap_or_default();
        left.is_none()
    });
    let Some(fitting) = fitting else { return };
    let untold = report.removed_lines.len() - fitting;
    report.removed_lines.truncate(fitting);
    warn(report, "REMOVED_LINES_TRUNCATED", format!("{untold} more lines were removed than are told here"));
}

/// Cuts a text at a character; how many bytes went.
fn truncate(text: &mut String, max_bytes: usize) -> usize {
    let end = text.floor_char_boundary(max_bytes);
    let cut = text.len() - end;
    text.truncate(end);
    cut
}
