//! A filter as text: what [`Filter::parse`] reads back as the same tree.

use std::fmt;

use super::field::{BASIS, DATELINE, DATELINE_DATE, LABELS, PRECISION};
use super::{Comparison, Filter, ListTest, Pattern, Presence, Relation, TextTest};
use crate::article::{TimeBasis, TimePrecision};

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(parts) => separated(f, parts, " AND ", |_| false),
            // OR binds tighter than AND.
            Self::Or(parts) => separated(f, parts, " OR ", |part| matches!(part, Self::And(_))),
            Self::Not(part) if matches!(**part, Self::Keyword(_) | Self::Compare(_)) => write!(f, "NOT {part}"),
            Self::Not(part) => write!(f, "NOT ({part})"),
            Self::Keyword(keyword) => write!(f, "{}", Quoted(keyword.given())),
            Self::Compare(comparison) => write!(f, "{comparison}"),
        }
    }
}

fn separated(
    f: &mut fmt::Formatter<'_>,
    parts: &[Filter],
    separator: &str,
    needs_parentheses: impl Fn(&Filter) -> bool,
) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        if needs_parentheses(part) { write!(f, "({part})")? } else { write!(f, "{part}")? }
    }
    Ok(())
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { field, test } => write!(f, "{}{test}", field.proto_name()),
            Self::Time { field, relation, value } => write!(f, "{} {} {value}", field.proto_name(), relation.symbol()),
            Self::Number { field, relation, value } => {
                write!(f, "{} {} {value}", field.proto_name(), relation.symbol())
            }
            Self::Precision { is, value } => write!(f, "{PRECISION}{}{}", equality(*is), precision_name(*value)),
            Self::Basis { is, value } => write!(f, "{BASIS}{}{}", equality(*is), basis_name(*value)),
            Self::List { field, test } => write!(f, "{}{test}", field.proto_name()),
            Self::Label { key, test } => write!(f, "{LABELS}.{}{test}", Quoted(key)),
            Self::Present(presence) => match presence {
                Presence::Text(field) => write!(f, "{}:*", field.proto_name()),
                Presence::Time(field) => write!(f, "{}:*", field.proto_name()),
                Presence::Number(field) => write!(f, "{}:*", field.proto_name()),
                Presence::List(field) => write!(f, "{}:*", field.proto_name()),
                Presence::Precision => write!(f, "{PRECISION}:*"),
                Presence::Basis => write!(f, "{BASIS}:*"),
                Presence::Dateline => write!(f, "{DATELINE}:*"),
                Presence::DatelineDate => write!(f, "{DATELINE_DATE}:*"),
                Presence::AnyLabel => write!(f, "{LABELS}:*"),
                Presence::Label(key) => write!(f, "{LABELS}:{}", Quoted(key)),
            },
        }
    }
}

impl fmt::Display for TextTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(pattern) => write!(f, " = {pattern}"),
            Self::IsNot(pattern) => write!(f, " != {pattern}"),
            Self::Ordered { relation, value } => write!(f, " {} {}", relation.symbol(), Quoted(value)),
            Self::Has(folded) => write!(f, ":{}", Quoted(folded)),
        }
    }
}

impl fmt::Display for ListTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(pattern) => write!(f, " = {pattern}"),
            Self::IsNot(pattern) => write!(f, " != {pattern}"),
            Self::Has(pattern) => write!(f, ":{pattern}"),
        }
    }
}

impl Relation {
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }
}

fn equality(is: bool) -> &'static str {
    if is { " = " } else { " != " }
}

/// The proto enum's value, without its prefix.
pub(super) fn precision_name(precision: Option<TimePrecision>) -> &'static str {
    match precision {
        None => "UNSPECIFIED",
        Some(TimePrecision::Year) => "YEAR",
        Some(TimePrecision::Month) => "MONTH",
        Some(TimePrecision::Day) => "DAY",
        Some(TimePrecision::Hour) => "HOUR",
        Some(TimePrecision::Minute) => "MINUTE",
        Some(TimePrecision::Second) => "SECOND",
    }
}

/// The proto enum's value, without its prefix.
pub(super) fn basis_name(basis: Option<TimeBasis>) -> &'static str {
    match basis {
        None => "UNSPECIFIED",
        Some(TimeBasis::Caller) => "CALLER",
        Some(TimeBasis::Metadata) => "METADATA",
        Some(TimeBasis::PageText) => "PAGE_TEXT",
        Some(TimeBasis::Url) => "URL",
        Some(TimeBasis::Dateline) => "DATELINE",
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = |is_open: bool| if is_open { "*" } else { "" };
        write!(f, "\"{}{}{}\"", star(self.open_start), Escaped(&self.text), star(self.open_end))
    }
}

/// Text in quotes.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", Escaped(self.0))
    }
}

/// Text with a backslash before each character that would otherwise mean something between quotes.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            if matches!(c, '"' | '\\' | '*') {
                f.write_str("\\")?;
            }
            write!(f, "{c}")?;
        }
        Ok(())
    }
}
