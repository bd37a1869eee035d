//! List, and Filter in an order that the keyword index does not have: one page, and the count of all articles.
//!
//! Few candidates are sorted. Otherwise articles are walked in the requested order and, if there are keywords, verified. Both
//! read in batches with a keyset cursor, like pages.

use std::ops::RangeInclusive;

use crate::article::{Article, View};
use crate::query::Cursor;
use crate::store::damage::DamagedRow;
use crate::store::search::candidates::{self, Candidates};
use crate::store::search::{FoundArticle, SearchStorage, Walk, max_batch};
use crate::store::{EncodedArticle, MAX_EXACT_TOTAL, Page, Search, Total, pages};

/// The number of examined articles after which a page is returned short, with a cursor.
const MAX_WALKED: usize = 20_000;

/// Runs a query without keywords.
pub(crate) async fn list<S: SearchStorage>(storage: &mut S, search: &Search) -> Result<Page<EncodedArticle>, S::Error> {
    let total = match (search.count_total, &search.filter) {
        (false, _) => None,
        (true, None) => Some(count(storage).await?),
        (true, Some(_)) => Some(count_matches(storage, search).await?),
    };
    let candidates = match candidates::named(storage, search).await? {
        Some(named) => named,
        None => candidates::timed(storage, search).await?,
    };
    self::search(storage, search, &candidates, total).await
}

pub(crate) async fn search<S: SearchStorage>(
    storage: &mut S,
    search: &Search,
    candidates: &Candidates,
    total: Option<Total>,
) -> Result<Page<EncodedArticle>, S::Error> {
    let reader = BatchReader::of(search, candidates);
    let mut page = pages::PageBuilder::new(search);
    let mut after = search.after.clone();
    let mut walked = 0;
    loop {
        let wanted = search.page_size.get() + 1 - page.len();
        let batch = reader.batch_size(wanted);
        let rows = reader.batch(storage, after.as_ref(), batch).await?;
        let is_last = rows.len() < batch;
        walked += rows.len();
        for FoundArticle { id, cursor, article } in rows {
            let article = article?;
            if reader.verifies && !is_match(search, &decode(id, &article)?) {
                after = Some(cursor);
                continue;
            }
            if !page.add(article.in_view(search.view), cursor.clone()) {
                return Ok(page.finish(total));
            }
            after = Some(cursor);
        }
        if is_last {
            return Ok(page.finish(total));
        }
        if walked >= MAX_WALKED {
            return Ok(page.finish_early(after, total));
        }
    }
}

pub(crate) fn decode(id: i64, article: &EncodedArticle) -> Result<Article, DamagedRow> {
    article.decode().map_err(|bad| DamagedRow { table: "article", id, reason: bad.to_string() })
}

pub(crate) fn is_match(search: &Search, article: &Article) -> bool {
    search.filter.as_ref().is_none_or(|filter| filter.matches(article))
        && search.keywords.as_ref().is_none_or(|keywords| keywords.matches(&article.content))
}

/// Reads candidates in the order of the page.
struct BatchReader<'a> {
    search: &'a Search,
    /// The candidates to sort; `None` to walk all articles.
    ids: Option<&'a [i64]>,
    verifies: bool,
    /// The view to read, for the response and for verification.
    read_view: View,
}

impl<'a> BatchReader<'a> {
    fn of(search: &'a Search, candidates: &'a Candidates) -> Self {
        let (ids, verifies) = match candidates {
            Candidates::These { ids, is_exact } => (Some(ids.as_slice()), !is_exact),
            Candidates::Any => (None, search.keywords.is_some() || search.filter.is_some()),
        };
        let read_view = if verifies { candidates::view_to_verify(search) } else { search.view };
        Self { search, ids, verifies, read_view }
    }

    fn batch_size(&self, wanted: usize) -> usize {
        let most = max_batch(self.read_view);
        // Some articles fail the verification.
        let needed = if self.verifies { 2 * wanted } else { wanted };
        needed.clamp(1, most)
    }

    async fn batch<S: SearchStorage>(
        &self,
        storage: &mut S,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Vec<FoundArticle>, S::Error> {
        let mut found = match (self.ids, after) {
            (Some(ids), _) => storage.first_of(ids, self.search.order, after, self.read_view, limit).await?,
            (None, None) => storage.walk(self.part(self.range_us(), None, limit)).await?,
            (None, Some(after)) => {
                // Two steps, each a range of the index: articles with the same time, then those after it.
                let (start, end) = self.range_us().into_inner();
                let time = after.time.as_microsecond();
                let mut found = storage.walk(self.part(start..=end, Some(after), limit)).await?;
                let left = limit.saturating_sub(found.len());
                if left > 0 {
                    let beyond = if self.search.order.descending {
                        start..=end.min(time.saturating_sub(1))
                    } else {
                        start.max(time.saturating_add(1))..=end
                    };
                    found.extend(storage.walk(self.part(beyond, None, left)).await?);
                }
                found
            }
        };
        found.sort_by(|a, b| pages::compare(self.search.order, &a.cursor, &b.cursor));
        Ok(found)
    }

    /// The range of times of the walk.
    fn range_us(&self) -> RangeInclusive<i64> {
        candidates::range_us(self.search, self.search.order.key)
    }

    fn part<'c>(&self, range_us: RangeInclusive<i64>, same_time_after: Option<&'c Cursor>, limit: usize) -> Walk<'c> {
        Walk { order: self.search.order, range_us, same_time_after, view: self.read_view, limit }
    }
}

/// Counts matching articles by examining each, up to one more than the exact maximum.
async fn count_matches<S: SearchStorage>(storage: &mut S, search: &Search) -> Result<Total, S::Error> {
    let max_batch = max_batch(View::Full);
    let (mut count, mut after) = (0, i64::MIN);
    loop {
        let found = storage.after_id(after, max_batch).await?;
        let is_last = found.len() < max_batch;
        for (id, article) in found {
            after = id;
            count += u32::from(is_match(search, &article));
        }
        if is_last || count > MAX_EXACT_TOTAL {
            return Ok(Total { count: count.min(MAX_EXACT_TOTAL), is_lower_bound: count > MAX_EXACT_TOTAL });
        }
    }
}

/// Counts all articles, up to one more than the exact maximum.
async fn count<S: SearchStorage>(storage: &mut S) -> Result<Total, S::Error> {
    let count = storage.count_articles(MAX_EXACT_TOTAL + 1).await?;
    Ok(Total { count: count.min(MAX_EXACT_TOTAL), is_lower_bound: count > MAX_EXACT_TOTAL })
}
