//! The order of an import's items: those of one name are stored in the order in which they were sent.
//!
//! Items are parsed side by side and take different times, so the later and smaller of two captures of a page would often
//! be stored first. Owns whose turn it is. Refuses to hold up items of different names.

use std::collections::HashMap;

use tokio::sync::oneshot;

use super::convert;
use super::proto::ImportArticlesRequest;
use super::proto::import_articles_request::Item;
use super::violations::Violations;
use crate::article::{ArticleName, PageUrl};

/// From this many names on, those whose items are done are forgotten: several times what is under way at once.
const PRUNE_AT: usize = 512;

/// The last item of each name that is under way.
#[derive(Default)]
pub(crate) struct ImportOrder {
    last: HashMap<ArticleName, oneshot::Receiver<()>>,
}

/// An item's place among those of its name. The next one's turn comes when this is dropped.
#[derive(Default)]
pub(crate) struct Turn {
    before: Option<oneshot::Receiver<()>>,
    _done: Option<oneshot::Sender<()>>,
}

impl ImportOrder {
    /// The place of the next item. Called in the order of the stream.
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
    /// Waits until the items of this name that were sent before are done.
    pub(crate) async fn wait(&mut self) {
        if let Some(before) = self.before.take() {
            // Nothing is sent: the sender is dropped.
            _ = before.await;
        }
    }
}

/// The name that an item will have. `None` where only its content gives it: such items are the same if their names are.
fn name(request: &ImportArticlesRequest) -> Option<ArticleName> {
    // What is malformed is refused later.
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
    fn items_of_one_name_wait_for_each_other_alone() {
        let mut order = ImportOrder::default();
        let first = order.turn(&document("https://news.example/1"));
        let mut other = order.turn(&document("https://news.example/2"));
        let mut second = order.turn(&document("https://NEWS.example:443/1"));
        let mut nameless = order.turn(&document(""));
        assert!(other.wait().now_or_never().is_some() && nameless.wait().now_or_never().is_some());
        assert!(second.wait().now_or_never().is_none());
        drop(first);
        // The wait that was given up took the place with it; the third waits for the second.
        let name = name(&document("https://news.example/1")).expect("a name").to_string();
        let article = Article { name, ..Article::default() };
        let item = Some(Item::Article(article));
        let mut third = order.turn(&ImportArticlesRequest { item, ..ImportArticlesRequest::default() });
        assert!(third.wait().now_or_never().is_none());
    }

    #[test]
    fn names_that_are_done_are_forgotten() {
        let mut order = ImportOrder::default();
        for number in 0..5 * PRUNE_AT {
            drop(order.turn(&document(&format!("https://news.example/{number}"))));
        }
        assert!(order.last.len() <= PRUNE_AT);
    }
}
