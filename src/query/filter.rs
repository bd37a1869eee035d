//! The metadata filter: the language of AIP-160 (google.aip.dev/160) over an article's fields.
//!
//! Owns the grammar, the types of the fields and the meaning: [`Filter::matches`] defines what a store must find. A tree
//! is typed when it is made, so that a store can turn parts of it into a question to its database; whatever it leaves,
//! `matches` decides.
//!
//! What AIP-160 leaves open is settled so:
//! - Words beside each other (`安全 生产`) must all occur; each is a keyword over all text fields, as in the keyword filter.
//! - `=`, `!=`, `<`, `<=`, `>`, `>=` compare text exactly, code point by code point; an unescaped `*` at the beginning or
//!   the end of the value of `=` or `!=` stands for any text. `:` compares folded, as keywords are: on a text field the value
//!   occurs in it; on a repeated field it is one of the elements, where `*` may again begin or end it.
//! - Full-width `：（），＝` and quotes `“”` are syntax too. Operators of other languages (`and`, `&&`, `~`, `;`, `--`) and a `*` within
//!   a value are refused: as text they would find nothing.
//! - A time without an offset, or a day alone, is in China's standard time, as everywhere in this house.
//! - `field:*` holds if the field is set. A comparison with a time, number or text that is not set (a dateline's agency where
//!   there is no dateline, a label that is not there) does not hold, whatever the operator; `NOT` before it does.
//! - An enum's value is written with or without its prefix: `PUBLISH_TIME_PRECISION_DAY` or `DAY`.

mod error;
mod field;
mod implied;
mod parse;
mod print;
mod syntax;

use std::cell::OnceCell;

pub use self::error::BadFilter;
pub(crate) use self::error::FilterProblem;
pub(crate) use self::field::{ListField, NumberField, Presence, TextScalar, TimeField};
pub(crate) use self::implied::TimeBounds;
use super::{FoldedFields, Keyword};
use crate::article::{Article, TimeBasis, TimePrecision, Timestamp};
use crate::text::fold;

/// The longest filter, in bytes.
pub(crate) const MAX_FILTER_BYTES: usize = 4096;

/// How deep parentheses may nest.
const MAX_DEPTH: usize = 8;

/// The most comparisons and keywords in one filter.
const MAX_TERMS: usize = 64;

/// A filter, checked and typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// At least two, none of them an `And`.
    And(Vec<Filter>),
    /// At least two, none of them an `Or`.
    Or(Vec<Filter>),
    /// The part does not hold.
    Not(Box<Filter>),
    /// It occurs in some text field.
    Keyword(Keyword),
    /// A field compares with a value.
    Compare(Comparison),
}

/// One comparison of a field with a value of its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    Text { field: TextScalar, test: TextTest },
    Time { field: TimeField, relation: Relation, value: Timestamp },
    Number { field: NumberField, relation: Relation, value: i64 },
    Precision { is: bool, value: Option<TimePrecision> },
    Basis { is: bool, value: Option<TimeBasis> },
    List { field: ListField, test: ListTest },
    Label { key: String, test: TextTest },
    Present(Presence),
}

/// What is asked of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextTest {
    Is(Pattern),
    IsNot(Pattern),
    /// By code points. `relation` is one of the four that order.
    Ordered {
        relation: Relation,
        value: String,
    },
    /// This folded text occurs in the folded text.
    Has(String),
}

/// What is asked of a list of texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListTest {
    /// Some element is this.
    Is(Pattern),
    /// No element is this.
    IsNot(Pattern),
    /// Some element is this, both folded.
    Has(Pattern),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

/// A text, or all texts that begin or end with one, or hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    pub text: String,
    /// Anything may come before.
    pub(crate) open_start: bool,
    /// Anything may come after.
    pub(crate) open_end: bool,
}

impl Filter {
    /// Reads a filter. `None` if the text is blank: it restricts nothing.
    pub fn parse(text: &str) -> Result<Option<Self>, BadFilter> {
        parse::parse(text)
    }

    /// Whether an article matches: all of it, body and report included.
    pub fn matches(&self, article: &Article) -> bool {
        self.holds(article, &OnceCell::new())
    }

    /// As [`Filter::matches`], for one who has the folded texts at hand.
    pub(crate) fn matches_folded(&self, article: &Article, texts: FoldedFields) -> bool {
        self.holds(article, &OnceCell::from(texts))
    }

    fn holds(&self, article: &Article, texts: &OnceCell<FoldedFields>) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.holds(article, texts)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(article, texts)),
            Self::Not(part) => !part.holds(article, texts),
            Self::Keyword(keyword) => {
                texts.get_or_init(|| FoldedFields::of(&article.content)).as_str().contains(keyword.folded())
            }
            Self::Compare(comparison) => comparison.holds(article),
        }
    }
}

impl Comparison {
    /// Whether it holds for an article.
    pub fn holds(&self, article: &Article) -> bool {
        let content = &article.content;
        match self {
            Self::Text { field, test } => field.of(article).is_some_and(|text| test.holds(&text)),
            Self::Time { field, relation, value } => field.of(article).is_some_and(|time| relation.holds(&time, value)),
            Self::Number { field, relation, value } => {
                field.of(article).is_some_and(|number| relation.holds(&number, value))
            }
            Self::Precision { is, value } => (content.publish_time.map(|time| time.precision) == *value) == *is,
            Self::Basis { is, value } => (content.publish_time.map(|time| time.basis) == *value) == *is,
            Self::List { field, test } => test.holds(field.of(content)),
            Self::Label { key, test } => content.labels.get(key).is_some_and(|text| test.holds(text)),
            Self::Present(presence) => presence.holds(article),
        }
    }
}

impl TextTest {
    fn holds(&self, text: &str) -> bool {
        match self {
            Self::Is(pattern) => pattern.matches(text),
            Self::IsNot(pattern) => !pattern.matches(text),
            Self::Ordered { relation, value } => relation.holds(text, value),
            Self::Has(folded) => fold(text).contains(folded.as_str()),
        }
    }
}

impl ListTest {
    fn holds(&self, elements: &[String]) -> bool {
        match self {
            Self::Is(pattern) => elements.iter().any(|element| pattern.matches(element)),
            Self::IsNot(pattern) => !elements.iter().any(|element| pattern.matches(element)),
            Self::Has(pattern) => elements.iter().any(|element| pattern.matches(&fold(element))),
        }
    }
}

impl Relation {
    fn holds<T: Ord + ?Sized>(self, left: &T, right: &T) -> bool {
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::Greater => left > right,
            Self::AtLeast => left >= right,
        }
    }
}

impl Pattern {
    fn matches(&self, text: &str) -> bool {
        match (self.open_start, self.open_end) {
            (false, false) => text == self.text,
            (false, true) => text.starts_with(&self.text),
            (true, false) => text.ends_with(&self.text),
            (true, true) => text.contains(&self.text),
        }
    }
}

#[cfg(test)]
mod documented_tests;
#[cfg(test)]
mod tests;
