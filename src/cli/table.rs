//! Formats articles for people: a table of many, or a card with all fields of one.

use articled::article::Timestamp;
use articled::rpc::proto::{Article, ArticleMatch, ParseReport, PublishTimePrecision, Snippet};
use comfy_table::presets::NOTHING;
use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width};
use jiff::tz::{self, Offset};

use super::terminal::{HIT_END, HIT_START, without_marks};

/// Times are shown in China Standard Time: a date is stored as midnight there, which would be the previous day in UTC.
const SHOWN_ZONE: Offset = tz::offset(8);

/// The maximum width of the headline column, in terminal columns: Chinese headlines rarely have more than 30 characters.
/// Longer ones are wrapped.
const MAX_HEADLINE_COLUMNS: u16 = 64;

/// The minimum width of headline and source together, with padding. On a terminal that is too narrow for these and whole
/// names, the terminal wraps the lines.
const MIN_OTHER_COLUMNS: usize = 20;

/// A table with one article per row, with snippets below the headline.
pub(super) struct Articles {
    table: Table,
    /// The width of the terminal; `None` if standard output is not a terminal.
    columns: Option<u16>,
    /// The maximum width of the cells that are never wrapped, over all rows.
    unwrapped_columns: usize,
}

impl Articles {
    pub(super) fn new() -> Self {
        Self::of_width(console::Term::stdout().size_checked().map(|(_, columns)| columns))
    }

    fn of_width(columns: Option<u16>) -> Self {
        let mut table = Table::new();
        table.load_style(NOTHING).set_header(["PUBLISHED", "HEADLINE", "SOURCE", "NAME"]);
        if let Some(headlines) = table.column_mut(1) {
            headlines.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(MAX_HEADLINE_COLUMNS)));
        }
        // Times and names are never wrapped, so that they can be copied.
        for unwrapped in [0, 3] {
            if let Some(column) = table.column_mut(unwrapped) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        Self { table, columns, unwrapped_columns: 0 }
    }

    pub(super) fn add(&mut self, article: &Article) {
        self.add_row(article, String::new());
    }

    pub(super) fn add_match(&mut self, found: &ArticleMatch) {
        let article = found.article.clone().unwrap_or_default();
        self.add_row(&article, found.snippets.iter().map(|snippet| format!("\n{}", passage(snippet))).collect());
    }

    fn add_row(&mut self, article: &Article, passages: String) {
        let headline = if article.headline.is_empty() { "(no headline)" } else { &article.headline };
        let published = published(article);
        self.unwrapped_columns =
            self.unwrapped_columns.max(published.len().max("PUBLISHED".len()) + article.name.len());
        self.table.add_row([
            published,
            format!("{}{passages}", without_marks(headline)),
            without_marks(source(article)),
            article.name.clone(),
        ]);
    }

    /// The whole table, and a line with the number of articles.
    pub(super) fn finish(mut self, there_are_more: bool) -> String {
        if let Some(columns) = self.columns {
            // One column of padding on each side of both.
            let least = u16::try_from(self.unwrapped_columns + 4 + MIN_OTHER_COLUMNS).unwrap_or(u16::MAX);
            self.table.set_content_arrangement(ContentArrangement::Dynamic).set_width(columns.max(least));
        }
        match (self.table.row_count(), there_are_more) {
            (0, _) => "no articles".to_owned(),
            (1, false) => format!("{}\n1 article", self.table),
            (count, false) => format!("{}\n{count} articles", self.table),
            (count, true) => format!("{}\nthe first {count} articles; --limit shows more, --limit 0 all", self.table),
        }
    }
}

/// One article in one line, for printing articles as they arrive.
pub(super) fn line(article: &Article) -> String {
    let headline = if article.headline.is_empty() { "(no headline)" } else { &article.headline };
    let parts = [published(article), headline.to_owned(), source(article).to_owned(), article.name.clone()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
}

/// A snippet in one line, with marked hits.
fn passage(snippet: &Snippet) -> String {
    let marked = snippet.segments.iter().map(|segment| match segment.hit {
        true => format!("{HIT_START}{}{HIT_END}", without_marks(&segment.text)),
        false => without_marks(&segment.text),
    });
    format!("… {} …", marked.collect::<String>().replace('\n', " "))
}

/// The outlet that the page names, or the agency of the dateline.
fn source(article: &Article) -> &str {
    match &article.dateline {
        Some(dateline) if article.info_source.is_empty() => &dateline.agency,
        _ => &article.info_source,
    }
}

/// When an article was published, as exactly as that is known.
fn published(article: &Article) -> String {
    let form = match article.publish_time_precision() {
        PublishTimePrecision::Unspecified => return String::new(),
        PublishTimePrecision::Year => "%Y",
        PublishTimePrecision::Month => "%Y-%m",
        PublishTimePrecision::Day => "%Y-%m-%d",
        PublishTimePrecision::Hour | PublishTimePrecision::Minute => "%Y-%m-%d %H:%M",
        PublishTimePrecision::Second => "%Y-%m-%d %H:%M:%S",
    };
    article.publish_time.as_ref().map(|time| shown(time, form)).unwrap_or_default()
}

fn shown(time: &prost_types::Timestamp, form: &str) -> String {
    match Timestamp::new(time.seconds, time.nanos) {
        Ok(time) => time.to_civil(SHOWN_ZONE).strftime(form).to_string(),
        Err(_) => String::new(),
    }
}

/// One article, whole: its fields, a line each, then its text.
pub(super) fn card(article: &Article) -> String {
    // Without `..`: whether a new field is shown is decided here.
    let Article {
        name,
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
        fetch_time,
        duplicate_of,
        revision,
        labels,
        parse_report,
        // Shown as one by `published`.
        publish_time: _,
        publish_time_precision: _,
        // For programs: `--json` has them.
        publish_time_basis: _,
        canonical_url: _,
        create_time: _,
        update_time: _,
        effective_time: _,
        etag: _,
        char_count: _,
        raw: _,
    } = article;
    let dateline = dateline.clone().unwrap_or_default();
    let fetched = fetch_time.as_ref().map(|time| shown(time, "%Y-%m-%d %H:%M:%S")).unwrap_or_default();
    let labels = labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>();
    let fields = [
        ("name", name.clone()),
        ("kicker", kicker.clone()),
        ("headline", headline.clone()),
        ("subheadlines", subheadlines.join("\n")),
        ("published", published(article)),
        ("dateline", dateline.text),
        ("source", info_source.clone()),
        ("authors", authors.join(", ")),
        ("editors", editors.join(", ")),
        ("section", section.clone()),
        ("keywords", keywords.join(", ")),
        ("cited works", cited_works.join(", ")),
        ("language", language_code.clone()),
        ("url", url.clone()),
        ("fetched", fetched),
        ("labels", labels.join(", ")),
        ("duplicate of", duplicate_of.clone()),
        ("revision", if *revision == 0 { String::new() } else { revision.to_string() }),
        ("parser", parse_report.as_ref().map(report).unwrap_or_default()),
    ];
    let mut table = Table::new();
    table.load_style(NOTHING);
    for (field, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
        table.add_row([field.to_owned(), value]);
    }
    if body.is_empty() { table.trim_fmt() } else { format!("{}\n\n{body}\n", table.trim_fmt()) }
}

/// The parse report, one line for each entry.
fn report(report: &ParseReport) -> String {
    let repairs = report.repairs.iter().map(|repair| format!("repaired {} {}", repair.count, repair.kind));
    let removed = report.removed_lines.iter().map(|line| format!("removed {} \"{}\"", line.reason, line.text));
    let warnings = report.warnings.iter().map(|warning| format!("warns {}: {}", warning.reason, warning.message));
    repairs.chain(removed).chain(warnings).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use articled::rpc::proto::SnippetSegment;

    use super::*;

    fn article(headline: &str) -> Article {
        Article {
            name: "articles/a1".to_owned(),
            headline: headline.to_owned(),
            info_source: "青澜日报".to_owned(),
            publish_time: Some(prost_types::Timestamp { seconds: 1_636_819_200, nanos: 0 }),
            publish_time_precision: PublishTimePrecision::Day.into(),
            ..Article::default()
        }
    }

    #[test]
    fn columns_stand_straight_beside_wide_characters() {
        let mut rows = Articles::new();
        rows.add(&article("青澜市开通三条公交线路"));
        rows.add(&article("A bridge opens"));
        let text = rows.finish(false);
        let lines: Vec<&str> = text.lines().filter(|line| line.contains("articles/a1")).collect();
        // A Han character takes two columns: the source column begins in the same one on both lines.
        let column = |line: &str| -> usize {
            let before = line.split("青澜日报").next().unwrap_or_default();
            before.chars().map(|char| if char.is_ascii() { 1 } else { 2 }).sum()
        };
        assert_eq!(column(lines[0]), column(lines[1]), "{text}");
        assert!(text.ends_with("2 articles"), "{text}");
    }

    #[test]
    fn a_day_is_shown_as_it_was_in_china() {
        assert_eq!(published(&article("a")), "2021-11-14");
    }

    #[test]
    fn a_name_is_whole_on_one_line_of_any_terminal() {
        let names = ["articles/a756c1pjaehkj2x5w3a720bs5gy".to_owned(), format!("articles/{}", "a".repeat(63))];
        for (columns, name) in
            [80, 100, 20].into_iter().flat_map(|columns| names.iter().map(move |name| (columns, name)))
        {
            let mut rows = Articles::of_width(Some(columns));
            let segments = vec![SnippetSegment { text: "青澜市开通三条公交线路".repeat(4), hit: true }];
            let article = Article {
                name: name.clone(),
                publish_time_precision: PublishTimePrecision::Second.into(),
                ..article(&"青澜市开通三条公交线路".repeat(3))
            };
            rows.add_match(&ArticleMatch {
                article: Some(article),
                snippets: vec![Snippet { segments, ..Snippet::default() }],
                ..ArticleMatch::default()
            });
            let text = rows.finish(false);
            assert!(text.lines().any(|line| line.trim_end().ends_with(name.as_str())), "{columns}\n{text}");
            assert!(text.contains("2021-11-14 00:00:00"), "{columns}\n{text}");
            let widest = text.lines().map(console::measure_text_width).max().unwrap_or_default();
            // A derived name leaves room for the rest on 80 columns.
            let fits = columns >= 80 && name == &names[0];
            assert!(!fits || widest <= usize::from(columns), "{widest}\n{text}");
        }
    }

    #[test]
    fn hits_are_marked() {
        let segment = |text: &str, hit| SnippetSegment { text: text.to_owned(), hit };
        let snippet =
            Snippet { segments: vec![segment("开通\n三条", false), segment("公交", true)], ..Snippet::default() };
        assert_eq!(passage(&snippet), "… 开通 三条\u{FDD0}公交\u{FDD1} …");
    }
}
