//! Where a search has to look: what its metadata filter says to the keyword index, and to the indexes of the table.
//!
//! Refuses to decide: whatever is found is a candidate, which the filter itself judges.

use std::ops::RangeInclusive;

use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::article::{ArticleName, View};
use crate::keyword_index::{Plan, Query};
use crate::query::filter::{TextScalar, TimeBounds, TimeField};
use crate::query::{Filter, OrderKey};
use crate::store::Search;
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::json_list::json_list;
use crate::store::sqlite::read::packed::key_column;

/// Up to this many candidates are sorted; more are so many that walking meets matches soon.
pub(crate) const MAX_SORTED: usize = 5_000;

/// What is known of the articles that match.
pub(crate) enum Candidates {
    /// They are among these, a JSON list of ids. If `is_exact`, all of these match.
    These { ids: String, is_exact: bool },
    /// Nothing: any article may match.
    Any,
}

/// What the keyword index can tell of a search; `None` if that is nothing.
pub(crate) fn plan(search: &Search) -> Option<Plan> {
    let keywords = search.keywords.iter().map(Query::of_keywords);
    let filter = search.filter.iter().map(Query::of_filter);
    let plan = Plan::new(&Query::And(keywords.chain(filter).collect()));
    (search.keywords.is_some() || plan.restricts()).then_some(plan)
}

/// The times between which every match has the key of an order, in microseconds.
pub(crate) fn range_us(search: &Search, key: OrderKey) -> RangeInclusive<i64> {
    bounded(search, key).unwrap_or(i64::MIN..=i64::MAX)
}

/// The same, if the filter says anything of it.
fn bounded(search: &Search, key: OrderKey) -> Option<RangeInclusive<i64>> {
    let field = match key {
        OrderKey::EffectiveTime => TimeField::Effective,
        OrderKey::CreateTime => TimeField::Create,
        OrderKey::UpdateTime => TimeField::Update,
    };
    let bounds = search.filter.as_ref()?.time_bounds(field);
    (bounds != TimeBounds::ALL).then(|| bounds.earliest.as_microsecond()..=bounds.latest.as_microsecond())
}

/// How much of an article a search has to read to verify it and to show it.
pub(crate) fn view_to_verify(search: &Search) -> View {
    let needs_body = search.keywords.is_some() || search.filter.as_ref().is_some_and(Filter::needs_body);
    if needs_body { search.view.max(View::Full) } else { search.view }
}

/// The articles that a filter names outright: by their own name, or by that of their original.
pub(crate) async fn named(
    connection: &mut SqliteConnection,
    search: &Search,
) -> Result<Option<Candidates>, SqliteError> {
    let Some(filter) = &search.filter else { return Ok(None) };
    for (field, condition) in [
        (TextScalar::Name, "name = ?1"),
        (TextScalar::DuplicateOf, "duplicate_of = (SELECT id FROM article WHERE name = ?1)"),
    ] {
        // What is no name is none of an article; and that there is no original is true of most.
        let name = filter.required_text(field).and_then(|name| ArticleName::parse(name).ok());
        let Some(name) = name else { continue };
        let sql = format!("SELECT id FROM article WHERE {condition} LIMIT {}", MAX_SORTED + 1);
        let query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(name.id().to_owned());
        let ids: Vec<i64> = query.fetch_all(&mut *connection).await?;
        if ids.len() <= MAX_SORTED {
            return Ok(Some(from_ids(&ids)));
        }
    }
    Ok(None)
}

/// The articles of the times that a filter asks for, if they are few, and other times than those of the order: these bound
/// the walk itself.
pub(crate) async fn timed(connection: &mut SqliteConnection, search: &Search) -> Result<Candidates, SqliteError> {
    for key in [OrderKey::EffectiveTime, OrderKey::CreateTime, OrderKey::UpdateTime] {
        let Some(range) = bounded(search, key).filter(|_| key != search.order.key) else { continue };
        let column = key_column(key);
        let sql = format!("SELECT id FROM article WHERE {column} BETWEEN ?1 AND ?2 LIMIT {}", MAX_SORTED + 1);
        let query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(*range.start()).bind(*range.end());
        let ids: Vec<i64> = query.fetch_all(&mut *connection).await?;
        if ids.len() <= MAX_SORTED {
            return Ok(from_ids(&ids));
        }
    }
    Ok(Candidates::Any)
}

fn from_ids(ids: &[i64]) -> Candidates {
    Candidates::These { ids: json_list(ids), is_exact: false }
}
