//! Binds an article to statements on the tables `article`, `body` and `folded`.
//!
//! Owns the order of the columns in statements, the same for inserts and updates.

use sqlx::Sqlite;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;

use crate::store::apply::ArticleRow;
use crate::store::checksums::checksum;

pub(crate) type Statement = Query<'static, Sqlite, SqliteArguments>;

impl ArticleRow {
    /// Binds the columns of the article's row. Long values are moved, not copied.
    pub(crate) fn bind_article(&mut self, statement: Statement, id: i64) -> Statement {
        let basic = std::mem::take(&mut self.basic);
        let basic_xxh3 = checksum(&basic);
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
            .bind(id)
    }

    pub(crate) fn bind_body(&mut self, statement: Statement, id: i64) -> Statement {
        let rest = std::mem::take(&mut self.rest);
        let rest_xxh3 = checksum(&rest);
        statement.bind(rest).bind(rest_xxh3).bind(id)
    }

    pub(crate) fn bind_folded(&self, statement: Statement, id: i64) -> Statement {
        let texts = self.texts.as_str().as_bytes();
        statement.bind(texts.to_vec()).bind(checksum(texts)).bind(id)
    }
}
