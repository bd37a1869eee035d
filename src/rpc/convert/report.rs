//! Converts parse reports, in both directions.

use std::borrow::Cow;

use super::text::check_text;
use crate::article::{ParseReport, ParseWarning, RemovedLine};
use crate::rpc::proto;
use crate::rpc::violations::{ViolationReason, Violations};

pub(crate) fn report(report: ParseReport) -> proto::ParseReport {
    let ParseReport { parser_version, repairs, removed_lines, warnings } = report;
    proto::ParseReport {
        parser_version: wire_count(parser_version),
        repairs: repairs
            .into_iter()
            .map(|(kind, count)| proto::Repair { kind: kind.into_owned(), count: wire_count(count) })
            .collect(),
        removed_lines: removed_lines
            .into_iter()
            .map(|RemovedLine { text, reason }| proto::RemovedLine { text, reason: reason.into_owned() })
            .collect(),
        warnings: warnings
            .into_iter()
            .map(|ParseWarning { reason, message }| proto::ParseWarning { reason: reason.into_owned(), message })
            .collect(),
    }
}

/// Validates the report of an exported article. Its size is limited together with the article's.
pub(crate) fn given(given: proto::ParseReport, violations: &mut Violations) -> ParseReport {
    let proto::ParseReport { parser_version, repairs, removed_lines, warnings } = given;
    let parser_version = u32::try_from(parser_version).unwrap_or_else(|_| {
        violations.add("article.parse_report.parser_version", ViolationReason::OutOfRange, "must not be negative");
        0
    });
    let lines = removed_lines.iter().flat_map(|line| [&line.text, &line.reason]);
    let warned = warnings.iter().flat_map(|warning| [&warning.reason, &warning.message]);
    for text in lines.chain(warned).chain(repairs.iter().map(|repair| &repair.kind)) {
        check_text("article.parse_report", text, violations);
    }
    let repairs = repairs.into_iter().map(|proto::Repair { kind, count }| {
        let count = u32::try_from(count).unwrap_or_else(|_| {
            violations.add(
                "article.parse_report.repairs",
                ViolationReason::OutOfRange,
                "must not have a negative count",
            );
            0
        });
        (Cow::Owned(kind), count)
    });
    ParseReport {
        parser_version,
        repairs: repairs.collect(),
        removed_lines: removed_lines
            .into_iter()
            .map(|proto::RemovedLine { text, reason }| RemovedLine { text, reason: Cow::Owned(reason) })
            .collect(),
        warnings: warnings
            .into_iter()
            .map(|proto::ParseWarning { reason, message }| ParseWarning { reason: Cow::Owned(reason), message })
            .collect(),
    }
}

/// A count as an `int32`. No document is large enough to exceed it.
pub(crate) fn wire_count(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
