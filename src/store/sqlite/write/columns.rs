//! An article as rows of the tables `article`, `body` and `folded`.
//!
//! Owns the order of the columns in statements, the same for inserts and updates.

use std::sync::Arc;

use sqlx::Sqlite;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;

use crate::article::Article;
use crate::query::FoldedFields;
use crate::store::prepare::Indexed;
use crate::store::record;
use crate::store::sqlite::duplicates::keys;
use crate::store::sqlite::rows;
use crate::store::write_rules::ContentDigest;

pub(crate) type Statement = Query<'static, Sqlite, SqliteArguments>;

pub(crate) struct Columns {
    name: String,
    effective_us: i64,
    create_us: i64,
    update_us: i64,
    made_from: Vec<u8>,
    basic: Vec<u8>,
    original: Option<i64>,
    fingerprint: Option<Vec<u8>>,
    rest: Vec<u8>,
    texts: Arc<FoldedFields>,
    /// A JSON array, for tables of keys.
    pub keys: String,
}

impl Columns {
    pub(crate) fn of(article: &Article, made_from: &ContentDigest, index: &Indexed, original: Option<i64>) -> Self {
        Self {
            name: article.name.id().to_owned(),
            effective_us: article.effective_time().as_microsecond(),
            create_us: article.create_time.as_microsecond(),
            update_us: article.update_time.as_microsecond(),
            made_from: made_from.to_vec(),
            basic: record::encode_basic(article),
            original,
            fingerprint: index.fingerprint.as_ref().map(|fingerprint| fingerprint.to_bytes().to_vec()),
            rest: record::encode_rest(article),
            texts: Arc::clone(&index.texts),
            keys: keys::list(index.fingerprint.as_ref()),
        }
    }

    /// Binds the columns of the article's row. Long values are moved, not copied.
    pub(crate) fn bind_article(&mut self, statement: Statement, id: i64) -> Statement {
        let basic = std::mem::take(&mut self.basic);
        let basic_xxh3 = rows::checksum(&basic);
        statement
            .bind(std::mem::take(&mut self.name))
            .bind(self.effective_us)
            .bind(self.create_us)
            .bind(self.update_us)
            .bind(std::mem::take(&mut self.made_from))
            .bind(basic)
            .bind(basic_xxh3)
            .bind(self.original)
            .bind(self.fingerprint.take())
            .bind(id)
    }

    pub(crate) fn bind_body(&mut self, statement: Statement, id: i64) -> Statement {
        let rest = std::mem::take(&mut self.rest);
        let rest_xxh3 = rows::checksum(&rest);
        statement.bind(rest).bind(rest_xxh3).bind(id)
    }

    pub(crate) fn bind_folded(&self, statement: Statement, id: i64) -> Statement {
        let texts = self.texts.as_str().as_bytes();
        statement.bind(texts.to_vec()).bind(rows::checksum(texts)).bind(id)
    }
}
