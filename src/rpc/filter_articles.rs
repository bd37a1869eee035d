//! FilterArticles: the articles that hold keywords, page by page.

use prost::Message as _;

use super::article_rpc::ArticleRpc;
use super::convert;
use super::list_articles::{next_page_token, read_page_token};
use super::proto::{ArticleMatch, FilterArticlesRequest, FilterArticlesResponse, Snippet};
use super::resume_token;
use super::status::RpcError;
use super::token::QueryHash;
use super::violations::Violations;
use super::wire::{FilterAnswer, Match, WireArticle};
use crate::article::View;
use crate::query::{Cursor, FoldedFields, Keyword, KeywordFilter, Order};
use crate::run_blocking::run_blocking;
use crate::store::{EncodedArticle, Page, Search, StoreError, Total, encoded_cursor};

pub(crate) async fn filter_articles(
    rpc: &ArticleRpc,
    request: FilterArticlesRequest,
) -> Result<FilterAnswer, RpcError> {
    let hash = query_hash(&request);
    let watched = resume_token::watch_hash(request.keywords.as_ref(), &request.filter);
    // Taken before anything is read, as in ListArticles.
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
    let shown = Shown { keywords, view, snippet_count, max_page_bytes: rpc.max_page_bytes };
    let Page { articles, next, total: _ } = page;
    let cut = if needs_text {
        let cut = run_blocking(move || shown.page(articles, Shown::with_text)).await;
        cut.ok_or_else(|| StoreError::Unavailable("the server is stopping".to_owned()))??
    } else {
        shown.page(articles, |shown, article| Ok(shown.without_text(article)))?
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
    Ok(FilterAnswer { message, parts: cut.matches })
}

fn query_hash(request: &FilterArticlesRequest) -> QueryHash {
    let bound =
        FilterArticlesRequest { page_size: 0, page_token: String::new(), count_total: false, ..request.clone() };
    QueryHash::of("FilterArticles", &bound)
}

/// Whether the text must be read though the caller did not ask for it: to show where the keywords are, or to tell which
/// of several `any` there are. What `all` holds is in every match, and so is an only `any`.
fn needs_text(keywords: &KeywordFilter, snippet_count: usize) -> bool {
    snippet_count > 0 || keywords.any.len() > 1
}

/// Where a page that ends with this match ends.
fn cursor(last: &Match, order: Order) -> Result<Cursor, StoreError> {
    let article = last.parts.first().ok_or_else(|| StoreError::Failed("a match without its article".to_owned()))?;
    encoded_cursor(&article.0, order)
}

/// What tag and length of a match take within a page, at most.
const ENTRY_BYTES: usize = 6;

/// How a match is shown.
struct Shown {
    keywords: KeywordFilter,
    view: View,
    snippet_count: usize,
    /// Snippets and matched terms count too: the store has cut the page by its articles alone.
    max_page_bytes: usize,
}

/// The matches of a page, of which the last may be left to the next page.
struct CutPage {
    matches: Vec<Match>,
    is_cut: bool,
}

impl Shown {
    fn page(
        &self,
        articles: Vec<EncodedArticle>,
        show: impl Fn(&Self, EncodedArticle) -> Result<Match, StoreError>,
    ) -> Result<CutPage, StoreError> {
        let mut page = CutPage { matches: Vec::with_capacity(articles.len()), is_cut: false };
        let mut bytes = 0;
        for article in articles {
            let shown = show(self, article)?;
            bytes += shown.encoded_len() + ENTRY_BYTES;
            if bytes > self.max_page_bytes && !page.matches.is_empty() {
                page.is_cut = true;
                break;
            }
            page.matches.push(shown);
        }
        Ok(page)
    }

    fn with_text(&self, article: EncodedArticle) -> Result<Match, StoreError> {
        let content = article.decode()?.content;
        let terms = self.keywords.matched_terms(&FoldedFields::of(&content));
        let matched_terms = terms.into_iter().map(str::to_owned).collect();
        let snippets = self.keywords.snippets(&content, self.snippet_count);
        let snippets = snippets.into_iter().map(convert::snippet).collect();
        Ok(self.shown(article, snippets, matched_terms))
    }

    fn without_text(&self, article: EncodedArticle) -> Match {
        let mut matched_terms: Vec<String> = Vec::new();
        for term in self.keywords.all.iter().chain(&self.keywords.any).map(Keyword::given) {
            if !matched_terms.iter().any(|known| known == term) {
                matched_terms.push(term.to_owned());
            }
        }
        self.shown(article, Vec::new(), matched_terms)
    }

    fn shown(&self, article: EncodedArticle, snippets: Vec<Snippet>, matched_terms: Vec<String>) -> Match {
        let message = ArticleMatch { article: None, snippets, matched_terms };
        Match { message, parts: vec![WireArticle(article.in_view(self.view))] }
    }
}
