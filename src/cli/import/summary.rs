//! What became of the documents, in numbers.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::ensure;
use articled::rpc::proto::Outcome;

#[derive(Debug, Default)]
pub struct Summary {
    created: u64,
    updated: u64,
    unchanged: u64,
    /// How many failed, by reason.
    failed: BTreeMap<String, u64>,
    pub was_interrupted: bool,
}

impl Summary {
    pub fn stored(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Created => self.created += 1,
            Outcome::Updated => self.updated += 1,
            // A newer server may know outcomes that this client does not.
            Outcome::Unchanged | Outcome::Unspecified => self.unchanged += 1,
        }
    }

    pub fn failed(&mut self, reason: String) {
        *self.failed.entry(reason).or_default() += 1;
    }

    /// Whether all that was asked for was at least tried.
    pub fn uninterrupted(&self) -> anyhow::Result<()> {
        ensure!(!self.was_interrupted, "interrupted; to go on, import again: what is stored stays as it is");
        Ok(())
    }

    /// Whether all went well.
    pub fn verdict(&self) -> anyhow::Result<()> {
        self.uninterrupted()?;
        let failed: u64 = self.failed.values().sum();
        let total = self.created + self.updated + self.unchanged + failed;
        ensure!(failed == 0, "{failed} of {total} documents were not stored; why, stands above");
        Ok(())
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { created, updated, unchanged, failed, was_interrupted: _ } = self;
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
        summary.stored(Outcome::Created);
        assert!(summary.verdict().is_ok());
        summary.stored(Outcome::Unchanged);
        summary.failed("UNREADABLE".to_owned());
        summary.failed("DOCUMENT_TOO_LARGE".to_owned());
        summary.failed("UNREADABLE".to_owned());
        let text = "1 created, 0 updated, 1 unchanged, 3 failed (1 DOCUMENT_TOO_LARGE, 2 UNREADABLE)";
        assert_eq!(summary.to_string(), text);
        assert!(summary.verdict().is_err());
    }
}
