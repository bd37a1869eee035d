//! The article that only a script holds: the state from which a framework would write the page (`__NEXT_DATA__`,
//! `window.__INITIAL_STATE__`).
//!
//! Owns where such a state stands and which of its texts is the article. Refuses to run scripts: a state that isn't JSON is
//! none.

use dom_query::Document;
use serde_json::Value;

/// What the state says of the article; empty if it has none.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    pub headline: String,
    /// Text or HTML.
    pub body: String,
}

/// What stands before such a state: `window.__INITIAL_STATE__ = {`, `self.__next_f.push([`.
const BEFORE_STATE: &[&str] = &["=", "push("];

/// Places in one script that are tried.
const MAX_STARTS: usize = 12;

const BODIES: &[&str] = &["content", "body", "articleBody", "html", "text", "contentHtml", "article_content", "detail"];

const HEADLINES: &[&str] = &["title", "headline", "articleTitle"];

/// In characters. A shorter text is no article.
const MIN_BODY: usize = 120;

/// Values that are looked at; the state of a news page has some thousands.
const MAX_VALUES: usize = 50_000;

pub(super) fn article(document: &Document) -> State {
    let mut found = State::default();
    for script in document.select("script:not([src])").iter() {
        let typed = script.attr_or("type", "").contains("application/json");
        let text = script.text();
        let starts =
            BEFORE_STATE.iter().flat_map(|before| text.match_indices(before)).map(|(at, before)| at + before.len());
        let assigned = starts
            .filter_map(|at| text.get(at..))
            .map(str::trim_start)
            .filter(|json| json.starts_with(['{', '[']))
            .take(MAX_STARTS);
        for json in typed.then_some(&*text).into_iter().chain(assigned) {
            let value = serde_json::Deserializer::from_str(json).into_iter::<Value>().next().and_then(Result::ok);
            value.iter().for_each(|value| longest(value, &mut found));
        }
    }
    found
}

/// Takes the longest text under a name that articles have.
fn longest(state: &Value, found: &mut State) {
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
                    *found = State { headline, body: body.to_owned() };
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_of_a_page() {
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
        check(&format!("<script type=application/json>{}</script>", "[".repeat(10_000)), "");
    }
}
