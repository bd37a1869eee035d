//! The ingest pipeline, from a raw document to a stored article: parses outside of the async threads, then writes.
//!
//! Owns the number of concurrent parsers, and the names of articles. Knows nothing about the wire format.

mod parse_metrics;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tracing::Instrument;

use self::parse_metrics::ParseMetrics;
use crate::article::{ArticleName, Etag, RawDocument, size};
use crate::background::Workers;
use crate::clock::Clock;
use crate::metrics::Registry;
use crate::parse::{self, Explanation, Parsed, Refusal};
use crate::store::{NewArticle, SharedStore, StoreError, Write, Written};

/// The maximum size of an article and its report, in bytes. So a FULL article fits in a page, and in the 4 MiB that gRPC
/// clients accept by default. Only a document of almost nothing but page chrome comes close.
pub(crate) const MAX_ARTICLE_BYTES: usize = 5 << 19;

/// The delay before [`Ingest::store_patiently`] retries an overloaded store, in addition to the store's own wait.
const OVERLOAD_PAUSE: Duration = Duration::from_millis(50);

/// Parses and stores documents. Cheap to clone; clones share the parsers.
#[derive(Clone)]
pub struct Ingest {
    store: SharedStore,
    clock: Clock,
    parser_count: usize,
    parsers: Arc<Workers>,
    metrics: Arc<ParseMetrics>,
}

/// Why a document was not stored.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum IngestError {
    #[error("article and report would have {bytes} bytes; the maximum is {MAX_ARTICLE_BYTES}")]
    ArticleTooLarge { bytes: usize },
    #[error("the document {0}")]
    Refused(Refusal),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A parsed document: its article and the article's name.
#[derive(Clone, Debug)]
pub struct ParsedDocument {
    /// The name, given by the caller or derived.
    pub name: ArticleName,
    /// The article and the parser's report.
    pub parsed: Parsed,
    /// The document itself.
    pub raw: RawDocument,
}

impl From<ParsedDocument> for NewArticle {
    fn from(document: ParsedDocument) -> Self {
        let ParsedDocument { name, parsed: Parsed { content, report }, raw } = document;
        Self { name, content, parse_report: Some(report), raw: Some(raw) }
    }
}

impl Ingest {
    /// `parsers` is the number of documents that are parsed concurrently; 0 means one for each core.
    pub fn new(store: SharedStore, clock: Clock, parsers: usize, metrics: &Registry) -> io::Result<Self> {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let parser_count = if parsers == 0 { cores() } else { parsers };
        let parsers = Arc::new(Workers::start(parser_count)?);
        Ok(Self { store, clock, parser_count, parsers, metrics: Arc::new(ParseMetrics::new(metrics)) })
    }

    /// Whether documents can be parsed, for health checks.
    pub(crate) fn is_alive(&self) -> bool {
        self.parsers.is_alive()
    }

    /// The number of documents that are parsed concurrently.
    pub(crate) fn parser_count(&self) -> usize {
        self.parser_count
    }

    /// Parses a document and stores nothing. If the caller gives no `name`, it is derived.
    ///
    /// # Panics
    /// Resumes a panic of the parser, which is a defect, for the caller's panic guard.
    pub async fn parse(&self, raw: RawDocument, name: Option<ArticleName>) -> Result<ParsedDocument, IngestError> {
        let metrics = Arc::clone(&self.metrics);
        let parsed = self.parsers.compute(move || metrics.measure(|| parse_document(raw, name)));
        let parsed = parsed.instrument(tracing::debug_span!("parse")).await;
        parsed.unwrap_or_else(|| Err(stopped()))
    }

    /// Parses a document as [`Self::parse`] does, and says what became of each line.
    ///
    /// # Panics
    /// As [`Self::parse`].
    pub async fn explain(&self, raw: RawDocument) -> Result<(ParsedDocument, Explanation), IngestError> {
        let explained = self.parsers.compute(move || {
            let (parsed, explanation) = parse::explain(&raw);
            Ok((checked(raw, None, parsed)?, explanation))
        });
        explained.await.unwrap_or_else(|| Err(stopped()))
    }

    /// Parses a document and stores its article. The article is durable when this returns. A `dry_run` stores nothing.
    pub async fn ingest(
        &self,
        raw: RawDocument,
        name: Option<ArticleName>,
        allow_older: bool,
        dry_run: bool,
    ) -> Result<Written, IngestError> {
        let article = self.parse(raw, name).await?.into();
        Ok(self.store.write(Write::Ingest { article, allow_older }, dry_run, self.clock.now()).await?)
    }

    /// Stores an article as [`Self::ingest`] does, and retries while the store is overloaded. For imports, which prefer
    /// waiting to failing.
    pub(crate) async fn store_patiently(&self, article: NewArticle, allow_older: bool) -> Result<Written, StoreError> {
        let write = Write::Ingest { article, allow_older };
        loop {
            match self.store.write(write.clone(), false, self.clock.now()).await {
                Err(StoreError::Overloaded) => tokio::time::sleep(OVERLOAD_PAUSE).await,
                written => return written,
            }
        }
    }

    /// Parses the document of a stored article again, and replaces the article if its etag is still `expected`.
    pub async fn reparse(&self, name: ArticleName, raw: RawDocument, expected: Etag) -> Result<Written, IngestError> {
        let ParsedDocument { name, parsed, raw: _ } = self.parse(raw, Some(name)).await?;
        let Parsed { content, report } = parsed;
        let write = Write::Reparse { name, content, parse_report: report, expected };
        Ok(self.store.write(write, false, self.clock.now()).await?)
    }
}

/// Parses on the calling thread, and checks that the article can be stored.
pub fn parse_document(raw: RawDocument, name: Option<ArticleName>) -> Result<ParsedDocument, IngestError> {
    let parsed = parse::parse(&raw);
    checked(raw, name, parsed)
}

fn stopped() -> IngestError {
    StoreError::Unavailable("the parsers have stopped".to_owned()).into()
}

fn checked(raw: RawDocument, name: Option<ArticleName>, parsed: Parsed) -> Result<ParsedDocument, IngestError> {
    if let Some(refusal) = parse::refusal(&raw.content, &parsed) {
        return Err(IngestError::Refused(refusal));
    }
    check_size(&parsed)?;
    let name = name.unwrap_or_else(|| match &raw.url {
        Some(url) => ArticleName::of_url(url),
        None => ArticleName::of_document(&raw.content),
    });
    Ok(ParsedDocument { name, parsed, raw })
}

/// Whether an article and its report are small enough to be stored.
pub(crate) fn check_size(parsed: &Parsed) -> Result<(), IngestError> {
    let Parsed { content, report } = parsed;
    let bytes = size::content_bytes(content) + size::report_bytes(report);
    if bytes > MAX_ARTICLE_BYTES { Err(IngestError::ArticleTooLarge { bytes }) } else { Ok(()) }
}
