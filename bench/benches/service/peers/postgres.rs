//! PostgreSQL with a GIN index over each article's grams. Results for longer keywords are verified with LIKE.
//!
//! Creates one table on the given server, and drops it at the end.

use std::fmt::Write;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use futures::SinkExt;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls};

use super::{Asked, Document, Index, PAGE, grams};

pub struct Postgres {
    client: Client,
}

impl Postgres {
    pub async fn create(url: &str) -> Self {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("a PostgreSQL server");
        tokio::spawn(connection);
        let sql = "DROP TABLE IF EXISTS articled_peer;
                   CREATE TABLE articled_peer (rank bigint PRIMARY KEY, grams text[] NOT NULL, folded text NOT NULL);
                   CREATE INDEX articled_peer_grams ON articled_peer USING gin (grams);";
        client.batch_execute(sql).await.expect("a table");
        Self { client }
    }

    pub async fn remove(self) {
        self.client.batch_execute("DROP TABLE articled_peer").await.expect("the table is dropped");
    }
}

#[async_trait(?Send)]
impl Index for Postgres {
    fn name(&self) -> String {
        "PostgreSQL GIN".to_owned()
    }

    async fn add(&mut self, batch: &[Document]) -> Duration {
        let begun = Instant::now();
        let mut rows = String::new();
        batch.iter().for_each(|document| push_row(document, &mut rows));
        let copy = self.client.copy_in("COPY articled_peer (rank, grams, folded) FROM STDIN").await.expect("a COPY");
        let mut copy = std::pin::pin!(copy);
        copy.send(Bytes::from(rows)).await.expect("rows");
        copy.finish().await.expect("a commit");
        begun.elapsed()
    }

    async fn settle(&mut self) {
        // Also flushes the pending list of the GIN index.
        self.client.batch_execute("VACUUM (ANALYZE) articled_peer").await.expect("a vacuum");
    }

    async fn bytes(&mut self) -> Option<u64> {
        let sql = "SELECT pg_relation_size('articled_peer_grams')";
        let bytes: i64 = self.client.query_one(sql, &[]).await.expect("a size").get(0);
        Some(bytes.unsigned_abs())
    }

    async fn page(&mut self, asked: &Asked) -> Option<(Duration, Vec<i64>)> {
        let mut sql = Condition::default();
        sql.all(asked);
        let before = sql.bind(asked.before);
        let text = format!(
            "SELECT rank FROM articled_peer WHERE {} AND rank < {before} ORDER BY rank DESC LIMIT {PAGE}",
            sql.text
        );
        // Planned for these keywords, outside of the measured time, because a client would keep the prepared statement.
        let select = self.client.prepare(&text).await.expect("a statement");
        let values: Vec<&(dyn ToSql + Sync)> = sql.values.iter().map(|value| &**value).collect();
        let begun = Instant::now();
        let rows = self.client.query(&select, &values).await.expect("a page");
        let took = begun.elapsed();
        Some((took, rows.iter().map(|row| row.get(0)).collect()))
    }
}

/// A condition in SQL, and its parameters.
#[derive(Default)]
struct Condition {
    text: String,
    values: Vec<Box<dyn ToSql + Sync>>,
}

impl Condition {
    fn all(&mut self, asked: &Asked) {
        let mut parts: Vec<String> = asked.all.iter().map(|word| self.word(word)).collect();
        if !asked.any.is_empty() {
            let any: Vec<String> = asked.any.iter().map(|word| self.word(word)).collect();
            parts.push(format!("({})", any.join(" OR ")));
        }
        parts.extend(asked.none.iter().map(|word| format!("NOT {}", self.word(word))));
        self.text = parts.join(" AND ");
    }

    fn word(&mut self, word: &str) -> String {
        let grams: Vec<String> = grams::of_word(word).into_iter().map(str::to_owned).collect();
        let grams = self.bind(grams);
        if grams::is_listed(word) {
            return format!("(grams @> {grams})");
        }
        let escaped: String = word
            .chars()
            .flat_map(|character| matches!(character, '%' | '_' | '\\').then_some('\\').into_iter().chain([character]))
            .collect();
        let like = self.bind(format!("%{escaped}%"));
        format!("(grams @> {grams} AND folded LIKE {like})")
    }

    fn bind(&mut self, value: impl ToSql + Sync + 'static) -> String {
        self.values.push(Box::new(value));
        format!("${}", self.values.len())
    }
}

/// A line in COPY's text format.
fn push_row(document: &Document, rows: &mut String) {
    let _ = write!(rows, "{}\t{{", document.rank);
    for (number, gram) in grams::distinct(&document.folded).into_iter().enumerate() {
        rows.push_str(if number > 0 { ",\"" } else { "\"" });
        for character in gram.chars() {
            match character {
                // Escaped once for the array, and once for COPY.
                '"' => rows.push_str("\\\\\""),
                '\\' => rows.push_str("\\\\\\\\"),
                other => rows.push(other),
            }
        }
        rows.push('"');
    }
    rows.push_str("}\t");
    for character in document.folded.chars() {
        match character {
            '\t' => rows.push_str("\\t"),
            '\n' => rows.push_str("\\n"),
            '\\' => rows.push_str("\\\\"),
            other => rows.push(other),
        }
    }
    rows.push('\n');
}
