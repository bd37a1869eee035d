//! The check: reads everything and compares it, in one snapshot on a connection of its own.

use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};

use crate::article::{Article, View};
use crate::keyword_index::IndexCheck;
use crate::query::FoldedFields;
use crate::store::StoreError;
use crate::store::sqlite::connect::{Role, connect};
use crate::store::sqlite::duplicates::keys;
use crate::store::sqlite::duplicates::originals;
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::feed;
use crate::store::sqlite::open::SqliteOptions;
use crate::store::sqlite::read::folded;
use crate::store::sqlite::rows;
use crate::store::sqlite::transaction::{self, Begin, End};
use crate::text::Fingerprint;

/// How many faults are named; a broken disk has thousands.
const MAX_FAULTS: usize = 100;

/// How many rows a statement brings.
const BATCH: i64 = 64;

pub(crate) async fn check(options: &SqliteOptions) -> Result<Vec<String>, StoreError> {
    let mut connection = connect(&options.path, Role::Read).await?;
    let faults = check_all(&mut connection).await;
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "the checking connection did not close well");
    }
    Ok(faults?)
}

async fn check_all(connection: &mut SqliteConnection) -> Result<Vec<String>, SqliteError> {
    transaction::begin(connection, Begin::Read).await?;
    keys::open(connection).await?;
    let mut faults = Vec::new();
    let rows = sqlx::query("PRAGMA integrity_check").fetch_all(&mut *connection).await?;
    for row in rows {
        let line: String = row.try_get(0)?;
        if line != "ok" {
            faults.push(line);
        }
    }
    if faults.is_empty() {
        check_articles(connection, &mut faults).await?;
        check_leftovers(connection, &mut faults).await?;
        feed::check(connection, &mut faults).await?;
    }
    faults.truncate(MAX_FAULTS);
    transaction::end(connection, End::RollBack).await?;
    Ok(faults)
}

/// Reads each article, compares its columns with its record, and the sum of all grams with the index.
async fn check_articles(connection: &mut SqliteConnection, faults: &mut Vec<String>) -> Result<(), SqliteError> {
    let mut index = IndexCheck::read(connection, faults).await?;
    let mut after = i64::MIN;
    let mut keys_wanted = 0;
    loop {
        let sql = format!(
            "SELECT {}, a.name, a.effective_us, a.create_us, a.update_us, a.revision, a.char_count, a.fingerprint
             FROM article AS a {} WHERE a.id > ?1 ORDER BY a.id LIMIT ?2",
            rows::columns(View::Raw),
            rows::joins(View::Raw)
        );
        let batch = sqlx::query(AssertSqlSafe(sql)).bind(after).bind(BATCH).fetch_all(&mut *connection).await?;
        for row in &batch {
            after = row.try_get(0)?;
            let article = match rows::read(row, 0, View::Raw) {
                Ok(article) => article,
                Err(fault @ SqliteError::Row { .. }) => {
                    faults.push(fault.to_string());
                    continue;
                }
                Err(fault) => return Err(fault),
            };
            let fingerprint = row.try_get::<Option<&[u8]>, _>(16)?.and_then(Fingerprint::from_bytes);
            let columns = (
                row.try_get::<&str, _>(10)?,
                row.try_get::<i64, _>(11)?,
                row.try_get::<i64, _>(12)?,
                row.try_get::<i64, _>(13)?,
                row.try_get::<i64, _>(14)?,
                row.try_get::<i64, _>(15)?,
            );
            if columns != columns_of(&article) || fingerprint != Fingerprint::of(&article.content.body) {
                faults.push(format!("article {after}: its columns differ from its record"));
            }
            keys_wanted += keys::count_of(fingerprint.as_ref());
            check_duplicate(connection, after, &article, fingerprint.as_ref(), faults).await?;
            let texts = FoldedFields::of(&article.content);
            folded::check(connection, after, &texts, faults).await?;
            if let Some(index) = &mut index {
                index.compare(after, article.effective_time().as_microsecond(), article.name.id(), &texts, faults);
            }
        }
        if batch.len() < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            break;
        }
    }
    if let Some(index) = index {
        index.finish(faults);
    }
    let keys_found = keys::count(connection).await?;
    if keys_found != keys_wanted {
        faults.push(format!("fingerprint_key: {keys_found} keys of articles, and {keys_wanted} are wanted"));
    }
    Ok(())
}

fn columns_of(article: &Article) -> (&str, i64, i64, i64, i64, i64) {
    (
        article.name.id(),
        article.effective_time().as_microsecond(),
        article.create_time.as_microsecond(),
        article.update_time.as_microsecond(),
        article.revision.cast_signed(),
        i64::from(article.char_count),
    )
}

async fn check_duplicate(
    connection: &mut SqliteConnection,
    id: i64,
    article: &Article,
    fingerprint: Option<&Fingerprint>,
    faults: &mut Vec<String>,
) -> Result<(), SqliteError> {
    let original = originals::find(connection, id, fingerprint).await?.map(|(_, name)| name);
    if original == article.duplicate_of {
        return Ok(());
    }
    // Which of several copies was compared depends on what else was stored then.
    let is_one_of_them = match &article.duplicate_of {
        Some(stored) => originals::is_one(connection, stored, id, fingerprint).await?,
        None => false,
    };
    if !is_one_of_them {
        faults.push(format!("article {id}: duplicate_of is not the earliest article of that text"));
    }
    Ok(())
}

/// Looks for rows that belong to no article.
async fn check_leftovers(connection: &mut SqliteConnection, faults: &mut Vec<String>) -> Result<(), SqliteError> {
    for table in ["body", "raw", "folded", "fingerprint_key", "fingerprint_recent"] {
        let sql = format!("SELECT count(*) FROM {table} WHERE id NOT IN (SELECT id FROM article)");
        let count: i64 = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut *connection).await?.try_get(0)?;
        if count > 0 {
            faults.push(format!("{table}: {count} rows belong to no article"));
        }
    }
    Ok(())
}
