//! Batches concurrent reads of single articles: a few tasks read all waiting requests with one statement, because most of a
//! read's cost is the round trip to SQLite's thread. If no read is in progress, a request reads by itself, because passing
//! it to a task costs time too.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

use crate::article::{ArticleName, View};
use crate::store::search::FoundArticle;
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::read::packed;
use crate::store::sqlite::read::readers::Readers;
use crate::store::{EncodedArticle, StoreError};

/// The maximum number of articles in a batch.
const MAX_BATCH: usize = 32;

/// The number of batching tasks: while one reads, the other collects.
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
    /// The number of reads in progress.
    busy: AtomicUsize,
}

/// RAII guard of a read in progress.
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
    pub(crate) fn start(readers: &Arc<Readers>) -> Self {
        let batcher = Self { waiting: Arc::default(), readers: Arc::clone(readers), closing: CancellationToken::new() };
        for _ in 0..BATCH_TASKS {
            let (waiting, readers) = (Arc::clone(&batcher.waiting), Arc::clone(readers));
            let closing = batcher.closing.clone();
            tokio::spawn(async move { closing.run_until_cancelled(gather(&waiting, &readers)).await });
        }
        batcher
    }

    /// An article in the BASIC or FULL view.
    pub(crate) async fn get(&self, name: &ArticleName, view: View) -> Answer {
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

    pub(crate) fn close(&self) {
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

    /// Starts a read, if none is in progress.
    fn begin_alone(&self) -> Option<Busy<'_>> {
        let begun = self.busy.compare_exchange(0, 1, Ordering::Relaxed, Ordering::Relaxed);
        begun.ok().map(|_| Busy(self))
    }

    /// The first waiting request, and others with the same view after it.
    fn take(&self) -> Vec<GetRequest> {
        let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        let mut group: Vec<GetRequest> = Vec::new();
        while group.len() < MAX_BATCH
            && let Some(next) = wanted.pop_front_if(|next| group.first().is_none_or(|first| first.view == next.view))
        {
            // The caller may have been dropped.
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

async fn ask(readers: &Readers, names: &[&ArticleName], view: View) -> Result<Vec<FoundArticle>, StoreError> {
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
                // Two requests may want the same article.
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
