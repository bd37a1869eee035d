//! List and Filter: one page, and the count of all.
//!
//! Two ways lead to a page. A filter that the index finds few candidates for has those sorted; any other walks the
//! articles in the order asked and verifies each, which is quick as many match. Both read in batches, each a statement of
//! its own, so that no snapshot outlives it; a keyset cursor joins them, as it joins pages.

use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use super::fault::Fault;
use super::index::{self, Candidates};
use super::rows;
use crate::article::{Article, View};
use crate::query::{Cursor, OrderKey};
use crate::store::{MAX_EXACT_TOTAL, Page, Search, Total, pages};

/// Up to this many candidates are sorted; more are so many that walking meets matches soon.
const MAX_SORTED: i64 = 5_000;

/// How many articles a walk looks at before it returns what it has: a short page, with a cursor.
const MAX_WALKED: usize = 20_000;

/// How many rows a statement brings. Bodies are at most 1 MiB, so this bounds what a page holds in memory.
const MAX_BATCH: usize = 64;

/// BASIC rows are short.
const MAX_BASIC_BATCH: usize = 256;

pub(super) async fn search(connection: &mut SqliteConnection, search: &Search) -> Result<Page, Fault> {
    let candidates = search.keywords.as_ref().map_or(Candidates::Any, index::candidates);
    let plan = Plan::of(connection, search, &candidates).await?;
    let total = if search.count_total { Some(count(connection, search, &candidates).await?) } else { None };
    let mut page = pages::PageBuilder::new(search);
    let mut after = search.after.clone();
    let mut walked = 0;
    loop {
        let wanted = search.page_size.get() + 1 - page.len();
        let batch = plan.batch_size(wanted);
        let rows = plan.batch(connection, after.as_ref(), batch).await?;
        let is_last = rows.len() < batch;
        for row in &rows {
            let article = rows::read(row, 0, plan.read_view)?;
            let cursor = pages::cursor(&article, search.order);
            if plan.verifies && !is_match(search, &article) {
                after = Some(cursor);
                continue;
            }
            if !page.add(pages::in_view(article, search.view)) {
                return Ok(page.finish(total));
            }
            after = Some(cursor);
        }
        walked += rows.len();
        if is_last {
            return Ok(page.finish(total));
        }
        if walked >= MAX_WALKED {
            return Ok(page.finish_early(after, total));
        }
    }
}

fn is_match(search: &Search, article: &Article) -> bool {
    search.keywords.as_ref().is_none_or(|keywords| keywords.matches(&article.content))
}

/// How a page is found.
struct Plan<'a> {
    search: &'a Search,
    /// The index's candidates are sorted; `None`: all articles are walked.
    question: Option<&'a str>,
    verifies: bool,
    /// What is read: all that is shown, and all that is verified.
    read_view: View,
}

impl<'a> Plan<'a> {
    async fn of(
        connection: &mut SqliteConnection,
        search: &'a Search,
        candidates: &'a Candidates,
    ) -> Result<Self, Fault> {
        let mut verifies = search.keywords.is_some();
        let mut question = None;
        if let Candidates::Found { question: asked, is_exact } = candidates
            && index::count(connection, asked, MAX_SORTED + 1).await? <= MAX_SORTED
        {
            question = Some(asked.as_str());
            verifies = !is_exact;
        }
        let read_view = if verifies { search.view.max(View::Full) } else { search.view };
        Ok(Self { search, question, verifies, read_view })
    }

    fn batch_size(&self, wanted: usize) -> usize {
        let most = if self.read_view == View::Basic { MAX_BASIC_BATCH } else { MAX_BATCH };
        // Of what is verified some fall out.
        let needed = if self.verifies { 2 * wanted } else { wanted };
        needed.clamp(1, most)
    }

    async fn batch(
        &self,
        connection: &mut SqliteConnection,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Vec<SqliteRow>, Fault> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        match (self.question, after) {
            (Some(question), _) => self.sorted(connection, question, after, limit).await,
            (None, None) => self.walk(connection, "1", None, limit).await,
            (None, Some(after)) => {
                // Two steps, each a range of the index: those of the same time, then those beyond it.
                let key = key_column(self.search.order.key);
                let same = format!("a.{key} = ?1 AND a.name > ?2");
                let mut rows = self.walk(connection, &same, Some(after), limit).await?;
                let left = limit - i64::try_from(rows.len()).unwrap_or(limit);
                if left > 0 {
                    let beyond = format!("a.{key} {} ?1", if self.search.order.descending { "<" } else { ">" });
                    rows.extend(self.walk(connection, &beyond, Some(after), left).await?);
                }
                Ok(rows)
            }
        }
    }

    async fn walk(
        &self,
        connection: &mut SqliteConnection,
        condition: &str,
        after: Option<&Cursor>,
        limit: i64,
    ) -> Result<Vec<SqliteRow>, Fault> {
        let (columns, joins) = (rows::columns(self.read_view), rows::joins(self.read_view));
        let order = self.order_by();
        let sql = format!("SELECT {columns} FROM article AS a {joins} WHERE {condition} ORDER BY {order} LIMIT ?3");
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(after.map(|after| after.time.as_microsecond()))
            .bind(after.map(|after| after.name.id().to_owned()))
            .bind(limit);
        Ok(query.fetch_all(connection).await?)
    }

    async fn sorted(
        &self,
        connection: &mut SqliteConnection,
        question: &str,
        after: Option<&Cursor>,
        limit: i64,
    ) -> Result<Vec<SqliteRow>, Fault> {
        let (columns, joins) = (rows::columns(self.read_view), rows::joins(self.read_view));
        let order = self.order_by();
        let key = key_column(self.search.order.key);
        let beyond = if self.search.order.descending { "<" } else { ">" };
        let condition = match after {
            Some(_) => format!("AND (a.{key} {beyond} ?1 OR (a.{key} = ?1 AND a.name > ?2))"),
            None => String::new(),
        };
        // Keys are sorted first, so that long columns are read for the chosen few alone.
        let sql = format!(
            "SELECT {columns}
             FROM (SELECT a.id AS chosen FROM gram CROSS JOIN article AS a ON a.id = gram.rowid
                   WHERE gram MATCH ?4 {condition} ORDER BY {order} LIMIT ?3)
             CROSS JOIN article AS a ON a.id = chosen {joins} ORDER BY {order}"
        );
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(after.map(|after| after.time.as_microsecond()))
            .bind(after.map(|after| after.name.id().to_owned()))
            .bind(limit)
            .bind(question);
        Ok(query.fetch_all(connection).await?)
    }

    fn order_by(&self) -> String {
        let direction = if self.search.order.descending { "DESC" } else { "ASC" };
        format!("a.{} {direction}, a.name", key_column(self.search.order.key))
    }
}

fn key_column(key: OrderKey) -> &'static str {
    match key {
        OrderKey::EffectiveTime => "effective_us",
        OrderKey::CreateTime => "create_us",
        OrderKey::UpdateTime => "update_us",
    }
}

/// Counts all matches, up to one more than is counted exactly.
async fn count(connection: &mut SqliteConnection, search: &Search, candidates: &Candidates) -> Result<Total, Fault> {
    let at_most = i64::from(MAX_EXACT_TOTAL) + 1;
    let count = match (candidates, &search.keywords) {
        (_, None) => {
            let sql = "SELECT count(*) FROM (SELECT 1 FROM article LIMIT ?1)";
            sqlx::query(sql).bind(at_most).fetch_one(connection).await?.try_get(0)?
        }
        (Candidates::Found { question, is_exact: true }, _) => index::count(connection, question, at_most).await?,
        (Candidates::Found { question, is_exact: false }, _) => {
            count_verified(connection, search, Some(question), at_most).await?
        }
        (Candidates::Any, _) => count_verified(connection, search, None, at_most).await?,
    };
    Ok(Total { count: u32::try_from(count).unwrap_or(u32::MAX).min(MAX_EXACT_TOTAL), is_lower_bound: count >= at_most })
}

async fn count_verified(
    connection: &mut SqliteConnection,
    search: &Search,
    question: Option<&str>,
    at_most: i64,
) -> Result<i64, Fault> {
    let (columns, joins) = (rows::columns(View::Full), rows::joins(View::Full));
    let sql = match question {
        Some(_) => format!(
            "SELECT {columns} FROM gram CROSS JOIN article AS a ON a.id = gram.rowid {joins}
             WHERE gram MATCH ?3 AND gram.rowid > ?1 ORDER BY gram.rowid LIMIT ?2"
        ),
        None => format!("SELECT {columns} FROM article AS a {joins} WHERE a.id > ?1 ORDER BY a.id LIMIT ?2"),
    };
    let limit = i64::try_from(MAX_BATCH).unwrap_or(i64::MAX);
    let (mut count, mut after) = (0, i64::MIN);
    loop {
        let query = sqlx::query(AssertSqlSafe(sql.clone())).bind(after).bind(limit).bind(question);
        let rows = query.fetch_all(&mut *connection).await?;
        for row in &rows {
            after = row.try_get(0)?;
            if is_match(search, &rows::read(row, 0, View::Full)?) {
                count += 1;
                if count >= at_most {
                    return Ok(count);
                }
            }
        }
        if rows.len() < MAX_BATCH {
            return Ok(count);
        }
    }
}
