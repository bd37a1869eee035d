//! The candidates of a search: what its metadata filter implies for the keyword index and for the table's indexes.
//!
//! It finds only candidates; the filter itself decides which of them match.

use std::ops::RangeInclusive;

use crate::article::{ArticleName, View};
use crate::keyword_index::{Plan, Query};
use crate::query::filter::{TextScalar, TimeBounds, TimeField};
use crate::query::{Filter, OrderKey};
use crate::store::Search;
use crate::store::search::{Condition, SearchStorage};

/// The maximum number of candidates that are sorted. With more, walking in order finds matches soon.
pub(crate) const MAX_SORTED: usize = 5_000;

/// What is known about the matching articles.
pub(crate) enum Candidates {
    /// They are among these ids. If `is_exact`, all of these match.
    These { ids: Vec<i64>, is_exact: bool },
    /// Any article may match.
    Any,
}

/// The query for the keyword index; `None` if it would not exclude anything.
pub(crate) fn plan(search: &Search) -> Option<Plan> {
    let keywords = search.keywords.iter().map(Query::of_keywords);
    let filter = search.filter.iter().map(Query::of_filter);
    let plan = Plan::new(&Query::And(keywords.chain(filter).collect()));
    (search.keywords.is_some() || plan.restricts()).then_some(plan)
}

/// The range of an order's key over all matches, in microseconds.
pub(crate) fn range_us(search: &Search, key: OrderKey) -> RangeInclusive<i64> {
    bounded(search, key).unwrap_or(i64::MIN..=i64::MAX)
}

/// The same, if the filter restricts it.
fn bounded(search: &Search, key: OrderKey) -> Option<RangeInclusive<i64>> {
    let field = match key {
        OrderKey::EffectiveTime => TimeField::Effective,
        OrderKey::CreateTime => TimeField::Create,
        OrderKey::UpdateTime => TimeField::Update,
    };
    let bounds = search.filter.as_ref()?.time_bounds(field);
    (bounds != TimeBounds::ALL).then(|| bounds.earliest.as_microsecond()..=bounds.latest.as_microsecond())
}

/// The view that a search must read to verify and return an article.
pub(crate) fn view_to_verify(search: &Search) -> View {
    let needs_body = search.keywords.is_some() || search.filter.as_ref().is_some_and(Filter::needs_body);
    if needs_body { search.view.max(View::Full) } else { search.view }
}

/// The articles that a filter names explicitly: by name, or by the name of their original.
pub(crate) async fn named<S: SearchStorage>(storage: &mut S, search: &Search) -> Result<Option<Candidates>, S::Error> {
    let Some(filter) = &search.filter else { return Ok(None) };
    for field in [TextScalar::Name, TextScalar::DuplicateOf] {
        // Ignores malformed names, which no article has, and an empty `duplicate_of`, which most articles have.
        let name = filter.required_text(field).and_then(|name| ArticleName::parse(name).ok());
        let Some(name) = name else { continue };
        let condition = if field == TextScalar::Name { Condition::Name(&name) } else { Condition::DuplicateOf(&name) };
        if let Some(found) = few(storage, condition).await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The articles in a time range of the filter, if they are few. Only for times other than the order's key, whose range limits
/// the walk itself.
pub(crate) async fn timed<S: SearchStorage>(storage: &mut S, search: &Search) -> Result<Candidates, S::Error> {
    for key in [OrderKey::EffectiveTime, OrderKey::CreateTime, OrderKey::UpdateTime] {
        let Some(range) = bounded(search, key).filter(|_| key != search.order.key) else { continue };
        if let Some(found) = few(storage, Condition::Time(key, range)).await? {
            return Ok(found);
        }
    }
    Ok(Candidates::Any)
}

/// The articles that meet a condition, if they are few enough to be sorted.
async fn few<S: SearchStorage>(storage: &mut S, condition: Condition<'_>) -> Result<Option<Candidates>, S::Error> {
    let ids = storage.ids_of(condition, MAX_SORTED + 1).await?;
    Ok((ids.len() <= MAX_SORTED).then_some(Candidates::These { ids, is_exact: false }))
}
