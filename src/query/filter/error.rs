//! Why a filter is refused, and where.

use super::{MAX_DEPTH, MAX_FILTER_BYTES, MAX_TERMS};
use crate::query::BadKeywords;

/// A filter that is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at character {position}: {problem}")]
pub struct BadFilter {
    /// Where in the text, in code points, counting from 1; one more than there are, if something is missing at the end.
    pub position: usize,
    pub(crate) problem: FilterProblem,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FilterProblem {
    #[error("the filter has more than {MAX_FILTER_BYTES} bytes")]
    TooLong,
    #[error("parentheses are nested deeper than {MAX_DEPTH}")]
    TooDeep,
    #[error("the filter has more than {MAX_TERMS} terms")]
    TooManyTerms,
    #[error("{0}")]
    Syntax(&'static str),
    #[error("there is no field {0:?} to filter by")]
    UnknownField(String),
    #[error("{field} cannot be compared with {operator}")]
    Operator { field: String, operator: &'static str },
    #[error("{field} must be compared with {expected}")]
    Value { field: String, expected: &'static str },
    #[error("a keyword {0}")]
    Keyword(BadKeywords),
}
