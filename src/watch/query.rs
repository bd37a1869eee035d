//! What a watcher asks for.

use crate::article::Article;
use crate::query::{Filter, FoldedFields, KeywordFilter};

/// The articles that a watcher wants: those that match both parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WatchQuery {
    /// `None` matches every article.
    pub keywords: Option<KeywordFilter>,
    /// `None` matches every article.
    pub filter: Option<Filter>,
}

impl WatchQuery {
    /// Whether an article with these folded texts is watched: what everything else here must agree with.
    pub fn matches(&self, article: &Article, texts: &FoldedFields) -> bool {
        self.keywords.as_ref().is_none_or(|keywords| keywords.matches_folded(texts)) && self.admits(article, texts)
    }

    /// Whether the filter, keywords apart, admits an article.
    pub(super) fn admits(&self, article: &Article, texts: &FoldedFields) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.matches_folded(article, texts.clone()))
    }

    /// The length of the folded keywords, in bytes.
    pub(crate) fn keyword_bytes(&self) -> usize {
        let keywords = self.keywords.iter().flat_map(|it| it.all.iter().chain(&it.any).chain(&it.none));
        keywords.map(|keyword| keyword.folded().len()).sum()
    }

    /// Whether all articles are watched.
    pub(super) fn is_open(&self) -> bool {
        self.keywords.is_none() && self.filter.is_none()
    }
}
