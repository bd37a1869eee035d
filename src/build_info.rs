//! The versions of the program and of the commit that it was built from.

/// The version of the package.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The commit, or why it is not known; build.rs finds it.
pub const COMMIT: &str = env!("BUILT_COMMIT");
