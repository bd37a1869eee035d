//! How an answer is cut into pages, and what a view shows: shared by all backends, as their pages must be the same.

use std::cmp::Ordering;

use super::{EncodedArticle, Page, Search, StoreError, Total};
use crate::article::{Article, View};
use crate::query::{Cursor, Order, OrderKey};

/// What of an article a view shows.
pub(super) fn in_view(mut article: Article, view: View) -> Article {
    if view < View::Raw {
        article.raw = None;
    }
    if view < View::Full {
        article.content.body = String::new();
        article.parse_report = None;
    }
    article
}

/// Where a page that ends with this article ends.
pub(super) fn cursor(article: &Article, order: Order) -> Cursor {
    let time = match order.key {
        OrderKey::EffectiveTime => article.effective_time(),
        OrderKey::CreateTime => article.create_time,
        OrderKey::UpdateTime => article.update_time,
    };
    Cursor { time, name: article.name.clone() }
}

/// The same of an article as a page holds it, for a page that is cut shorter than the store cut it.
pub fn encoded_cursor(article: &EncodedArticle, order: Order) -> Result<Cursor, StoreError> {
    Ok(cursor(&article.decode()?, order))
}

/// Which of two comes first. The name is the last key, ascending in every order.
pub(super) fn compare(order: Order, a: &Cursor, b: &Cursor) -> Ordering {
    let by_time = if order.descending { b.time.cmp(&a.time) } else { a.time.cmp(&b.time) };
    by_time.then_with(|| a.name.cmp(&b.name))
}

/// Fills a page up to its two limits.
pub(super) struct PageBuilder {
    most_articles: usize,
    most_bytes: usize,
    bytes: usize,
    articles: Vec<EncodedArticle>,
    /// Where the last of them ends the page.
    last: Option<Cursor>,
    next: Option<Cursor>,
}

impl PageBuilder {
    pub fn new(search: &Search) -> Self {
        Self {
            most_articles: search.page_size.get(),
            most_bytes: search.max_page_bytes,
            bytes: 0,
            articles: Vec::new(),
            last: None,
            next: None,
        }
    }

    /// Adds the next match, and where a page that ends with it ends. `false`: the page was full already, and the article
    /// belongs to the next one.
    pub fn add(&mut self, article: EncodedArticle, cursor: Cursor) -> bool {
        let bytes = article.encoded_len() + ENTRY_BYTES;
        let is_full = self.articles.len() >= self.most_articles
            || (!self.articles.is_empty() && self.bytes.saturating_add(bytes) > self.most_bytes);
        if is_full {
            self.next = self.last.take();
            return false;
        }
        self.bytes = self.bytes.saturating_add(bytes);
        self.articles.push(article);
        self.last = Some(cursor);
        true
    }

    pub fn len(&self) -> usize {
        self.articles.len()
    }

    /// Ends a page that may not be full, though more may follow after this place.
    pub fn finish_early(self, after: Option<Cursor>, total: Option<Total>) -> Page<EncodedArticle> {
        Page { articles: self.articles, next: after, total }
    }

    pub fn finish(self, total: Option<Total>) -> Page<EncodedArticle> {
        Page { articles: self.articles, next: self.next, total }
    }
}

/// What tag and length of an article take within a page, at most.
const ENTRY_BYTES: usize = 6;
