//! Reports the failure of a command: the message on standard error, and the exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use articled::store::{OpenError, StoreError};

use super::terminal::printable;

const FAILED: u8 = 1;
/// The same code as clap's.
const BAD_USAGE: u8 = 2;
const STORE_UNUSABLE: u8 = 3;

/// Invalid arguments or settings.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Usage(pub String);

/// Reports a failure, if there is one, and returns the exit code.
pub(super) fn exit_code(result: anyhow::Result<()>) -> ExitCode {
    let Err(error) = result else { return ExitCode::SUCCESS };
    // The reader closed the pipe, as `head` does. That is not a failure.
    if error.chain().any(is_broken_pipe) {
        return ExitCode::SUCCESS;
    }
    // If standard error is closed, the exit code alone reports the failure.
    let _ = writeln!(io::stderr(), "articled: {}", printable(&describe(&error)));
    ExitCode::from(code(&error))
}

/// What sqlx prepends to SQLite's messages. It adds nothing, because an earlier cause names the file.
const SQLX_PREFIX: &str = "error returned from database: ";

/// The error and its causes in one line. A cause that an earlier message already contains is not repeated.
fn describe(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) && cause != "transport error" {
            text += &format!(": {cause}");
        }
    }
    text.replace(SQLX_PREFIX, "")
}

fn code(error: &anyhow::Error) -> u8 {
    if error.is::<Usage>() {
        BAD_USAGE
    } else if error.chain().any(is_unusable_store) {
        STORE_UNUSABLE
    } else {
        FAILED
    }
}

/// Whether the store's files are damaged or from a later version, so that a retry cannot help.
fn is_unusable_store(cause: &(dyn std::error::Error + 'static)) -> bool {
    matches!(cause.downcast_ref(), Some(StoreError::Damaged(_)))
        || matches!(cause.downcast_ref(), Some(OpenError::Damaged { .. } | OpenError::NewerSchema { .. }))
}

fn is_broken_pipe(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use anyhow::{Context, anyhow};

    use super::*;

    #[test]
    fn a_repeated_cause_is_printed_once() {
        let check = |causes: &[&str], text: &str| {
            let mut causes = causes.iter().rev().map(|cause| (*cause).to_owned());
            let root = anyhow::Error::msg(causes.next().expect("a cause"));
            assert_eq!(describe(&causes.fold(root, |error, cause| error.context(cause))), text);
        };
        check(
            &["no server", "transport error", "tcp connect error", "tcp connect error", "refused"],
            "no server: tcp connect error: refused",
        );
        check(&["cannot open a.db: disk I/O error", "disk I/O error"], "cannot open a.db: disk I/O error");
        check(
            &["cannot open a.db", "error returned from database: (code: 266) disk I/O error"],
            "cannot open a.db: (code: 266) disk I/O error",
        );
    }

    #[test]
    fn each_kind_of_failure_has_its_code() {
        assert_eq!(code(&anyhow!("it rained")), FAILED);
        assert_eq!(code(&Usage("no such flag".to_owned()).into()), BAD_USAGE);
        let damaged: Result<(), _> = Err(StoreError::Damaged("a page".to_owned()));
        assert_eq!(code(&damaged.context("cannot open the store").unwrap_err()), STORE_UNUSABLE);
    }
}
