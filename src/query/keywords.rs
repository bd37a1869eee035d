//! The validated keyword filter: which keywords an article must contain and must not contain.

use crate::text::fold;

/// The most keywords in one filter.
const MAX_KEYWORDS: usize = 32;

/// The longest keyword, in code points.
const MAX_KEYWORD_CHARS: usize = 64;

/// A keyword: as the caller wrote it, and folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyword {
    given: String,
    folded: String,
}

impl Keyword {
    /// Folds and checks a keyword.
    pub fn new(given: &str) -> Result<Self, BadKeywords> {
        if given.chars().count() > MAX_KEYWORD_CHARS {
            return Err(BadKeywords::TooLong);
        }
        let folded = fold(given);
        if folded.is_empty() {
            return Err(BadKeywords::Blank);
        }
        Ok(Self { given: given.to_owned(), folded })
    }

    /// As the caller wrote it.
    pub fn given(&self) -> &str {
        &self.given
    }

    /// The folded form, which is compared with folded text.
    pub fn folded(&self) -> &str {
        &self.folded
    }
}

/// Why a keyword filter is invalid. The caller adds the field's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum BadKeywords {
    #[error("must hold at least one keyword")]
    Empty,
    #[error("must hold at most {MAX_KEYWORDS} keywords in all")]
    TooMany,
    #[error("must not be blank")]
    Blank,
    #[error("must have at most {MAX_KEYWORD_CHARS} code points")]
    TooLong,
}

/// A searchable field, the most significant first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum TextField {
    Headline,
    Kicker,
    Subheadline,
    Keywords,
    Authors,
    InfoSource,
    Body,
}

impl TextField {
    pub(crate) const ALL: [TextField; 7] = [
        TextField::Headline,
        TextField::Kicker,
        TextField::Subheadline,
        TextField::Keywords,
        TextField::Authors,
        TextField::InfoSource,
        TextField::Body,
    ];
}

/// What counts as an occurrence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeywordMatch {
    /// Anywhere in the folded text.
    #[default]
    Substring,
    /// From one word boundary to another.
    Word,
}

/// Which keywords an article must and must not contain. Never empty; `none` alone is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeywordFilter {
    /// Each must occur.
    pub all: Vec<Keyword>,
    /// At least one must occur, if there are any.
    pub any: Vec<Keyword>,
    /// None may occur.
    pub none: Vec<Keyword>,
    /// Sorted, each once, never empty.
    pub fields: Vec<TextField>,
    /// What counts as an occurrence.
    pub matching: KeywordMatch,
}

impl KeywordFilter {
    /// The most keywords in one filter.
    pub(crate) const MAX_KEYWORDS: usize = MAX_KEYWORDS;

    /// Checks the number of keywords; no fields means all fields.
    pub fn new(
        all: Vec<Keyword>,
        any: Vec<Keyword>,
        none: Vec<Keyword>,
        mut fields: Vec<TextField>,
        matching: KeywordMatch,
    ) -> Result<Self, BadKeywords> {
        match all.len() + any.len() + none.len() {
            0 => return Err(BadKeywords::Empty),
            1..=MAX_KEYWORDS => {}
            _ => return Err(BadKeywords::TooMany),
        }
        if fields.is_empty() {
            fields = TextField::ALL.to_vec();
        }
        fields.sort_unstable();
        fields.dedup();
        Ok(Self { all, any, none, fields, matching })
    }
}
