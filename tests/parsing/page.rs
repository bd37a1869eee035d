//! The text of docs/parsing.md.

use std::fmt::Write;

use articled::parse::Parsed;

use super::examples::{EXAMPLES, Example, Kind, PARSED};
use super::fields::FIELDS;

const HEAD: &str = "# Parsing

Made from the examples in tests/parsing by `just parsing`; a test parses each of them and fails while this page is stale.

A document becomes an article in stages; `src/parse/README.md` says which stage owns which problem.

1. **decode**: the charset by byte-order mark, by what the bytes allow, by declaration, by how natural the text is; characters
   that nobody sees are removed, and the text is NFC.
2. **extract** (HTML): metadata, the element with the article, the lines around it.
3. **repair**: damage that earlier converters and mirror sites did. It is undone where that is certain; else it stays, with
   a warning.
4. **blocks**: which line is headline, byline, dateline, body or chrome. Chrome is removed at the edges of a page only.
5. **headline**, **dateline**, **time**: what those lines say.
6. **derive**: language, keywords, cited works.

`articled parse --explain PAGE` shows for one document what became of each line and why, and which candidates were considered for
the charset, the content, the headline, the source, the names and the time; with `--output json` for programs. ParseArticle
with `explain` says the same of the lines, which the console shows.

## Fields

Fields without a place to look at stay unset: nothing is guessed. Times without a zone are China Standard Time.

| field | where it is looked for, the most trusted first | printed | becomes |
|---|---|---|---|
";

const REPAIRS: &str = "
## Repairs

`parse_report.repairs` counts the places of each kind. Where a piece was taken off a line that stays, its reason (see below) is
counted here too.
";

const REMOVALS: &str = "
## Removed lines

Every line of the page that is not in the article is in `parse_report.removed_lines`, with one of these reasons.
";

const WARNINGS: &str = "
## Warnings

`parse_report.warnings` has what could not be decided, and what was cut at a limit.
";

pub(crate) fn page() -> String {
    let mut page = HEAD.to_owned();
    for (field, places, printed, becomes) in FIELDS {
        // Writing to a String cannot fail.
        _ = writeln!(page, "| `{field}` | {places} | {printed} | {becomes} |");
    }
    for (kind, head) in [(Kind::Repair, REPAIRS), (Kind::Removal, REMOVALS), (Kind::Warning, WARNINGS)] {
        page += head;
        for (example, parsed) in EXAMPLES.iter().zip(PARSED.iter()).filter(|(example, _)| example.kind == kind) {
            write_example(&mut page, example, parsed);
        }
    }
    page
}

/// So many removed lines of an example are shown.
const MAX_REMOVED: usize = 6;

fn write_example(page: &mut String, example: &Example, parsed: &Parsed) {
    let Example { code, kind: _, meaning, document } = example;
    let Parsed { content, report } = parsed;
    _ = write!(page, "\n### `{code}`\n\n{meaning}\n\n```text\n{}\n```\n\nbecomes\n\n```text\n", document.shown());
    let mut row = |name: &str, value: &str| {
        if !value.is_empty() {
            _ = writeln!(page, "{name:<9} {}", shortened(value));
        }
    };
    row("kicker", &content.kicker);
    row("headline", &content.headline);
    for subheadline in &content.subheadlines {
        row("subhead", subheadline);
    }
    row("dateline", content.dateline.as_ref().map_or("", |dateline| dateline.text.as_str()));
    row("time", &content.publish_time.map(|time| time.time.to_string()).unwrap_or_default());
    row("source", &content.info_source);
    row("authors", &content.authors.join("、"));
    row("editors", &content.editors.join("、"));
    row("section", &content.section);
    for paragraph in content.body.lines() {
        row("body", paragraph);
    }
    for (kind, count) in &report.repairs {
        row("repaired", &format!("{kind} {count}"));
    }
    for removed in report.removed_lines.iter().take(MAX_REMOVED) {
        row("removed", &format!("{} {}", removed.reason, removed.text));
    }
    if let Some(others) = report.removed_lines.len().checked_sub(MAX_REMOVED + 1) {
        row("removed", &format!("… and {} more", others + 1));
    }
    for warning in &report.warnings {
        row("warning", &format!("{}: {}", warning.reason, warning.message));
    }
    *page += "```\n";
}

/// The beginning of a text that is too long for the page.
fn shortened(text: &str) -> String {
    const MAX: usize = 140;
    if text.chars().count() <= MAX { text.to_owned() } else { text.chars().take(MAX).chain(['…']).collect() }
}
