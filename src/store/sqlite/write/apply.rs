//! Applies one write in the writer's transaction: loads the stored article, gets the decision of `write_rules`, and carries
//! it out.

use sqlx::SqliteConnection;

use crate::article::{Article, ArticleName, Outcome, Timestamp, View};
use crate::keyword_index::IndexChanges;
use crate::query::FoldedFields;
use crate::store::Written;
use crate::store::prepare::{Indexed, PackedRaw, Prepared, PreparedArticle, PreparedReparse};
use crate::store::record::BadRecord;
use crate::store::sqlite::duplicates::keys;
use crate::store::sqlite::duplicates::originals;
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::row_struct::row_struct;
use crate::store::sqlite::rows;
use crate::store::sqlite::write::batch_lookup::BatchLookup;
use crate::store::sqlite::write::columns::Columns;
use crate::store::sqlite::write::new_rows::{self, NewRow, NewRows};
use crate::store::write_rules::{self, ContentDigest, Current, Decision, REQUEST_MEMORY_MICROS};
use crate::text::Fingerprint;

/// The state that the writes of one transaction share.
pub(crate) struct Session {
    /// The id of the next article.
    pub next_id: i64,
    /// The sequence number of the next change in the feed.
    pub next_seq: i64,
    pub has_deleted: bool,
    pub changes: IndexChanges,
    /// The names of stored articles that change, to evict from the cache.
    pub changed: Vec<String>,
    pub lookup: BatchLookup,
    pub rows: NewRows,
}

impl Session {
    fn take_seq(&mut self) -> i64 {
        self.next_seq += 1;
        self.next_seq - 1
    }
}

fn effective_us(article: &Article) -> i64 {
    article.effective_time().as_microsecond()
}

/// The article that is stored under a name.
struct StoredArticle {
    id: i64,
    current: Current,
    fingerprint: Option<Fingerprint>,
}

row_struct! {
    /// What `load_stored.sql` answers in addition to the columns of the article.
    struct LoadedRow<'r> {
        delete_us: Option<i64>,
        id: Option<i64>,
        made_from: Option<&'r [u8]>,
        fingerprint: Option<&'r [u8]>,
    }
}

row_struct! {
    struct CreateRequestRow<'r> {
        name: &'r str,
        made_from: &'r [u8],
    }
}

/// What becomes of the raw document when an article is stored.
enum RawChange<'a> {
    Keep,
    Set(Option<&'a PackedRaw>),
}

pub(crate) async fn apply(
    connection: &mut SqliteConnection,
    session: &mut Session,
    write: &Prepared,
    now: Timestamp,
) -> Result<Written, SqliteError> {
    if !write.may_be_new() {
        session.rows.write(connection).await?;
    }
    match write {
        Prepared::Ingest { article, allow_older } => ingest(connection, session, article, *allow_older, now).await,
        Prepared::Create { article, request_id } => {
            create(connection, session, article, request_id.as_deref(), now).await
        }
        Prepared::Replace { name, content, index, expected } => {
            let (Some(stored), _) = load(connection, name).await? else { return Ok(Written::Missing) };
            if !write_rules::is_expected(&stored.current.article, Some(expected)) {
                return Ok(Written::EtagMismatch);
            }
            let before = Before::of(&stored);
            match write_rules::replace(stored.current, content.clone(), now) {
                Decision::Store { article, made_from, outcome } => {
                    let after = After { article: *article, made_from, index, raw: RawChange::Keep };
                    let article = update(connection, session, before, after).await?;
                    Ok(Written::Stored { article: Box::new(article), outcome })
                }
                Decision::Keep(article) => Ok(Written::Stored { article, outcome: Outcome::Unchanged }),
                Decision::KeepNewer(article) => Ok(Written::NewerKept(article)),
                Decision::AlreadyExists => Ok(Written::AlreadyExists),
            }
        }
        Prepared::Reparse(prepared) => reparse(connection, session, prepared, now).await,
        Prepared::Delete { name, expected } => {
            let (Some(stored), _) = load(connection, name).await? else { return Ok(Written::Missing) };
            if !write_rules::is_expected(&stored.current.article, expected.as_ref()) {
                return Ok(Written::EtagMismatch);
            }
            delete(connection, session, &stored, now).await?;
            Ok(Written::Deleted)
        }
    }
}

async fn ingest(
    connection: &mut SqliteConnection,
    session: &mut Session,
    prepared: &PreparedArticle,
    allow_older: bool,
    now: Timestamp,
) -> Result<Written, SqliteError> {
    let (stored, deleted_at) = load_unless_absent(connection, session, &prepared.new.name).await?;
    let before = stored.as_ref().map(Before::of);
    let current = stored.map(|stored| stored.current);
    match write_rules::ingest(prepared.new.clone(), prepared.made_from, current, deleted_at, allow_older, now) {
        Decision::Keep(article) => Ok(Written::Stored { article, outcome: Outcome::Unchanged }),
        Decision::KeepNewer(article) => Ok(Written::NewerKept(article)),
        Decision::AlreadyExists => Ok(Written::AlreadyExists),
        Decision::Store { article, made_from, outcome } => {
            let raw = RawChange::Set(prepared.raw.as_ref());
            let after = After { article: *article, made_from, index: &prepared.index, raw };
            let article = match before {
                Some(before) => update(connection, session, before, after).await?,
                None => insert(connection, session, after).await?,
            };
            Ok(Written::Stored { article: Box::new(article), outcome })
        }
    }
}

async fn reparse(
    connection: &mut SqliteConnection,
    session: &mut Session,
    prepared: &PreparedReparse,
    now: Timestamp,
) -> Result<Written, SqliteError> {
    let PreparedReparse { name, content, parse_report, made_from, index, expected } = prepared;
    let (Some(stored), _) = load(connection, name).await? else { return Ok(Written::Missing) };
    if !write_rules::is_expected(&stored.current.article, Some(expected)) {
        return Ok(Written::EtagMismatch);
    }
    let before = Before::of(&stored);
    let stays = stored.current.made_from == *made_from;
    match write_rules::reparse(stored.current, content.clone(), parse_report.clone(), *made_from, now) {
        Decision::Store { article, made_from, outcome } => {
            // The content that stays may be one that was edited.
            let own = stays.then(|| Indexed::of(&article.content));
            let index = own.as_ref().unwrap_or(index);
            let after = After { article: *article, made_from, index, raw: RawChange::Keep };
            let article = update(connection, session, before, after).await?;
            Ok(Written::Stored { article: Box::new(article), outcome })
        }
        Decision::Keep(article) => Ok(Written::Stored { article, outcome: Outcome::Unchanged }),
        Decision::KeepNewer(article) => Ok(Written::NewerKept(article)),
        Decision::AlreadyExists => Ok(Written::AlreadyExists),
    }
}

async fn create(
    connection: &mut SqliteConnection,
    session: &mut Session,
    prepared: &PreparedArticle,
    request_id: Option<&str>,
    now: Timestamp,
) -> Result<Written, SqliteError> {
    let name = &prepared.new.name;
    if let Some(request_id) = request_id {
        session.rows.write(connection).await?;
        let oldest = now.as_microsecond().saturating_sub(REQUEST_MEMORY_MICROS);
        let sql = "DELETE FROM create_request WHERE create_us <= ?1";
        sqlx::query(sql).bind(oldest).execute(&mut *connection).await?;
        let sql = "SELECT name, made_from FROM create_request WHERE request_id = ?1";
        if let Some(row) = sqlx::query(sql).bind(request_id).fetch_optional(&mut *connection).await? {
            let known = CreateRequestRow::read(&row)?;
            if known.name != name.id() || known.made_from != prepared.made_from {
                return Ok(Written::RequestIdReused);
            }
            return Ok(match rows::get(connection, name, View::Full).await? {
                Some(article) => Written::Stored { article: Box::new(article), outcome: Outcome::Created },
                None => Written::Missing,
            });
        }
    }
    let (stored, deleted_at) = load_unless_absent(connection, session, name).await?;
    match write_rules::create(prepared.new.clone(), prepared.made_from, stored.is_some(), deleted_at, now) {
        Decision::AlreadyExists => Ok(Written::AlreadyExists),
        Decision::Keep(article) => Ok(Written::Stored { article, outcome: Outcome::Unchanged }),
        Decision::KeepNewer(article) => Ok(Written::NewerKept(article)),
        Decision::Store { article, made_from, outcome } => {
            let raw = RawChange::Set(prepared.raw.as_ref());
            let after = After { article: *article, made_from, index: &prepared.index, raw };
            let article = insert(connection, session, after).await?;
            if let Some(request_id) = request_id {
                let sql = "INSERT INTO create_request (request_id, name, made_from, create_us) VALUES (?1, ?2, ?3, ?4)";
                sqlx::query(sql)
                    .bind(request_id)
                    .bind(name.id())
                    .bind(made_from.as_slice())
                    .bind(now.as_microsecond())
                    .execute(connection)
                    .await?;
            }
            Ok(Written::Stored { article: Box::new(article), outcome })
        }
    }
}

/// What is stored under a name, and when the last article of that name was deleted.
async fn load(
    connection: &mut SqliteConnection,
    name: &ArticleName,
) -> Result<(Option<StoredArticle>, Option<Timestamp>), SqliteError> {
    let sql = include_str!("../queries/load_stored.sql");
    let row = sqlx::query(sql).bind(name.id()).fetch_one(connection).await?;
    let LoadedRow { delete_us, id, made_from, fingerprint } = LoadedRow::read(&row)?;
    let deleted_at = delete_us.and_then(|micros| Timestamp::from_microsecond(micros).ok());
    let Some(id) = id else { return Ok((None, deleted_at)) };
    let article = rows::read(&row, View::Full)?;
    let made_from = made_from.and_then(|made_from| made_from.try_into().ok());
    let made_from = made_from.ok_or_else(|| SqliteError::row("article", id, &BadRecord::Field("made_from")))?;
    let fingerprint = fingerprint.and_then(Fingerprint::from_bytes);
    Ok((Some(StoredArticle { id, current: Current { article, made_from }, fingerprint }), deleted_at))
}

/// The same, without asking for a name that is known to be new.
async fn load_unless_absent(
    connection: &mut SqliteConnection,
    session: &mut Session,
    name: &ArticleName,
) -> Result<(Option<StoredArticle>, Option<Timestamp>), SqliteError> {
    if session.lookup.is_absent(name) {
        return Ok((None, None));
    }
    session.rows.write(connection).await?;
    load(connection, name).await
}

/// An article's entries in the indexes.
struct Before {
    id: i64,
    effective_us: i64,
    texts: FoldedFields,
    fingerprint: Option<Fingerprint>,
}

impl Before {
    fn of(stored: &StoredArticle) -> Self {
        let article = &stored.current.article;
        Self {
            id: stored.id,
            effective_us: effective_us(article),
            texts: FoldedFields::of(&article.content),
            fingerprint: stored.fingerprint.clone(),
        }
    }
}

/// The new state of an article.
struct After<'a> {
    article: Article,
    made_from: ContentDigest,
    index: &'a Indexed,
    raw: RawChange<'a>,
}

impl After<'_> {
    fn columns(&self, original: Option<i64>) -> Columns {
        Columns::of(&self.article, &self.made_from, self.index, original)
    }
}

async fn insert(
    connection: &mut SqliteConnection,
    session: &mut Session,
    after: After<'_>,
) -> Result<Article, SqliteError> {
    let id = session.next_id;
    session.next_id += 1;
    let fingerprint = after.index.fingerprint.as_ref();
    let original = match session.lookup.original(fingerprint) {
        Some(original) => original,
        None => {
            session.rows.write(connection).await?;
            originals::find(connection, id, fingerprint).await?
        }
    };
    session.lookup.note(&after.article.name, id, fingerprint);
    let seq = session.take_seq();
    let columns = after.columns(original.as_ref().map(|(id, _)| *id));
    let raw = if let RawChange::Set(Some(raw)) = after.raw { Some(raw.clone()) } else { None };
    session.rows.push(NewRow { id, seq, columns, raw });
    session.changes.put(id, effective_us(&after.article), after.article.name.id(), &after.index.texts);
    Ok(Article { duplicate_of: original.map(|(_, name)| name), ..after.article })
}

async fn update(
    connection: &mut SqliteConnection,
    session: &mut Session,
    before: Before,
    after: After<'_>,
) -> Result<Article, SqliteError> {
    let Before { id, effective_us: effective_us_before, texts, fingerprint } = before;
    let new_fingerprint = after.index.fingerprint.as_ref();
    let is_other_body = fingerprint.as_ref() != new_fingerprint;
    session.lookup.note(&after.article.name, id, new_fingerprint);
    if is_other_body {
        keys::forget(connection, id, fingerprint.as_ref()).await?;
    }
    let original = originals::find(connection, id, new_fingerprint).await?;
    let seq = session.take_seq();
    let mut columns = after.columns(original.as_ref().map(|(id, _)| *id));
    let statement = sqlx::query(include_str!("../queries/update_article.sql"));
    let statement = columns.bind_article(statement, id);
    let statement = columns.bind_body(statement, id);
    let statement = columns.bind_folded(statement, id).bind(id).bind(seq).bind(id).bind(columns.keys);
    statement.execute(&mut *connection).await?;
    let new_effective_us = effective_us(&after.article);
    if effective_us_before != new_effective_us || texts != *after.index.texts {
        let name = after.article.name.id();
        session.changes.remove(id, effective_us_before, name);
        session.changes.put(id, new_effective_us, name, &after.index.texts);
    }
    if let RawChange::Set(raw) = after.raw {
        sqlx::query("DELETE FROM raw WHERE id = ?1").bind(id).execute(&mut *connection).await?;
        if let Some(raw) = raw {
            let sql = "INSERT INTO raw (id, head, content, is_compressed, raw_xxh3) VALUES (?, ?, ?, ?, ?)";
            new_rows::bind_raw(raw.clone(), sqlx::query(sql), id).execute(&mut *connection).await?;
        }
    }
    if is_other_body {
        session.changed.extend(originals::orphaned(connection, id).await?);
        session.changed.extend(originals::adopt(connection, id, new_fingerprint).await?);
    }
    session.changed.push(after.article.name.id().to_owned());
    Ok(Article { duplicate_of: original.map(|(_, name)| name), ..after.article })
}

async fn delete(
    connection: &mut SqliteConnection,
    session: &mut Session,
    stored: &StoredArticle,
    now: Timestamp,
) -> Result<(), SqliteError> {
    let StoredArticle { id, current, fingerprint } = stored;
    session.changes.remove(*id, effective_us(&current.article), current.article.name.id());
    session.lookup.forget(*id);
    keys::forget(connection, *id, fingerprint.as_ref()).await?;
    session.has_deleted = true;
    let seq = session.take_seq();
    sqlx::query(include_str!("../queries/delete_article.sql"))
        .bind(id)
        .bind(id)
        .bind(id)
        .bind(id)
        .bind(current.article.name.id())
        .bind(write_rules::deletion_time(&current.article, now).as_microsecond())
        .bind(id)
        .bind(seq)
        .bind(current.article.name.id())
        .execute(&mut *connection)
        .await?;
    session.changed.push(current.article.name.id().to_owned());
    session.changed.extend(originals::orphaned(connection, *id).await?);
    Ok(())
}
