//! Reads the article's metadata from a page's JSON-LD (schema.org's NewsArticle and similar types, Baidu's cambrian).

use dom_query::Document;
use serde_json::{Map, Value};

use super::script_state::State;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct JsonLd {
    pub headline: String,
    pub published: String,
    pub authors: Vec<String>,
    pub section: String,
    pub keywords: Vec<String>,
    pub source: String,
    /// The organization that the page names as author, if another publishes it: an agency on a portal.
    pub partner: String,
    /// The article's text, if the page has it there too.
    pub body: String,
}

impl JsonLd {
    /// Fills the fields that the JSON-LD lacks from the page's scripts.
    pub(super) fn add_state(&mut self, state: State) {
        let State { headline, body, published } = state;
        let fields = [(&mut self.headline, headline), (&mut self.body, body), (&mut self.published, published)];
        for (own, other) in fields {
            if own.is_empty() {
                *own = other;
            }
        }
    }
}

/// Maximum number of objects to visit; a page has a handful.
const MAX_OBJECTS: usize = 200;

pub(super) fn json_ld(document: &Document) -> JsonLd {
    let mut found = JsonLd::default();
    for script in document.select("script[type*='ld+json']").iter() {
        // Unescaped line breaks inside strings are common, and invalid JSON.
        let text = script.text().replace(|c: char| c.is_control(), " ");
        let Ok(value) = serde_json::from_str::<Value>(text.trim().trim_end_matches(';')) else { continue };
        let mut work = vec![&value];
        let mut seen = 0;
        while let Some(value) = work.pop() {
            seen += 1;
            if seen > MAX_OBJECTS {
                break;
            }
            match value {
                Value::Array(items) => work.extend(items.iter().rev()),
                Value::Object(object) => {
                    work.extend(object.get("@graph"));
                    work.extend(object.get("mainEntity"));
                    if is_article(object) {
                        take(object, &mut found);
                    }
                }
                _ => {}
            }
        }
    }
    found
}

fn is_article(object: &Map<String, Value>) -> bool {
    let named = texts(object.get("@type")).iter().any(|kind| {
        kind.ends_with("Article") || kind.ends_with("Posting") || kind.ends_with("Report") || kind == "VideoObject"
    });
    named || object.contains_key("pubDate")
}

/// The first non-empty value wins: a page describes its own article before those it links to.
fn take(object: &Map<String, Value>, found: &mut JsonLd) {
    let first = |keys: &[&str]| {
        keys.iter().flat_map(|key| texts(object.get(*key))).find(|text| !text.is_empty()).unwrap_or_default()
    };
    let fill = |slot: &mut String, text: String| {
        if slot.is_empty() {
            *slot = text;
        }
    };
    fill(&mut found.headline, first(&["headline", "title", "name"]));
    fill(&mut found.published, first(&["datePublished", "pubDate", "dateCreated"]));
    fill(&mut found.section, first(&["articleSection"]));
    fill(&mut found.source, first(&["sourceOrganization"]));
    let is_organization = |author: &&Value| author.get("@type").is_some_and(|kind| kind == "Organization");
    let partner = texts(object.get("author").filter(is_organization)).into_iter().next().unwrap_or_default();
    let publisher = texts(object.get("publisher")).into_iter().next().unwrap_or_default();
    let is_other = !publisher.is_empty() && !publisher.contains(&partner) && !partner.contains(&publisher);
    fill(&mut found.partner, if is_other { partner } else { String::new() });
    fill(&mut found.body, first(&["articleBody"]));
    if found.authors.is_empty() {
        let is_person = |author: &&Value| author.get("@type").is_none_or(|kind| kind == "Person");
        found.authors = match object.get("author") {
            Some(Value::Array(authors)) => {
                authors.iter().filter(is_person).flat_map(|author| texts(Some(author))).collect()
            }
            author => texts(author.filter(is_person)),
        };
    }
    if found.keywords.is_empty() {
        found.keywords = texts(object.get("keywords"));
    }
}

/// A string, an object's name, or a list of these.
fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.trim().to_owned()],
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(|item| item.as_str().or_else(|| item.get("name")?.as_str()))
            .map(|text| text.trim().to_owned())
            .collect(),
        Some(Value::Object(object)) => {
            object.get("name").and_then(Value::as_str).map(|text| text.trim().to_owned()).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_article() {
        let page = |json: &str| Document::from(format!("<script type='application/ld+json'>{json}</script>"));
        let found = json_ld(&page(
            r#"{"@graph": [{"@type": "WebSite", "name": "青石网"}, {"@type": ["NewsArticle"], "headline": "新馆
            开放", "datePublished": "2021-09-01T08:00:00+08:00", "author": [{"name": "林远舟"}, "何秋白"],
            "keywords": "图书馆,青石"}]}"#,
        ));
        assert_eq!(found.published, "2021-09-01T08:00:00+08:00");
        assert_eq!(found.authors, ["林远舟", "何秋白"]);
        assert_eq!(found.keywords, ["图书馆,青石"]);
        assert!(found.headline.starts_with("新馆"));
        let authors =
            |author: &str| json_ld(&page(&format!(r#"{{"@type": "NewsArticle", "author": {author}}}"#))).authors;
        assert_eq!(authors(r#"{"@type": "Organization", "name": "青石社 Greystone Agency"}"#), Vec::<String>::new());
        assert_eq!(
            authors(r#"[{"@type": "Person", "name": "林远舟"}, {"@type": "Organization", "name": "某社"}]"#),
            ["林远舟"]
        );
        let partner = |publisher: &str| {
            let author = r#"{"@type": "Organization", "name": "青石社"}"#;
            json_ld(&page(&format!(
                r#"{{"@type": "NewsArticle", "author": {author}, "publisher": {{"name": "{publisher}"}}}}"#
            )))
            .partner
        };
        assert_eq!(partner("河湾门户"), "青石社");
        assert_eq!(partner("青石社新闻网"), "");
        assert_eq!(partner(""), "");
        assert_eq!(json_ld(&page(r#"{"title": "新馆", "pubDate": "2021-09-01T08:00:00"}"#)).headline, "新馆");
        assert_eq!(json_ld(&page(r#"{"@type": "Organization", "name": "青石网"}"#)), JsonLd::default());
        assert_eq!(json_ld(&page("{")), JsonLd::default());
        assert_eq!(json_ld(&page(&"[".repeat(100_000))), JsonLd::default());
    }
}
