//! Rebuilds everything that is derived from the articles' texts: folded texts, keyword index, fingerprints, duplicates.
//!
//! For a store with a damaged index, and for one with texts that an older version folded differently.

use std::sync::Arc;

use sqlx::postgres::PgConnection;

use crate::article::{Article, View};
use crate::keyword_index::{IndexChanges, PairRule, Rebuild};
use crate::query::FoldedFields;
use crate::store::checksums::checksum;
use crate::store::duplicates::holders::distinct_keys;
use crate::store::duplicates::originals;
use crate::store::postgres::duplicate_storage::stored_keys;
use crate::store::postgres::error::PostgresError;
use crate::store::postgres::rows;
use crate::store::search::max_batch;
use crate::text::Fingerprint;

/// The number of articles in a segment of the keyword index: as many as a commit of a fast import has.
const SEGMENT_ARTICLES: usize = 500;

/// Rebuilds everything in the caller's write transaction.
pub(super) async fn rederive(
    connection: &mut PgConnection,
    pair_rule: PairRule,
    text_version: i64,
) -> Result<(), PostgresError> {
    rebuild_index(connection, pair_rule).await?;
    rebuild_duplicates(connection).await?;
    sqlx::query("UPDATE store_state SET text_version = $1").bind(text_version).execute(connection).await?;
    Ok(())
}

async fn rebuild_index(connection: &mut PgConnection, pair_rule: PairRule) -> Result<(), PostgresError> {
    sqlx::query("DELETE FROM folded").execute(&mut *connection).await?;
    let mut rebuild = Rebuild::begin(connection, pair_rule).await?;
    let mut after = i64::MIN;
    loop {
        let batch = rows::after(connection, after, View::Full, SEGMENT_ARTICLES).await?;
        if batch.is_empty() {
            return Ok(());
        }
        let mut changes = IndexChanges::default();
        let mut folded = Vec::with_capacity(batch.len());
        for (id, article) in &batch {
            after = *id;
            let texts = Arc::new(FoldedFields::of(&article.content));
            changes.put(*id, article.effective_time().as_microsecond(), article.name.id(), &texts);
            folded.push(texts);
        }
        put_folded(connection, &batch, &folded).await?;
        rebuild.add(connection, changes).await?;
    }
}

async fn put_folded(
    connection: &mut PgConnection,
    articles: &[(i64, Article)],
    folded: &[Arc<FoldedFields>],
) -> Result<(), PostgresError> {
    let texts: Vec<&[u8]> = folded.iter().map(|texts| texts.as_str().as_bytes()).collect();
    sqlx::query(include_str!("queries/insert_folded.sql"))
        .bind(articles.iter().map(|(_, article)| article.name.id().to_owned()).collect::<Vec<_>>())
        .bind(articles.iter().map(|(id, _)| *id).collect::<Vec<_>>())
        .bind(&texts)
        .bind(texts.iter().map(|texts| checksum(texts)).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}

/// Rebuilds fingerprints, which are made of folded bodies, and duplicates. Articles are processed in creation order, so that
/// the earliest of several copies is the original of all.
async fn rebuild_duplicates(connection: &mut PgConnection) -> Result<(), PostgresError> {
    sqlx::query("DELETE FROM fingerprint_key").execute(&mut *connection).await?;
    let max_batch = max_batch(View::Full);
    let mut after = i64::MIN;
    loop {
        let batch = rows::after(connection, after, View::Full, max_batch).await?;
        for (id, article) in &batch {
            after = *id;
            let fingerprint = Fingerprint::of(&article.content.body);
            let original = originals::find(connection, after, fingerprint.as_ref()).await?;
            let sql = "UPDATE article SET fingerprint = $2, original_id = $3, original_name = $4 WHERE name = $1";
            sqlx::query(sql)
                .bind(article.name.id())
                .bind(fingerprint.as_ref().map(|fingerprint| fingerprint.to_bytes().to_vec()))
                .bind(original.as_ref().map(|(id, _)| *id))
                .bind(original.as_ref().map(|(_, name)| name.id()))
                .execute(&mut *connection)
                .await?;
            sqlx::query("INSERT INTO fingerprint_key (key, id) SELECT key, $1 FROM unnest($2::bigint[]) AS keys (key)")
                .bind(after)
                .bind(stored_keys(&distinct_keys(fingerprint.as_ref())))
                .execute(&mut *connection)
                .await?;
        }
        if batch.len() < max_batch {
            return Ok(());
        }
    }
}
