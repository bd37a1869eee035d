//! Metrics of parsing: duration, outcome and warnings.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::Instant;

use metrics::{Counter, Histogram};

use super::{IngestError, ParsedDocument};
use crate::metrics::{Registry, names};

pub(super) struct ParseMetrics {
    registry: Registry,
    duration: Histogram,
    parsed: Counter,
    refused: Counter,
    too_large: Counter,
}

impl ParseMetrics {
    pub(super) fn new(registry: &Registry) -> Self {
        let documents = |outcome| registry.counter(&names::PARSED_DOCUMENTS, &[("outcome", outcome)]);
        Self {
            registry: registry.clone(),
            duration: registry.histogram(&names::PARSE_DURATION, &[]),
            parsed: documents("parsed"),
            refused: documents("refused"),
            too_large: documents("too_large"),
        }
    }

    /// Runs a parse and counts its outcome.
    pub(super) fn measure(
        &self,
        parse: impl FnOnce() -> Result<ParsedDocument, IngestError>,
    ) -> Result<ParsedDocument, IngestError> {
        let began = Instant::now();
        let parsed = parse();
        self.duration.record(began.elapsed());
        match &parsed {
            Ok(document) => {
                self.parsed.increment(1);
                self.count_warnings(document);
            }
            Err(IngestError::Refused(_)) => self.refused.increment(1),
            Err(IngestError::ArticleTooLarge { .. }) => self.too_large.increment(1),
            // Parsing does not use the store.
            Err(IngestError::Store(_)) => {}
        }
        parsed
    }

    /// Counts a document once for each reason. Reasons are constants of the parser, so their number is limited.
    fn count_warnings(&self, document: &ParsedDocument) {
        let warnings = document.parsed.report.warnings.iter();
        let reasons: BTreeSet<&'static str> = warnings
            .filter_map(|warning| match warning.reason {
                Cow::Borrowed(reason) => Some(reason),
                Cow::Owned(_) => None,
            })
            .collect();
        for reason in reasons {
            self.registry.counter(&names::PARSE_WARNINGS, &[("reason", reason)]).increment(1);
        }
    }
}
