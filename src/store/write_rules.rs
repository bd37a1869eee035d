//! The write rules that every engine shares: what a write does to the stored article of its name.
//!
//! Pure functions: the engine loads the stored article and carries out the decision. Owns the digest by which an ingest
//! recognizes equal content, and the rule that update times increase.

use sha2::{Digest, Sha256};

use super::NewArticle;
use crate::article::{
    Article, ArticleContent, Dateline, DatelineDate, Etag, Outcome, ParseReport, PublishTime, Timestamp,
};

/// How long a Create's request id is remembered.
pub(super) const REQUEST_MEMORY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;

/// The SHA-256 of a content without its fetch time.
pub(super) type ContentDigest = [u8; 32];

/// The article that is stored under a name, without its raw document.
pub(super) struct Current {
    pub article: Article,
    /// The digest of the content that Ingest, Create or Reparse last made it from.
    pub made_from: ContentDigest,
}

/// The decision about a write.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// Store this article. The engine sets `duplicate_of`.
    Store {
        article: Box<Article>,
        made_from: ContentDigest,
        outcome: Outcome,
    },
    /// Keep the stored article.
    Keep(Box<Article>),
    /// Keep the stored article, because it has a later fetch time.
    KeepNewer(Box<Article>),
    AlreadyExists,
}

/// Ingest: create, replace, or keep an article that was made from the same content, has it, or has a later fetch time.
pub(super) fn ingest(
    new: NewArticle,
    made_from: ContentDigest,
    current: Option<Current>,
    deleted_at: Option<Timestamp>,
    allow_older: bool,
    now: Timestamp,
) -> Decision {
    match current {
        Some(current)
            if current.made_from == made_from || has_content(&current.article.content, &new.content, made_from) =>
        {
            Decision::Keep(Box::new(current.article))
        }
        Some(current) if !allow_older && is_older(&new.content, &current.article.content) => {
            Decision::KeepNewer(Box::new(current.article))
        }
        Some(current) => {
            let mut article = article_of(new, now);
            article.create_time = current.article.create_time;
            article.revision = current.article.revision.saturating_add(1);
            article.update_time = later_than(current.article.update_time, now);
            Decision::Store { article: Box::new(article), made_from, outcome: Outcome::Updated }
        }
        None => create(new, made_from, false, deleted_at, now),
    }
}

/// Whether an article has a new content, whose digest this is. The texts nearly always differ, and the writer would wait for a digest.
fn has_content(stored: &ArticleContent, new: &ArticleContent, made_from: ContentDigest) -> bool {
    stored.headline == new.headline && stored.body == new.body && digest(stored) == made_from
}

/// Whether one capture of a page was fetched before another. False if a time is unknown.
fn is_older(new: &ArticleContent, stored: &ArticleContent) -> bool {
    let times = new.fetch_time.zip(stored.fetch_time);
    times.is_some_and(|(new, stored)| new < stored)
}

/// Create: only if the article does not exist.
pub(super) fn create(
    new: NewArticle,
    made_from: ContentDigest,
    exists: bool,
    deleted_at: Option<Timestamp>,
    now: Timestamp,
) -> Decision {
    if exists {
        return Decision::AlreadyExists;
    }
    let mut article = article_of(new, now);
    if let Some(deleted_at) = deleted_at {
        // The article has revision 1 again, so only the time makes its etag differ from that of the deleted article.
        article.update_time = later_than(deleted_at, now);
    }
    Decision::Store { article: Box::new(article), made_from, outcome: Outcome::Created }
}

/// Replace: the article with new content. The caller has compared the etags.
pub(super) fn replace(current: Current, content: ArticleContent, now: Timestamp) -> Decision {
    let Current { article: old, made_from } = current;
    if content == old.content {
        return Decision::Keep(Box::new(old));
    }
    let article = Article {
        name: old.name,
        char_count: char_count(&content),
        content,
        create_time: old.create_time,
        update_time: later_than(old.update_time, now),
        revision: old.revision.saturating_add(1),
        duplicate_of: None,
        parse_report: old.parse_report,
        raw: None,
    };
    Decision::Store { article: Box::new(article), made_from, outcome: Outcome::Updated }
}

/// Reparse: the article with the parser's new output. The caller has compared the etags.
pub(super) fn reparse(
    current: Current,
    parsed: ArticleContent,
    report: ParseReport,
    made_from: ContentDigest,
    now: Timestamp,
) -> Decision {
    let Current { article: old, made_from: made_before } = current;
    let is_same = made_before == made_from;
    if is_same && old.parse_report.as_ref() == Some(&report) {
        return Decision::Keep(Box::new(old));
    }
    let content = if is_same {
        old.content
    } else {
        // Labels come from callers, not from the parser.
        ArticleContent { labels: old.content.labels, ..parsed }
    };
    let article = Article {
        name: old.name,
        char_count: char_count(&content),
        content,
        create_time: old.create_time,
        update_time: later_than(old.update_time, now),
        revision: old.revision.saturating_add(1),
        duplicate_of: None,
        parse_report: Some(report),
        raw: None,
    };
    Decision::Store { article: Box::new(article), made_from, outcome: Outcome::Updated }
}

/// Whether the etag is the expected one, or none is expected.
pub(super) fn is_expected(article: &Article, expected: Option<&Etag>) -> bool {
    expected.is_none_or(|expected| *expected == article.etag())
}

/// The deletion time of an article: never before its last change.
pub(super) fn deletion_time(article: &Article, now: Timestamp) -> Timestamp {
    later_than(article.update_time, now)
}

fn article_of(new: NewArticle, now: Timestamp) -> Article {
    let NewArticle { name, content, parse_report, raw } = new;
    Article {
        name,
        char_count: char_count(&content),
        content,
        create_time: now,
        update_time: now,
        revision: 1,
        duplicate_of: None,
        parse_report,
        raw,
    }
}

fn char_count(content: &ArticleContent) -> u32 {
    u32::try_from(content.char_count()).unwrap_or(u32::MAX)
}

/// Now, or a microsecond after the last change if the clock stepped back: update times of an article strictly increase.
fn later_than(last: Timestamp, now: Timestamp) -> Timestamp {
    if now > last {
        return now;
    }
    last.saturating_add(jiff::SignedDuration::from_micros(1))
}

/// The digest of a content. It is stored, so its input should not change: a changed digest causes one unnecessary UPDATED
/// for each article that is ingested again.
pub(super) fn digest(content: &ArticleContent) -> ContentDigest {
    let ArticleContent {
        headline,
        kicker,
        subheadlines,
        dateline,
        authors,
        editors,
        info_source,
        section,
        body,
        keywords,
        cited_works,
        language_code,
        url,
        publish_time,
        // Not included: fetching the same page again does not change the content.
        fetch_time: _,
        labels,
    } = content;
    let mut hash = Fields(Sha256::new());
    hash.text(headline);
    hash.text(kicker);
    hash.texts(subheadlines);
    hash.count(usize::from(dateline.is_some()));
    if let Some(Dateline { text, agency, location, date }) = dateline {
        hash.text(text);
        hash.text(agency);
        hash.text(location);
        hash.count(usize::from(date.is_some()));
        if let Some(DatelineDate { year, month, day }) = date {
            hash.number(i64::from(*year));
            hash.number(i64::from(*month));
            hash.number(i64::from(*day));
        }
    }
    hash.texts(authors);
    hash.texts(editors);
    hash.text(info_source);
    hash.text(section);
    hash.text(body);
    hash.texts(keywords);
    hash.texts(cited_works);
    hash.text(language_code);
    hash.text(url.as_ref().map_or("", |url| url.as_str()));
    hash.count(usize::from(publish_time.is_some()));
    if let Some(PublishTime { time, precision, basis }) = publish_time {
        hash.number(time.as_microsecond());
        hash.number(*precision as i64);
        hash.number(*basis as i64);
    }
    hash.count(labels.len());
    for (key, value) in labels {
        hash.text(key);
        hash.text(value);
    }
    hash.0.finalize().into()
}

/// Hashes fields with length prefixes, so that different fields never give the same input.
struct Fields(Sha256);

impl Fields {
    fn number(&mut self, number: i64) {
        self.0.update(number.to_le_bytes());
    }

    fn count(&mut self, count: usize) {
        self.0.update((count as u64).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.update(text.as_bytes());
    }

    fn texts(&mut self, texts: &[String]) {
        self.count(texts.len());
        for text in texts {
            self.text(text);
        }
    }
}
