//! The counts of an import or a copy.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::ensure;
use articled::rpc::proto::Outcome;

#[derive(Debug, Default)]
pub(crate) struct Summary {
    created: u64,
    updated: u64,
    unchanged: u64,
    /// The number of failed items, by reason.
    failed: BTreeMap<String, u64>,
    /// The number of exported articles among the created and updated ones.
    exported: u64,
    pub was_interrupted: bool,
}

impl Summary {
    /// Counts a stored item; `was_exported` if it is an exported article, not a document.
    pub(crate) fn stored(&mut self, outcome: Outcome, was_exported: bool) {
        if was_exported && matches!(outcome, Outcome::Created | Outcome::Updated) {
            self.exported += 1;
        }
        match outcome {
            Outcome::Created => self.created += 1,
            Outcome::Updated => self.updated += 1,
            // A newer server may send outcomes that this client does not know.
            Outcome::Unchanged | Outcome::Unspecified => self.unchanged += 1,
        }
    }

    pub(crate) fn failed(&mut self, reason: String) {
        *self.failed.entry(reason).or_default() += 1;
    }

    /// The number of items with a result.
    pub(crate) fn total(&self) -> u64 {
        self.created + self.updated + self.unchanged + self.failed.values().sum::<u64>()
    }

    /// A note for those who use export and import to copy a store.
    pub(crate) fn note(&self) -> Option<String> {
        let count = self.exported;
        (count > 0).then(|| {
            format!(
                "{count} exported articles were stored; create_time, update_time, revision and etag of their original \
                 store are not kept"
            )
        })
    }

    /// Fails if the command was interrupted.
    pub(crate) fn uninterrupted(&self) -> anyhow::Result<()> {
        ensure!(!self.was_interrupted, "interrupted; to continue, repeat the command: stored items are skipped");
        Ok(())
    }

    /// Fails if the command was interrupted or an item failed.
    pub(crate) fn verdict(&self) -> anyhow::Result<()> {
        self.uninterrupted()?;
        let failed: u64 = self.failed.values().sum();
        ensure!(failed == 0, "{failed} of {} items were not stored; see the errors above", self.total());
        Ok(())
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { created, updated, unchanged, failed, exported: _, was_interrupted: _ } = self;
        let total: u64 = failed.values().sum();
        write!(f, "{created} created, {updated} updated, {unchanged} unchanged, {total} failed")?;
        let reasons: Vec<String> = failed.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        if reasons.is_empty() { Ok(()) } else { write!(f, " ({})", reasons.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_outcome_and_reason() {
        let mut summary = Summary::default();
        summary.stored(Outcome::Created, false);
        assert!(summary.verdict().is_ok());
        summary.stored(Outcome::Unchanged, true);
        assert_eq!(summary.note(), None);
        summary.failed("UNREADABLE".to_owned());
        summary.failed("DOCUMENT_TOO_LARGE".to_owned());
        summary.failed("UNREADABLE".to_owned());
        let text = "1 created, 0 updated, 1 unchanged, 3 failed (1 DOCUMENT_TOO_LARGE, 2 UNREADABLE)";
        assert_eq!(summary.to_string(), text);
        assert!(summary.verdict().is_err());
        summary.stored(Outcome::Updated, true);
        assert!(summary.note().is_some_and(|note| note.starts_with("1 exported articles were stored")));
    }
}
