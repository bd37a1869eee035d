//! The output of `articled --version`: the versions of the program, the parser, and the store's engine and schema.

use articled::build_info::{COMMIT, VERSION};
use articled::parse::PARSER_VERSION;
use articled::store;

/// The program's version, then one line for each other version. `articled -V` prints only the first line.
pub(super) fn versions() -> String {
    format!("{VERSION}\ncommit {COMMIT}\nparser {PARSER_VERSION}\n{}", store::engine_versions(),)
}
