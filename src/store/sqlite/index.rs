//! The keyword index: which articles may contain a keyword.
//!
//! Owns the table `gram` and all that is asked of it. It may answer with too many articles, never with too few: the
//! caller verifies what [`Candidates`] does not call exact. Refuses to know orders, pages and rows.

mod grams;

use sqlx::{Row, SqliteConnection};

pub(super) use self::grams::Grams;
use self::grams::question;
use super::fault::Fault;
use crate::query::KeywordFilter;

/// What the index can say about a filter.
pub(super) enum Candidates {
    /// Every match is among those that this question finds in `gram`. If `is_exact`, all of those match.
    Found { question: String, is_exact: bool },
    /// Nothing: any article may match.
    Any,
}

/// What the index says about a filter.
pub(super) fn candidates(keywords: &KeywordFilter) -> Candidates {
    match question(keywords) {
        Some((question, is_exact)) => Candidates::Found { question, is_exact },
        None => Candidates::Any,
    }
}

/// Counts what a question finds, but no further than `at_most`.
pub(super) async fn count(connection: &mut SqliteConnection, question: &str, at_most: i64) -> Result<i64, Fault> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM gram WHERE gram MATCH ?1 LIMIT ?2)";
    let row = sqlx::query(sql).bind(question).bind(at_most).fetch_one(connection).await?;
    Ok(row.try_get(0)?)
}

/// Adds an article.
pub(super) async fn put(connection: &mut SqliteConnection, id: i64, grams: &Grams) -> Result<(), Fault> {
    let sql = "INSERT INTO gram (rowid, grams) VALUES (?1, ?2)";
    sqlx::query(sql).bind(id).bind(grams.as_str()).execute(connection).await?;
    Ok(())
}

/// Removes an article, whose grams must be those that it was put in with.
pub(super) async fn remove(connection: &mut SqliteConnection, id: i64, grams: &Grams) -> Result<(), Fault> {
    let sql = "INSERT INTO gram (gram, rowid, grams) VALUES ('delete', ?1, ?2)";
    sqlx::query(sql).bind(id).bind(grams.as_str()).execute(connection).await?;
    Ok(())
}
