//! The domain types, which every other room uses.
//!
//! Owns the article, its name, its canonical URL and what the parser reports about it. Knows neither the wire
//! types nor the rows.

mod label;
mod language;
mod name;
pub(crate) mod size;
mod timestamp;
mod url;

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;

pub(crate) use self::label::{MAX_LABEL_KEY_BYTES, is_label_key};
pub(crate) use self::language::canonical_language;
pub use self::name::{ArticleName, BadName};
pub use self::timestamp::{BadTimestamp, Timestamp};
pub use self::url::{BadUrl, PageUrl};

/// The longest body that is stored, in bytes of UTF-8: a FULL article then fits the 4 MiB that a gRPC client accepts by
/// default.
pub const MAX_BODY_BYTES: usize = 1 << 20;

/// The longest headline, name or other short text, in bytes. Real texts are far shorter; together with [`MAX_ITEMS`] this
/// keeps an article without its body well below 1 MiB.
pub const MAX_TEXT_BYTES: usize = 4096;

/// The most authors, keywords and so on.
pub const MAX_ITEMS: usize = 256;

/// The longest of them, in bytes.
pub const MAX_ITEM_BYTES: usize = 512;

/// The largest document that is parsed, in bytes.
pub(crate) const MAX_DOCUMENT_BYTES: usize = 8 << 20;

/// The fields that a page or a caller provides: all of an article but what the store sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArticleContent {
    /// The main title.
    pub headline: String,
    /// The line above the headline; empty if there is none.
    pub kicker: String,
    /// The lines between headline and byline, in the order of the page.
    pub subheadlines: Vec<String>,
    /// The opening of a wire story, taken out of the body.
    pub dateline: Option<Dateline>,
    /// Who wrote it, in the order of the byline.
    pub authors: Vec<String>,
    /// Who edited it, in the order of the credits.
    pub editors: Vec<String>,
    /// The outlet that the page names as its source; empty if it names none.
    pub info_source: String,
    /// The part of the site or paper that it ran in; empty if unknown.
    pub section: String,
    /// Paragraphs, separated by one `\n`.
    pub body: String,
    /// The topics, from the page or derived from the text.
    pub keywords: Vec<String>,
    /// What the body cites in 《…》, without the marks, each once.
    pub cited_works: Vec<String>,
    /// A BCP-47 tag; `und` if unknown.
    pub language_code: String,
    /// The address of the page.
    pub url: Option<PageUrl>,
    /// `None` if the page does not say it.
    pub publish_time: Option<PublishTime>,
    /// When the crawler fetched the page.
    pub fetch_time: Option<Timestamp>,
    /// The caller's own key-value pairs.
    pub labels: BTreeMap<String, String>,
}

impl ArticleContent {
    /// The length of the body in Unicode code points.
    pub fn char_count(&self) -> usize {
        self.body.chars().count()
    }

    /// The article as plain text: headline block, an empty line, then the dateline before the body. Parsing this again
    /// gives the same headline, dateline and body. The empty line keeps short lines of the body out of the headline block.
    pub fn printed(&self) -> String {
        let block = [&self.kicker, &self.headline].into_iter().chain(&self.subheadlines);
        let mut printed = String::with_capacity(self.body.len() + 256);
        for line in block.filter(|line| !line.is_empty()) {
            printed.push_str(line);
            printed.push('\n');
        }
        if !printed.is_empty() {
            printed.push('\n');
        }
        if let Some(dateline) = &self.dateline {
            printed.push_str(&dateline.text);
            printed.push(' ');
        }
        printed.push_str(&self.body);
        printed
    }
}

/// An article as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    /// The key in the store.
    pub name: ArticleName,
    /// What a page or a caller provided.
    pub content: ArticleContent,
    /// The length of the body in code points. Stored separately, as the BASIC view has no body.
    pub char_count: u32,
    /// When it was first stored, by the server's clock.
    pub create_time: Timestamp,
    /// When it was last changed, by the server's clock.
    pub update_time: Timestamp,
    /// Counts from 1.
    pub revision: u64,
    /// The earlier article that this one nearly repeats.
    pub duplicate_of: Option<ArticleName>,
    /// `None` if the article was made without a document, or the report was not asked for.
    pub parse_report: Option<ParseReport>,
    /// `None` if the article was made without a document, or the document was not asked for.
    pub raw: Option<RawDocument>,
}

impl Article {
    /// The key of the default order.
    pub fn effective_time(&self) -> Timestamp {
        effective_time(&self.content, self.create_time)
    }

    /// The strong validator of this state.
    pub fn etag(&self) -> Etag {
        Etag::new(self.revision, self.update_time)
    }
}

/// The key of the default order: when it was published, else fetched, else first stored.
pub fn effective_time(content: &ArticleContent, create_time: Timestamp) -> Timestamp {
    content.publish_time.map(|published| published.time).or(content.fetch_time).unwrap_or(create_time)
}

/// A strong validator of an article's state (AIP-154). Revision and update time together never repeat under one name,
/// even if the article was deleted and made again in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Etag(String);

impl Etag {
    /// The etag of the state with this revision and update time.
    pub fn new(revision: u64, update_time: Timestamp) -> Self {
        Etag(format!("\"{revision:x}-{:x}\"", update_time.as_microsecond()))
    }

    /// An etag from a caller. Any text is accepted; a malformed one just never equals the current etag.
    pub(crate) fn from_caller(text: &str) -> Self {
        Etag(text.to_owned())
    }

    /// The quoted text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The dateline that opens a wire story.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dateline {
    /// As printed, cleaned of residue.
    pub text: String,
    /// The news agency; empty if it is not printed.
    pub agency: String,
    /// The place of the report; empty if it is not printed.
    pub location: String,
    /// `None` if no day is printed.
    pub date: Option<DatelineDate>,
}

/// A day as a dateline gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatelineDate {
    /// 0 if it was neither printed nor inferred.
    pub year: i16,
    /// 1 to 12, or 0 if only the day is printed and the month could not be inferred.
    pub month: i8,
    /// 1 to 31.
    pub day: i8,
}

impl DatelineDate {
    /// Whether there is such a day; where the year is not known, whether some year has it.
    pub fn exists(self) -> bool {
        const LEAP_YEAR: i16 = 2000;
        let Self { year, month, day } = self;
        let is_day_of_some_month = month == 0 && year == 0 && (1..=31).contains(&day);
        let year = if year == 0 { LEAP_YEAR } else { year };
        is_day_of_some_month || ((1..=9999).contains(&year) && jiff::civil::Date::new(year, month, day).is_ok())
    }
}

/// When an article was published, how exactly that is known, and where it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishTime {
    /// A day is given as its midnight, in Asia/Shanghai unless the page names another zone.
    pub time: Timestamp,
    /// How exact `time` is.
    pub precision: TimePrecision,
    /// Where it was read.
    pub basis: TimeBasis,
}

/// The smallest unit of a time that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum TimePrecision {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

/// Where a publish time was read, most trusted first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum TimeBasis {
    Caller,
    Metadata,
    PageText,
    Url,
    Dateline,
}

/// A document as a crawler fetched it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawDocument {
    /// The bytes, as fetched.
    pub content: Bytes,
    /// A media type with an optional charset; empty if it is to be detected.
    pub content_type: String,
    /// The address that it was fetched from.
    pub url: Option<PageUrl>,
    /// When it was fetched.
    pub fetch_time: Option<Timestamp>,
    /// The caller's own key-value pairs.
    pub labels: BTreeMap<String, String>,
}

/// What the parser did to a document, and doubted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParseReport {
    /// The [`PARSER_VERSION`](crate::parse::PARSER_VERSION) that made the article.
    pub parser_version: u32,
    /// How often each kind of repair was made.
    pub repairs: BTreeMap<RepairKind, u32>,
    /// In the order of the page.
    pub removed_lines: Vec<RemovedLine>,
    /// What the parser was not sure of.
    pub warnings: Vec<ParseWarning>,
}

/// The name of a kind of repair, UPPER_SNAKE_CASE: `PINYIN_RESIDUE`. A word rather than an enum, as articles stored by
/// older and newer versions of the rules meet in one store.
pub(crate) type RepairKind = Cow<'static, str>;

/// A line of the page that is not part of the article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedLine {
    /// The line, repaired.
    pub text: String,
    /// UPPER_SNAKE_CASE, such as `SHARE_LABEL`.
    pub reason: Cow<'static, str>,
}

/// A doubt of the parser about one field or the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseWarning {
    /// UPPER_SNAKE_CASE, such as `PUBLISH_YEAR_UNKNOWN`.
    pub reason: Cow<'static, str>,
    /// One English sentence for people.
    pub message: String,
}

/// How much of an article a reader wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    /// All but body, report and raw document.
    Basic,
    /// All but the raw document.
    Full,
    /// The whole article.
    Raw,
}

/// What storing an article did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Outcome {
    Created,
    Updated,
    Unchanged,
}
