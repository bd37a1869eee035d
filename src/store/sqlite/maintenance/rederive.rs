//! Rebuilds everything that is derived from the articles' texts: folded texts, keyword index, fingerprints, duplicates.
//!
//! For a store with a damaged index, and for one with texts that an older version folded differently. Owns the version that
//! the rows were derived with.

use std::sync::Arc;

use sqlx::{Row, SqliteConnection};

use crate::article::View;
use crate::keyword_index::{IndexChanges, PairRule, Rebuild};
use crate::query::FoldedFields;
use crate::store::duplicates::holders::distinct_keys;
use crate::store::duplicates::originals;
use crate::store::search;
use crate::store::sqlite::duplicates::keys;
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::json_list::json_list;
use crate::store::sqlite::read::folded;
use crate::store::sqlite::rows;
use crate::store::sqlite::transaction::{self, Begin, End};
use crate::store::text_version::text_version;
use crate::text::Fingerprint;

/// The number of articles in a segment of the keyword index: as many as a commit of a fast import has.
const SEGMENT_ARTICLES: usize = 500;

/// Whether the rows were derived with the current version.
pub(crate) async fn is_of_today(connection: &mut SqliteConnection) -> Result<bool, SqliteError> {
    let version: i64 = sqlx::query_scalar("SELECT version FROM text_state").fetch_one(connection).await?;
    Ok(version == text_version())
}

/// Rebuilds everything in one transaction. If it fails, the connection must be closed, which rolls back.
pub(crate) async fn rederive(connection: &mut SqliteConnection, pair_rule: PairRule) -> Result<(), SqliteError> {
    transaction::begin(connection, Begin::Write).await?;
    rebuild_index(connection, pair_rule).await?;
    rebuild_duplicates(connection).await?;
    sqlx::query("UPDATE text_state SET version = ?1").bind(text_version()).execute(&mut *connection).await?;
    transaction::end(connection, End::Commit).await
}

/// Rebuilds the keyword index and the packed texts.
async fn rebuild_index(connection: &mut SqliteConnection, pair_rule: PairRule) -> Result<(), SqliteError> {
    let mut rebuild = Rebuild::begin(connection, pair_rule).await?;
    let mut after = i64::MIN;
    loop {
        let batch = rows::after(connection, after, View::Full, SEGMENT_ARTICLES).await?;
        if batch.is_empty() {
            return Ok(());
        }
        let mut changes = IndexChanges::default();
        for row in &batch {
            after = row.try_get("id")?;
            let article = rows::read(row, View::Full)?;
            let texts = Arc::new(FoldedFields::of(&article.content));
            folded::put(connection, after, &article, &texts).await?;
            changes.put(after, article.effective_time().as_microsecond(), article.name.id(), &texts);
        }
        rebuild.add(connection, changes).await?;
    }
}

/// Rebuilds fingerprints, which are made of folded bodies, and duplicates. Articles are processed in creation order, so that
/// the earliest of several copies is the original of all.
async fn rebuild_duplicates(connection: &mut SqliteConnection) -> Result<(), SqliteError> {
    for clear in ["DELETE FROM fingerprint_key", "DELETE FROM fingerprint_recent"] {
        sqlx::query(clear).execute(&mut *connection).await?;
    }
    // The search for originals also reads the table of recent keys, which is empty here.
    keys::open(connection).await?;
    let max_batch = search::max_batch(View::Full);
    let mut after = i64::MIN;
    loop {
        let batch = rows::after(connection, after, View::Full, max_batch).await?;
        for row in &batch {
            after = row.try_get("id")?;
            let fingerprint = Fingerprint::of(&rows::read(row, View::Full)?.content.body);
            let original = originals::find(connection, after, fingerprint.as_ref()).await?.map(|(id, _)| id);
            sqlx::query(include_str!("../queries/set_fingerprint.sql"))
                .bind(fingerprint.as_ref().map(|fingerprint| fingerprint.to_bytes().to_vec()))
                .bind(original)
                .bind(after)
                .bind(after)
                .bind(json_list(&distinct_keys(fingerprint.as_ref())))
                .execute(&mut *connection)
                .await?;
        }
        if batch.len() < max_batch {
            break;
        }
    }
    sqlx::query("DROP TABLE temp.pending_key").execute(connection).await?;
    Ok(())
}
