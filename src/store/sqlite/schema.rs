//! The versions of the schema, and how a database gets the newest one.

use std::borrow::Cow;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{SqlSafeStr, SqliteConnection};

use crate::store::sqlite::error::SqliteError;

/// Every migration, in order. An applied one is never edited, not even its comments: sqlx compares checksums of the files, and
/// refuses a store whose checksum differs.
const MIGRATIONS: [(i64, &str, &str); 11] = [
    (1, "articles", include_str!("../../../migrations/sqlite/0001_articles.sql")),
    (2, "keyword_index", include_str!("../../../migrations/sqlite/0002_keyword_index.sql")),
    (3, "feed", include_str!("../../../migrations/sqlite/0003_feed.sql")),
    (4, "folded", include_str!("../../../migrations/sqlite/0004_folded.sql")),
    (5, "recent_keys", include_str!("../../../migrations/sqlite/0005_recent_keys.sql")),
    (6, "text_version", include_str!("../../../migrations/sqlite/0006_text_version.sql")),
    (7, "unread_columns", include_str!("../../../migrations/sqlite/0007_unread_columns.sql")),
    (8, "packed_text", include_str!("../../../migrations/sqlite/0008_packed_text.sql")),
    (9, "drop_unpacked_text", include_str!("../../../migrations/sqlite/0009_drop_unpacked_text.sql")),
    (10, "packed_raw", include_str!("../../../migrations/sqlite/0010_packed_raw.sql")),
    (11, "drop_unpacked_raw", include_str!("../../../migrations/sqlite/0011_drop_unpacked_raw.sql")),
];

/// The version of the schema that this program writes.
pub(super) fn newest_version() -> i64 {
    MIGRATIONS.iter().map(|(version, ..)| *version).max().unwrap_or_default()
}

/// Applies all migrations. Texts and documents must be packed before the last ones, see `maintenance/repack`.
pub(super) async fn migrate(connection: &mut SqliteConnection) -> Result<(), SqliteError> {
    migrate_to(connection, newest_version()).await
}

/// Applies the migrations up to a version, which must not be older than the database's.
pub(super) async fn migrate_to(connection: &mut SqliteConnection, version: i64) -> Result<(), SqliteError> {
    let migrations =
        MIGRATIONS.into_iter().filter(|(number, ..)| *number <= version).map(|(number, description, sql)| {
            Migration::new(number, Cow::Borrowed(description), MigrationType::Simple, sql.into_sql_str(), false)
        });
    let migrator = Migrator::with_migrations(migrations.collect());
    migrator.run_direct(None, connection, false).await.map_err(|error| SqliteError::Sql(error.into()))
}
