//! The statements that insert the rows of new articles, many per statement. Owns which rows a new article has.

use std::sync::LazyLock;

use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::store::apply::NewRow;
use crate::store::packed_raw::PackedRaw;
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::json_list::json_list;
use crate::store::sqlite::write::columns::Statement;

/// The number of articles per statement: enough to amortize the round trip, and few enough that cached statements stay small.
const AT_ONCE: usize = 16;

static INSERT_MANY: LazyLock<String> = LazyLock::new(|| insert(AT_ONCE));
static INSERT_ONE: LazyLock<String> = LazyLock::new(|| insert(1));

/// The statements for the rows of some articles.
fn insert(articles: usize) -> String {
    let rows = |row: &str| vec![row; articles].join(", ");
    let two = rows("(?, ?)");
    format!(
        include_str!("../queries/insert_articles.sql"),
        article_rows = rows("(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        raw_rows = rows("(?, ?, ?, ?, ?, ?)"),
        change_rows = two,
        key_rows = two,
    )
}

/// Binds the columns of a raw document, its article's id first.
pub(crate) fn bind_raw(raw: PackedRaw, statement: Statement, id: i64) -> Statement {
    let PackedRaw { head, content, form } = raw;
    let xxh3 = form.checksum(&head, &content);
    statement.bind(id).bind(head).bind(Vec::from(content)).bind(form as i64).bind(xxh3)
}

/// Inserts the rows of new articles, by ascending id.
pub(crate) async fn insert_rows(connection: &mut SqliteConnection, rows: Vec<NewRow>) -> Result<(), SqliteError> {
    let mut waiting = rows.into_iter();
    while waiting.len() > 0 {
        let (count, sql) = if waiting.len() >= AT_ONCE { (AT_ONCE, &INSERT_MANY) } else { (1, &INSERT_ONE) };
        let rows: Vec<NewRow> = waiting.by_ref().take(count).collect();
        bind(sqlx::query(AssertSqlSafe(sql.as_str())), rows).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Binds the rows of articles to the statements of [`insert`].
fn bind(mut statement: Statement, mut rows: Vec<NewRow>) -> Statement {
    for row in &mut rows {
        statement = row.row.bind_article(statement, row.id);
    }
    for row in &mut rows {
        let raw = row.raw.take();
        let has_raw = raw.is_some();
        statement = bind_raw(raw.unwrap_or_default(), statement, row.id).bind(has_raw);
    }
    for row in &rows {
        statement = statement.bind(row.id).bind(row.seq);
    }
    let ids = (rows.first().map(|row| row.id), rows.last().map(|row| row.id));
    for row in rows {
        statement = statement.bind(row.id).bind(json_list(&row.row.keys));
    }
    statement.bind(ids.0).bind(ids.1)
}
