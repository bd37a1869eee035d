//! The reference implementation of the store: a map with linear scans. It is not persistent. Tests and the conformance suite
//! compare other engines with it.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::sync::watch;

use super::write_rules::{self, ContentDigest, Current, Decision, REQUEST_MEMORY_MICROS};
use super::{
    ArticleStore, Change, ChangeKind, Changes, EncodedArticle, FeedLimit, FeedPosition, MAX_EXACT_TOTAL, Page, Search,
    StoreError, StoreStats, Total, Write, Written, duplicates, pages,
};
use crate::article::{Article, ArticleName, Outcome, Timestamp, View};
use crate::text::Fingerprint;

/// A store in memory, for tests.
#[derive(Default)]
pub struct MemoryStore {
    state: Mutex<MemoryState>,
    /// The end of the feed. All stores in memory have the feed id 0, because they do not outlive the process.
    feed: watch::Sender<FeedPosition>,
}

#[derive(Clone, Default)]
struct MemoryState {
    stored: BTreeMap<ArticleName, MemoryArticle>,
    /// The time of the last deletion, by name.
    deleted: BTreeMap<ArticleName, Timestamp>,
    requests: BTreeMap<String, CreateRequest>,
    created: u64,
    changes: BTreeMap<u64, Changed>,
    /// The sequence number of the last change.
    changed: u64,
}

#[derive(Clone)]
struct Changed {
    name: ArticleName,
    is_deletion: bool,
}

#[derive(Clone)]
struct MemoryArticle {
    article: Article,
    made_from: ContentDigest,
    fingerprint: Option<Fingerprint>,
    /// Creation sequence number.
    created: u64,
}

#[derive(Clone)]
struct CreateRequest {
    name: ArticleName,
    made_from: ContentDigest,
    time: Timestamp,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, MemoryState> {
        // A panic while the lock was held is a defect elsewhere; the map is consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MemoryState {
    fn current(&self, name: &ArticleName) -> Option<Current> {
        let stored = self.stored.get(name)?;
        Some(Current { article: stored.article.clone(), made_from: stored.made_from })
    }

    fn apply(&mut self, write: Write, now: Timestamp) -> Written {
        match write {
            Write::Ingest { article: new, allow_older } => {
                let digest = write_rules::digest(&new.content);
                let (current, deleted_at) = (self.current(&new.name), self.deleted.get(&new.name).copied());
                self.carry_out(write_rules::ingest(new, digest, current, deleted_at, allow_older, now))
            }
            Write::Create { article: new, request_id } => {
                let digest = write_rules::digest(&new.content);
                let oldest = now.as_microsecond().saturating_sub(REQUEST_MEMORY_MICROS);
                self.requests.retain(|_, request| request.time.as_microsecond() > oldest);
                if let Some(request) = request_id.as_ref().and_then(|id| self.requests.get(id)) {
                    return self.repeated(request, &new.name, digest);
                }
                let (name, deleted_at) = (new.name.clone(), self.deleted.get(&new.name).copied());
                let exists = self.stored.contains_key(&name);
                let written = self.carry_out(write_rules::create(new, digest, exists, deleted_at, now));
                if let (Some(id), Written::Stored { .. }) = (request_id, &written) {
                    self.requests.insert(id, CreateRequest { name, made_from: digest, time: now });
                }
                written
            }
            Write::Replace { name, content, expected } => match self.current(&name) {
                None => Written::Missing,
                Some(current) if !write_rules::is_expected(&current.article, Some(&expected)) => Written::EtagMismatch,
                Some(current) => {
                    let raw = current.article.raw.clone();
                    let written = self.carry_out(write_rules::replace(current, content, now));
                    if let Some(stored) = self.stored.get_mut(&name) {
                        stored.article.raw = raw;
                    }
                    written
                }
            },
            Write::Reparse { name, content, parse_report, expected } => match self.current(&name) {
                None => Written::Missing,
                Some(current) if !write_rules::is_expected(&current.article, Some(&expected)) => Written::EtagMismatch,
                Some(current) => {
                    let raw = current.article.raw.clone();
                    let digest = write_rules::digest(&content);
                    let written = self.carry_out(write_rules::reparse(current, content, parse_report, digest, now));
                    if let Some(stored) = self.stored.get_mut(&name) {
                        stored.article.raw = raw;
                    }
                    written
                }
            },
            Write::Delete { name, expected } => match self.stored.get(&name) {
                None => Written::Missing,
                Some(stored) if !write_rules::is_expected(&stored.article, expected.as_ref()) => Written::EtagMismatch,
                Some(stored) => {
                    self.deleted.insert(name.clone(), write_rules::deletion_time(&stored.article, now));
                    self.stored.remove(&name);
                    self.note(&name, true);
                    Written::Deleted
                }
            },
        }
    }

    fn repeated(&self, request: &CreateRequest, name: &ArticleName, digest: ContentDigest) -> Written {
        if request.name != *name || request.made_from != digest {
            return Written::RequestIdReused;
        }
        match self.stored.get(name) {
            None => Written::Missing,
            Some(_) => self.answer(name, Outcome::Created),
        }
    }

    fn carry_out(&mut self, decision: Decision) -> Written {
        match decision {
            Decision::AlreadyExists => Written::AlreadyExists,
            Decision::Keep(article) => self.answer(&article.name, Outcome::Unchanged),
            Decision::KeepNewer(article) => match self.read(&article.name, View::Full) {
                Some(article) => Written::NewerKept(Box::new(article)),
                None => Written::Missing,
            },
            Decision::Store { article, made_from, outcome } => {
                let name = article.name.clone();
                let created = match self.stored.get(&name) {
                    Some(stored) => stored.created,
                    None => {
                        self.created += 1;
                        self.created
                    }
                };
                let fingerprint = Fingerprint::of(&article.content.body);
                self.stored.insert(name.clone(), MemoryArticle { article: *article, made_from, fingerprint, created });
                self.note(&name, false);
                self.answer(&name, outcome)
            }
        }
    }

    /// Adds a change to the feed, which has each article once.
    fn note(&mut self, name: &ArticleName, is_deletion: bool) {
        self.changes.retain(|_, changed| changed.is_deletion || changed.name != *name);
        self.changed += 1;
        self.changes.insert(self.changed, Changed { name: name.clone(), is_deletion });
    }

    fn answer(&self, name: &ArticleName, outcome: Outcome) -> Written {
        match self.read(name, View::Full) {
            Some(article) => Written::Stored { article: Box::new(article), outcome },
            None => Written::Missing,
        }
    }

    fn read(&self, name: &ArticleName, view: View) -> Option<Article> {
        let stored = self.stored.get(name)?;
        let mut article = pages::in_view(stored.article.clone(), view);
        article.duplicate_of = self.duplicate_of(stored);
        Some(article)
    }

    fn duplicate_of(&self, of: &MemoryArticle) -> Option<ArticleName> {
        let fingerprint = of.fingerprint.as_ref()?;
        let earlier = self.stored.values().filter(|stored| stored.created < of.created);
        let near = earlier.filter(|stored| {
            stored.fingerprint.as_ref().is_some_and(|other| duplicates::is_duplicate(other, fingerprint))
        });
        near.min_by_key(|stored| stored.created).map(|stored| stored.article.name.clone())
    }
}

#[async_trait]
impl ArticleStore for MemoryStore {
    async fn write(&self, write: Write, dry_run: bool, now: Timestamp) -> Result<Written, StoreError> {
        let mut state = self.state();
        if dry_run {
            return Ok(state.clone().apply(write, now));
        }
        let written = state.apply(write, now);
        self.feed.send_if_modified(|end| std::mem::replace(&mut end.seq, state.changed) != state.changed);
        Ok(written)
    }

    async fn get_encoded(&self, name: &ArticleName, view: View) -> Result<Option<EncodedArticle>, StoreError> {
        Ok(self.state().read(name, view).map(|article| EncodedArticle::of(&article, view)))
    }

    async fn batch_get_encoded(
        &self,
        names: &[ArticleName],
        view: View,
    ) -> Result<Vec<Option<EncodedArticle>>, StoreError> {
        let state = self.state();
        let read = |name| state.read(name, view).map(|article| EncodedArticle::of(&article, view));
        Ok(names.iter().map(read).collect())
    }

    async fn search_encoded(&self, search: &Search) -> Result<Page<EncodedArticle>, StoreError> {
        let state = self.state();
        let mut matches: Vec<&Article> = state
            .stored
            .values()
            .map(|stored| &stored.article)
            .filter(|article| search.keywords.as_ref().is_none_or(|keywords| keywords.matches(&article.content)))
            .filter(|article| {
                // With its `duplicate_of`, which can be asked for.
                search.filter.as_ref().is_none_or(|filter| {
                    state.read(&article.name, View::Full).is_some_and(|article| filter.matches(&article))
                })
            })
            .collect();
        matches.sort_by(|a, b| {
            pages::compare(search.order, &pages::cursor(a, search.order), &pages::cursor(b, search.order))
        });
        let total = search.count_total.then(|| Total {
            count: u32::try_from(matches.len()).unwrap_or(u32::MAX).min(MAX_EXACT_TOTAL),
            is_lower_bound: matches.len() > MAX_EXACT_TOTAL as usize,
        });
        let mut page = pages::PageBuilder::new(search);
        for article in matches {
            if search
                .after
                .as_ref()
                .is_some_and(|after| pages::compare(search.order, &pages::cursor(article, search.order), after).is_le())
            {
                continue;
            }
            let Some(shown) = state.read(&article.name, search.view) else { continue };
            if !page.add(EncodedArticle::of(&shown, search.view), pages::cursor(article, search.order)) {
                break;
            }
        }
        Ok(page.finish(total))
    }

    async fn changes(&self, after: FeedPosition, limit: FeedLimit, view: View) -> Result<Option<Changes>, StoreError> {
        let state = self.state();
        if after.feed != 0 || after.seq > state.changed {
            return Ok(None);
        }
        let following = (Bound::Excluded(after.seq), Bound::Unbounded);
        let mut changes = Vec::new();
        for (&seq, changed) in state.changes.range(following).take(limit.changes + 1) {
            let article = if changed.is_deletion { None } else { state.read(&changed.name, view.min(View::Full)) };
            let kind =
                article.map_or_else(|| ChangeKind::Deleted(changed.name.clone()), |it| ChangeKind::Upserted(it.into()));
            changes.push(Change { seq, kind });
        }
        let is_end = changes.len() <= limit.changes;
        Ok(Some(Changes::cut(changes, is_end, limit)))
    }

    fn feed(&self) -> watch::Receiver<FeedPosition> {
        self.feed.subscribe()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn stats(&self) -> StoreStats {
        StoreStats { articles: self.state().stored.len() as u64, ..StoreStats::default() }
    }

    async fn check(&self) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }

    async fn close(&self) {}
}
