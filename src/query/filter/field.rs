//! The fields that a filter can name: their proto names, their types, and how each is read from an article.

use std::borrow::Cow;

use crate::article::{Article, ArticleContent, Timestamp, is_label_key};

/// A field that holds one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextScalar {
    Name,
    Headline,
    Kicker,
    DatelineText,
    DatelineAgency,
    DatelineLocation,
    InfoSource,
    Section,
    Body,
    LanguageCode,
    Url,
    CanonicalUrl,
    Etag,
    DuplicateOf,
}

impl TextScalar {
    pub(crate) const ALL: [Self; 14] = [
        Self::Name,
        Self::Headline,
        Self::Kicker,
        Self::DatelineText,
        Self::DatelineAgency,
        Self::DatelineLocation,
        Self::InfoSource,
        Self::Section,
        Self::Body,
        Self::LanguageCode,
        Self::Url,
        Self::CanonicalUrl,
        Self::Etag,
        Self::DuplicateOf,
    ];

    /// As the contract calls it.
    pub(crate) fn proto_name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Headline => "headline",
            Self::Kicker => "kicker",
            Self::DatelineText => "dateline.text",
            Self::DatelineAgency => "dateline.agency",
            Self::DatelineLocation => "dateline.location",
            Self::InfoSource => "info_source",
            Self::Section => "section",
            Self::Body => "body",
            Self::LanguageCode => "language_code",
            Self::Url => "url",
            Self::CanonicalUrl => "canonical_url",
            Self::Etag => "etag",
            Self::DuplicateOf => "duplicate_of",
        }
    }

    /// `None` if what it is a part of is not set. A text that is not set itself is empty, as on the wire.
    pub(super) fn of(self, article: &Article) -> Option<Cow<'_, str>> {
        // Without `..`: a new field becomes one of the types of this file, or is left out, here.
        let Article {
            name,
            content,
            duplicate_of,
            // `NumberField` and `TimeField`
            char_count: _,
            create_time: _,
            update_time: _,
            revision: _,
            // Not filtered by.
            parse_report: _,
            raw: _,
        } = article;
        let ArticleContent {
            headline,
            kicker,
            dateline,
            info_source,
            section,
            body,
            language_code,
            url,
            // `ListField`
            subheadlines: _,
            authors: _,
            editors: _,
            keywords: _,
            cited_works: _,
            // `TimeField`
            publish_time: _,
            fetch_time: _,
            // `Field::Label`
            labels: _,
        } = content;
        let text = match self {
            Self::Name => return Some(Cow::Owned(name.to_string())),
            Self::DuplicateOf => {
                return Some(duplicate_of.as_ref().map_or(Cow::Borrowed(""), |name| Cow::Owned(name.to_string())));
            }
            Self::Etag => return Some(Cow::Owned(article.etag().as_str().to_owned())),
            Self::Headline => headline,
            Self::Kicker => kicker,
            Self::DatelineText => &dateline.as_ref()?.text,
            Self::DatelineAgency => &dateline.as_ref()?.agency,
            Self::DatelineLocation => &dateline.as_ref()?.location,
            Self::InfoSource => info_source,
            Self::Section => section,
            Self::Body => body,
            Self::LanguageCode => language_code,
            Self::Url => url.as_ref().map_or("", |url| url.as_str()),
            Self::CanonicalUrl => url.as_ref().map_or("", |url| url.canonical()),
        };
        Some(Cow::Borrowed(text))
    }
}

/// A field that holds a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeField {
    Publish,
    Fetch,
    Create,
    Update,
    Effective,
}

impl TimeField {
    pub(crate) const ALL: [Self; 5] = [Self::Publish, Self::Fetch, Self::Create, Self::Update, Self::Effective];

    /// As the contract calls it.
    pub(crate) fn proto_name(self) -> &'static str {
        match self {
            Self::Publish => "publish_time",
            Self::Fetch => "fetch_time",
            Self::Create => "create_time",
            Self::Update => "update_time",
            Self::Effective => "effective_time",
        }
    }

    pub(super) fn of(self, article: &Article) -> Option<Timestamp> {
        match self {
            Self::Publish => article.content.publish_time.map(|published| published.time),
            Self::Fetch => article.content.fetch_time,
            Self::Create => Some(article.create_time),
            Self::Update => Some(article.update_time),
            Self::Effective => Some(article.effective_time()),
        }
    }
}

/// A field that holds an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberField {
    Revision,
    CharCount,
    DatelineYear,
    DatelineMonth,
    DatelineDay,
}

impl NumberField {
    pub(crate) const ALL: [Self; 5] =
        [Self::Revision, Self::CharCount, Self::DatelineYear, Self::DatelineMonth, Self::DatelineDay];

    /// As the contract calls it.
    pub(crate) fn proto_name(self) -> &'static str {
        match self {
            Self::Revision => "revision",
            Self::CharCount => "char_count",
            Self::DatelineYear => "dateline.date.year",
            Self::DatelineMonth => "dateline.date.month",
            Self::DatelineDay => "dateline.date.day",
        }
    }

    /// `None` if what it is a part of is not set.
    pub(super) fn of(self, article: &Article) -> Option<i64> {
        let date = || article.content.dateline.as_ref()?.date;
        match self {
            Self::Revision => Some(i64::try_from(article.revision).unwrap_or(i64::MAX)),
            Self::CharCount => Some(i64::from(article.char_count)),
            Self::DatelineYear => date().map(|date| i64::from(date.year)),
            Self::DatelineMonth => date().map(|date| i64::from(date.month)),
            Self::DatelineDay => date().map(|date| i64::from(date.day)),
        }
    }
}

/// A field that holds several texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListField {
    Subheadlines,
    Authors,
    Editors,
    Keywords,
    CitedWorks,
}

impl ListField {
    pub(crate) const ALL: [Self; 5] =
        [Self::Subheadlines, Self::Authors, Self::Editors, Self::Keywords, Self::CitedWorks];

    /// As the contract calls it.
    pub(crate) fn proto_name(self) -> &'static str {
        match self {
            Self::Subheadlines => "subheadlines",
            Self::Authors => "authors",
            Self::Editors => "editors",
            Self::Keywords => "keywords",
            Self::CitedWorks => "cited_works",
        }
    }

    pub(super) fn of(self, content: &ArticleContent) -> &[String] {
        match self {
            Self::Subheadlines => &content.subheadlines,
            Self::Authors => &content.authors,
            Self::Editors => &content.editors,
            Self::Keywords => &content.keywords,
            Self::CitedWorks => &content.cited_works,
        }
    }
}

/// Something that is there or not: `field:*`, `labels:KEY`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is not empty.
    Text(TextScalar),
    Time(TimeField),
    /// It is not zero, as on the wire.
    Number(NumberField),
    Precision,
    Basis,
    /// It has an element.
    List(ListField),
    Dateline,
    DatelineDate,
    AnyLabel,
    Label(String),
}

impl Presence {
    pub(super) fn holds(&self, article: &Article) -> bool {
        let content = &article.content;
        match self {
            Self::Text(field) => field.of(article).is_some_and(|text| !text.is_empty()),
            Self::Time(field) => field.of(article).is_some(),
            Self::Number(field) => field.of(article).is_some_and(|number| number != 0),
            Self::Precision | Self::Basis => content.publish_time.is_some(),
            Self::List(field) => !field.of(content).is_empty(),
            Self::Dateline => content.dateline.is_some(),
            Self::DatelineDate => content.dateline.as_ref().is_some_and(|dateline| dateline.date.is_some()),
            Self::AnyLabel => !content.labels.is_empty(),
            Self::Label(key) => content.labels.contains_key(key),
        }
    }
}

/// What a name on the left of an operator means.
#[derive(Clone, Debug)]
pub(super) enum Field {
    Text(TextScalar),
    Time(TimeField),
    Number(NumberField),
    Precision,
    Basis,
    List(ListField),
    Dateline,
    DatelineDate,
    Labels,
    Label(String),
}

pub(super) const PRECISION: &str = "publish_time_precision";
pub(super) const BASIS: &str = "publish_time_basis";
pub(super) const DATELINE: &str = "dateline";
pub(super) const DATELINE_DATE: &str = "dateline.date";
pub(super) const LABELS: &str = "labels";

impl Field {
    /// Finds a field by the segments of its path. A label's key may itself have dots in it.
    pub(super) fn named(path: &[String]) -> Option<Self> {
        if let [labels, key @ ..] = path
            && labels == LABELS
            && !key.is_empty()
        {
            return Some(key.join(".")).filter(|key| is_label_key(key)).map(Self::Label);
        }
        let name = path.join(".");
        let text = || TextScalar::ALL.into_iter().find(|field| field.proto_name() == name).map(Self::Text);
        let time = || TimeField::ALL.into_iter().find(|field| field.proto_name() == name).map(Self::Time);
        let number = || NumberField::ALL.into_iter().find(|field| field.proto_name() == name).map(Self::Number);
        let list = || ListField::ALL.into_iter().find(|field| field.proto_name() == name).map(Self::List);
        let other = || match name.as_str() {
            PRECISION => Some(Self::Precision),
            BASIS => Some(Self::Basis),
            DATELINE => Some(Self::Dateline),
            DATELINE_DATE => Some(Self::DatelineDate),
            LABELS => Some(Self::Labels),
            _ => None,
        };
        text().or_else(time).or_else(number).or_else(list).or_else(other)
    }

    /// How it is named in messages.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Text(field) => field.proto_name().to_owned(),
            Self::Time(field) => field.proto_name().to_owned(),
            Self::Number(field) => field.proto_name().to_owned(),
            Self::List(field) => field.proto_name().to_owned(),
            Self::Precision => PRECISION.to_owned(),
            Self::Basis => BASIS.to_owned(),
            Self::Dateline => DATELINE.to_owned(),
            Self::DatelineDate => DATELINE_DATE.to_owned(),
            Self::Labels => LABELS.to_owned(),
            Self::Label(key) => format!("{LABELS}.{key}"),
        }
    }
}
