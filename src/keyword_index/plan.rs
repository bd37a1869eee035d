//! Compiles a query to an expression over grams.
//!
//! For a term of one or two characters the index is exact. For a longer term it only finds candidates. So a query has two
//! bounds: the **upper** bound contains every match, and the **lower** bound contains only matches. The search evaluates the
//! upper bound. If both bounds are the same, the result is exact and the texts need not be verified.

use crate::query::filter::{Comparison, ListField, ListTest, Pattern, TextScalar, TextTest};
use crate::query::{Filter, Keyword, KeywordFilter, KeywordMatch, TextField};
use crate::text::fold;

/// The maximum number of characters of a term that are looked up. Verification covers the rest.
const MAX_TERM_CHARS: usize = 64;

/// A condition on a document's texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// Every document.
    All,
    /// A condition that the index cannot evaluate: any document may match.
    Unknown,
    /// The texts contain a term.
    Term(Term),
    /// All conditions hold.
    And(Vec<Query>),
    /// At least one condition holds.
    Or(Vec<Query>),
    /// The condition does not hold.
    Not(Box<Query>),
}

/// One term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The folded text; never empty.
    pub folded: String,
    /// Whether any occurrence in any text counts. If not, the results of the index must be verified.
    pub anywhere: bool,
}

impl Query {
    /// The query of a keyword filter.
    pub fn of_keywords(filter: &KeywordFilter) -> Self {
        let anywhere = filter.matching == KeywordMatch::Substring && filter.fields == TextField::ALL;
        let term = |keyword: &Keyword| Query::Term(Term { folded: keyword.folded().to_owned(), anywhere });
        let mut parts: Vec<Query> = filter.all.iter().map(term).collect();
        if !filter.any.is_empty() {
            parts.push(Query::Or(filter.any.iter().map(term).collect()));
        }
        parts.extend(filter.none.iter().map(|keyword| Query::Not(Box::new(term(keyword)))));
        Query::And(parts)
    }

    /// The part of a metadata filter that the index can evaluate: it contains some of the fields that a filter may compare.
    pub fn of_filter(filter: &Filter) -> Self {
        match filter {
            Filter::And(parts) => Query::And(parts.iter().map(Query::of_filter).collect()),
            Filter::Or(parts) => Query::Or(parts.iter().map(Query::of_filter).collect()),
            Filter::Not(part) => Query::Not(Box::new(Query::of_filter(part))),
            Filter::Keyword(keyword) => Query::Term(Term { folded: keyword.folded().to_owned(), anywhere: true }),
            Filter::Compare(comparison) => occurring(comparison).map_or(Query::Unknown, |folded| {
                let folded: String = folded.chars().take(MAX_TERM_CHARS).collect();
                Query::Term(Term { folded, anywhere: false })
            }),
        }
    }
}

/// A folded text that occurs in the indexed texts of every document for which the comparison holds.
fn occurring(comparison: &Comparison) -> Option<String> {
    // The folding of a prefix is not always a prefix of the folding.
    let whole = |pattern: &Pattern| (!pattern.open_start && !pattern.open_end).then(|| fold(&pattern.text));
    let folded = match comparison {
        Comparison::Text {
            field: TextScalar::Headline | TextScalar::Kicker | TextScalar::InfoSource | TextScalar::Body,
            test,
        } => match test {
            TextTest::Has(folded) => Some(folded.clone()),
            TextTest::Is(pattern) => whole(pattern),
            TextTest::IsNot(_) | TextTest::Ordered { .. } => None,
        },
        Comparison::List { field: ListField::Subheadlines | ListField::Authors | ListField::Keywords, test } => {
            match test {
                ListTest::Has(folded) => Some(folded.text.clone()),
                ListTest::Is(pattern) => whole(pattern),
                ListTest::IsNot(_) => None,
            }
        }
        _ => None,
    };
    folded.filter(|folded| !folded.is_empty())
}

/// The compiled query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub(super) walk: Expr,
    /// Whether every document found is a match. If not, it is only a candidate.
    pub is_exact: bool,
}

impl Plan {
    /// Compiles a query.
    pub fn new(query: &Query) -> Self {
        let Bounds { lower, upper } = bounds(query);
        Self { is_exact: lower == upper, walk: upper }
    }

    /// Whether the index excludes any document.
    pub fn restricts(&self) -> bool {
        self.walk != Expr::All
    }
}

/// A set of documents, as an expression over grams. Use the constructors below, which simplify.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expr {
    Nothing,
    All,
    /// The documents that contain one or two characters.
    Short(Vec<char>),
    /// The documents that contain all grams of a term of three or more characters.
    Long(Vec<char>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
}

impl Expr {
    fn and(parts: impl IntoIterator<Item = Expr>) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Expr::Nothing => return Expr::Nothing,
                Expr::All => {}
                Expr::And(inner) => kept.extend(inner),
                other => kept.push(other),
            }
        }
        Self::one_or(kept, Expr::All, Expr::And)
    }

    fn or(parts: impl IntoIterator<Item = Expr>) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Expr::All => return Expr::All,
                Expr::Nothing => {}
                Expr::Or(inner) => kept.extend(inner),
                other => kept.push(other),
            }
        }
        Self::one_or(kept, Expr::Nothing, Expr::Or)
    }

    fn not(part: Expr) -> Self {
        match part {
            Expr::Nothing => Expr::All,
            Expr::All => Expr::Nothing,
            Expr::Not(inner) => *inner,
            other => Expr::Not(Box::new(other)),
        }
    }

    fn one_or(mut kept: Vec<Expr>, none: Expr, many: fn(Vec<Expr>) -> Expr) -> Self {
        match kept.len() {
            0 => none,
            1 => kept.remove(0),
            _ => many(kept),
        }
    }
}

struct Bounds {
    lower: Expr,
    upper: Expr,
}

fn bounds(query: &Query) -> Bounds {
    match query {
        Query::All => Bounds { lower: Expr::All, upper: Expr::All },
        Query::Unknown => Bounds { lower: Expr::Nothing, upper: Expr::All },
        Query::Term(term) => {
            let characters: Vec<char> = term.folded.chars().collect();
            match characters.len() {
                // Blank terms are refused earlier. One that gets here matches every document.
                0 => Bounds { lower: Expr::All, upper: Expr::All },
                1 | 2 if term.anywhere => {
                    Bounds { lower: Expr::Short(characters.clone()), upper: Expr::Short(characters) }
                }
                1 | 2 => Bounds { lower: Expr::Nothing, upper: Expr::Short(characters) },
                _ => Bounds { lower: Expr::Nothing, upper: Expr::Long(characters) },
            }
        }
        Query::And(parts) => {
            let (lower, upper) = bounds_of(parts);
            Bounds { lower: Expr::and(lower), upper: Expr::and(upper) }
        }
        Query::Or(parts) => {
            let (lower, upper) = bounds_of(parts);
            Bounds { lower: Expr::or(lower), upper: Expr::or(upper) }
        }
        Query::Not(part) => {
            let Bounds { lower, upper } = bounds(part);
            Bounds { lower: Expr::not(upper), upper: Expr::not(lower) }
        }
    }
}

fn bounds_of(parts: &[Query]) -> (Vec<Expr>, Vec<Expr>) {
    parts.iter().map(bounds).map(|Bounds { lower, upper }| (lower, upper)).unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(text: &str) -> Query {
        Query::Term(Term { folded: text.to_owned(), anywhere: true })
    }

    fn elsewhere(text: &str) -> Query {
        Query::Term(Term { folded: text.to_owned(), anywhere: false })
    }

    fn not(query: Query) -> Query {
        Query::Not(Box::new(query))
    }

    fn check(query: Query, is_exact: bool, walk: Expr) {
        assert_eq!(Plan::new(&query), Plan { walk, is_exact });
    }

    #[test]
    fn short_terms_are_exact_and_long_ones_are_not() {
        let short = |text: &str| Expr::Short(text.chars().collect());
        let long = |text: &str| Expr::Long(text.chars().collect());
        check(term("新"), true, short("新"));
        check(term("新区"), true, short("新区"));
        check(term("新华社"), false, long("新华社"));
        check(elsewhere("新"), false, short("新"));
        check(not(term("新")), true, Expr::Not(Box::new(short("新"))));
        check(not(term("新华社")), false, Expr::All);
        check(not(elsewhere("新")), false, Expr::All);
        check(Query::And(vec![term("新"), not(term("新华社"))]), false, short("新"));
        check(Query::Or(vec![term("新"), not(term("新华社"))]), false, Expr::All);
        check(Query::And(vec![]), true, Expr::All);
        check(Query::Or(vec![]), true, Expr::Nothing);
    }

    #[test]
    fn a_filter_restricts_by_the_texts_that_it_names() {
        let short = |text: &str| Expr::Short(text.chars().collect());
        let long = |text: &str| Expr::Long(text.chars().collect());
        let check = |text: &str, is_exact: bool, walk: Expr| {
            let filter = Filter::parse(text).expect(text).expect("not blank");
            assert_eq!(Plan::new(&Query::of_filter(&filter)), Plan { walk, is_exact }, "{text}");
        };
        check("新區", true, short("新区"));
        check("NOT 新區", true, Expr::Not(Box::new(short("新区"))));
        check("info_source = 新華社", false, long("新华社"));
        check("headline:新區 AND revision = 1", false, short("新区"));
        check("revision = 1 AND NOT section = a", false, Expr::All);
        check("NOT info_source = 新華社", false, Expr::All);
        check("authors:(甲 OR 乙)", false, Expr::Or(vec![short("甲"), short("乙")]));
        check("keywords = \"新區\" AND 橋", false, Expr::And(vec![short("新区"), short("桥")]));
        check("新區 OR revision = 1", false, Expr::All);
        for text in
            ["headline = \"新區*\"", "kicker = \"\"", "section = 新區", "labels.a = 新區", "body != 新區", "editors:甲"]
        {
            check(text, false, Expr::All);
        }
    }
}
