//! Scraped pages: title, time, source, editor and dateline of raw/INDEX.jsonl.

use articled::text::fold;
use serde_json::Value;

use crate::{Run, Tally, dense, parse_text, text, texts};

pub(crate) fn score(run: &Run) {
    let mut tallies: Vec<(&str, Tally)> =
        ["title", "published", "source", "editor", "dateline", "annotations kept", "residue gone"]
            .into_iter()
            .map(|name| (name, Tally::default()))
            .collect();
    for record in run.records("raw/INDEX.jsonl") {
        let Some(truth) = record.get("truth") else { continue };
        let Ok(page) = std::fs::read_to_string(run.path(text(&record, "file"))) else { continue };
        let parsed = parse_text(&page, Some(text(&record, "url")), None);
        let content = &parsed.content;
        let file = text(&record, "file");
        run.miss(|| {
            let block = (&content.kicker, &content.headline, &content.subheadlines);
            let ends: Vec<String> = content.body.lines().map(|line| line.chars().take(24).collect()).collect();
            let removed: Vec<String> =
                parsed.report.removed_lines.iter().map(|line| format!("{}:{}", line.reason, line.text)).collect();
            format!("(for the eye) {file} {block:?} {:?}\n    BODY {ends:?}\n    REMOVED {removed:?}", content.dateline)
        });
        for (column, tally) in &mut tallies {
            let Some((found, expected)) = compare(column, content, truth) else { continue };
            if !tally.add(found == expected) {
                run.miss(|| format!("{file} {column} is {found:?}, not {expected:?}"));
            }
        }
    }
    for (column, tally) in &tallies {
        run.tell(&format!("raw pages, {column}"), tally);
    }
}

fn compare(column: &str, content: &articled::article::ArticleContent, truth: &Value) -> Option<(String, String)> {
    let published = || {
        content.publish_time.map_or(String::new(), |published| {
            published.time.to_civil(jiff::tz::Offset::constant(8)).strftime("%Y-%m-%d %H:%M:%S").to_string()
        })
    };
    match column {
        "title" => {
            let expected = truth.get("title")?.as_str()?;
            let mut block = vec![content.headline.clone()];
            block.extend(content.subheadlines.clone());
            let wanted = expected.matches(" / ").count() + 1;
            block.truncate(wanted);
            Some((dense(&block.join("/")), dense(expected)))
        }
        "published" => {
            let expected = truth.get("published").or_else(|| truth.get("published_from_url"))?.as_str()?;
            let found = published();
            Some((found.get(..expected.len()).unwrap_or(&found).to_owned(), expected.to_owned()))
        }
        // Which of the readings stand in the article: all that teach, none that a mirror site left.
        "annotations kept" => {
            let kept = Some(texts(truth, "legit")).filter(|kept| !kept.is_empty())?;
            let printed = content.printed();
            Some((kept.iter().filter(|piece| printed.contains(*piece)).cloned().collect(), kept.concat()))
        }
        "residue gone" => {
            let gone = Some(texts(truth, "residue")).filter(|gone| !gone.is_empty())?;
            let printed = content.printed();
            Some((gone.into_iter().filter(|piece| printed.contains(piece)).collect(), String::new()))
        }
        "source" => Some((fold(&content.info_source), fold(truth.get("source")?.as_str()?))),
        "editor" => Some((content.editors.join(" "), truth.get("editor")?.as_str()?.to_owned())),
        "dateline" => {
            let expected = truth.get("dateline")?;
            let number = |key: &str| expected.get(key).and_then(Value::as_i64).unwrap_or_default();
            let dateline = content.dateline.clone().unwrap_or_default();
            let (month, day) = dateline.date.map_or((0, 0), |date| (i64::from(date.month), i64::from(date.day)));
            // A month that is not printed may have been told by the page's date.
            let month = if number("month") == 0 { 0 } else { month };
            let agency = fold(text(expected, "agency")).trim_end_matches('讯').to_owned();
            Some((
                format!("{} {} {month} {day} {:?}", fold(&dateline.agency), fold(&dateline.location), content.authors),
                format!(
                    "{agency} {} {} {} {:?}",
                    fold(text(expected, "place")),
                    number("month"),
                    number("day"),
                    texts(expected, "reporters")
                ),
            ))
        }
        _ => None,
    }
}
