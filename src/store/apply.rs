//! Applies one write in the writer's transaction, the same for every engine: loads the stored article, gets the decision of
//! `write_rules`, and carries it out.
//!
//! Owns which rows a write changes, and the trait of the statements that it needs.

mod article_row;
mod batch_lookup;

use std::collections::HashMap;
use std::future::Future;

pub(crate) use self::article_row::{ArticleRow, NewRow};
pub(crate) use self::batch_lookup::BatchLookup;

use crate::article::{Article, ArticleName, Outcome, Timestamp};
use crate::keyword_index::IndexChanges;
use crate::query::FoldedFields;
use crate::store::Written;
use crate::store::duplicates::holders::distinct_keys;
use crate::store::duplicates::{DuplicateStorage, originals};
use crate::store::packed_raw::PackedRaw;
use crate::store::prepare::{Indexed, Prepared, PreparedArticle, PreparedReparse};
use crate::store::write_rules::{self, ContentDigest, Current, Decision, REQUEST_MEMORY_MICROS};
use crate::text::Fingerprint;

/// What is stored under a name.
#[derive(Default)]
pub(crate) struct Loaded {
    pub stored: Option<StoredArticle>,
    /// When the last article of that name was deleted.
    pub deleted_at: Option<Timestamp>,
}

/// The article that is stored under a name.
pub(crate) struct StoredArticle {
    pub id: i64,
    pub current: Current,
    pub fingerprint: Option<Fingerprint>,
}

/// A Create request that was carried out.
pub(crate) struct RememberedRequest<'a> {
    pub request_id: &'a str,
    pub name: &'a ArticleName,
    pub made_from: ContentDigest,
    pub create_us: i64,
}

/// An article to delete.
pub(crate) struct DeletedRow<'a> {
    pub id: i64,
    pub name: &'a ArticleName,
    pub delete_us: i64,
    /// The deletion's number in the feed.
    pub seq: i64,
}

/// A storage of an engine, in the writer's transaction.
pub(crate) trait WriteStorage: DuplicateStorage {
    fn load(&mut self, name: &ArticleName) -> impl Future<Output = Result<Loaded, Self::Error>> + Send;

    /// What is stored under some names. May leave out names, which are then loaded one by one.
    fn load_many(
        &mut self,
        names: &[&ArticleName],
    ) -> impl Future<Output = Result<HashMap<String, Loaded>, Self::Error>> + Send;

    /// Forgets the requests up to a time, and returns the name and the digest of one of the rest.
    fn find_request(
        &mut self,
        request_id: &str,
        oldest_us: i64,
    ) -> impl Future<Output = Result<Option<(String, Vec<u8>)>, Self::Error>> + Send;

    fn remember_request(
        &mut self,
        request: RememberedRequest<'_>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Inserts the rows of new articles, by ascending id.
    fn insert(&mut self, rows: Vec<NewRow>) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Replaces all rows of an article except its raw document.
    fn update(&mut self, id: i64, seq: i64, row: ArticleRow) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Replaces the raw document of an article.
    fn set_raw(
        &mut self,
        id: i64,
        name: &ArticleName,
        raw: Option<PackedRaw>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Deletes all rows of an article except its keys, and records the deletion.
    fn delete(&mut self, row: DeletedRow<'_>) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Deletes the keys of an article's fingerprint.
    fn forget_keys(&mut self, id: i64, keys: &[u32]) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// The rows of new articles, collected over a group of writes and inserted many per statement, because most of the cost of a
/// short statement is the round trip to the database. They wait until a read in the same transaction needs them or the group
/// ends.
#[derive(Default)]
pub(crate) struct WaitingRows(Vec<NewRow>);

impl WaitingRows {
    /// Writes all waiting rows.
    pub(crate) async fn write<S: WriteStorage>(&mut self, storage: &mut S) -> Result<(), S::Error> {
        let waiting = std::mem::take(&mut self.0);
        if waiting.is_empty() { Ok(()) } else { storage.insert(waiting).await }
    }
}

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
    pub rows: WaitingRows,
}

impl Session {
    /// Records articles of which another one has become the original.
    fn note_changed(&mut self, names: Vec<String>) {
        self.lookup.outdate(&names);
        self.changed.extend(names);
    }

    fn take_seq(&mut self) -> i64 {
        self.next_seq += 1;
        self.next_seq - 1
    }
}

fn effective_us(article: &Article) -> i64 {
    article.effective_time().as_microsecond()
}

/// What becomes of the raw document when an article is stored.
enum RawChange<'a> {
    Keep,
    Set(Option<&'a PackedRaw>),
}

pub(crate) async fn apply<S: WriteStorage>(
    storage: &mut S,
    session: &mut Session,
    write: &Prepared,
    now: Timestamp,
) -> Result<Written, S::Error> {
    if !write.may_be_new() {
        session.rows.write(storage).await?;
    }
    match write {
        Prepared::Ingest { article, allow_older } => ingest(storage, session, article, *allow_older, now).await,
        Prepared::Create { article, request_id } => create(storage, session, article, request_id.as_deref(), now).await,
        Prepared::Replace { name, content, index, expected } => {
            let Some(stored) = storage.load(name).await?.stored else { return Ok(Written::Missing) };
            if !write_rules::is_expected(&stored.current.article, Some(expected)) {
                return Ok(Written::EtagMismatch);
            }
            let before = Before::of(&stored);
            match write_rules::replace(stored.current, content.clone(), now) {
                Decision::Store { article, made_from, outcome } => {
                    let after = After { article: *article, made_from, index, raw: RawChange::Keep };
                    let article = update(storage, session, before, after).await?;
                    Ok(Written::Stored { article: Box::new(article), outcome })
                }
                Decision::Keep(article) => Ok(Written::Stored { article, outcome: Outcome::Unchanged }),
                Decision::KeepNewer(article) => Ok(Written::NewerKept(article)),
                Decision::AlreadyExists => Ok(Written::AlreadyExists),
            }
        }
        Prepared::Reparse(prepared) => reparse(storage, session, prepared, now).await,
        Prepared::Delete { name, expected } => {
            let Some(stored) = storage.load(name).await?.stored else { return Ok(Written::Missing) };
            if !write_rules::is_expected(&stored.current.article, expected.as_ref()) {
                return Ok(Written::EtagMismatch);
            }
            delete(storage, session, &stored, now).await?;
            Ok(Written::Deleted)
        }
    }
}

async fn ingest<S: WriteStorage>(
    storage: &mut S,
    session: &mut Session,
    prepared: &PreparedArticle,
    allow_older: bool,
    now: Timestamp,
) -> Result<Written, S::Error> {
    let Loaded { stored, deleted_at } = load_unless_known(storage, session, &prepared.new.name).await?;
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
                Some(before) => update(storage, session, before, after).await?,
                None => insert(storage, session, after).await?,
            };
            Ok(Written::Stored { article: Box::new(article), outcome })
        }
    }
}

async fn reparse<S: WriteStorage>(
    storage: &mut S,
    session: &mut Session,
    prepared: &PreparedReparse,
    now: Timestamp,
) -> Result<Written, S::Error> {
    let PreparedReparse { name, content, parse_report, made_from, index, expected } = prepared;
    let Some(stored) = storage.load(name).await?.stored else { return Ok(Written::Missing) };
    if !write_rules::is_expected(&stored.current.article, Some(expected)) {
        return Ok(Written::EtagMismatch);
    }
    let before = Before::of(&stored);
    let stays = stored.current.made_from == *made_from;
    match write_rules::reparse(stored.current, content.clone(), parse_report.clone(), *made_from, now) {
        Decision::Store { article, made_from, outcome } => {
            // The content that stays may be one that was edited.
            let own = stays.then(|| Indexed::of(&article.content, index.form()));
            let index = own.as_ref().unwrap_or(index);
            let after = After { article: *article, made_from, index, raw: RawChange::Keep };
            let article = update(storage, session, before, after).await?;
            Ok(Written::Stored { article: Box::new(article), outcome })
        }
        Decision::Keep(article) => Ok(Written::Stored { article, outcome: Outcome::Unchanged }),
        Decision::KeepNewer(article) => Ok(Written::NewerKept(article)),
        Decision::AlreadyExists => Ok(Written::AlreadyExists),
    }
}

async fn create<S: WriteStorage>(
    storage: &mut S,
    session: &mut Session,
    prepared: &PreparedArticle,
    request_id: Option<&str>,
    now: Timestamp,
) -> Result<Written, S::Error> {
    let name = &prepared.new.name;
    if let Some(request_id) = request_id {
        session.rows.write(storage).await?;
        let oldest_us = now.as_microsecond().saturating_sub(REQUEST_MEMORY_MICROS);
        if let Some((known_name, made_from)) = storage.find_request(request_id, oldest_us).await? {
            if known_name != name.id() || made_from != prepared.made_from {
                return Ok(Written::RequestIdReused);
            }
            return Ok(match storage.load(name).await?.stored {
                Some(StoredArticle { current, .. }) => {
                    Written::Stored { article: Box::new(current.article), outcome: Outcome::Created }
                }
                None => Written::Missing,
            });
        }
    }
    let Loaded { stored, deleted_at } = load_unless_known(storage, session, name).await?;
    match write_rules::create(prepared.new.clone(), prepared.made_from, stored.is_some(), deleted_at, now) {
        Decision::AlreadyExists => Ok(Written::AlreadyExists),
        Decision::Keep(article) => Ok(Written::Stored { article, outcome: Outcome::Unchanged }),
        Decision::KeepNewer(article) => Ok(Written::NewerKept(article)),
        Decision::Store { article, made_from, outcome } => {
            let raw = RawChange::Set(prepared.raw.as_ref());
            let after = After { article: *article, made_from, index: &prepared.index, raw };
            let article = insert(storage, session, after).await?;
            if let Some(request_id) = request_id {
                let create_us = now.as_microsecond();
                storage.remember_request(RememberedRequest { request_id, name, made_from, create_us }).await?;
            }
            Ok(Written::Stored { article: Box::new(article), outcome })
        }
    }
}

/// What is stored under a name, without asking for what is known.
async fn load_unless_known<S: WriteStorage>(
    storage: &mut S,
    session: &mut Session,
    name: &ArticleName,
) -> Result<Loaded, S::Error> {
    if let Some(loaded) = session.lookup.loaded(name) {
        return Ok(loaded);
    }
    session.rows.write(storage).await?;
    storage.load(name).await
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

async fn insert<S: WriteStorage>(
    storage: &mut S,
    session: &mut Session,
    after: After<'_>,
) -> Result<Article, S::Error> {
    let id = session.next_id;
    session.next_id += 1;
    let fingerprint = after.index.fingerprint.as_ref();
    let original = match session.lookup.original(fingerprint) {
        Some(original) => original,
        None => {
            session.rows.write(storage).await?;
            originals::find(storage, id, fingerprint).await?
        }
    };
    session.lookup.note(&after.article.name, id, fingerprint);
    let seq = session.take_seq();
    let row = ArticleRow::of(&after.article, &after.made_from, after.index, original.clone());
    let raw = if let RawChange::Set(Some(raw)) = after.raw { Some(raw.clone()) } else { None };
    session.rows.0.push(NewRow { id, seq, row, raw });
    session.changes.put(id, effective_us(&after.article), after.article.name.id(), &after.index.texts);
    Ok(Article { duplicate_of: original.map(|(_, name)| name), ..after.article })
}

async fn update<S: WriteStorage>(
    storage: &mut S,
    session: &mut Session,
    before: Before,
    after: After<'_>,
) -> Result<Article, S::Error> {
    let Before { id, effective_us: effective_us_before, texts, fingerprint } = before;
    // They may be duplicates of this article, or its original.
    session.rows.write(storage).await?;
    let new_fingerprint = after.index.fingerprint.as_ref();
    let is_other_body = fingerprint.as_ref() != new_fingerprint;
    session.lookup.note(&after.article.name, id, new_fingerprint);
    if is_other_body {
        storage.forget_keys(id, &distinct_keys(fingerprint.as_ref())).await?;
    }
    let original = originals::find(storage, id, new_fingerprint).await?;
    let seq = session.take_seq();
    let row = ArticleRow::of(&after.article, &after.made_from, after.index, original.clone());
    storage.update(id, seq, row).await?;
    let new_effective_us = effective_us(&after.article);
    if effective_us_before != new_effective_us || texts != *after.index.texts {
        let name = after.article.name.id();
        session.changes.remove(id, effective_us_before, name);
        session.changes.put(id, new_effective_us, name, &after.index.texts);
    }
    if let RawChange::Set(raw) = after.raw {
        storage.set_raw(id, &after.article.name, raw.cloned()).await?;
    }
    if is_other_body {
        session.note_changed(originals::orphaned(storage, id).await?);
        let adopter = (id, after.article.name.clone());
        session.note_changed(originals::adopt(storage, &adopter, new_fingerprint).await?);
    }
    session.changed.push(after.article.name.id().to_owned());
    Ok(Article { duplicate_of: original.map(|(_, name)| name), ..after.article })
}

async fn delete<S: WriteStorage>(
    storage: &mut S,
    session: &mut Session,
    stored: &StoredArticle,
    now: Timestamp,
) -> Result<(), S::Error> {
    let StoredArticle { id, current, fingerprint } = stored;
    session.changes.remove(*id, effective_us(&current.article), current.article.name.id());
    session.lookup.forget(&current.article.name, *id);
    storage.forget_keys(*id, &distinct_keys(fingerprint.as_ref())).await?;
    session.has_deleted = true;
    let seq = session.take_seq();
    let delete_us = write_rules::deletion_time(&current.article, now).as_microsecond();
    storage.delete(DeletedRow { id: *id, name: &current.article.name, delete_us, seq }).await?;
    session.changed.push(current.article.name.id().to_owned());
    session.note_changed(originals::orphaned(storage, *id).await?);
    Ok(())
}
