//! A page's metadata in its head: `meta` elements, title, canonical URL.

use std::collections::HashMap;

use dom_query::Document;

use crate::parse::explanation::Record;

/// The contents of each `meta` name, property or itemprop. Names are in lower case and without the white space
/// that some sites write into them (`og: time`).
pub(super) struct Meta {
    of: HashMap<String, Vec<String>>,
    pub title: String,
    pub canonical_url: String,
    pub language: String,
}

/// Typical pages have some dozens.
const MAX_METAS: usize = 2000;

pub(super) const TITLE: &[&str] = &["og:title", "twitter:title", "articletitle", "headline", "title", "dc.title"];

pub(super) const PUBLISHED: &[&str] = &[
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "publishdate",
    "publish_date",
    "publish-date",
    "publish_time",
    "publishtime",
    "published_time",
    "pubdate",
    "pub_date",
    "pubtime",
    "og:published_time",
    "og:pubdate",
    "og:time",
    "og:release_date",
    "apub:time",
    "_pubtime",
    "firstpublishedtime",
    "weibo:article:create_at",
    "livetime",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date",
    "dc.date.created",
    "sailthru.date",
    "date",
];

/// The time of the last change. Baidu's 百家号 has no other time, and prints the date without a year.
pub(super) const UPDATED: &[&str] = &["dateupdate"];

pub(super) const SOURCE: &[&str] =
    &["source", "contentsource", "infosource", "mediaid", "article:source", "og:article:source", "article_source"];

pub(super) const AUTHOR: &[&str] = &[
    "citation_author",
    "citation_authors",
    "author",
    "article:author",
    "og:article:author",
    "dc.creator",
    "byl",
    "byline",
];

pub(super) const EDITOR: &[&str] = &["editor", "responsibleeditor", "article:editor"];

pub(super) const SECTION: &[&str] =
    &["article:section", "og:category", "columnname", "channelname", "column", "section"];

pub(super) const KEYWORDS: &[&str] = &["keywords", "news_keywords", "article:tag", "tags", "keyword"];

pub(super) const DESCRIPTION: &[&str] = &["og:description", "description", "twitter:description"];

impl Meta {
    pub(super) fn of(document: &Document) -> Self {
        let mut of: HashMap<String, Vec<String>> = HashMap::new();
        for element in document.select("meta, time[itemprop], span[itemprop], time[pubdate]").iter().take(MAX_METAS) {
            let content = ["content", "datetime"].iter().find_map(|name| element.attr(name));
            let Some(content) = content.map(|content| content.trim().to_owned()).filter(|content| !content.is_empty())
            else {
                continue;
            };
            for name in ["name", "property", "itemprop"] {
                if let Some(key) = element.attr(name) {
                    let key: String = key.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
                    of.entry(key).or_default().push(content.clone());
                }
            }
            if element.has_attr("pubdate") {
                of.entry("pubdate".to_owned()).or_default().push(content);
            }
        }
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        Self {
            of,
            title: one_line(&document.select_single("title").text()),
            canonical_url: document.select_single("link[rel=canonical]").attr_or("href", "").trim().to_owned(),
            language: document.select_single("html").attr_or("lang", "").trim().to_owned(),
        }
    }

    /// The first content under each of these names, in the order of the names.
    pub(super) fn all<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = &'a str> {
        names.iter().filter_map(|name| self.of.get(*name)?.first()).map(String::as_str)
    }

    /// All contents under each of these names: a page may name each author in an element of its own.
    pub(super) fn lists<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = &'a [String]> {
        names.iter().filter_map(|name| self.of.get(*name)).map(Vec::as_slice)
    }

    /// Records what these names say as candidates.
    pub(super) fn trace(&self, subject: &'static str, names: &[&'static str], record: &mut Record) {
        for name in names {
            record.candidate(subject, self.first(&[*name]), format!("meta {name}"), None, "");
        }
    }

    pub(super) fn first(&self, names: &[&str]) -> &str {
        names.iter().find_map(|name| self.of.get(*name)?.first()).map_or("", String::as_str)
    }
}
