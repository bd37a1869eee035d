//! The check: reads and verifies everything, in one snapshot on a connection of its own.

use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;

use crate::article::{Article, View};
use crate::keyword_index::IndexCheck;
use crate::query::{FoldedFields, OrderKey};
use crate::store::checksums::checksum;
use crate::store::duplicates::holders::distinct_keys;
use crate::store::duplicates::originals;
use crate::store::postgres::error::PostgresError;
use crate::store::postgres::feed;
use crate::store::postgres::row_struct::row_struct;
use crate::store::postgres::rows;
use crate::store::postgres::transaction::{self, Finish};
use crate::store::search::max_batch;
use crate::text::Fingerprint;

/// The maximum number of reported faults; a broken disk causes thousands.
const MAX_FAULTS: usize = 100;

pub(super) async fn check(connection: &mut PgConnection) -> Result<Vec<String>, PostgresError> {
    transaction::begin_read(connection).await?;
    let mut faults = Vec::new();
    check_articles(connection, &mut faults).await?;
    check_leftovers(connection, &mut faults).await?;
    feed::check(connection, &mut faults).await?;
    faults.truncate(MAX_FAULTS);
    transaction::end(connection, Finish::RollBack).await?;
    Ok(faults)
}

row_struct! {
    /// The columns of an article that repeat what is in its record, or are made from it.
    struct CheckedRow<'r> {
        id: i64,
        effective_us: i64,
        create_us: i64,
        update_us: i64,
        fingerprint: Option<&'r [u8]>,
        folded_id: Option<i64>,
        texts: Option<&'r [u8]>,
        texts_xxh3: Option<i64>,
    }
}

impl CheckedRow<'_> {
    fn agrees_with(&self, article: &Article) -> bool {
        let fingerprint = self.fingerprint.and_then(Fingerprint::from_bytes);
        self.effective_us == article.effective_time().as_microsecond()
            && self.create_us == article.create_time.as_microsecond()
            && self.update_us == article.update_time.as_microsecond()
            && fingerprint == Fingerprint::of(&article.content.body)
    }

    fn has_texts(&self, texts: &FoldedFields) -> bool {
        let bytes = texts.as_str().as_bytes();
        self.folded_id == Some(self.id) && self.texts == Some(bytes) && self.texts_xxh3 == Some(checksum(bytes))
    }
}

/// Compares each article's columns with its record, and the sum of its grams with the index.
async fn check_articles(connection: &mut PgConnection, faults: &mut Vec<String>) -> Result<(), PostgresError> {
    let mut index = IndexCheck::read(connection, faults).await?;
    let max_batch = max_batch(View::Raw);
    let columns = rows::columns(View::Raw, OrderKey::EffectiveTime);
    let sql = format!(include_str!("queries/articles_to_check.sql"), columns = columns, joins = rows::joins(View::Raw));
    let mut after = i64::MIN;
    let mut keys_wanted = 0;
    loop {
        let query = sqlx::query(AssertSqlSafe(sql.clone())).bind(after).bind(max_batch as i64);
        let batch = query.fetch_all(&mut *connection).await?;
        for row in &batch {
            let columns = CheckedRow::read(row)?;
            after = columns.id;
            let article = match rows::read_decoded(row, View::Raw) {
                Ok(article) => article,
                Err(PostgresError::Row(damage)) => {
                    faults.push(damage.to_string());
                    continue;
                }
                Err(error) => return Err(error),
            };
            let texts = FoldedFields::of(&article.content);
            if !columns.agrees_with(&article) {
                faults.push(format!("article {after}: its columns differ from its record"));
            }
            if !columns.has_texts(&texts) {
                faults.push(format!("article {after}: its folded texts are not its own"));
            }
            let fingerprint = Fingerprint::of(&article.content.body);
            keys_wanted += distinct_keys(fingerprint.as_ref()).len() as i64;
            if !originals::is_right(connection, after, &article, fingerprint.as_ref()).await? {
                faults.push(format!("article {after}: duplicate_of is not the earliest article of that text"));
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
    let keys_found: i64 = sqlx::query_scalar("SELECT count(*) FROM fingerprint_key").fetch_one(connection).await?;
    if keys_found != keys_wanted {
        faults.push(format!("fingerprint_key: {keys_found} keys of articles, and {keys_wanted} are wanted"));
    }
    Ok(())
}

/// Finds rows without an article.
async fn check_leftovers(connection: &mut PgConnection, faults: &mut Vec<String>) -> Result<(), PostgresError> {
    for (table, column) in [("body", "name"), ("raw", "name"), ("folded", "name"), ("fingerprint_key", "id")] {
        let lost = format!("SELECT {column} FROM {table} EXCEPT SELECT {column} FROM article");
        let sql = format!("SELECT count(*) FROM ({lost}) AS lost");
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *connection).await?;
        if count > 0 {
            faults.push(format!("{table}: {count} rows belong to no article"));
        }
    }
    Ok(())
}
