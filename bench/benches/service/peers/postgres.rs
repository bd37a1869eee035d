//! PostgreSQL's own indexes: GIN over each article's grams, the same by windows of time, and trigrams (pg_trgm). Results for longer
//! keywords are verified with LIKE.
//!
//! Creates a table for each on the given server, and drops it at the end.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use futures::SinkExt;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls};

use super::{Asked, Document, Index, PAGE, grams};

/// The number of articles in a window.
const WINDOW: i64 = 8192;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Gin,
    /// The newest windows are asked first, and no more than a page needs.
    WindowedGin,
    Trigrams,
}

pub struct Postgres {
    client: Client,
    kind: Kind,
    last_rank: i64,
}

impl Postgres {
    pub async fn create_all(url: &str) -> Vec<Self> {
        let mut all = Vec::new();
        for kind in [Kind::Gin, Kind::WindowedGin, Kind::Trigrams] {
            all.push(Self::create(url, kind).await);
        }
        all
    }

    async fn create(url: &str, kind: Kind) -> Self {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("a PostgreSQL server");
        tokio::spawn(connection);
        let peer = Self { client, kind, last_rank: 0 };
        let table = peer.table();
        let index = match kind {
            Kind::Gin => "gin (grams)",
            Kind::WindowedGin => "gin (part, grams)",
            Kind::Trigrams => "gin (folded gin_trgm_ops)",
        };
        let sql = format!(
            "CREATE EXTENSION IF NOT EXISTS btree_gin;
             CREATE EXTENSION IF NOT EXISTS pg_trgm;
             SET jit = off;
             DROP TABLE IF EXISTS {table};
             CREATE TABLE {table} (rank bigint PRIMARY KEY, part bigint, grams text[] NOT NULL, folded text NOT NULL);
             CREATE INDEX {table}_index ON {table} USING {index};"
        );
        peer.client.batch_execute(&sql).await.expect("a table");
        peer
    }

    fn table(&self) -> &'static str {
        match self.kind {
            Kind::Gin => "articled_peer_gin",
            Kind::WindowedGin => "articled_peer_windowed",
            Kind::Trigrams => "articled_peer_trigrams",
        }
    }

    pub async fn remove(self) {
        self.client.batch_execute(&format!("DROP TABLE {}", self.table())).await.expect("the table is dropped");
    }
}

#[async_trait(?Send)]
impl Index for Postgres {
    fn name(&self) -> String {
        match self.kind {
            Kind::Gin => "PostgreSQL GIN",
            Kind::WindowedGin => "PostgreSQL GIN by windows",
            Kind::Trigrams => "PostgreSQL pg_trgm",
        }
        .to_owned()
    }

    async fn add(&mut self, batch: &[Document]) -> Duration {
        let begun = Instant::now();
        let mut rows = String::new();
        for document in batch {
            push_row(document, self.kind != Kind::Trigrams, &mut rows);
            self.last_rank = self.last_rank.max(document.rank);
        }
        let copy = format!("COPY {} (rank, part, grams, folded) FROM STDIN", self.table());
        let copy = self.client.copy_in(&copy).await.expect("a COPY");
        let mut copy = std::pin::pin!(copy);
        copy.send(Bytes::from(rows)).await.expect("rows");
        copy.finish().await.expect("a commit");
        begun.elapsed()
    }

    async fn settle(&mut self) {
        // Also flushes the pending list of the GIN index.
        self.client.batch_execute(&format!("VACUUM (ANALYZE) {}", self.table())).await.expect("a vacuum");
    }

    async fn bytes(&mut self) -> Option<u64> {
        let sql = format!("SELECT pg_relation_size('{}_index')", self.table());
        let bytes: i64 = self.client.query_one(&sql, &[]).await.expect("a size").get(0);
        Some(bytes.unsigned_abs())
    }

    async fn page(&mut self, asked: &Asked) -> Option<(Duration, Vec<i64>)> {
        let mut sql = Condition { has_grams: self.kind != Kind::Trigrams, ..Condition::default() };
        sql.all(asked);
        let before = sql.bind(asked.before);
        let (table, newest) = (self.table(), asked.before.min(self.last_rank) / WINDOW);
        let condition = format!("{} AND rank < {before}", sql.text);
        let text = match self.kind {
            Kind::Gin | Kind::Trigrams => {
                format!("SELECT rank FROM {table} WHERE {condition} ORDER BY rank DESC LIMIT {PAGE}")
            }
            Kind::WindowedGin => format!(
                "SELECT found.rank FROM generate_series({newest}::bigint, 0, -1) AS parts (number) CROSS JOIN LATERAL (
                     SELECT rank FROM {table} WHERE part = parts.number AND {condition} ORDER BY rank DESC LIMIT {PAGE}
                 ) AS found LIMIT {PAGE}"
            ),
        };
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
    has_grams: bool,
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
        if self.has_grams && grams::is_listed(word) {
            return format!("(grams @> {})", self.bind(grams));
        }
        let escaped: String = word
            .chars()
            .flat_map(|character| matches!(character, '%' | '_' | '\\').then_some('\\').into_iter().chain([character]))
            .collect();
        let like = self.bind(format!("%{escaped}%"));
        if !self.has_grams {
            return format!("(folded LIKE {like})");
        }
        format!("(grams @> {} AND folded LIKE {like})", self.bind(grams))
    }

    fn bind(&mut self, value: impl ToSql + Sync + 'static) -> String {
        self.values.push(Box::new(value));
        format!("${}", self.values.len())
    }
}

/// A line in COPY's text format.
fn push_row(document: &Document, has_grams: bool, rows: &mut String) {
    let _ = write!(rows, "{}\t{}\t{{", document.rank, document.rank / WINDOW);
    let grams = if has_grams { grams::distinct(&document.folded) } else { BTreeSet::new() };
    for (number, gram) in grams.into_iter().enumerate() {
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
