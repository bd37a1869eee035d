//! Real pages: what of their truth the article has, column by column.

use articled::article::{PageUrl, RawDocument};
use articled::parse::{ParseOptions, parse_with};
use jiff::tz;

use crate::{Run, Tally, dense, text, texts};

pub(crate) fn score(run: &Run) {
    let [mut title, mut day, mut source, mut editor, mut kept, mut clean] = <[Tally; 6]>::default();
    for record in run.records("html/TRUTH.jsonl") {
        let file = text(&record, "file");
        let Ok(page) = std::fs::read(run.path(file)) else { continue };
        let url = PageUrl::parse(text(&record, "url")).ok();
        let document =
            RawDocument { content: page.into(), content_type: "text/html".to_owned(), url, ..Default::default() };
        let content = parse_with(&document, ParseOptions { extract_keywords: false }).content;
        let column = |tally: &mut Tally, what: &str, found: &str, expected: &str, right: bool| {
            if !expected.is_empty() && !tally.add(right) {
                run.miss(|| format!("{file} {what}: {found:?} for {expected:?}"));
            }
        };
        // A third party's truth has the names of section and site.
        let expected = text(&record, "title");
        let right = !content.headline.is_empty() && expected.starts_with(&content.headline);
        column(&mut title, "title", &content.headline, expected, right);
        let printed = content.publish_time.map(|published| published.time.to_civil(tz::offset(8)).date().to_string());
        let found = printed.unwrap_or_default();
        let expected = text(&record, "publish_time").get(..10).unwrap_or_default();
        column(&mut day, "day", &found, expected, found == expected);
        let expected = text(&record, "source");
        column(&mut source, "source", &content.info_source, expected, content.info_source == expected);
        let expected = text(&record, "editor");
        column(&mut editor, "editor", &content.editors.join("、"), expected, content.editors == [expected]);
        // The truth counts a dateline and a title within the text; the article holds them apart.
        let dateline = content.dateline.as_ref().map_or("", |dateline| &dateline.text);
        let authors = content.authors.join("");
        let all = dense(&format!("{dateline}{}", content.body));
        for piece in texts(&record, "must_contain") {
            let dense_piece = dense(&piece);
            let tail: String = dense_piece.chars().skip(dense_piece.chars().count() / 2).collect();
            let found = all.contains(&dense_piece) || all.contains(&tail) || authors.contains(&dense_piece);
            column(&mut kept, "lost", "", &piece, found);
        }
        for piece in texts(&record, "must_not_contain") {
            column(&mut clean, "chrome", "", &piece, !content.body.contains(&piece));
        }
    }
    run.tell("html, headline", &title);
    run.tell("html, day of publication", &day);
    run.tell("html, source", &source);
    run.tell("html, editor", &editor);
    run.tell("html, text that must be there", &kept);
    run.tell("html, text that must not", &clean);
}
