//! FilterArticles: the articles that contain keywords, page by page.

use prost::Message as _;

use super::article_rpc::ArticleRpc;
use super::convert;
use super::encoded_response::{EncodedArticleMessage, EncodedFilterResponse, Match};
use super::list_articles::{next_page_token, read_page_token};
use super::proto::{ArticleMatch, FilterArticlesRequest, FilterArticlesResponse, Snippet};
use super::resume_token;
use super::status::RpcError;
use super::token::QueryHash;
use super::violations::Violations;
use crate::article::View;
use crate::query::{Cursor, FoldedFields, Keyword, KeywordFilter, Order};
use crate::run_blocking::run_blocking;
use crate::store::{EncodedArticle, Page, Search, StoreError, Total, encoded_cursor};

pub(crate) async fn filter_articles(
    rpc: &ArticleRpc,
    request: FilterArticlesRequest,
) -> Result<EncodedFilterResponse, RpcError> {
    let hash = query_hash(&request);
    let watched = resume_token::watch_hash(request.keywords.as_ref(), &request.filter);
    // Taken before the first read, as in ListArticles.
    let end = rpc.watches.end();
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
    let filter = convert::filter(&filter, &mut violations);
    let order = convert::order(&order_by, &mut violations);
    let page_size = convert::page_size(page_size, &mut violations);
    let after = read_page_token(&page_token, end, hash, &mut violations);
    let since = after.as_ref().map_or(end, |after| after.since);
    let view = convert::view(view, View::Basic, &mut violations);
    let snippet_count = convert::snippet_count(snippet_count, &mut violations);
    let keywords = violations.require(keywords)?;

    let needs_text = needs_text(&keywords, snippet_count);
    let search = Search {
        view: if needs_text { view.max(View::Full) } else { view },
        keywords: Some(keywords.clone()),
        filter,
        order,
        page_size,
        after: after.map(|after| after.cursor),
        max_page_bytes: rpc.max_page_bytes,
        count_total,
    };
    let page = rpc.store.search_encoded(&search).await?;
    let (total_size, total_size_is_lower_bound) = match page.total {
        Some(Total { count, is_lower_bound }) => (i32::try_from(count).unwrap_or(i32::MAX), is_lower_bound),
        None => (0, false),
    };
    let options = MatchOptions { keywords, view, snippet_count, max_page_bytes: rpc.max_page_bytes };
    let Page { articles, next, total: _ } = page;
    let cut = if needs_text {
        let cut = run_blocking(move || options.build_page(articles, MatchOptions::with_text)).await;
        cut.ok_or_else(|| StoreError::Unavailable("the server is stopping".to_owned()))??
    } else {
        options.build_page(articles, |options, article| Ok(options.without_text(article)))?
    };
    let next = match cut.matches.last() {
        Some(last) if cut.is_cut => Some(cursor(last, order)?),
        _ => next,
    };
    let message = FilterArticlesResponse {
        matches: Vec::new(),
        next_page_token: next_page_token(next, since, hash),
        total_size,
        total_size_is_lower_bound,
        resume_token: resume_token::encode(since, watched),
    };
    Ok(EncodedFilterResponse { message, parts: cut.matches })
}

fn query_hash(request: &FilterArticlesRequest) -> QueryHash {
    let bound =
        FilterArticlesRequest { page_size: 0, page_token: String::new(), count_total: false, ..request.clone() };
    QueryHash::of("FilterArticles", &bound)
}

/// Whether the text must be read even if the view omits it: for snippets, or to find which of several `any` keywords
/// occur. Every match contains each `all` keyword, and a single `any` keyword.
fn needs_text(keywords: &KeywordFilter, snippet_count: usize) -> bool {
    snippet_count > 0 || keywords.any.len() > 1
}

/// The cursor after this match.
fn cursor(last: &Match, order: Order) -> Result<Cursor, StoreError> {
    let article = last.parts.first().ok_or_else(|| StoreError::Failed("a match without its article".to_owned()))?;
    encoded_cursor(&article.0, order)
}

/// The maximum encoded size of a match's tag and length in a page.
const ENTRY_BYTES: usize = 6;

/// How matches are returned.
struct MatchOptions {
    keywords: KeywordFilter,
    view: View,
    snippet_count: usize,
    /// Includes snippets and matched terms; the store has cut the page by the size of its articles only.
    max_page_bytes: usize,
}

/// The matches that fit in a page.
struct CutPage {
    matches: Vec<Match>,
    /// The last articles did not fit, and are left for the next page.
    is_cut: bool,
}

impl MatchOptions {
    fn build_page(
        &self,
        articles: Vec<EncodedArticle>,
        show: impl Fn(&Self, EncodedArticle) -> Result<Match, StoreError>,
    ) -> Result<CutPage, StoreError> {
        let mut page = CutPage { matches: Vec::with_capacity(articles.len()), is_cut: false };
        let mut bytes = 0;
        for article in articles {
            let matched = show(self, article)?;
            bytes += matched.encoded_len() + ENTRY_BYTES;
            if bytes > self.max_page_bytes && !page.matches.is_empty() {
                page.is_cut = true;
                break;
            }
            page.matches.push(matched);
        }
        Ok(page)
    }

    fn with_text(&self, article: EncodedArticle) -> Result<Match, StoreError> {
        let content = article.decode()?.content;
        let terms = self.keywords.matched_terms(&FoldedFields::of(&content));
        let matched_terms = terms.into_iter().map(str::to_owned).collect();
        let snippets = self.keywords.snippets(&content, self.snippet_count);
        let snippets = snippets.into_iter().map(convert::snippet).collect();
        Ok(self.to_match(article, snippets, matched_terms))
    }

    fn without_text(&self, article: EncodedArticle) -> Match {
        let mut matched_terms: Vec<String> = Vec::new();
        for term in self.keywords.all.iter().chain(&self.keywords.any).map(Keyword::given) {
            if !matched_terms.iter().any(|known| known == term) {
                matched_terms.push(term.to_owned());
            }
        }
        self.to_match(article, Vec::new(), matched_terms)
    }

    fn to_match(&self, article: EncodedArticle, snippets: Vec<Snippet>, matched_terms: Vec<String>) -> Match {
        let message = ArticleMatch { article: None, snippets, matched_terms };
        Match { message, parts: vec![EncodedArticleMessage(article.in_view(self.view))] }
    }
}
