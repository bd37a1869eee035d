//! The statements of one write: [`WriteStorage`] for PostgreSQL.

use std::collections::{HashMap, HashSet};

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use crate::article::{ArticleName, Timestamp, View};
use crate::store::apply::{ArticleRow, DeletedRow, Loaded, NewRow, RememberedRequest, StoredArticle, WriteStorage};
use crate::store::checksums::{checksum, raw_checksum};
use crate::store::packed_raw::{PackedRaw, RawForm};
use crate::store::postgres::duplicate_storage::stored_keys;
use crate::store::postgres::error::PostgresError;
use crate::store::postgres::row_struct::row_struct;
use crate::store::postgres::rows;
use crate::store::record::BadRecord;
use crate::store::write_rules::Current;
use crate::text::Fingerprint;

row_struct! {
    /// What `load_stored.sql` answers in addition to the columns of the article.
    struct StoredRow<'r> {
        id: i64,
        made_from: &'r [u8],
        fingerprint: Option<&'r [u8]>,
    }
}

row_struct! {
    struct DeletedNameRow {
        name: String,
        delete_us: i64,
    }
}

row_struct! {
    struct CreateRequestRow {
        name: String,
        made_from: Vec<u8>,
    }
}

fn stored(row: &PgRow) -> Result<StoredArticle, PostgresError> {
    let StoredRow { id, made_from, fingerprint } = StoredRow::read(row)?;
    let article = rows::read_decoded(row, View::Full)?;
    let made_from = made_from.try_into();
    let made_from = made_from.map_err(|_| PostgresError::row("article", id, &BadRecord::Field("made_from")))?;
    let fingerprint = fingerprint.and_then(Fingerprint::from_bytes);
    Ok(StoredArticle { id, current: Current { article, made_from }, fingerprint })
}

/// When the last article of each of these names was deleted, if one was.
async fn deletions(
    connection: &mut PgConnection,
    names: &[&str],
) -> Result<HashMap<String, Option<Timestamp>>, PostgresError> {
    let sql = "SELECT name, delete_us FROM deleted WHERE name = ANY ($1)";
    let mut found = HashMap::new();
    for row in sqlx::query(sql).bind(names).fetch_all(connection).await? {
        let DeletedNameRow { name, delete_us } = DeletedNameRow::read(&row)?;
        found.insert(name, Timestamp::from_microsecond(delete_us).ok());
    }
    Ok(found)
}

impl WriteStorage for PgConnection {
    async fn load(&mut self, name: &ArticleName) -> Result<Loaded, PostgresError> {
        let names = [name.id()];
        let found = sqlx::query(include_str!("queries/load_stored.sql")).bind(names).fetch_optional(&mut *self).await?;
        let deleted_at = deletions(self, &names).await?.remove(name.id()).flatten();
        Ok(Loaded { stored: found.as_ref().map(stored).transpose()?, deleted_at })
    }

    async fn load_many(&mut self, names: &[&ArticleName]) -> Result<HashMap<String, Loaded>, PostgresError> {
        let names: Vec<&str> = names.iter().map(|name| name.id()).collect();
        let found = sqlx::query(include_str!("queries/load_stored.sql")).bind(&names).fetch_all(&mut *self).await?;
        let mut deleted = deletions(self, &names).await?;
        let mut missing: HashSet<&str> = names.into_iter().collect();
        let mut loaded = HashMap::with_capacity(missing.len());
        for row in &found {
            let name: &str = row.try_get("name")?;
            missing.remove(name);
            // One that is damaged is left out, and fails the write that needs it.
            if let Ok(stored) = stored(row) {
                let deleted_at = deleted.remove(name).flatten();
                loaded.insert(name.to_owned(), Loaded { stored: Some(stored), deleted_at });
            }
        }
        for name in missing {
            loaded.insert(name.to_owned(), Loaded { stored: None, deleted_at: deleted.remove(name).flatten() });
        }
        Ok(loaded)
    }

    async fn find_request(
        &mut self,
        request_id: &str,
        oldest_us: i64,
    ) -> Result<Option<(String, Vec<u8>)>, PostgresError> {
        sqlx::query("DELETE FROM create_request WHERE create_us <= $1").bind(oldest_us).execute(&mut *self).await?;
        let sql = "SELECT name, made_from FROM create_request WHERE request_id = $1";
        let Some(row) = sqlx::query(sql).bind(request_id.as_bytes()).fetch_optional(self).await? else {
            return Ok(None);
        };
        let CreateRequestRow { name, made_from } = CreateRequestRow::read(&row)?;
        Ok(Some((name, made_from)))
    }

    async fn remember_request(&mut self, request: RememberedRequest<'_>) -> Result<(), PostgresError> {
        let RememberedRequest { request_id, name, made_from, create_us } = request;
        let sql = "INSERT INTO create_request (request_id, name, made_from, create_us) VALUES ($1, $2, $3, $4)";
        let query = sqlx::query(sql).bind(request_id.as_bytes()).bind(name.id());
        query.bind(made_from.as_slice()).bind(create_us).execute(self).await?;
        Ok(())
    }

    async fn insert(&mut self, rows: Vec<NewRow>) -> Result<(), PostgresError> {
        let column = |of: fn(&NewRow) -> i64| rows.iter().map(of).collect::<Vec<i64>>();
        let names: Vec<&str> = rows.iter().map(|new| new.row.name.as_str()).collect();
        let bytes = |of: fn(&NewRow) -> &[u8]| rows.iter().map(of).collect::<Vec<&[u8]>>();
        let sums = |of: fn(&NewRow) -> &[u8]| rows.iter().map(of).map(checksum).collect::<Vec<i64>>();
        let basic: fn(&NewRow) -> &[u8] = |new| &new.row.basic;
        let rest: fn(&NewRow) -> &[u8] = |new| &new.row.rest;
        let texts: fn(&NewRow) -> &[u8] = |new| new.row.texts.as_str().as_bytes();
        let ids = column(|new| new.id);
        let originals = |new: &NewRow| new.row.original.clone();
        sqlx::query(include_str!("queries/insert_articles.sql"))
            .bind(&names)
            .bind(&ids)
            .bind(column(|new| new.row.effective_us))
            .bind(column(|new| new.row.create_us))
            .bind(column(|new| new.row.update_us))
            .bind(rows.iter().map(|new| originals(new).map(|(id, _)| id)).collect::<Vec<_>>())
            .bind(rows.iter().map(|new| originals(new).map(|(_, name)| name.id().to_owned())).collect::<Vec<_>>())
            .bind(bytes(|new| &new.row.made_from))
            .bind(rows.iter().map(|new| new.row.fingerprint.clone()).collect::<Vec<_>>())
            .bind(bytes(basic))
            .bind(sums(basic))
            .execute(&mut *self)
            .await?;
        sqlx::query(include_str!("queries/insert_texts.sql"))
            .bind(&names)
            .bind(&ids)
            .bind(bytes(rest))
            .bind(sums(rest))
            .bind(bytes(texts))
            .bind(sums(texts))
            .execute(&mut *self)
            .await?;
        let raw: Vec<(&str, &PackedRaw)> =
            rows.iter().filter_map(|new| Some((new.row.name.as_str(), new.raw.as_ref()?))).collect();
        if !raw.is_empty() {
            sqlx::query(include_str!("queries/insert_raw.sql"))
                .bind(raw.iter().map(|(name, _)| *name).collect::<Vec<_>>())
                .bind(raw.iter().map(|(_, raw)| raw.head.as_slice()).collect::<Vec<_>>())
                .bind(raw.iter().map(|(_, raw)| &raw.content[..]).collect::<Vec<_>>())
                .bind(raw.iter().map(|(_, raw)| raw.form == RawForm::Zstd).collect::<Vec<_>>())
                .bind(raw.iter().map(|(_, raw)| raw_checksum(&raw.head, &raw.content)).collect::<Vec<_>>())
                .execute(&mut *self)
                .await?;
        }
        let keys: Vec<(i64, i64)> =
            rows.iter().flat_map(|new| new.row.keys.iter().map(|key| (i64::from(*key), new.id))).collect();
        sqlx::query(include_str!("queries/insert_keys.sql"))
            .bind(column(|new| new.seq))
            .bind(&names)
            .bind(&ids)
            .bind(keys.iter().map(|(key, _)| *key).collect::<Vec<_>>())
            .bind(keys.iter().map(|(_, id)| *id).collect::<Vec<_>>())
            .execute(self)
            .await?;
        Ok(())
    }

    async fn update(&mut self, id: i64, seq: i64, row: ArticleRow) -> Result<(), PostgresError> {
        let texts = row.texts.as_str().as_bytes();
        sqlx::query(include_str!("queries/update_article.sql"))
            .bind(&row.name)
            .bind(id)
            .bind(row.effective_us)
            .bind(row.create_us)
            .bind(row.update_us)
            .bind(row.original.as_ref().map(|(id, _)| *id))
            .bind(row.original.as_ref().map(|(_, name)| name.id()))
            .bind(&row.made_from)
            .bind(&row.fingerprint)
            .bind(&row.basic)
            .bind(checksum(&row.basic))
            .bind(&row.rest)
            .bind(checksum(&row.rest))
            .bind(texts)
            .bind(checksum(texts))
            .execute(&mut *self)
            .await?;
        let query = sqlx::query(include_str!("queries/feed_update.sql")).bind(seq).bind(id);
        query.bind(stored_keys(&row.keys)).execute(self).await?;
        Ok(())
    }

    async fn set_raw(&mut self, _id: i64, name: &ArticleName, raw: Option<PackedRaw>) -> Result<(), PostgresError> {
        let Some(PackedRaw { head, content, form }) = raw else {
            sqlx::query("DELETE FROM raw WHERE name = $1").bind(name.id()).execute(self).await?;
            return Ok(());
        };
        sqlx::query(include_str!("queries/set_raw.sql"))
            .bind(name.id())
            .bind(&head)
            .bind(&content[..])
            .bind(form == RawForm::Zstd)
            .bind(raw_checksum(&head, &content))
            .execute(self)
            .await?;
        Ok(())
    }

    async fn delete(&mut self, row: DeletedRow<'_>) -> Result<(), PostgresError> {
        let DeletedRow { id, name, delete_us, seq } = row;
        let query = sqlx::query(include_str!("queries/delete_article.sql")).bind(name.id()).bind(delete_us);
        query.execute(&mut *self).await?;
        let query = sqlx::query(include_str!("queries/feed_deletion.sql")).bind(seq).bind(name.id()).bind(id);
        query.execute(self).await?;
        Ok(())
    }

    async fn forget_keys(&mut self, id: i64, keys: &[u32]) -> Result<(), PostgresError> {
        let sql = "DELETE FROM fingerprint_key WHERE id = $1 AND key = ANY ($2)";
        sqlx::query(sql).bind(id).bind(stored_keys(keys)).execute(self).await?;
        Ok(())
    }
}
