//! The words of `filter` and `watch`.

use articled::rpc::proto::{self, KeywordFilter};
use clap::{Args, ValueEnum};

#[derive(Args, Debug)]
pub struct KeywordArguments {
    /// Words that must all occur.
    #[arg(value_name = "WORD")]
    all: Vec<String>,
    /// A word of which, with the other --any words, at least one must occur.
    #[arg(long, value_name = "WORD")]
    any: Vec<String>,
    /// A word that must not occur.
    #[arg(long, value_name = "WORD")]
    none: Vec<String>,
    /// A field to look in; may be given several times. Default: all.
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
    /// The word occurs anywhere in the text.
    Substring,
    /// The word occurs and is not part of a longer one.
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
    /// The filter; `None` if no word is given.
    pub fn filter(self) -> Option<KeywordFilter> {
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
