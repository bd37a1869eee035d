//! The progress display of an import or a copy on a terminal: a bar over the bytes of the input, and the counts so far.

use std::time::Duration;

use articled::container::Meter;
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use super::summary::Summary;
use crate::cli::terminal::printable;

/// How often the display is updated.
const PROGRESS_EVERY_MS: u64 = 100;

/// Visible only if standard error is a terminal.
pub(in crate::cli) struct Progress {
    bar: ProgressBar,
    meter: Meter,
}

impl Progress {
    /// Without `total_bytes` it shows a spinner instead of a bar.
    pub(super) fn of_bytes(total_bytes: Option<u64>, meter: Meter) -> Self {
        match total_bytes {
            Some(total) => {
                let template = "{bar:24} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left; {wide_msg}";
                Self::new(ProgressBar::new(total), template, meter)
            }
            None => Self::new(ProgressBar::no_length(), "{spinner} {bytes} {bytes_per_sec}; {wide_msg}", meter),
        }
    }

    /// For items that are not read from files.
    pub(in crate::cli) fn of_articles() -> Self {
        Self::new(ProgressBar::no_length(), "{spinner} {wide_msg}", Meter::default())
    }

    fn new(bar: ProgressBar, template: &str, meter: Meter) -> Self {
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(PROGRESS_EVERY_MS));
        Self { bar, meter }
    }

    pub(super) fn show(&self, summary: &Summary) {
        self.bar.set_position(self.meter.bytes());
        let seconds = self.bar.elapsed().as_secs_f64().max(0.001);
        let rate = summary.total() as f64 / seconds;
        self.bar.set_message(format!("{rate:.0} items/s; {summary}"));
    }

    /// Prints a line to standard error, above the display.
    pub(super) fn say(&self, line: &str) {
        self.bar.suspend(|| eprintln!("{}", printable(line)));
    }

    /// Clears the display.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
        tracing::debug!("read {}", HumanBytes(self.meter.bytes()));
    }
}
