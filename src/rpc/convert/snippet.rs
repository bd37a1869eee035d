//! Where the keywords of a filter are in an article, on its way out.

use crate::article::ArticleContent;
use crate::query::{Keyword, KeywordFilter};
use crate::rpc::proto;

pub fn snippets(_keywords: &KeywordFilter, _content: &ArticleContent, _at_most: usize) -> Vec<proto::Snippet> {
    Vec::new()
}

/// The keywords of `all` and `any` that occur in an article that matches, as the caller wrote them, each once.
pub fn matched_terms(keywords: &KeywordFilter, _content: &ArticleContent) -> Vec<String> {
    let mut terms: Vec<String> = Vec::new();
    for given in keywords.all.iter().map(Keyword::given) {
        if !terms.iter().any(|term| term == given) {
            terms.push(given.to_owned());
        }
    }
    terms
}
