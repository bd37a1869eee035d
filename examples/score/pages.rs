//! Whole pages: a page counts only if every field that its truth names is right, since an article is used whole.
//!
//! Reads `pages2/html/TRUTH.jsonl` (real pages) and `cases/truth.json` (small inputs, one kind of fault each). Prints each
//! field, the whole page, and page by page what is wrong.
//!
//! A record may give every paragraph of its page (`all_paragraphs`): then the body must have them all, and a line that is
//! none of them and none of the texts in `allowed` (summaries, captions) is chrome. `unjudged` names fields to leave out.

use std::collections::BTreeMap;

use articled::article::{ArticleContent, PageUrl, RawDocument};
use articled::parse::{ParseOptions, Parsed, parse_with};
use jiff::tz;
use serde_json::Value;

use crate::{Run, Tally, dense, parse_text, text, texts};

/// What is wrong with a page: the field, and what was found against what was expected. A field that the truth does not
/// judge is absent.
type Findings = BTreeMap<&'static str, Option<String>>;

pub(crate) fn score_pages(run: &Run) {
    // The truth of real pages was judged by reading all of each: a list that it leaves out is empty.
    score_set(run, "pages2", &run.records("pages2/html/TRUTH.jsonl"), Judged::of_page);
}

pub(crate) fn score_cases(run: &Run) {
    let path = run.path("cases/truth.json");
    let Ok(truth) = std::fs::read_to_string(&path) else {
        println!("skipped: no {}", path.display());
        return;
    };
    let Ok(Value::Array(records)) = serde_json::from_str(&truth) else {
        println!("skipped: {} is not a JSON array", path.display());
        return;
    };
    score_set(run, "cases", &records, Judged::of_case);
}

fn score_set(run: &Run, folder: &str, records: &[Value], judged: fn(&Value) -> Judged) {
    let mut fields: BTreeMap<&'static str, Tally> = BTreeMap::new();
    let [mut whole, mut core, mut stable] = <[Tally; 3]>::default();
    for record in records {
        let file = text(record, "file");
        let Ok(bytes) = std::fs::read(run.path(folder).join(file)) else {
            println!("skipped: no {folder}/{file}");
            continue;
        };
        let parsed = parse_page(bytes, file, record);
        stable.add(is_stable(&parsed.content));
        let findings = judged(record).findings(&parsed);
        for (field, wrong) in &findings {
            fields.entry(field).or_default().add(wrong.is_none());
        }
        let is_right = |field: &str| findings.get(field).is_none_or(Option::is_none);
        core.add(["title", "day", "body", "chrome"].into_iter().all(is_right));
        if !whole.add(findings.values().all(Option::is_none)) {
            println!("  {file}");
            for (field, wrong) in &findings {
                if let Some(wrong) = wrong {
                    println!("    {field}: {wrong}");
                }
            }
        }
    }
    for (field, tally) in &fields {
        run.tell(&format!("{folder}, {field}"), tally);
    }
    run.tell(&format!("{folder}, title + day + body + no chrome"), &core);
    run.tell(&format!("{folder}, whole page"), &whole);
    run.tell(&format!("{folder}, same article when printed and parsed again"), &stable);
}

fn is_stable(content: &ArticleContent) -> bool {
    let again = parse_text(&content.printed(), None, None).content;
    let dateline = |content: &ArticleContent| content.dateline.as_ref().map(|dateline| dateline.text.clone());
    let block = |content: &ArticleContent| {
        (content.kicker.clone(), content.headline.clone(), content.subheadlines.clone(), dateline(content))
    };
    block(&again) == block(content) && again.body == content.body
}

fn parse_page(bytes: Vec<u8>, file: &str, record: &Value) -> Parsed {
    let content_type = if file.ends_with(".txt") { "text/plain" } else { "text/html" };
    let document = RawDocument {
        content: bytes.into(),
        content_type: content_type.to_owned(),
        url: PageUrl::parse(text(record, "url")).ok(),
        fetch_time: text(record, "fetch").parse().ok(),
        ..RawDocument::default()
    };
    parse_with(&document, ParseOptions { extract_keywords: false })
}

/// The truth of one page, from either file. `None`: not judged.
struct Judged {
    titles: Vec<String>,
    days: Option<Vec<String>>,
    day_may_be_unset: bool,
    sources: Option<Vec<String>>,
    authors: Option<Vec<String>>,
    editors: Option<Vec<String>>,
    kicker: Option<String>,
    subheadlines: Option<Vec<String>>,
    agency: Option<String>,
    location: Option<String>,
    /// Month and day of the dateline.
    dateline_day: Option<(i64, i64)>,
    language: Option<String>,
    /// Any of these is among the editors.
    any_editor: Option<Vec<String>>,
    paragraphs: Option<u64>,
    /// What the page prints twice and the body has once.
    once: Option<String>,
    must_warn: bool,
    must_contain: Vec<String>,
    must_not_contain: Vec<String>,
    whole: Option<WholeText>,
    unjudged: Vec<String>,
}

/// The whole text of a page: what the body must have, and what it may have.
struct WholeText {
    paragraphs: Vec<String>,
    /// As [`letters`].
    all: String,
}

impl WholeText {
    fn of(record: &Value) -> Option<Self> {
        let paragraphs = texts(record, "all_paragraphs");
        let all = paragraphs.iter().chain(&texts(record, "allowed")).map(|text| letters(text)).collect();
        (!paragraphs.is_empty()).then_some(Self { paragraphs, all })
    }
}

/// Letters and digits alone: extractors differ in quotes, dashes and spaces.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Judged {
    fn of_page(record: &Value) -> Self {
        let dateline = record.get("dateline");
        let part = |at: usize| dateline.and_then(|parts| parts.get(at));
        let name = |at: usize| part(at).and_then(Value::as_str).map(str::to_owned);
        let number = |at: usize| part(at).and_then(Value::as_i64);
        Self {
            titles: [one_or_more(record, "title"), one_or_more(record, "alt_title")].concat(),
            days: Some([one_or_more(record, "publish_time"), one_or_more(record, "day2")].concat()),
            day_may_be_unset: record.get("day_soft").is_some(),
            sources: judged_texts(record, "source"),
            authors: Some(texts(record, "authors")),
            editors: Some(texts(record, "editors")),
            kicker: record.get("kicker").map(|_| text(record, "kicker").to_owned()),
            subheadlines: record.get("subs").map(|_| texts(record, "subs")),
            agency: name(0),
            location: name(1),
            dateline_day: number(2).zip(number(3)),
            language: record.get("lang").map(|_| text(record, "lang").to_owned()),
            any_editor: None,
            paragraphs: None,
            once: None,
            must_warn: false,
            must_contain: texts(record, "must_contain"),
            must_not_contain: texts(record, "must_not_contain"),
            whole: WholeText::of(record),
            unjudged: texts(record, "unjudged"),
        }
    }

    fn of_case(record: &Value) -> Self {
        let judged_list = |key: &str| record.get(key).map(|_| texts(record, key));
        let judged_text = |key: &str| record.get(key).and_then(Value::as_str).map(str::to_owned);
        Self {
            titles: one_or_more(record, "title"),
            days: judged_texts(record, "day").or_else(|| judged_texts(record, "day_or_none")),
            day_may_be_unset: record.get("day_or_none").is_some(),
            sources: judged_texts(record, "source"),
            authors: judged_list("authors"),
            editors: judged_list("editors"),
            kicker: judged_text("kicker"),
            subheadlines: judged_list("subs"),
            agency: judged_text("dl_agency"),
            location: judged_text("dl_loc").or_else(|| judged_text("dateline_loc")),
            dateline_day: None,
            language: judged_text("lang"),
            any_editor: judged_list("editors_any"),
            paragraphs: record.get("paras").and_then(Value::as_u64),
            once: judged_text("once"),
            must_warn: record.get("want_warning").is_some(),
            must_contain: texts(record, "must"),
            must_not_contain: texts(record, "nots"),
            whole: None,
            unjudged: Vec::new(),
        }
    }

    fn findings(&self, parsed: &Parsed) -> Findings {
        let content = &parsed.content;
        let mut findings = Findings::new();
        let mut judge = |field: &'static str, right: bool, wrong: String| {
            findings.insert(field, (!right).then_some(wrong));
        };
        let against =
            |found: &dyn std::fmt::Debug, expected: &dyn std::fmt::Debug| format!("{found:?} for {expected:?}");
        if !self.titles.is_empty() {
            let right = self.titles.iter().any(|title| dense(title) == dense(&content.headline));
            judge("title", right, against(&content.headline, &self.titles));
        }
        if let Some(days) = &self.days {
            let day = content.publish_time.map(|published| published.time.to_civil(tz::offset(8)).date().to_string());
            let right = day.as_ref().map_or(self.day_may_be_unset, |day| days.contains(day));
            judge("day", right, against(&day, days));
        }
        if let Some(sources) = &self.sources {
            judge("source", sources.contains(&content.info_source), against(&content.info_source, sources));
        }
        if let Some(authors) = &self.authors {
            judge("authors", content.authors == *authors, against(&content.authors, authors));
        }
        if let Some(editors) = &self.editors {
            judge("editors", content.editors == *editors, against(&content.editors, editors));
        }
        if let Some(kicker) = &self.kicker {
            judge("kicker", content.kicker == *kicker, against(&content.kicker, kicker));
        }
        if let Some(subheadlines) = &self.subheadlines {
            judge("subheadlines", content.subheadlines == *subheadlines, against(&content.subheadlines, subheadlines));
        }
        if self.agency.is_some() || self.location.is_some() || self.dateline_day.is_some() {
            judge(
                "dateline",
                self.dateline_is_right(content),
                against(&content.dateline, &(&self.agency, &self.location)),
            );
        }
        if let Some(language) = &self.language {
            judge(
                "language",
                content.language_code.starts_with(language.as_str()),
                against(&content.language_code, language),
            );
        }
        if let Some(names) = &self.any_editor {
            let right = names.iter().any(|name| content.editors.contains(name));
            judge("editors", right, against(&content.editors, names));
        }
        if let Some(paragraphs) = self.paragraphs {
            let found = content.body.lines().filter(|line| !line.trim().is_empty()).count() as u64;
            judge("paragraphs", found == paragraphs, against(&found, &paragraphs));
        }
        if let Some(piece) = &self.once {
            let found = content.body.matches(piece.as_str()).count();
            judge("once", found == 1, against(&found, piece));
        }
        if self.must_warn {
            judge("warning", !parsed.report.warnings.is_empty(), "no warning".to_owned());
        }
        // The article holds the dateline apart from the text after it.
        let dateline = content.dateline.as_ref().map_or("", |dateline| &dateline.text);
        let all = dense(&format!("{dateline}{}", content.body));
        let lost: Vec<&String> = self.must_contain.iter().filter(|piece| !all.contains(&dense(piece))).collect();
        judge("body", lost.is_empty(), format!("lost {lost:?}"));
        let chrome: Vec<&String> = self.must_not_contain.iter().filter(|piece| content.body.contains(*piece)).collect();
        judge("chrome", chrome.is_empty(), format!("kept {chrome:?}"));
        if let Some(whole) = &self.whole {
            // What extractors print as the first paragraph may be in the headline block.
            let block = [&content.kicker, &content.headline].into_iter().chain(&content.subheadlines);
            let found: String = block.chain([&all]).map(|text| letters(text)).collect();
            // A summary may stand before the paragraph that the dateline opened.
            let opening = letters(dateline);
            let is_found =
                |own: &str| found.contains(own) || own.strip_prefix(&opening).is_some_and(|rest| found.contains(rest));
            let lost: Vec<&String> =
                whole.paragraphs.iter().filter(|paragraph| !is_found(&letters(paragraph))).collect();
            judge("body", lost.is_empty(), format!("lost {lost:?}"));
            let chrome: Vec<&str> = content.body.lines().filter(|line| !whole.all.contains(&letters(line))).collect();
            judge("chrome", chrome.is_empty(), format!("kept {chrome:?}"));
        }
        findings.retain(|field, _| !self.unjudged.iter().any(|unjudged| unjudged == field));
        findings
    }

    fn dateline_is_right(&self, content: &ArticleContent) -> bool {
        let (agency, location, day) = content.dateline.as_ref().map_or(("", "", None), |dateline| {
            let day = dateline.date.map(|date| (i64::from(date.month), i64::from(date.day)));
            (dateline.agency.as_str(), dateline.location.as_str(), day)
        });
        self.agency.as_ref().is_none_or(|expected| agency == expected)
            && self.location.as_ref().is_none_or(|expected| location == expected)
            && self.dateline_day.is_none_or(|expected| day == Some(expected))
    }
}

/// A text, or any of a list. A null stands for an empty field.
fn one_or_more(record: &Value, key: &str) -> Vec<String> {
    let as_text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match record.get(key) {
        None => Vec::new(),
        Some(Value::Array(values)) => values.iter().map(as_text).collect(),
        Some(value) => vec![as_text(value)],
    }
}

fn judged_texts(record: &Value, key: &str) -> Option<Vec<String>> {
    record.get(key).map(|_| one_or_more(record, key))
}
