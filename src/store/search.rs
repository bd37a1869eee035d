//! List and Filter, the same for every engine: candidates, pages, counts.
//!
//! Owns the algorithms, and the trait of the statements that they need. An engine only reads; it makes no decisions.

pub(crate) mod candidates;
pub(crate) mod filter;
pub(crate) mod list;

use std::collections::HashMap;
use std::future::Future;
use std::ops::RangeInclusive;

use crate::article::{Article, ArticleName, View};
use crate::keyword_index::IndexReader;
use crate::query::{Cursor, KeywordFilter, Order, OrderKey};
use crate::store::EncodedArticle;
use crate::store::damage::DamagedRow;

/// An article that a statement found.
#[derive(Clone, Debug)]
pub(crate) struct FoundArticle {
    pub id: i64,
    /// The cursor after this article.
    pub cursor: Cursor,
    /// Damage concerns this article alone.
    pub article: Result<EncodedArticle, DamagedRow>,
}

/// What an article must be to be a candidate.
#[derive(Clone, Debug)]
pub(crate) enum Condition<'a> {
    Name(&'a ArticleName),
    /// It is a duplicate of this one.
    DuplicateOf(&'a ArticleName),
    /// Its time is in this range, in microseconds.
    Time(OrderKey, RangeInclusive<i64>),
}

/// A part of an order that a statement reads.
#[derive(Clone, Debug)]
pub(crate) struct Walk<'a> {
    pub order: Order,
    /// The range of the order's time, in microseconds.
    pub range_us: RangeInclusive<i64>,
    /// Only articles with the time of this cursor that follow it by name.
    pub same_time_after: Option<&'a Cursor>,
    pub view: View,
    pub limit: usize,
}

/// A connection of an engine, for List and Filter.
///
/// Futures are `Send`, because requests run on tasks.
pub(crate) trait SearchStorage: IndexReader<Error: From<DamagedRow>> {
    /// Begins a transaction that reads one state, and returns the generation of its keyword index.
    fn begin_reading(&mut self) -> impl Future<Output = Result<i64, Self::Error>> + Send;

    fn end_reading(&mut self) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// The generation of the keyword index.
    fn generation(&mut self) -> impl Future<Output = Result<i64, Self::Error>> + Send;

    /// The ids of up to `limit` articles that meet a condition, in any order.
    fn ids_of(
        &mut self,
        condition: Condition<'_>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<i64>, Self::Error>> + Send;

    /// The first articles of a part of an order, returned in any order.
    fn walk(&mut self, walk: Walk<'_>) -> impl Future<Output = Result<Vec<FoundArticle>, Self::Error>> + Send;

    /// The first of some articles in an order, after a cursor; returned in any order.
    fn first_of(
        &mut self,
        ids: &[i64],
        order: Order,
        after: Option<&Cursor>,
        view: View,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<FoundArticle>, Self::Error>> + Send;

    /// The articles with these ids, best in their order, without missing ones; and the generation of the keyword index of the state
    /// that they were read from.
    fn by_id(
        &mut self,
        ids: &[i64],
        view: View,
        key: OrderKey,
    ) -> impl Future<Output = Result<(i64, Vec<FoundArticle>), Self::Error>> + Send;

    /// Whether the folded texts of some articles match. Missing articles are omitted.
    fn match_folded(
        &mut self,
        ids: &[i64],
        keywords: &KeywordFilter,
    ) -> impl Future<Output = Result<HashMap<i64, bool>, Self::Error>> + Send;

    /// Up to `limit` FULL articles after an id, in creation order, with their ids.
    fn after_id(
        &mut self,
        id: i64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<(i64, Article)>, Self::Error>> + Send;

    /// The number of articles, up to a limit.
    fn count_articles(&mut self, limit: u32) -> impl Future<Output = Result<u32, Self::Error>> + Send;
}

/// The number of articles that a statement reads. Bodies have at most 1 MiB and raw documents 8 MiB, so this limits memory.
pub(crate) fn max_batch(view: View) -> usize {
    match view {
        View::Basic => 256,
        View::Full => 64,
        View::Raw => 4,
    }
}

/// The column of an order's key, the same in every engine.
pub(crate) fn key_column(key: OrderKey) -> &'static str {
    match key {
        OrderKey::EffectiveTime => "effective_us",
        OrderKey::CreateTime => "create_us",
        OrderKey::UpdateTime => "update_us",
    }
}
