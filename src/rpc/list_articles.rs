//! ListArticles: all articles, or those that a filter admits, page by page.

use super::page_token::{self, QueryHash};
use super::proto::{ListArticlesRequest, ListArticlesResponse};
use super::violations::{Fault, Violations};
use super::{ArticleRpc, RpcError, convert};
use crate::article::View;
use crate::query::Cursor;
use crate::store::Search;

pub async fn list_articles(rpc: &ArticleRpc, request: ListArticlesRequest) -> Result<ListArticlesResponse, RpcError> {
    let hash = query_hash(&request);
    let ListArticlesRequest { page_size, page_token, filter, order_by, view } = request;
    let mut violations = Violations::default();
    let search = Search {
        keywords: None,
        filter: convert::filter(&filter, &mut violations),
        page_size: convert::page_size(page_size, &mut violations),
        after: cursor(&page_token, hash, &mut violations),
        order: convert::order(&order_by, &mut violations),
        view: convert::view(view, View::Basic, &mut violations),
        max_page_bytes: rpc.max_page_bytes,
        count_total: false,
    };
    violations.refuse()?;

    let page = rpc.store.search(&search).await?;
    Ok(ListArticlesResponse {
        articles: page.articles.into_iter().map(|article| convert::article(article, search.view)).collect(),
        next_page_token: next_page_token(page.next.as_ref(), hash),
    })
}

fn query_hash(request: &ListArticlesRequest) -> QueryHash {
    let bound = ListArticlesRequest { page_size: 0, page_token: String::new(), ..request.clone() };
    QueryHash::of("ListArticles", &bound)
}

/// Where the page before ended, if there was one.
pub fn cursor(page_token: &str, hash: QueryHash, violations: &mut Violations) -> Option<Cursor> {
    if page_token.is_empty() {
        return None;
    }
    let cursor = page_token::decode(page_token, hash);
    cursor.map_err(|error| violations.add("page_token", Fault::BadPageToken, error.to_string())).ok()
}

pub fn next_page_token(next: Option<&Cursor>, hash: QueryHash) -> String {
    next.map(|cursor| page_token::encode(cursor, hash)).unwrap_or_default()
}
