//! `articled backup`: copies a store to one file, once or at intervals.

mod schedule;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use articled::clock::Clock;
use clap::Args;
use indicatif::HumanBytes;

use super::interrupt;
use super::output::Out;
use super::store::{self, DatabaseArguments};

/// Copies a store to a file. A server may have the store open: the copy is a consistent snapshot with every write that was
/// acknowledged before.
///
/// `articled restore` makes a store from it. The copy has its own change feed: watchers of the original get
/// RESUME_TOKEN_EXPIRED and must list again.
#[derive(Args, Debug)]
pub(super) struct Backup {
    /// The file to write. It must not exist, and appears only when the copy is complete.
    #[arg(value_name = "FILE", required_unless_present = "directory", conflicts_with = "directory")]
    file: Option<PathBuf>,
    /// Writes into this directory instead, to a file named by the time, such as articled-20260131T030000Z.db.
    #[arg(long, value_name = "DIRECTORY")]
    directory: Option<PathBuf>,
    /// The number of backups to keep in --directory: the oldest are deleted after a new one is complete.
    #[arg(long, value_name = "COUNT", requires = "directory", value_parser = clap::value_parser!(u32).range(1..))]
    keep: Option<u32>,
    /// Runs until it is stopped, and makes a backup each interval, such as 30m, 6h or 1d; the first at once.
    #[arg(long, value_name = "INTERVAL", requires = "directory", value_parser = schedule::interval)]
    every: Option<Duration>,
    #[command(flatten)]
    database: DatabaseArguments,
}

impl Backup {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match (&self.file, &self.directory) {
            (Some(file), _) => self.copy_to(file).await,
            (None, Some(directory)) => match self.every {
                Some(interval) => self.repeat(directory, interval).await,
                None => self.copy_into(directory).await,
            },
            // Rejected by clap.
            (None, None) => Ok(()),
        }
    }

    async fn copy_to(&self, file: &Path) -> anyhow::Result<()> {
        let bytes = store::backup(&self.database.database, file).await?;
        let mut out = Out::new();
        out.text(&format!("{}: {}", file.display(), HumanBytes(bytes)))?;
        out.flush()
    }

    async fn copy_into(&self, directory: &Path) -> anyhow::Result<()> {
        let name = schedule::file_name(Clock::system().now());
        schedule::remove_interrupted(directory, &name)
            .with_context(|| format!("cannot delete interrupted backups in {}", directory.display()))?;
        self.copy_to(&directory.join(name)).await?;
        match self.keep {
            Some(keep) => schedule::remove_oldest(directory, keep as usize)
                .with_context(|| format!("cannot delete old backups in {}", directory.display())),
            None => Ok(()),
        }
    }

    /// Makes a backup each interval. A failure is logged, and does not stop the next backup.
    async fn repeat(&self, directory: &Path, interval: Duration) -> anyhow::Result<()> {
        let mut stopped = std::pin::pin!(interrupt::signals().context("cannot listen for signals")?);
        let mut ticks = tokio::time::interval(interval);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stopped.as_mut() => return Ok(()),
                _ = ticks.tick() => {}
            }
            // A stop cancels the backup in progress. The next start removes its incomplete file.
            tokio::select! {
                () = stopped.as_mut() => return Ok(()),
                done = self.copy_into(directory) => {
                    if let Err(error) = done {
                        tracing::error!(error = format!("{error:#}"), "a backup failed");
                    }
                }
            }
        }
    }
}
