//! List, and Filter in an order that the keyword index does not have: one page, and the count of all articles.
//!
//! Few candidates are sorted. Otherwise articles are walked in the requested order and, if there are keywords, verified. Both
//! read in batches with a keyset cursor, like pages.

use std::ops::RangeInclusive;

use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use crate::article::{Article, View};
use crate::query::Cursor;
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::read::candidates::{self, Candidates};
use crate::store::sqlite::read::packed::{self, Packed, key_column};
use crate::store::sqlite::rows;
use crate::store::{EncodedArticle, MAX_EXACT_TOTAL, Page, Search, Total, pages};

/// The number of examined articles after which a page is returned short, with a cursor.
const MAX_WALKED: usize = 20_000;

/// Runs a query without keywords.
pub(crate) async fn list(
    connection: &mut SqliteConnection,
    search: &Search,
) -> Result<Page<EncodedArticle>, SqliteError> {
    let total = match (search.count_total, &search.filter) {
        (false, _) => None,
        (true, None) => Some(count(connection).await?),
        (true, Some(_)) => Some(count_matches(connection, search).await?),
    };
    let candidates = match candidates::named(connection, search).await? {
        Some(named) => named,
        None => candidates::timed(connection, search).await?,
    };
    self::search(connection, search, &candidates, total).await
}

pub(crate) async fn search(
    connection: &mut SqliteConnection,
    search: &Search,
    candidates: &Candidates,
    total: Option<Total>,
) -> Result<Page<EncodedArticle>, SqliteError> {
    let reader = BatchReader::of(search, candidates);
    let mut page = pages::PageBuilder::new(search);
    let mut after = search.after.clone();
    let mut walked = 0;
    loop {
        let wanted = search.page_size.get() + 1 - page.len();
        let batch = reader.batch_size(wanted);
        let rows = reader.batch(connection, after.as_ref(), batch).await?;
        let is_last = rows.len() < batch;
        walked += rows.len();
        for Packed { id, cursor, article } in rows {
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

pub(crate) fn decode(id: i64, article: &EncodedArticle) -> Result<Article, SqliteError> {
    article.decode().map_err(|bad| SqliteError::row("article", id, &bad))
}

pub(crate) fn is_match(search: &Search, article: &Article) -> bool {
    search.filter.as_ref().is_none_or(|filter| filter.matches(article))
        && search.keywords.as_ref().is_none_or(|keywords| keywords.matches(&article.content))
}

/// Reads candidates in the order of the page.
struct BatchReader<'a> {
    search: &'a Search,
    /// The candidates to sort; `None` to walk all articles.
    ids: Option<&'a str>,
    verifies: bool,
    /// The view to read, for the response and for verification.
    read_view: View,
}

impl<'a> BatchReader<'a> {
    fn of(search: &'a Search, candidates: &'a Candidates) -> Self {
        let (ids, verifies) = match candidates {
            Candidates::These { ids, is_exact } => (Some(ids.as_str()), !is_exact),
            Candidates::Any => (None, search.keywords.is_some() || search.filter.is_some()),
        };
        let read_view = if verifies { candidates::view_to_verify(search) } else { search.view };
        Self { search, ids, verifies, read_view }
    }

    fn batch_size(&self, wanted: usize) -> usize {
        let most = rows::max_batch(self.read_view);
        // Some articles fail the verification.
        let needed = if self.verifies { 2 * wanted } else { wanted };
        needed.clamp(1, most)
    }

    async fn batch(
        &self,
        connection: &mut SqliteConnection,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Vec<Packed>, SqliteError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        match (self.ids, after) {
            (Some(ids), _) => self.sorted(connection, ids, after, limit).await,
            (None, None) => self.walk(connection, "1", None, self.range_us(), limit).await,
            (None, Some(after)) => {
                // Two steps, each a range of the index: articles with the same time, then those after it.
                let (start, end) = self.range_us().into_inner();
                let time = after.time.as_microsecond();
                let same = format!("a.{} = ?1 AND a.name > ?2", key_column(self.search.order.key));
                let mut rows = self.walk(connection, &same, Some(after), start..=end, limit).await?;
                let left = limit - i64::try_from(rows.len()).unwrap_or(limit);
                if left > 0 {
                    let beyond = if self.search.order.descending {
                        start..=end.min(time.saturating_sub(1))
                    } else {
                        start.max(time.saturating_add(1))..=end
                    };
                    rows.extend(self.walk(connection, "1", None, beyond, left).await?);
                }
                Ok(rows)
            }
        }
    }

    /// The range of times of the walk.
    fn range_us(&self) -> RangeInclusive<i64> {
        candidates::range_us(self.search, self.search.order.key)
    }

    async fn walk(
        &self,
        connection: &mut SqliteConnection,
        condition: &str,
        after: Option<&Cursor>,
        range_us: RangeInclusive<i64>,
        limit: i64,
    ) -> Result<Vec<Packed>, SqliteError> {
        let from = format!(
            include_str!("../queries/walk.sql"),
            item = packed::item(self.read_view, self.search.order.key),
            joins = rows::joins(self.read_view),
            condition = condition,
            key = key_column(self.search.order.key),
            order = self.order_by(),
        );
        let query = sqlx::query(AssertSqlSafe(packed::query("item", &from)))
            .bind(after.map(|after| after.time.as_microsecond()))
            .bind(after.map(|after| after.name.id().to_owned()))
            .bind(limit)
            .bind(*range_us.start())
            .bind(*range_us.end());
        self.unpack(&query.fetch_one(connection).await?)
    }

    async fn sorted(
        &self,
        connection: &mut SqliteConnection,
        ids: &str,
        after: Option<&Cursor>,
        limit: i64,
    ) -> Result<Vec<Packed>, SqliteError> {
        let key = key_column(self.search.order.key);
        let beyond = if self.search.order.descending { "<" } else { ">" };
        let condition = match after {
            Some(_) => format!("(a.{key} {beyond} ?1 OR (a.{key} = ?1 AND a.name > ?2))"),
            None => "1".to_owned(),
        };
        let from = format!(
            include_str!("../queries/sorted.sql"),
            condition = condition,
            order = self.order_by(),
            joins = rows::joins(self.read_view),
        );
        let item = packed::item(self.read_view, self.search.order.key);
        let query = sqlx::query(AssertSqlSafe(packed::query(&item, &from)))
            .bind(after.map(|after| after.time.as_microsecond()))
            .bind(after.map(|after| after.name.id().to_owned()))
            .bind(limit)
            .bind(ids);
        self.unpack(&query.fetch_one(connection).await?)
    }

    /// Unpacks the articles and sorts them, because SQL guarantees no order within a packed value.
    fn unpack(&self, row: &SqliteRow) -> Result<Vec<Packed>, SqliteError> {
        let mut all = packed::unpack(row)?;
        all.sort_by(|a, b| pages::compare(self.search.order, &a.cursor, &b.cursor));
        Ok(all)
    }

    fn order_by(&self) -> String {
        let direction = if self.search.order.descending { "DESC" } else { "ASC" };
        format!("a.{} {direction}, a.name", key_column(self.search.order.key))
    }
}

/// Counts matching articles by examining each, up to one more than the exact maximum.
async fn count_matches(connection: &mut SqliteConnection, search: &Search) -> Result<Total, SqliteError> {
    let max_batch = rows::max_batch(View::Full);
    let (mut count, mut after) = (0, i64::MIN);
    loop {
        let rows = rows::after(connection, after, View::Full, max_batch).await?;
        for row in &rows {
            after = row.try_get("id")?;
            count += u32::from(is_match(search, &rows::read(row, View::Full)?));
        }
        if rows.len() < max_batch || count > MAX_EXACT_TOTAL {
            return Ok(Total { count: count.min(MAX_EXACT_TOTAL), is_lower_bound: count > MAX_EXACT_TOTAL });
        }
    }
}

/// Counts all articles, up to one more than the exact maximum.
async fn count(connection: &mut SqliteConnection) -> Result<Total, SqliteError> {
    let at_most = i64::from(MAX_EXACT_TOTAL) + 1;
    let sql = "SELECT count(*) FROM (SELECT 1 FROM article LIMIT ?1)";
    let count: i64 = sqlx::query_scalar(sql).bind(at_most).fetch_one(connection).await?;
    Ok(Total { count: u32::try_from(count).unwrap_or(u32::MAX).min(MAX_EXACT_TOTAL), is_lower_bound: count >= at_most })
}
