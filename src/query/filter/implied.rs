//! What a filter implies: bounds that every match lies within, and how much of an article it needs to see. For stores, so
//! that they look at less; [`Filter::matches`] decides.

use crate::article::Timestamp;

use super::{Comparison, Filter, Presence, Relation, TextScalar, TextTest, TimeField};

/// Times that a match lies between, both ends included. Empty if `earliest` is after `latest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeBounds {
    pub(crate) earliest: Timestamp,
    pub(crate) latest: Timestamp,
}

impl TimeBounds {
    /// Any time.
    pub(crate) const ALL: Self = Self { earliest: Timestamp::MIN, latest: Timestamp::MAX };

    fn both(self, other: Self) -> Self {
        Self { earliest: self.earliest.max(other.earliest), latest: self.latest.min(other.latest) }
    }

    fn hull(self, other: Self) -> Self {
        Self { earliest: self.earliest.min(other.earliest), latest: self.latest.max(other.latest) }
    }
}

impl Filter {
    /// Bounds of a time in every match.
    pub(crate) fn time_bounds(&self, field: TimeField) -> TimeBounds {
        match self {
            Self::And(parts) => parts.iter().fold(TimeBounds::ALL, |bounds, part| bounds.both(part.time_bounds(field))),
            Self::Or(parts) => {
                let bounds = parts.iter().map(|part| part.time_bounds(field));
                bounds.reduce(TimeBounds::hull).unwrap_or(TimeBounds::ALL)
            }
            Self::Compare(Comparison::Time { field: compared, relation, value }) if implies(*compared, field) => {
                // `<` and `>` are taken with the value itself: bounds need not be tight.
                match relation {
                    Relation::Equal => TimeBounds { earliest: *value, latest: *value },
                    Relation::Less | Relation::AtMost => TimeBounds { latest: *value, ..TimeBounds::ALL },
                    Relation::Greater | Relation::AtLeast => TimeBounds { earliest: *value, ..TimeBounds::ALL },
                    Relation::NotEqual => TimeBounds::ALL,
                }
            }
            Self::Not(_) | Self::Keyword(_) | Self::Compare(_) => TimeBounds::ALL,
        }
    }

    /// Whether it cannot be decided without an article's body.
    pub(crate) fn needs_body(&self) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::needs_body),
            Self::Not(part) => part.needs_body(),
            Self::Keyword(_) => true,
            Self::Compare(comparison) => matches!(
                comparison,
                Comparison::Text { field: TextScalar::Body, .. }
                    | Comparison::Present(Presence::Text(TextScalar::Body))
            ),
        }
    }

    /// The one value that a text field has in every match, if there is such.
    pub(crate) fn required_text(&self, field: TextScalar) -> Option<&str> {
        match self {
            Self::And(parts) => parts.iter().find_map(|part| part.required_text(field)),
            Self::Compare(Comparison::Text { field: compared, test: TextTest::Is(pattern) }) if *compared == field => {
                (!pattern.open_start && !pattern.open_end).then_some(pattern.text.as_str())
            }
            _ => None,
        }
    }
}

/// Whether a comparison that holds for one time bounds the other one. What is published counts by its time of publication.
fn implies(compared: TimeField, field: TimeField) -> bool {
    compared == field || (compared == TimeField::Publish && field == TimeField::Effective)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(text: &str) -> Filter {
        Filter::parse(text).expect(text).expect("not blank")
    }

    #[test]
    fn bounds_of_times() {
        let time = |text: &str| text.parse::<Timestamp>().expect(text);
        let (first, last) = ("2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z");
        let from = TimeBounds { earliest: time(first), ..TimeBounds::ALL };
        let between = TimeBounds { latest: time(last), ..from };
        let check = |text: &str, field: TimeField, expected: TimeBounds| {
            let text = text.replace("FIRST", first).replace("LAST", last);
            assert_eq!(filter(&text).time_bounds(field), expected, "{text}");
        };
        use TimeField::{Create, Effective, Publish};
        check("effective_time >= FIRST", Effective, from);
        check("effective_time > FIRST 桥", Effective, from);
        check("effective_time >= FIRST AND effective_time < LAST", Effective, between);
        check("(effective_time >= FIRST AND 桥) AND (revision = 1 AND effective_time <= LAST)", Effective, between);
        check("effective_time = FIRST OR effective_time = LAST", Effective, between);
        check("effective_time = FIRST OR 桥", Effective, TimeBounds::ALL);
        check("NOT effective_time >= FIRST", Effective, TimeBounds::ALL);
        check("effective_time != FIRST", Effective, TimeBounds::ALL);
        check("publish_time >= FIRST", Effective, from);
        check("publish_time >= FIRST", Publish, from);
        check("effective_time >= FIRST", Publish, TimeBounds::ALL);
        check("create_time >= FIRST", Effective, TimeBounds::ALL);
        check("create_time >= FIRST", Create, from);
        let empty = filter("create_time > 2024-01-02 create_time < 2024-01-01").time_bounds(Create);
        assert!(empty.earliest > empty.latest);
    }

    #[test]
    fn what_needs_the_body() {
        for text in ["桥", "NOT 桥", "revision = 1 OR body:桥", "body:*", "-(headline:a AND body = b)"] {
            assert!(filter(text).needs_body(), "{text}");
        }
        for text in ["headline:桥", "labels.a = b AND keywords:桥", "char_count > 1", "dateline:*"] {
            assert!(!filter(text).needs_body(), "{text}");
        }
    }

    #[test]
    fn the_one_value_of_a_text() {
        let name = |text: &str| filter(text).required_text(TextScalar::Name).map(str::to_owned);
        assert_eq!(name("name = articles/a").as_deref(), Some("articles/a"));
        assert_eq!(name("revision = 1 AND name = \"articles/a\"").as_deref(), Some("articles/a"));
        for text in [
            "name = \"articles/a*\"",
            "name != articles/a",
            "name = articles/a OR name = articles/b",
            "NOT name = articles/a",
            "section = a",
        ] {
            assert_eq!(name(text), None, "{text}");
        }
    }
}
