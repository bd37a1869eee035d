//! The authors and editors whom the metadata names.
//!
//! Owns which of the metadata's names count. Does not tell names from other words: `labels` and `dateline` do.

use super::json_ld::JsonLd;
use super::labels;
use super::meta::{self, Meta};
use crate::parse::dateline;
use crate::parse::lexicon::outlets;
use crate::parse::normalized_line::holds_any;

pub(super) fn authors(meta: &Meta, json_ld: &JsonLd, site_name: &str) -> Vec<String> {
    let editor = meta.first(meta::EDITOR);
    // `青石` is the site 青石新闻, which its name has no word for.
    let is_site = |name: &String| {
        let rest = site_name.strip_prefix(name.as_str());
        rest.is_some_and(|rest| rest.is_empty() || holds_any(rest, outlets::AUTHOR_OUTLETS))
    };
    let is_person = |name: &String| !is_site(name) && name != editor && !holds_any(name, outlets::AUTHOR_OUTLETS);
    let from_ld: Vec<String> = json_ld
        .authors
        .iter()
        .flat_map(|author| labels::people(author))
        .filter_map(|name| dateline::without_role(&name).map(str::to_owned))
        .filter(is_person)
        .collect();
    if !from_ld.is_empty() {
        return from_ld;
    }
    let names_in = |author: &str| {
        let author = author.trim_start_matches("By ").trim_start_matches("by ");
        // A name in letters has blanks in it.
        if author.is_ascii() {
            author.split(',').map(|name| name.trim().to_owned()).collect()
        } else if labels::is_spaced_name(author) {
            vec![author.split_whitespace().collect()]
        } else {
            labels::people(author)
        }
    };
    meta.lists(meta::AUTHOR)
        .map(|authors| authors.iter().flat_map(|author| names_in(author)).filter(is_person).collect::<Vec<_>>())
        .find(|names| !names.is_empty())
        .unwrap_or_default()
}

pub(super) fn editors<'a>(meta: &Meta, around: impl Iterator<Item = &'a str> + Clone) -> Vec<String> {
    let named = labels::people(meta.first(meta::EDITOR));
    if named.is_empty() { labels::editors(around) } else { named }
}
