//! The rows of new articles: gathered over a group of writes, and written many with one question.
//!
//! What costs of a short statement is the way to SQLite's thread and back. So the rows of an article wait until someone in
//! the same transaction wants to read, or the group is at its end. Owns which rows a new article has.

use std::sync::LazyLock;

use sqlx::{AssertSqlSafe, SqliteConnection};

use super::columns::{Columns, Statement};
use super::fault::Fault;
use super::prepare::PackedRaw;
use super::rows;

/// How many articles' rows are written with one question: enough to hide its cost, few enough that the statements kept
/// for it are no burden.
const AT_ONCE: usize = 16;

/// The rows of one article. Parameters have no numbers: sqlx binds numbered ones wrongly where a later statement leaves some
/// out.
const INSERT: &str =
    "INSERT INTO article (name, effective_us, create_us, update_us, publish_us, fetch_us, revision, char_count,
                          language_code, info_source, made_from, basic, basic_xxh3, duplicate_of, fingerprint, id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
     INSERT INTO body (rest, rest_xxh3, id) VALUES (?, ?, ?);
     INSERT INTO folded (texts, texts_xxh3, id) VALUES (?, ?, ?);
     INSERT INTO change (id, seq) VALUES (?, ?);
     INSERT OR IGNORE INTO temp.recent_key (key, id) SELECT value, ? FROM json_each(?);
     INSERT INTO fingerprint_recent (id, keys) VALUES (?, ?);
     INSERT INTO raw (id, head, content, is_compressed, raw_xxh3) SELECT ?, ?, ?, ?, ? WHERE ?;";

static INSERT_MANY: LazyLock<String> = LazyLock::new(|| INSERT.repeat(AT_ONCE));

pub(super) struct NewRow {
    pub id: i64,
    /// The article's place in the feed.
    pub seq: i64,
    pub columns: Columns,
    pub raw: Option<PackedRaw>,
}

impl NewRow {
    fn bind(self, statement: Statement) -> Statement {
        let Self { id, seq, mut columns, raw } = self;
        let keys = std::mem::take(&mut columns.keys);
        let has_raw = raw.is_some();
        let statement = columns.bind(statement, id).bind(id).bind(seq).bind(id).bind(keys.clone()).bind(id).bind(keys);
        bind_raw(raw.unwrap_or_default(), statement, id).bind(has_raw)
    }
}

/// Binds the columns of a raw document, its article's id first.
pub(super) fn bind_raw(raw: PackedRaw, statement: Statement, id: i64) -> Statement {
    let PackedRaw { head, content, is_compressed } = raw;
    let xxh3 = rows::raw_checksum(&head, &content);
    statement.bind(id).bind(head).bind(Vec::from(content)).bind(is_compressed).bind(xxh3)
}

/// What waits.
#[derive(Default)]
pub(super) struct NewRows(Vec<NewRow>);

impl NewRows {
    pub fn push(&mut self, row: NewRow) {
        self.0.push(row);
    }

    /// Writes all that waits.
    pub async fn write(&mut self, connection: &mut SqliteConnection) -> Result<(), Fault> {
        let mut waiting = std::mem::take(&mut self.0).into_iter();
        while waiting.len() >= AT_ONCE {
            let statement = sqlx::query(AssertSqlSafe(INSERT_MANY.as_str()));
            let statement = waiting.by_ref().take(AT_ONCE).fold(statement, |statement, row| row.bind(statement));
            statement.execute(&mut *connection).await?;
        }
        for row in waiting {
            row.bind(sqlx::query(INSERT)).execute(&mut *connection).await?;
        }
        Ok(())
    }
}
