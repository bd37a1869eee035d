//! Binds an article to statements on the table `article`.
//!
//! Owns the order of the columns in statements, the same for inserts and updates.

use sqlx::Sqlite;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;

use crate::store::apply::ArticleRow;
use crate::store::checksums::checksum;
use crate::store::packed_text::packed_checksum;

pub(crate) type Statement = Query<'static, Sqlite, SqliteArguments>;

impl ArticleRow {
    /// Binds the columns of the article's row. Long values are moved, not copied.
    pub(crate) fn bind_article(&mut self, statement: Statement, id: i64) -> Statement {
        let basic = std::mem::take(&mut self.basic);
        let basic_xxh3 = checksum(&basic);
        let rest = std::mem::take(&mut self.rest);
        let rest_xxh3 = packed_checksum(&rest);
        statement
            .bind(std::mem::take(&mut self.name))
            .bind(self.effective_us)
            .bind(self.create_us)
            .bind(self.update_us)
            .bind(std::mem::take(&mut self.made_from))
            .bind(basic)
            .bind(basic_xxh3)
            .bind(self.original.as_ref().map(|(id, _)| *id))
            .bind(self.fingerprint.take())
            .bind(rest)
            .bind(rest_xxh3)
            .bind(id)
    }
}
