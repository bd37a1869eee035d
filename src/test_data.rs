//! Where tests find the texts that are not part of this repository, and what happens without them.

use std::path::PathBuf;

/// The folder of real texts: `ARTICLED_TEST_DATA`, by default `../shared/data`.
///
/// Without it a test prints one line and passes, so that a fresh clone is green. In CI (`CI` is set) it fails: a gate that
/// skips its measurements proves nothing.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("ARTICLED_TEST_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    let where_from = format!(
        "no test data at {}: CONTRIBUTING.md, \"Test data\", says where to get it; set ARTICLED_TEST_DATA to the folder",
        folder.display()
    );
    assert!(!std::env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false"), "{where_from}");
    println!("skipped: {where_from}");
    None
}
