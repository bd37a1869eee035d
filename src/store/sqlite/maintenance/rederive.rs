//! What is derived from the articles' texts, made again from them: folded texts, keyword index, fingerprints, duplicates.
//!
//! For a store whose index is damaged, and for one whose texts an older version folded differently. Owns the version that
//! the rows were made with.

use std::sync::Arc;

use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use crate::article::View;
use crate::keyword_index::{IndexChanges, PairRule, Rebuild};
use crate::query::{FoldedFields, TextField};
use crate::store::sqlite::duplicates::{keys, originals};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::read::folded;
use crate::store::sqlite::rows;
use crate::store::sqlite::transaction::{self, Begin, End};
use crate::text::{FOLDING_VERSION, Fingerprint};

/// How many articles a statement brings. Bodies are at most 1 MiB, so this bounds what is held in memory.
const BATCH: i64 = 64;

/// How many articles make a segment of the keyword index: as many as a commit of a fast import has.
const SEGMENT_ARTICLES: i64 = 500;

/// The version of today: that of the folding, and a hash of the fields that are folded, so that a field that is added
/// changes it without a thought.
pub(crate) fn text_version() -> i64 {
    let fields = format!("{FOLDING_VERSION} {:?}", TextField::ALL);
    rows::checksum(fields.as_bytes())
}

/// Whether the rows were made with the version of today.
pub(crate) async fn is_of_today(connection: &mut SqliteConnection) -> Result<bool, SqliteError> {
    let row = sqlx::query("SELECT version FROM text_state").fetch_one(connection).await?;
    Ok(row.try_get::<i64, _>("version")? == text_version())
}

/// Makes all of it again, in one transaction. A connection that fails in it must be closed, which rolls back.
pub(crate) async fn rederive(connection: &mut SqliteConnection, pair_rule: PairRule) -> Result<(), SqliteError> {
    transaction::begin(connection, Begin::Write).await?;
    rebuild_index(connection, pair_rule).await?;
    rebuild_duplicates(connection).await?;
    sqlx::query("UPDATE text_state SET version = ?1").bind(text_version()).execute(&mut *connection).await?;
    transaction::end(connection, End::Commit).await
}

/// The keyword index and the folded texts.
async fn rebuild_index(connection: &mut SqliteConnection, pair_rule: PairRule) -> Result<(), SqliteError> {
    let mut rebuild = Rebuild::begin(connection, pair_rule).await?;
    let (columns, joins) = (rows::columns(View::Full), rows::joins(View::Full));
    let sql = format!("SELECT {columns} FROM article AS a {joins} WHERE a.id > ?1 ORDER BY a.id LIMIT ?2");
    let mut after = i64::MIN;
    loop {
        let query = sqlx::query(AssertSqlSafe(sql.clone())).bind(after).bind(SEGMENT_ARTICLES);
        let batch = query.fetch_all(&mut *connection).await?;
        if batch.is_empty() {
            return Ok(());
        }
        let mut changes = IndexChanges::default();
        for row in &batch {
            after = row.try_get(0)?;
            let article = rows::read(row, 0, View::Full)?;
            let texts = Arc::new(FoldedFields::of(&article.content));
            folded::put(connection, after, &texts).await?;
            changes.put(after, article.effective_time().as_microsecond(), article.name.id(), &texts);
        }
        rebuild.add(connection, changes).await?;
    }
}

/// Fingerprints are made of folded bodies. Articles are looked at in the order of their creation, so that the earliest of
/// several copies is the original of all.
async fn rebuild_duplicates(connection: &mut SqliteConnection) -> Result<(), SqliteError> {
    let clear = "DELETE FROM fingerprint_key; DELETE FROM fingerprint_recent";
    sqlx::query(clear).execute(&mut *connection).await?;
    // The search for originals looks into the table of recent keys too; it is empty here.
    keys::open(connection).await?;
    let (columns, joins) = (rows::columns(View::Full), rows::joins(View::Full));
    let sql = format!("SELECT {columns} FROM article AS a {joins} WHERE a.id > ?1 ORDER BY a.id LIMIT ?2");
    let mut after = i64::MIN;
    loop {
        let batch = sqlx::query(AssertSqlSafe(sql.clone())).bind(after).bind(BATCH).fetch_all(&mut *connection).await?;
        for row in &batch {
            after = row.try_get("id")?;
            let fingerprint = Fingerprint::of(&rows::read(row, 0, View::Full)?.content.body);
            let original = originals::find(connection, after, fingerprint.as_ref()).await?.map(|(id, _)| id);
            let update = "UPDATE article SET fingerprint = ?, duplicate_of = ? WHERE id = ?;
                          INSERT OR IGNORE INTO fingerprint_key (key, id) SELECT value, ? FROM json_each(?)";
            sqlx::query(update)
                .bind(fingerprint.as_ref().map(|fingerprint| fingerprint.to_bytes().to_vec()))
                .bind(original)
                .bind(after)
                .bind(after)
                .bind(keys::list(fingerprint.as_ref()))
                .execute(&mut *connection)
                .await?;
        }
        if batch.len() < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            break;
        }
    }
    sqlx::query("DROP TABLE temp.pending_key").execute(connection).await?;
    Ok(())
}
