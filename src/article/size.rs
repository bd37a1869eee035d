//! How large an article is: an estimate from its texts, which holds for the wire, for memory and for the store.
//!
//! The size limit of articles, the feed's batches and the writer's queue all use it. Structs are destructured without
//! `..`, so a new field does not compile until it is counted here. It does not know how an article is encoded.

use super::{Article, ArticleContent, Dateline, ParseReport, ParseWarning, RawDocument, RemovedLine};

/// What a text takes besides itself, in bytes: on the wire a tag of up to two bytes and a length of up to four.
const PIECE_BYTES: usize = 6;

/// About what the name, times and numbers of an article take together, in bytes.
const FIXED_BYTES: usize = 300;

/// The size of a content, in bytes.
pub(crate) fn content_bytes(content: &ArticleContent) -> usize {
    let ArticleContent {
        headline,
        kicker,
        subheadlines,
        dateline,
        authors,
        editors,
        info_source,
        section,
        body,
        keywords,
        cited_works,
        language_code,
        url,
        // Part of FIXED_BYTES.
        publish_time: _,
        fetch_time: _,
        labels,
    } = content;
    let scalars = [headline, kicker, info_source, section, body, language_code].into_iter().map(|text| piece(text));
    let lists = [subheadlines, authors, editors, keywords, cited_works].into_iter().flatten().map(|text| piece(text));
    let labels = labels.iter().map(|(key, value)| piece(key) + piece(value));
    let dateline = dateline
        .as_ref()
        .map_or(0, |Dateline { text, agency, location, date: _ }| piece(text) + piece(agency) + piece(location));
    let url = url.as_ref().map_or(0, |url| piece(url.as_str()) + piece(url.canonical()));
    scalars.chain(lists).chain(labels).sum::<usize>() + dateline + url
}

/// The size of a report, in bytes.
pub(crate) fn report_bytes(report: &ParseReport) -> usize {
    let ParseReport { parser_version: _, repairs, removed_lines, warnings } = report;
    let repairs = repairs.keys().map(|kind| piece(kind));
    let removed = removed_lines.iter().map(|RemovedLine { text, reason }| piece(text) + piece(reason));
    let warnings = warnings.iter().map(|ParseWarning { reason, message }| piece(reason) + piece(message));
    repairs.chain(removed).chain(warnings).sum()
}

/// The size of a whole article, in bytes.
pub(crate) fn article_bytes(article: &Article) -> usize {
    let Article {
        name: _,
        content,
        char_count: _,
        create_time: _,
        update_time: _,
        revision: _,
        duplicate_of: _,
        parse_report,
        raw,
    } = article;
    FIXED_BYTES
        + content_bytes(content)
        + parse_report.as_ref().map_or(0, report_bytes)
        + raw.as_ref().map_or(0, raw_bytes)
}

/// The size of a document, in bytes.
pub(crate) fn raw_bytes(raw: &RawDocument) -> usize {
    let RawDocument { content, content_type, url, fetch_time: _, labels } = raw;
    let labels: usize = labels.iter().map(|(key, value)| piece(key) + piece(value)).sum();
    content.len() + piece(content_type) + url.as_ref().map_or(0, |url| piece(url.as_str())) + labels
}

fn piece(text: &str) -> usize {
    text.len() + PIECE_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_of_a_content_counts() {
        let empty = content_bytes(&ArticleContent::default());
        let text = || "x".repeat(1_000);
        let list = || vec![text()];
        let label = || std::iter::once((text(), text())).collect();
        let dateline = Dateline { text: text(), agency: text(), location: text(), date: None };
        let cases = [
            (1, ArticleContent { headline: text(), ..Default::default() }),
            (1, ArticleContent { info_source: text(), ..Default::default() }),
            (1, ArticleContent { language_code: text(), ..Default::default() }),
            (1, ArticleContent { cited_works: list(), ..Default::default() }),
            (2, ArticleContent { labels: label(), ..Default::default() }),
            (3, ArticleContent { dateline: Some(dateline), ..Default::default() }),
        ];
        for (texts, content) in cases {
            assert!(content_bytes(&content) >= empty + texts * 1_000, "{content:?}");
        }
    }
}
