//! ListArticles: all articles, or those that match a filter, page by page.

use super::article_rpc::ArticleRpc;
use super::convert;
use super::encoded_response::{EncodedArticleMessage, EncodedListResponse};
use super::page_token::PageToken;
use super::proto::{ListArticlesRequest, ListArticlesResponse};
use super::resume_token;
use super::status::RpcError;
use super::token::{BadToken, QueryHash};
use super::violations::{ViolationReason, Violations};
use crate::article::View;
use crate::query::Cursor;
use crate::store::{FeedPosition, Search};

pub(crate) async fn list_articles(
    rpc: &ArticleRpc,
    request: ListArticlesRequest,
) -> Result<EncodedListResponse, RpcError> {
    let hash = query_hash(&request);
    let watched = resume_token::watch_hash(None, &request.filter);
    // Taken before the first read, so that a watch from here gets every change that the pages may not show.
    let end = rpc.watches.end();
    let ListArticlesRequest { page_size, page_token, filter, order_by, view } = request;
    let mut violations = Violations::default();
    let after = read_page_token(&page_token, end, hash, &mut violations);
    let since = after.as_ref().map_or(end, |after| after.since);
    let search = Search {
        keywords: None,
        filter: convert::filter(&filter, &mut violations),
        page_size: convert::page_size(page_size, &mut violations),
        after: after.map(|after| after.cursor),
        order: convert::order(&order_by, &mut violations),
        view: convert::view(view, View::Basic, &mut violations),
        max_page_bytes: rpc.max_page_bytes,
        count_total: false,
    };
    violations.refuse()?;

    let page = rpc.store.search_encoded(&search).await?;
    let message = ListArticlesResponse {
        articles: Vec::new(),
        next_page_token: next_page_token(page.next, since, hash),
        resume_token: resume_token::encode(since, watched),
    };
    Ok(EncodedListResponse { message, parts: page.articles.into_iter().map(EncodedArticleMessage).collect() })
}

fn query_hash(request: &ListArticlesRequest) -> QueryHash {
    let bound = ListArticlesRequest { page_size: 0, page_token: String::new(), ..request.clone() };
    QueryHash::of("ListArticles", &bound)
}

/// Decodes the page token, if there is one.
///
/// `end` is the end of this store's feed: a token whose position is in another feed belongs to another store.
pub(crate) fn read_page_token(
    token: &str,
    end: FeedPosition,
    hash: QueryHash,
    violations: &mut Violations,
) -> Option<PageToken> {
    if token.is_empty() {
        return None;
    }
    let token = PageToken::decode(token, hash)
        .and_then(|token| if token.since.feed == end.feed { Ok(token) } else { Err(BadToken::OtherStore) });
    token.map_err(|error| violations.add("page_token", ViolationReason::BadPageToken, error.to_string())).ok()
}

pub(crate) fn next_page_token(next: Option<Cursor>, since: FeedPosition, hash: QueryHash) -> String {
    next.map(|cursor| PageToken { cursor, since }.encode(hash)).unwrap_or_default()
}
