//! What the parser reports, on its way out.

use crate::article::{ParseReport, ParseWarning, RemovedLine};
use crate::rpc::proto;

pub fn report(report: ParseReport) -> proto::ParseReport {
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

/// A count as the wire has it. No document is large enough to reach the bound.
pub fn wire_count(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
