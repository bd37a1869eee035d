//! Filter: finds the articles that match a keyword filter with the keyword index.
//!
//! In the default order and its reverse the index yields candidates in result order, so a page reads only what it needs. For
//! another order, few candidates are sorted; if there are many, articles are walked in that order and verified, because many
//! of them match. One transaction reads everything, so that index and rows are consistent; it ends before the response is
//! sent.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::article::{ArticleName, Timestamp, View};
use crate::keyword_index::{self, Direction, Hit, IndexSearch, NextHit, Plan, SearchRange, Snapshot};
use crate::query::{Cursor, OrderKey};
use crate::store::damage::DamagedRow;
use crate::store::index::Index;
use crate::store::search::candidates::{self, Candidates};
use crate::store::search::list::{self, decode};
use crate::store::search::{FoundArticle, SearchStorage, max_batch};
use crate::store::{EncodedArticle, MAX_EXACT_TOTAL, Page, Search, Total, pages};

/// The number of verified candidates after which a page is returned short, with a cursor. A candidate takes about 7 µs, so
/// this limits a query with a rare keyword of common grams to a few milliseconds: other queries wait for it, and during an
/// import it has only part of a core.
const MAX_VERIFIED: usize = 500;

/// The number of candidates that are verified in addition to the estimated need, to avoid another read for a last one.
const FEW_MORE: usize = 4;

/// The number of pauses of the index after which a page is returned short. A pause means a few milliseconds without a hit.
const MAX_PAUSES: usize = 100;

/// The maximum number of candidates that are verified to count matches.
const MAX_COUNTED: u32 = 50_000;

/// Runs a query with keywords for one page in index order, without a transaction: most of the cost of a fast query is the
/// round trips to the database. The index in memory is of one state, and the last statement checks whether the rows still
/// belong to it. `None` if not; then [`filter`] must run.
pub(crate) async fn filter_quickly<S: SearchStorage>(
    storage: &mut S,
    index: &Index,
    search: &Search,
    plan: &Plan,
) -> Result<Option<Page<EncodedArticle>>, S::Error> {
    if search.count_total || search.filter.is_some() || search.order.key != OrderKey::EffectiveTime {
        return Ok(None);
    }
    let Some((generation, snapshot)) = index.current_if_fresh() else { return Ok(None) };
    let direction = if search.order.descending { Direction::NewestFirst } else { Direction::OldestFirst };
    let keyword_search = KeywordSearch { index, snapshot, plan, search };
    let mut read_at = None;
    let page = match keyword_search.page(storage, direction, None, &mut read_at).await {
        Ok(page) => page,
        // Blocks or rows of the state in memory may have been deleted. Damage occurs again in [`filter`].
        Err(fault) => return S::describe_damage(fault).map(|_| None),
    };
    let read_at = match read_at {
        Some(read_at) => read_at,
        None => storage.generation().await?,
    };
    Ok((read_at == generation).then_some(page))
}

/// Runs a query with keywords in a transaction.
pub(crate) async fn filter<S: SearchStorage>(
    storage: &mut S,
    index: &Index,
    search: &Search,
    plan: &Plan,
) -> Result<Page<EncodedArticle>, S::Error> {
    let snapshot = index.begin_reading(storage).await?;
    let keyword_search = KeywordSearch { index, snapshot, plan, search };
    let read_at = &mut None;
    let total = if search.count_total { Some(keyword_search.count(storage).await?) } else { None };
    let page = match (candidates::named(storage, search).await?, search.order.key, search.order.descending) {
        (Some(named), ..) => list::search(storage, search, &named, total).await?,
        (None, OrderKey::EffectiveTime, true) => {
            keyword_search.page(storage, Direction::NewestFirst, total, read_at).await?
        }
        (None, OrderKey::EffectiveTime, false) => {
            keyword_search.page(storage, Direction::OldestFirst, total, read_at).await?
        }
        (None, OrderKey::CreateTime | OrderKey::UpdateTime, _) => {
            let mut candidates = keyword_search.candidates(storage).await?;
            if matches!(candidates, Candidates::Any) {
                candidates = candidates::timed(storage, search).await?;
            }
            list::search(storage, search, &candidates, total).await?
        }
    };
    storage.end_reading().await?;
    Ok(page)
}

/// A search, and its plan for the index.
struct KeywordSearch<'a> {
    index: &'a Index,
    snapshot: Arc<Snapshot>,
    plan: &'a Plan,
    search: &'a Search,
}

impl KeywordSearch<'_> {
    fn ask(&self, direction: Direction, after: Option<(i64, String)>) -> IndexSearch {
        let range = SearchRange { after, effective_us: candidates::range_us(self.search, OrderKey::EffectiveTime) };
        IndexSearch::new(Arc::clone(&self.snapshot), self.plan, direction, range)
    }

    /// `read_at` is set to the index generation of the rows that were read last.
    async fn page<S: SearchStorage>(
        &self,
        storage: &mut S,
        direction: Direction,
        total: Option<Total>,
        read_at: &mut Option<i64>,
    ) -> Result<Page<EncodedArticle>, S::Error> {
        let after = self.search.after.as_ref();
        let mut asked =
            self.ask(direction, after.map(|after| (after.time.as_microsecond(), after.name.id().to_owned())));
        let mut page = pages::PageBuilder::new(self.search);
        let (mut verified, mut pauses) = (0, 0);
        let most = max_batch(self.search.view);
        let mut at_once = self.search.page_size.get() + 1;
        loop {
            let mut hits = Vec::new();
            let mut is_end = false;
            while hits.len() < at_once.min(most) {
                match self.index.next_hit(storage, &mut asked).await? {
                    NextHit::Hit(hit) => hits.push(hit),
                    NextHit::Paused => {
                        pauses += 1;
                        if pauses >= MAX_PAUSES {
                            break;
                        }
                    }
                    NextHit::End => {
                        is_end = true;
                        break;
                    }
                }
            }
            verified += hits.len();
            self.verify(storage, &mut hits).await?;
            for FoundArticle { cursor, article, .. } in self.read(storage, &hits, self.search.view, read_at).await? {
                if !page.add(article?, cursor) {
                    return Ok(page.finish(total));
                }
            }
            if is_end {
                return Ok(page.finish(total));
            }
            let missing = self.search.page_size.get() + 1 - page.len();
            at_once = match page.len() {
                0 => at_once.min(most) * 2,
                // A few more than enough, if the share of matches stays the same.
                found => (missing * verified).div_ceil(found) * 5 / 4 + FEW_MORE,
            };
            if pauses >= MAX_PAUSES || (!self.plan.is_exact && verified >= MAX_VERIFIED) {
                let resume = asked.resume_after().map(|key| cursor(key)).transpose()?;
                return Ok(page.finish_early(resume.or_else(|| after.cloned()), total));
            }
        }
    }

    /// All hits of the index, if they are few.
    async fn candidates<S: SearchStorage>(&self, storage: &mut S) -> Result<Candidates, S::Error> {
        let mut asked = self.ask(Direction::NewestFirst, None);
        let mut ids = Vec::new();
        let mut pauses = 0;
        loop {
            match self.index.next_hit(storage, &mut asked).await? {
                NextHit::Hit(hit) => ids.push(hit.id),
                NextHit::Paused => pauses += 1,
                NextHit::End => {
                    return Ok(Candidates::These { ids, is_exact: self.plan.is_exact });
                }
            }
            if ids.len() > candidates::MAX_SORTED || pauses >= MAX_PAUSES {
                return Ok(Candidates::Any);
            }
        }
    }

    /// Counts all matches, up to one more than the exact maximum, within the limit of candidates.
    async fn count<S: SearchStorage>(&self, storage: &mut S) -> Result<Total, S::Error> {
        let mut asked = self.ask(Direction::NewestFirst, None);
        let (mut count, mut verified) = (0, 0);
        let mut hits = Vec::new();
        let mut is_end = false;
        while !is_end && count <= MAX_EXACT_TOTAL && verified < MAX_COUNTED {
            match self.index.next_hit(storage, &mut asked).await? {
                NextHit::Hit(_) if self.plan.is_exact => count += 1,
                NextHit::Hit(hit) => {
                    verified += 1;
                    hits.push(hit);
                }
                NextHit::Paused => {}
                NextHit::End => is_end = true,
            }
            if hits.len() >= max_batch(View::Full) || is_end {
                self.verify(storage, &mut hits).await?;
                count = count.saturating_add(u32::try_from(hits.len()).unwrap_or(u32::MAX));
                hits.clear();
            }
        }
        let is_lower_bound = count > MAX_EXACT_TOTAL || !is_end;
        Ok(Total { count: count.min(MAX_EXACT_TOTAL), is_lower_bound })
    }

    /// Keeps the hits that match.
    async fn verify<S: SearchStorage>(&self, storage: &mut S, hits: &mut Vec<Hit>) -> Result<(), S::Error> {
        if self.plan.is_exact {
            return Ok(());
        }
        if let Some(keywords) = self.search.keywords.as_ref().filter(|_| !hits.is_empty()) {
            let ids: Vec<i64> = hits.iter().map(|hit| hit.id).collect();
            let matching = storage.match_folded(&ids, keywords).await?;
            if let Some(id) = ids.into_iter().find(|id| !matching.contains_key(id)) {
                return Err(missing(id).into());
            }
            hits.retain(|hit| matching.get(&hit.id) == Some(&true));
        }
        if let Some(filter) = &self.search.filter {
            let view = if filter.needs_body() { View::Full } else { View::Basic };
            let mut matching = HashSet::new();
            for hits in hits.chunks(max_batch(view)) {
                for FoundArticle { id, article, .. } in self.read(storage, hits, view, &mut None).await? {
                    if filter.matches(&decode(id, &article?)?) {
                        matching.insert(id);
                    }
                }
            }
            hits.retain(|hit| matching.contains(&hit.id));
        }
        Ok(())
    }

    /// Reads the articles of some hits, in their order.
    async fn read<S: SearchStorage>(
        &self,
        storage: &mut S,
        hits: &[Hit],
        view: View,
        read_at: &mut Option<i64>,
    ) -> Result<Vec<FoundArticle>, S::Error> {
        if hits.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<i64> = hits.iter().map(|hit| hit.id).collect();
        let (generation, found) = storage.by_id(&ids, view, self.search.order.key).await?;
        *read_at = Some(generation);
        if found.iter().map(|found| found.id).eq(ids.iter().copied()) {
            return Ok(found);
        }
        let mut found: HashMap<i64, FoundArticle> = found.into_iter().map(|found| (found.id, found)).collect();
        ids.into_iter().map(|id| found.remove(&id).ok_or_else(|| missing(id).into())).collect()
    }
}

fn missing(id: i64) -> DamagedRow {
    DamagedRow { table: "article", id, reason: "the keyword index names it, but it is not there".to_owned() }
}

fn cursor(key: keyword_index::Key) -> Result<Cursor, DamagedRow> {
    let bad = || DamagedRow {
        table: "keyword_segment",
        id: key.effective_us,
        reason: "its directory names no article".to_owned(),
    };
    let time = Timestamp::from_microsecond(key.effective_us).map_err(|_| bad())?;
    let name = ArticleName::from_id(key.name).map_err(|_| bad())?;
    Ok(Cursor { time, name })
}
