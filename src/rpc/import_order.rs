//! Write order within an import: items with the same name are stored in the order sent.
//!
//! Items are parsed concurrently and take different times, so without this the later but smaller of two captures of a page
//! would often be stored first. Items with different names never wait for each other.

use std::collections::HashMap;

use tokio::sync::oneshot;

use super::convert;
use super::proto::ImportArticlesRequest;
use super::proto::import_articles_request::Item;
use super::violations::Violations;
use crate::article::{ArticleName, PageUrl};

/// The number of names at which entries of finished items are removed: several times the number of items in progress.
const PRUNE_AT: usize = 512;

/// The last item in progress, by name.
#[derive(Default)]
pub(crate) struct ImportOrder {
    last: HashMap<ArticleName, oneshot::Receiver<()>>,
}

/// An item's turn among those with its name. Dropping it passes the turn on to the next item.
#[derive(Default)]
pub(crate) struct Turn {
    before: Option<oneshot::Receiver<()>>,
    _done: Option<oneshot::Sender<()>>,
}

impl ImportOrder {
    /// The turn of the next item. Must be called in stream order.
    pub(crate) fn turn(&mut self, request: &ImportArticlesRequest) -> Turn {
        let Some(name) = name(request) else { return Turn::default() };
        if self.last.len() >= PRUNE_AT {
            self.last.retain(|_, done| matches!(done.try_recv(), Err(oneshot::error::TryRecvError::Empty)));
        }
        let (done, is_done) = oneshot::channel();
        Turn { before: self.last.insert(name, is_done), _done: Some(done) }
    }
}

impl Turn {
    /// Waits until the previous item with this name is finished.
    pub(crate) async fn wait(&mut self) {
        if let Some(before) = self.before.take() {
            // The sender is dropped without sending.
            _ = before.await;
        }
    }
}

/// The name that an item will have. `None` if it is derived from the content: two such items with the same name have the
/// same content, so their order does not matter.
fn name(request: &ImportArticlesRequest) -> Option<ArticleName> {
    // The RPC rejects malformed values later.
    let mut ignored = Violations::default();
    if !request.article_id.is_empty() {
        return convert::article_id(&request.article_id, &mut ignored);
    }
    let url = match request.item.as_ref()? {
        Item::Document(document) => &document.url,
        Item::Article(article) if !article.name.is_empty() => {
            return convert::article_name("article.name", &article.name, &mut ignored);
        }
        Item::Article(article) => &article.url,
    };
    PageUrl::parse(url).ok().map(|url| ArticleName::of_url(&url))
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;
    use crate::rpc::proto::{Article, RawDocument};

    fn document(url: &str) -> ImportArticlesRequest {
        let document = RawDocument { url: url.to_owned(), ..RawDocument::default() };
        ImportArticlesRequest { item: Some(Item::Document(document)), ..ImportArticlesRequest::default() }
    }

    #[test]
    fn only_items_with_the_same_name_wait_for_each_other() {
        let mut order = ImportOrder::default();
        let first = order.turn(&document("https://news.example/1"));
        let mut other = order.turn(&document("https://news.example/2"));
        let mut second = order.turn(&document("https://NEWS.example:443/1"));
        let mut nameless = order.turn(&document(""));
        assert!(other.wait().now_or_never().is_some() && nameless.wait().now_or_never().is_some());
        assert!(second.wait().now_or_never().is_none());
        drop(first);
        // The cancelled wait has consumed the second item's receiver; the third waits for the second.
        let name = name(&document("https://news.example/1")).expect("a name").to_string();
        let article = Article { name, ..Article::default() };
        let item = Some(Item::Article(article));
        let mut third = order.turn(&ImportArticlesRequest { item, ..ImportArticlesRequest::default() });
        assert!(third.wait().now_or_never().is_none());
    }

    #[test]
    fn finished_names_are_removed() {
        let mut order = ImportOrder::default();
        for number in 0..5 * PRUNE_AT {
            drop(order.turn(&document(&format!("https://news.example/{number}"))));
        }
        assert!(order.last.len() <= PRUNE_AT);
    }
}
