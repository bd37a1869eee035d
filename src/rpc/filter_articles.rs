//! FilterArticles: the articles that hold keywords, page by page.

use super::list_articles::{cursor, next_page_token};
use super::page_token::QueryHash;
use super::proto::{ArticleMatch, FilterArticlesRequest, FilterArticlesResponse};
use super::violations::Violations;
use super::{ArticleRpc, RpcError, convert};
use crate::article::{Article, View};
use crate::query::KeywordFilter;
use crate::store::{Search, Total};

pub async fn filter_articles(
    rpc: &ArticleRpc,
    request: FilterArticlesRequest,
) -> Result<FilterArticlesResponse, RpcError> {
    let hash = query_hash(&request);
    let FilterArticlesRequest {
        keywords,
        filter,
        order_by,
        page_size,
        page_token,
        view,
        snippets: snippet_count,
        count_total,
    } = request;
    let mut violations = Violations::default();
    let keywords = convert::keyword_filter(keywords, &mut violations);
    convert::filter(&filter, &mut violations);
    let order = convert::order(&order_by, &mut violations);
    let page_size = convert::page_size(page_size, &mut violations);
    let after = cursor(&page_token, hash, &mut violations);
    let view = convert::view(view, View::Basic, &mut violations);
    let snippet_count = convert::snippet_count(snippet_count, &mut violations);
    let keywords = violations.require(keywords)?;

    let search = Search {
        view: if needs_body(&keywords, snippet_count) { view.max(View::Full) } else { view },
        keywords: Some(keywords.clone()),
        order,
        page_size,
        after,
        max_page_bytes: rpc.max_page_bytes,
        count_total,
    };
    let page = rpc.store.search(&search).await?;
    let (total_size, total_size_is_lower_bound) = match page.total {
        Some(Total { count, is_lower_bound }) => (i32::try_from(count).unwrap_or(i32::MAX), is_lower_bound),
        None => (0, false),
    };
    Ok(FilterArticlesResponse {
        matches: page.articles.into_iter().map(|article| a_match(article, &keywords, view, snippet_count)).collect(),
        next_page_token: next_page_token(page.next.as_ref(), hash),
        total_size,
        total_size_is_lower_bound,
    })
}

fn query_hash(request: &FilterArticlesRequest) -> QueryHash {
    let bound =
        FilterArticlesRequest { page_size: 0, page_token: String::new(), count_total: false, ..request.clone() };
    QueryHash::of("FilterArticles", &bound)
}

/// Whether the body must be read though the caller did not ask for it: to show where the keywords are, or to tell which
/// of several `any` there are. What `all` holds is in every match, and so is an only `any`.
fn needs_body(keywords: &KeywordFilter, snippet_count: usize) -> bool {
    snippet_count > 0 || keywords.any.len() > 1
}

fn a_match(article: Article, keywords: &KeywordFilter, view: View, snippet_count: usize) -> ArticleMatch {
    let snippets = convert::snippets(keywords, &article.content, snippet_count);
    let matched_terms = convert::matched_terms(keywords, &article.content);
    ArticleMatch { article: Some(convert::article(article, view)), snippets, matched_terms }
}
