//! What `articled --version` prints: the program's own version, and those that its stores and articles depend on.

use articled::parse::PARSER_VERSION;
use articled::store;

/// The version, a line feed, and then a line for each part. `articled -V` prints the first line alone.
pub fn versions() -> String {
    format!(
        "{}\ncommit {}\nparser {PARSER_VERSION}\n{}",
        env!("CARGO_PKG_VERSION"),
        env!("BUILT_COMMIT"),
        store::engine_versions(),
    )
}
