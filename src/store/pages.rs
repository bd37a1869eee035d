//! Pagination and views, shared by all engines so that their pages are the same.

use std::cmp::Ordering;

use super::{EncodedArticle, Page, Search, StoreError, Total};
use crate::article::{Article, View};
use crate::query::{Cursor, Order, OrderKey};

/// The article without the fields that a view omits.
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

/// The cursor after this article.
pub(super) fn cursor(article: &Article, order: Order) -> Cursor {
    let time = match order.key {
        OrderKey::EffectiveTime => article.effective_time(),
        OrderKey::CreateTime => article.create_time,
        OrderKey::UpdateTime => article.update_time,
    };
    Cursor { time, name: article.name.clone() }
}

/// The cursor after an encoded article, for a caller that cuts a page shorter than the store did.
pub fn encoded_cursor(article: &EncodedArticle, order: Order) -> Result<Cursor, StoreError> {
    Ok(cursor(&article.decode()?, order))
}

/// Compares two articles in an order. The name is the last key, ascending in every order.
pub(super) fn compare(order: Order, a: &Cursor, b: &Cursor) -> Ordering {
    let by_time = if order.descending { b.time.cmp(&a.time) } else { a.time.cmp(&b.time) };
    by_time.then_with(|| a.name.cmp(&b.name))
}

/// Fills a page up to its limits of articles and bytes.
pub(super) struct PageBuilder {
    most_articles: usize,
    most_bytes: usize,
    bytes: usize,
    articles: Vec<EncodedArticle>,
    /// The cursor after the last article.
    last: Option<Cursor>,
    next: Option<Cursor>,
}

impl PageBuilder {
    pub(super) fn new(search: &Search) -> Self {
        Self {
            most_articles: search.page_size.get(),
            most_bytes: search.max_page_bytes,
            bytes: 0,
            articles: Vec::new(),
            last: None,
            next: None,
        }
    }

    /// Adds the next match with its cursor. `false` if the page was already full, so that the article belongs to the next
    /// page.
    pub(super) fn add(&mut self, article: EncodedArticle, cursor: Cursor) -> bool {
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

    pub(super) fn len(&self) -> usize {
        self.articles.len()
    }

    /// Ends a page that may not be full, although more matches may follow after this cursor.
    pub(super) fn finish_early(self, after: Option<Cursor>, total: Option<Total>) -> Page<EncodedArticle> {
        Page { articles: self.articles, next: after, total }
    }

    pub(super) fn finish(self, total: Option<Total>) -> Page<EncodedArticle> {
        Page { articles: self.articles, next: self.next, total }
    }
}

/// The maximum encoded size of an article's tag and length in a page.
const ENTRY_BYTES: usize = 6;
