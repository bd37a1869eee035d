//! The candidates of a search: what its metadata filter implies for the keyword index and for the table's indexes.
//!
//! It finds only candidates; the filter itself decides which of them match.

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

/// The maximum number of candidates that are sorted. With more, walking in order finds matches soon.
pub(crate) const MAX_SORTED: usize = 5_000;

/// What is known about the matching articles.
pub(crate) enum Candidates {
    /// They are among these ids, a JSON list. If `is_exact`, all of these match.
    These { ids: String, is_exact: bool },
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
pub(crate) async fn named(
    connection: &mut SqliteConnection,
    search: &Search,
) -> Result<Option<Candidates>, SqliteError> {
    let Some(filter) = &search.filter else { return Ok(None) };
    for (field, condition) in [
        (TextScalar::Name, "name = ?1"),
        (TextScalar::DuplicateOf, "duplicate_of = (SELECT id FROM article WHERE name = ?1)"),
    ] {
        // Ignores malformed names, which no article has, and an empty `duplicate_of`, which most articles have.
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

/// The articles in a time range of the filter, if they are few. Only for times other than the order's key, whose range limits
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
