//! The output of `articled --version`: the versions of the program, the parser, and the store's engine and schema.

use articled::parse::PARSER_VERSION;
use articled::store;

/// The program's version, then one line for each other version. `articled -V` prints only the first line.
pub fn versions() -> String {
    format!(
        "{}\ncommit {}\nparser {PARSER_VERSION}\n{}",
        env!("CARGO_PKG_VERSION"),
        env!("BUILT_COMMIT"),
        store::engine_versions(),
    )
}
