//! Finds an article that is only in a script: the state from which a framework renders the page (`__NEXT_DATA__`,
//! `window.__INITIAL_STATE__`).
//!
//! Owns where the state is and which of its texts is the article. Does not run scripts: a state that is not JSON is
//! ignored.

use dom_query::Document;
use serde_json::{Map, Value};

use super::time_formats::publish_time;

/// The article in the state; empty if there is none.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    pub headline: String,
    /// Plain text or HTML.
    pub body: String,
    /// As the script writes it.
    pub published: String,
}

/// The code before a state: `window.__INITIAL_STATE__ = {`, `self.__next_f.push([`.
const STATE_PREFIXES: &[&str] = &["=", "push("];

/// Maximum number of candidates in one script.
const MAX_STARTS: usize = 12;

const BODIES: &[&str] = &["content", "body", "articleBody", "html", "text", "contentHtml", "article_content", "detail"];

const HEADLINES: &[&str] = &["title", "headline", "articleTitle"];

/// Beginnings of the names of a time, the most trusted first.
const PUBLISHED: &[&str] = &["publish", "pubdate", "pub_date", "pubtime", "release", "deploy", "posttime", "postdate"];

/// In characters. A shorter text is not an article.
const MIN_BODY: usize = 120;

/// Maximum number of values to visit; the state of a news page has some thousands.
const MAX_VALUES: usize = 50_000;

pub(super) fn article(document: &Document) -> State {
    let mut found = State::default();
    for script in document.select("script:not([src])").iter() {
        let typed = script.attr_or("type", "").contains("application/json");
        let text = script.text();
        let starts =
            STATE_PREFIXES.iter().flat_map(|before| text.match_indices(before)).map(|(at, before)| at + before.len());
        let assigned = starts
            .filter_map(|at| text.get(at..))
            .map(str::trim_start)
            .filter(|json| json.starts_with(['{', '[']))
            .take(MAX_STARTS);
        for json in typed.then_some(&*text).into_iter().chain(assigned) {
            let value = serde_json::Deserializer::from_str(json).into_iter::<Value>().next().and_then(Result::ok);
            value.iter().for_each(|value| take_longest(value, &mut found));
        }
    }
    found
}

/// Takes the longest text under one of the usual keys.
fn take_longest(state: &Value, found: &mut State) {
    let mut work = vec![state];
    let mut seen = 0;
    while let Some(value) = work.pop() {
        seen += 1;
        if seen > MAX_VALUES {
            break;
        }
        match value {
            Value::Array(items) => work.extend(items.iter().rev()),
            Value::Object(object) => {
                work.extend(object.values());
                let text = |names: &[&str]| names.iter().find_map(|name| object.get(*name)?.as_str());
                let Some(body) = text(BODIES) else { continue };
                let is_prose = body.contains(['。', '，', '.']) && body.chars().nth(MIN_BODY).is_some();
                if is_prose && body.len() > found.body.len() {
                    let headline = text(HEADLINES).unwrap_or_default().trim().to_owned();
                    let published = published(object).unwrap_or_default().to_owned();
                    *found = State { headline, body: body.to_owned(), published };
                }
            }
            _ => {}
        }
    }
}

/// The time beside the text. Only a text that is a date counts: numbers are counted from several epochs.
fn published(object: &Map<String, Value>) -> Option<&str> {
    PUBLISHED.iter().find_map(|name| {
        let named = object.iter().filter(|(key, _)| key.to_ascii_lowercase().starts_with(name));
        named.filter_map(|(_, value)| value.as_str()).find(|value| publish_time(value).is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn article_in_the_state() {
        let check =
            |html: &str, expected: &str| assert_eq!(article(&Document::from(html)).headline, expected, "{html}");
        let body = "青石镇图书馆新馆向居民开放，共有四层。".repeat(8);
        let state = format!(
            r#"{{"page": {{"list": [{{"title": "乙", "content": "短"}}], "a": {{"title": "甲", "content": "<p>{body}"}}}}}}"#
        );
        check(&format!("<script id=__NEXT_DATA__ type=application/json>{state}</script>"), "甲");
        check(&format!("<script>window.__INITIAL_STATE__ = {state};run()</script>"), "甲");
        check(&format!("<script>window.q = window.q || [];window.q.push({state})</script>"), "甲");
        check("<script>window.__INITIAL_STATE__ = run()</script>", "");
        let dated = state.replace(
            "\"title\": \"甲\"",
            "\"title\": \"甲\", \"publisher\": \"乙\", \"publishDt\": \"2021.09.01 08:15\"",
        );
        let html = format!("<script>window.__INITIAL_STATE__ = {dated}</script>");
        assert_eq!(article(&Document::from(html.as_str())).published, "2021.09.01 08:15");
        check(&format!("<script type=application/json>{}</script>", "[".repeat(10_000)), "");
    }
}
