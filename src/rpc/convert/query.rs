//! Validates the arguments of reads: view, page size, order, filters.

use crate::article::View;
use crate::query::{BadKeywords, Filter, Keyword, KeywordFilter, KeywordMatch, Order, PageSize, TextField};
use crate::rpc::proto;
use crate::rpc::violations::{ViolationReason, Violations};

/// The maximum number of snippets for one match.
const MAX_SNIPPETS: i32 = 10;

pub(crate) fn view(value: i32, default: View, violations: &mut Violations) -> View {
    match proto::ArticleView::try_from(value) {
        Ok(proto::ArticleView::Unspecified) => default,
        Ok(proto::ArticleView::Basic) => View::Basic,
        Ok(proto::ArticleView::Full) => View::Full,
        Ok(proto::ArticleView::Raw) => View::Raw,
        Err(_) => {
            violations.add("view", ViolationReason::UnknownValue, format!("has no value {value}"));
            default
        }
    }
}

pub(crate) fn page_size(requested: i32, violations: &mut Violations) -> PageSize {
    PageSize::new(requested).unwrap_or_else(|| {
        violations.add("page_size", ViolationReason::OutOfRange, format!("must not be negative, and is {requested}"));
        PageSize::default()
    })
}

pub(crate) fn order(order_by: &str, violations: &mut Violations) -> Order {
    Order::parse(order_by).unwrap_or_else(|| {
        let description = "must be effective_time, create_time or update_time, optionally followed by asc or desc";
        violations.add("order_by", ViolationReason::Malformed, description);
        Order::default()
    })
}

/// The metadata filter; `None` for an empty string.
pub(crate) fn filter(text: &str, violations: &mut Violations) -> Option<Filter> {
    Filter::parse(text).unwrap_or_else(|error| {
        violations.add("filter", ViolationReason::BadFilter, format!("cannot be read: {error}"));
        None
    })
}

pub(crate) fn snippet_count(requested: i32, violations: &mut Violations) -> usize {
    if !(0..=MAX_SNIPPETS).contains(&requested) {
        violations.add(
            "snippets",
            ViolationReason::OutOfRange,
            format!("must be 0 to {MAX_SNIPPETS}, and is {requested}"),
        );
    }
    usize::try_from(requested).unwrap_or_default()
}

pub(crate) fn keyword_filter(
    given: Option<proto::KeywordFilter>,
    violations: &mut Violations,
) -> Option<KeywordFilter> {
    let Some(given) = given else {
        violations.add("keywords", ViolationReason::Required, "must be set");
        return None;
    };
    let proto::KeywordFilter { all, any, none, fields, r#match } = given;
    // Checked first, so that a huge list is not validated element by element.
    if all.len() + any.len() + none.len() > KeywordFilter::MAX_KEYWORDS {
        bad_keywords("keywords".to_owned(), BadKeywords::TooMany, violations);
        return None;
    }
    let filter = KeywordFilter::new(
        keywords("keywords.all", &all, violations)?,
        keywords("keywords.any", &any, violations)?,
        keywords("keywords.none", &none, violations)?,
        text_fields(&fields, violations),
        matching(r#match, violations),
    );
    filter.map_err(|error| bad_keywords("keywords".to_owned(), error, violations)).ok()
}

fn keywords(field: &str, given: &[String], violations: &mut Violations) -> Option<Vec<Keyword>> {
    let mut checked = Vec::with_capacity(given.len());
    for (index, keyword) in given.iter().enumerate() {
        match Keyword::new(keyword) {
            Ok(keyword) => checked.push(keyword),
            Err(error) => bad_keywords(format!("{field}[{index}]"), error, violations),
        }
    }
    (checked.len() == given.len()).then_some(checked)
}

fn bad_keywords(field: String, error: BadKeywords, violations: &mut Violations) {
    let reason = match error {
        BadKeywords::Empty | BadKeywords::Blank => ViolationReason::Required,
        BadKeywords::TooMany | BadKeywords::TooLong => ViolationReason::TooLarge,
    };
    violations.add(field, reason, error.to_string());
}

fn text_fields(given: &[i32], violations: &mut Violations) -> Vec<TextField> {
    let mut fields = Vec::new();
    for (index, &value) in given.iter().enumerate() {
        match proto::TextField::try_from(value) {
            Ok(proto::TextField::Headline) => fields.push(TextField::Headline),
            Ok(proto::TextField::Kicker) => fields.push(TextField::Kicker),
            Ok(proto::TextField::Subheadline) => fields.push(TextField::Subheadline),
            Ok(proto::TextField::Body) => fields.push(TextField::Body),
            Ok(proto::TextField::Keywords) => fields.push(TextField::Keywords),
            Ok(proto::TextField::Authors) => fields.push(TextField::Authors),
            Ok(proto::TextField::InfoSource) => fields.push(TextField::InfoSource),
            Ok(proto::TextField::Unspecified) => {
                let description = "must be one of the fields that can be searched";
                violations.add(format!("keywords.fields[{index}]"), ViolationReason::UnknownValue, description);
            }
            Err(_) => {
                let description = format!("has no value {value}");
                violations.add(format!("keywords.fields[{index}]"), ViolationReason::UnknownValue, description);
            }
        }
    }
    fields
}

fn matching(value: i32, violations: &mut Violations) -> KeywordMatch {
    match proto::KeywordMatch::try_from(value) {
        Ok(proto::KeywordMatch::Unspecified | proto::KeywordMatch::Substring) => KeywordMatch::Substring,
        Ok(proto::KeywordMatch::Word) => KeywordMatch::Word,
        Err(_) => {
            violations.add("keywords.match", ViolationReason::UnknownValue, format!("has no value {value}"));
            KeywordMatch::default()
        }
    }
}
