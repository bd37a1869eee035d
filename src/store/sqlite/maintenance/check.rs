//! The check: reads and verifies everything, in one snapshot on a connection of its own.

use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use crate::article::{Article, View};
use crate::keyword_index::IndexCheck;
use crate::query::FoldedFields;
use crate::store::StoreError;
use crate::store::duplicates::holders::distinct_keys;
use crate::store::duplicates::originals;
use crate::store::search;
use crate::store::sqlite::connect::{Role, connect};
use crate::store::sqlite::disk_probe::DiskProbe;
use crate::store::sqlite::duplicates::keys;
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::feed;
use crate::store::sqlite::open::SqliteOptions;
use crate::store::sqlite::read::folded;
use crate::store::sqlite::row_struct::row_struct;
use crate::store::sqlite::rows;
use crate::store::sqlite::transaction::{self, Begin, End};
use crate::text::Fingerprint;

/// The maximum number of reported faults; a broken disk causes thousands.
const MAX_FAULTS: usize = 100;

pub(crate) async fn check(options: &SqliteOptions, disk: &DiskProbe) -> Result<Vec<String>, StoreError> {
    let mut connection = connect(&options.path, Role::Read).await?;
    let faults = check_all(&mut connection).await;
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "closing the connection of the check failed");
    }
    match faults {
        Ok(faults) if faults.is_empty() => Ok(faults),
        // A disk that cannot be read looks like a damaged file here, too.
        Ok(faults) => disk.require_readable().await.map(|()| faults),
        Err(fault) => Err(disk.error_of(fault).await),
    }
}

async fn check_all(connection: &mut SqliteConnection) -> Result<Vec<String>, SqliteError> {
    transaction::begin(connection, Begin::Read).await?;
    keys::open(connection).await?;
    let mut faults = Vec::new();
    let lines: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut *connection).await?;
    faults.extend(lines.into_iter().filter(|line| line != "ok"));
    if faults.is_empty() {
        check_articles(connection, &mut faults).await?;
        check_leftovers(connection, &mut faults).await?;
        feed::check(connection, &mut faults).await?;
    }
    faults.truncate(MAX_FAULTS);
    transaction::end(connection, End::RollBack).await?;
    Ok(faults)
}

/// Compares each article's columns with its record, and the sum of its grams with the index.
async fn check_articles(connection: &mut SqliteConnection, faults: &mut Vec<String>) -> Result<(), SqliteError> {
    let mut index = IndexCheck::read(connection, faults).await?;
    let max_batch = search::max_batch(View::Raw);
    let (columns, joins) = (rows::columns(View::Raw), rows::joins(View::Raw));
    let sql = format!(include_str!("../queries/articles_to_check.sql"), columns = columns, joins = joins);
    let mut after = i64::MIN;
    let mut keys_wanted = 0;
    loop {
        let query = sqlx::query(AssertSqlSafe(sql.clone())).bind(after).bind(max_batch as i64);
        let batch = query.fetch_all(&mut *connection).await?;
        for row in &batch {
            let columns = CheckedRow::read(row)?;
            after = columns.id;
            let article = match rows::read(row, View::Raw) {
                Ok(article) => article,
                Err(fault @ SqliteError::Row { .. }) => {
                    faults.push(fault.to_string());
                    continue;
                }
                Err(fault) => return Err(fault),
            };
            let fingerprint = columns.fingerprint.and_then(Fingerprint::from_bytes);
            if !columns.agree_with(&article) || fingerprint != Fingerprint::of(&article.content.body) {
                faults.push(format!("article {after}: its columns differ from its record"));
            }
            keys_wanted += distinct_keys(fingerprint.as_ref()).len() as u64;
            if !originals::is_right(connection, after, &article, fingerprint.as_ref()).await? {
                faults.push(format!("article {after}: duplicate_of is not the earliest article of that text"));
            }
            let texts = FoldedFields::of(&article.content);
            if !folded::is_of(columns.rest, &texts) {
                faults.push(format!("article {after}: its folded texts are not its own"));
            }
            if let Some(index) = &mut index {
                index.compare(after, article.effective_time().as_microsecond(), article.name.id(), &texts, faults);
            }
        }
        if batch.len() < max_batch {
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

row_struct! {
    /// The columns of an article's row that repeat fields of its record.
    struct CheckedRow<'r> {
        id: i64,
        name: &'r str,
        effective_us: i64,
        create_us: i64,
        update_us: i64,
        fingerprint: Option<&'r [u8]>,
        rest: &'r [u8],
    }
}

impl CheckedRow<'_> {
    /// Whether all columns except the fingerprint match the article.
    fn agree_with(&self, article: &Article) -> bool {
        self.name == article.name.id()
            && self.effective_us == article.effective_time().as_microsecond()
            && self.create_us == article.create_time.as_microsecond()
            && self.update_us == article.update_time.as_microsecond()
    }
}

/// Finds rows without an article.
async fn check_leftovers(connection: &mut SqliteConnection, faults: &mut Vec<String>) -> Result<(), SqliteError> {
    for table in ["raw", "fingerprint_key", "fingerprint_recent"] {
        let sql = format!("SELECT count(*) FROM {table} WHERE id NOT IN (SELECT id FROM article)");
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *connection).await?;
        if count > 0 {
            faults.push(format!("{table}: {count} rows belong to no article"));
        }
    }
    Ok(())
}
