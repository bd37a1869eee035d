//! Reads of single articles, gathered: a few tasks take what waits and ask for all of it at once, as most of what a read
//! costs is the way to SQLite's thread and back. While nobody reads, whoever comes asks by itself, as the way to those tasks
//! takes its time too.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

use crate::article::{ArticleName, View};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::read::packed::{self, Packed};
use crate::store::sqlite::read::readers::Readers;
use crate::store::{EncodedArticle, StoreError};

/// The most articles that are asked for at once.
const MAX_BATCH: usize = 32;

/// How many tasks gather: while one asks, the next collects.
const BATCH_TASKS: usize = 2;

type Answer = Result<Option<EncodedArticle>, StoreError>;

struct GetRequest {
    name: ArticleName,
    view: View,
    answer: oneshot::Sender<Answer>,
}

#[derive(Default)]
struct Queue {
    wanted: Mutex<VecDeque<GetRequest>>,
    came: Notify,
    /// How many are asking.
    busy: AtomicUsize,
}

/// Asking, until this is dropped.
struct Busy<'a>(&'a Queue);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

pub(crate) struct GetBatcher {
    waiting: Arc<Queue>,
    readers: Arc<Readers>,
    closing: CancellationToken,
}

impl GetBatcher {
    pub fn start(readers: &Arc<Readers>) -> Self {
        let batcher = Self { waiting: Arc::default(), readers: Arc::clone(readers), closing: CancellationToken::new() };
        for _ in 0..BATCH_TASKS {
            let (waiting, readers) = (Arc::clone(&batcher.waiting), Arc::clone(readers));
            let closing = batcher.closing.clone();
            tokio::spawn(async move { closing.run_until_cancelled(gather(&waiting, &readers)).await });
        }
        batcher
    }

    /// An article in the BASIC or FULL view.
    pub async fn get(&self, name: &ArticleName, view: View) -> Answer {
        let closed = || StoreError::Unavailable("closed".to_owned());
        if self.closing.is_cancelled() {
            return Err(closed());
        }
        if let Some(_busy) = self.waiting.begin_alone() {
            let found = ask(&self.readers, &[name], view).await?;
            let first = found.into_iter().next().map(|packed| packed.article).transpose();
            return first.map_err(|damaged| SqliteError::from(damaged).into());
        }
        let (answer, answered) = oneshot::channel();
        let wanted = GetRequest { name: name.clone(), view, answer };
        self.waiting.wanted.lock().unwrap_or_else(PoisonError::into_inner).push_back(wanted);
        self.waiting.came.notify_one();
        tokio::select! {
            answer = answered => answer.unwrap_or_else(|_| Err(closed())),
            () = self.closing.cancelled() => Err(closed()),
        }
    }

    pub fn close(&self) {
        self.closing.cancel();
    }
}

impl Drop for GetBatcher {
    fn drop(&mut self) {
        self.close();
    }
}

async fn gather(waiting: &Queue, readers: &Readers) {
    loop {
        let group = waiting.take();
        if group.is_empty() {
            waiting.came.notified().await;
        } else {
            let _busy = waiting.begin();
            answer(readers, group).await;
        }
    }
}

impl Queue {
    fn begin(&self) -> Busy<'_> {
        self.busy.fetch_add(1, Ordering::Relaxed);
        Busy(self)
    }

    /// Begins to ask, if nobody does.
    fn begin_alone(&self) -> Option<Busy<'_>> {
        let begun = self.busy.compare_exchange(0, 1, Ordering::Relaxed, Ordering::Relaxed);
        begun.ok().map(|_| Busy(self))
    }

    /// The first that waits, and others of its view behind it.
    fn take(&self) -> Vec<GetRequest> {
        let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        let mut group: Vec<GetRequest> = Vec::new();
        while group.len() < MAX_BATCH
            && let Some(next) = wanted.pop_front_if(|next| group.first().is_none_or(|first| first.view == next.view))
        {
            // Whoever asked may be gone.
            if !next.answer.is_closed() {
                group.push(next);
            }
        }
        if !wanted.is_empty() {
            self.came.notify_one();
        }
        group
    }
}

async fn ask(readers: &Readers, names: &[&ArticleName], view: View) -> Result<Vec<Packed>, StoreError> {
    let mut lease = readers.lease().await?;
    let found = packed::by_name(lease.connection()?, names, view).await;
    lease.settle(found).await
}

async fn answer(readers: &Readers, group: Vec<GetRequest>) {
    let Some(view) = group.first().map(|wanted| wanted.view) else { return };
    let names: Vec<&ArticleName> = group.iter().map(|wanted| &wanted.name).collect();
    match ask(readers, &names, view).await {
        Ok(found) => {
            let found: HashMap<ArticleName, _> =
                found.into_iter().map(|packed| (packed.cursor.name, packed.article)).collect();
            for GetRequest { name, answer, .. } in group {
                // Two may want the same.
                let article = found.get(&name).cloned().transpose();
                let _ = answer.send(article.map_err(|damaged| SqliteError::from(damaged).into()));
            }
        }
        Err(error) => {
            for wanted in group {
                let _ = wanted.answer.send(Err(error.clone()));
            }
        }
    }
}
