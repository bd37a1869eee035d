//! How far an import is, on a terminal: a bar over the bytes of the input, and what became of the items so far.

use std::time::Duration;

use articled::container::Meter;
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use super::summary::Summary;
use crate::cli::terminal::printable;

/// How often the terminal is drawn anew, in milliseconds.
const PROGRESS_EVERY_MS: u64 = 100;

/// Shows itself on a terminal only.
pub struct Progress {
    bar: ProgressBar,
    meter: Meter,
}

impl Progress {
    /// Without `total_bytes` nobody can say when it ends.
    pub fn new(total_bytes: Option<u64>, meter: Meter) -> Self {
        let (bar, template) = match total_bytes {
            Some(total) => {
                (ProgressBar::new(total), "{bar:24} {bytes}/{total_bytes} {bytes_per_sec}, {eta} to go; {wide_msg}")
            }
            None => (ProgressBar::no_length(), "{spinner} {bytes} {bytes_per_sec}; {wide_msg}"),
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(PROGRESS_EVERY_MS));
        Self { bar, meter }
    }

    pub fn show(&self, summary: &Summary) {
        self.bar.set_position(self.meter.bytes());
        let seconds = self.bar.elapsed().as_secs_f64().max(0.001);
        let rate = summary.total() as f64 / seconds;
        self.bar.set_message(format!("{rate:.0} items/s; {summary}"));
    }

    /// Writes a line of its own to standard error.
    pub fn say(&self, line: &str) {
        self.bar.suspend(|| eprintln!("{}", printable(line)));
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
        tracing::debug!("read {}", HumanBytes(self.meter.bytes()));
    }
}
