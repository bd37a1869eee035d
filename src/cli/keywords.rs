//! The keyword arguments of `filter`, `watch` and `export`.

use articled::rpc::proto::{self, KeywordFilter};
use clap::{Args, ValueEnum};

#[derive(Args, Debug)]
pub(super) struct KeywordArguments {
    /// Keywords that must all occur.
    #[arg(value_name = "WORD")]
    all: Vec<String>,
    /// A keyword. At least one of all --any keywords must occur.
    #[arg(long, value_name = "WORD")]
    any: Vec<String>,
    /// A keyword that must not occur.
    #[arg(long, value_name = "WORD")]
    none: Vec<String>,
    /// A field to search; may be repeated. Default: all fields.
    #[arg(long, value_enum)]
    field: Vec<Field>,
    /// What counts as an occurrence.
    #[arg(long = "match", value_enum, default_value = "substring")]
    matching: Matching,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Field {
    Headline,
    Kicker,
    Subheadline,
    Body,
    Keywords,
    Authors,
    InfoSource,
}

impl From<Field> for proto::TextField {
    fn from(field: Field) -> Self {
        match field {
            Field::Headline => proto::TextField::Headline,
            Field::Kicker => proto::TextField::Kicker,
            Field::Subheadline => proto::TextField::Subheadline,
            Field::Body => proto::TextField::Body,
            Field::Keywords => proto::TextField::Keywords,
            Field::Authors => proto::TextField::Authors,
            Field::InfoSource => proto::TextField::InfoSource,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Matching {
    /// The keyword occurs anywhere in the text.
    Substring,
    /// The keyword occurs and starts and ends at word boundaries.
    Word,
}

impl From<Matching> for proto::KeywordMatch {
    fn from(matching: Matching) -> Self {
        match matching {
            Matching::Substring => proto::KeywordMatch::Substring,
            Matching::Word => proto::KeywordMatch::Word,
        }
    }
}

impl KeywordArguments {
    /// The keyword filter; `None` if no keyword is given.
    pub(super) fn filter(self) -> Option<KeywordFilter> {
        let Self { all, any, none, field, matching } = self;
        if all.is_empty() && any.is_empty() && none.is_empty() {
            return None;
        }
        Some(KeywordFilter {
            all,
            any,
            none,
            fields: field.into_iter().map(|field| proto::TextField::from(field).into()).collect(),
            r#match: proto::KeywordMatch::from(matching).into(),
        })
    }
}
