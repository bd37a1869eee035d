//! Pages of a list as streams.

use std::future::Future;

use articled_proto as proto;
use futures::stream::{self, Stream, TryStreamExt};

use crate::client::Client;
use crate::error::Error;

/// The server's maximum page size.
const MAX_PAGE_SIZE: i32 = 1000;

/// A request whose responses are pages.
pub trait PagedRequest: Clone + Send {
    /// The response, with what one page has beside its items, such as the resume token.
    type Page: Send;
    /// What is listed.
    type Item: Send;

    #[doc(hidden)]
    fn call(self, client: &Client) -> impl Future<Output = Result<Self::Page, Error>> + Send;
    #[doc(hidden)]
    fn page_size(&mut self) -> &mut i32;
    #[doc(hidden)]
    fn page_token(&mut self) -> &mut String;
    #[doc(hidden)]
    fn next_page_token(page: &Self::Page) -> &str;
    #[doc(hidden)]
    fn items(page: &Self::Page) -> &Vec<Self::Item>;
    #[doc(hidden)]
    fn into_items(page: Self::Page) -> Vec<Self::Item>;
}

/// Implements [`PagedRequest`], whose implementations differ in names alone.
macro_rules! paged {
    ($request:ident, $response:ident, $item:ident, $method:ident, $items:ident) => {
        impl PagedRequest for proto::$request {
            type Page = proto::$response;
            type Item = proto::$item;

            async fn call(self, client: &Client) -> Result<Self::Page, Error> {
                client.$method(self).await
            }

            fn page_size(&mut self) -> &mut i32 {
                &mut self.page_size
            }

            fn page_token(&mut self) -> &mut String {
                &mut self.page_token
            }

            fn next_page_token(page: &Self::Page) -> &str {
                &page.next_page_token
            }

            fn items(page: &Self::Page) -> &Vec<Self::Item> {
                &page.$items
            }

            fn into_items(page: Self::Page) -> Vec<Self::Item> {
                page.$items
            }
        }
    };
}

paged!(ListArticlesRequest, ListArticlesResponse, Article, list_articles, articles);
paged!(FilterArticlesRequest, FilterArticlesResponse, ArticleMatch, filter_articles, matches);

/// The pages of a list, from [`Client::list`] or [`Client::filter`]. The next page is requested when the stream is polled after
/// the last item of the one before.
///
/// A page may have fewer items than requested, even none, and still not be the last. A page is requested with the
/// `page_size` of the request; if that is 0, with the largest that the server allows.
#[derive(Clone, Debug)]
#[must_use]
pub struct Pages<R> {
    client: Client,
    request: R,
    limit: Option<u32>,
}

impl<R: PagedRequest> Pages<R> {
    pub(crate) fn new(client: Client, request: R) -> Self {
        Self { client, request, limit: None }
    }

    /// Ends after so many items, and requests no more than are missing. `None`, the default: all.
    pub fn limit(self, items: impl Into<Option<u32>>) -> Self {
        Self { limit: items.into(), ..self }
    }

    /// Streams the items.
    pub fn items(self) -> impl Stream<Item = Result<R::Item, Error>> + Send {
        self.pages().map_ok(|page| stream::iter(R::into_items(page).into_iter().map(Ok))).try_flatten()
    }

    /// Streams the responses, for what they have beside their items.
    pub fn pages(self) -> impl Stream<Item = Result<R::Page, Error>> + Send {
        let Self { client, mut request, limit } = self;
        if *request.page_size() == 0 {
            *request.page_size() = MAX_PAGE_SIZE;
        }
        stream::try_unfold(Some((client, request, limit)), |state| async {
            let Some((client, mut request, limit)) = state else { return Ok(None) };
            let missing = limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX));
            if missing == Some(0) {
                return Ok(None);
            }
            let mut sized = request.clone();
            *sized.page_size() = missing.map_or(*request.page_size(), |missing| missing.min(*request.page_size()));
            let page = sized.call(&client).await?;
            let taken = u32::try_from(R::items(&page).len()).unwrap_or(u32::MAX);
            let token = R::next_page_token(&page);
            token.clone_into(request.page_token());
            let limit = limit.map(|limit| limit.saturating_sub(taken));
            let next = (!token.is_empty()).then_some((client, request, limit));
            Ok(Some((page, next)))
        })
    }
}
