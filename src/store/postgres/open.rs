//! Opens a store: inspects and migrates it, or refuses it.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::PgConnection;
use tokio_util::sync::CancellationToken;

use crate::background::Background;
use crate::keyword_index::PairRule;
use crate::metrics::Registry;
use crate::store::OpenError;
use crate::store::feed::DEFAULT_KEEP_DELETIONS;
use crate::store::index::{Index, Writers};
use crate::store::postgres::PostgresStore;
use crate::store::postgres::connect::{Connector, Purpose, close};
use crate::store::postgres::distribute::{distribute, is_sharded};
use crate::store::postgres::error::PostgresError;
use crate::store::postgres::feed::{FeedEnd, StoreVersion};
use crate::store::postgres::health::WriteHealth;
use crate::store::postgres::listener::Listener;
use crate::store::postgres::merge_task::MergerTask;
use crate::store::postgres::pool::Pool;
use crate::store::postgres::pooler::check_pooler;
use crate::store::postgres::rederive::rederive;
use crate::store::postgres::refusal::Refusal;
use crate::store::postgres::transaction;
use crate::store::postgres::writer::GroupWriter;
use crate::store::text_form::TextForm;
use crate::store::text_version::text_version;
use crate::store::write_queue::WriteQueue;
use crate::store::writer_metrics::WriterMetrics;

/// Every migration, in order. An applied one is never edited.
const MIGRATIONS: [(i64, &str, &str); 2] = [
    (1, "articles", include_str!("../../../migrations/postgres/0001_articles.sql")),
    (2, "sharding", include_str!("../../../migrations/postgres/0002_sharding.sql")),
];

/// The oldest supported version of PostgreSQL.
const OLDEST_VERSION: i32 = 150_000;

/// How a PostgreSQL store is opened.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    pub(super) connector: Connector,
    /// Opens an existing store for reading only.
    pub read_only: bool,
    /// The number of later changes after which a deletion expires from the feed.
    pub keep_deletions: u64,
    /// The number of reading connections.
    readers: usize,
    pair_rule: PairRule,
    /// The registry for the store's metrics.
    pub metrics: Registry,
}

impl PostgresOptions {
    /// Whether a URL is of this engine.
    pub(crate) fn is_url(url: &str) -> bool {
        ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme))
    }

    /// The database without its password, for messages.
    pub(crate) fn label(&self) -> String {
        self.connector.label()
    }

    /// Reads `postgres://…`, or says what is wrong with it.
    pub fn from_url(url: &str) -> Result<Self, String> {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        // A read waits for the database most of its time.
        let readers = 4 * cores;
        Ok(Self {
            connector: Connector::from_url(url)?,
            read_only: false,
            keep_deletions: DEFAULT_KEEP_DELETIONS,
            readers,
            pair_rule: PairRule::default(),
            metrics: Registry::off(),
        })
    }

    /// The same database, of which the URL so far is a pooler's, and this one leads to it directly.
    pub fn with_direct_url(self, url: &str) -> Result<Self, String> {
        Ok(Self { connector: self.connector.with_direct_url(url)?, ..self })
    }

    /// Options for tests, in which a few articles count as many.
    #[cfg(test)]
    pub(crate) fn small(url: &str) -> Self {
        let pair_rule = PairRule { common_share: 3, min_documents: 4 };
        let options = match crate::store::conformance::postgres_server::through_pooler(url) {
            Some(pooler) => Self::from_url(&pooler).and_then(|options| options.with_direct_url(url)),
            None => Self::from_url(url),
        };
        Self { pair_rule, ..options.expect("a URL") }
    }
}

impl PostgresStore {
    /// Opens a store. For writing, its tables are created if they do not exist, and migrated to the current schema.
    pub async fn open(options: PostgresOptions) -> Result<Self, OpenError> {
        let label = options.connector.label();
        opened(options).await.map_err(|refusal| refusal.of(&label, Self::schema_version()))
    }

    /// Rebuilds the keyword index and everything else that is derived from the articles, in one transaction.
    pub async fn repair_index(options: PostgresOptions) -> Result<(), OpenError> {
        let label = options.connector.label();
        let repaired = async {
            let mut connection = options.connector.connect(Purpose::Maintain).await?;
            migrate(&mut connection, options.read_only).await?;
            derive(&mut connection, options.pair_rule, true).await?;
            close(connection).await;
            Ok(())
        };
        repaired.await.map_err(|refusal: Refusal| refusal.of(&label, Self::schema_version()))
    }

    /// Migrates a store, and distributes its articles over the servers of its Citus database.
    pub async fn distribute(options: PostgresOptions) -> Result<(), OpenError> {
        let label = options.connector.label();
        let distributed = async {
            let mut connection = options.connector.connect(Purpose::Maintain).await?;
            migrate(&mut connection, options.read_only).await?;
            distribute(&mut connection).await?;
            derive(&mut connection, options.pair_rule, false).await?;
            close(connection).await;
            Ok(())
        };
        distributed.await.map_err(|refusal: Refusal| refusal.of(&label, Self::schema_version()))
    }

    /// The version of the schema that this program writes.
    pub fn schema_version() -> i64 {
        MIGRATIONS.iter().map(|(version, ..)| *version).max().unwrap_or_default()
    }
}

async fn opened(options: PostgresOptions) -> Result<PostgresStore, Refusal> {
    let PostgresOptions { connector, read_only, keep_deletions, readers, pair_rule, metrics } = options;
    let mut connection = connector.connect(Purpose::Maintain).await?;
    migrate(&mut connection, read_only).await?;
    if read_only {
        let version: i64 =
            sqlx::query_scalar("SELECT text_version FROM store_state").fetch_one(&mut connection).await?;
        if version != text_version() {
            return Err(Refusal::NeedsRefolding);
        }
    } else {
        derive(&mut connection, pair_rule, false).await?;
    }
    if connector.is_pooled() {
        check_pooler(&connector, &mut connection).await?;
    }
    transaction::begin_read(&mut connection).await?;
    let index = Arc::new(Index::open(&mut connection, Writers::Several, pair_rule, &metrics).await?);
    let feed = Arc::new(FeedEnd::new(StoreVersion::read(&mut connection).await?.end));
    let is_sharded = is_sharded(&mut connection).await?;
    close(connection).await;

    let closing = CancellationToken::new();
    let health = Arc::new(WriteHealth::default());
    let background = Background::start().map_err(|error| Refusal::Other(error.to_string()))?;
    let mut tasks = Vec::new();
    let listener = Listener {
        connector: connector.clone(),
        index: Arc::clone(&index),
        feed: Arc::clone(&feed),
        closing: closing.clone(),
    };
    tasks.push(tokio::spawn(listener.run()));
    let mut queue = None;
    if !read_only {
        let (sender, jobs) = WriteQueue::new(TextForm::Plain);
        queue = Some(sender);
        let writer = GroupWriter {
            connector: connector.clone(),
            index: Arc::clone(&index),
            feed: Arc::clone(&feed),
            keep_deletions,
            jobs,
            closing: closing.clone(),
            health: Arc::clone(&health),
            metrics: Arc::new(WriterMetrics::new(&metrics)),
            connection: None,
        };
        tasks.push(background.handle.spawn(writer.run()));
        let merger = MergerTask { connector: connector.clone(), index: Arc::clone(&index), closing: closing.clone() };
        tasks.push(background.handle.spawn(merger.run()));
    }
    let pool = Pool::new(connector.clone(), readers);
    let tasks = Mutex::new(tasks);
    let guard = closing.clone().drop_guard();
    Ok(PostgresStore {
        connector,
        pool,
        is_sharded,
        index,
        feed,
        queue,
        health,
        closing,
        _closing: guard,
        tasks,
        _background: background,
    })
}

/// Brings the schema to the current version. Instances that start at the same time do this one after another, by an advisory
/// lock. A schema that is current is not written to, so that a role without the right to change it can serve.
async fn migrate(connection: &mut PgConnection, read_only: bool) -> Result<(), Refusal> {
    let version: i32 =
        sqlx::query_scalar("SELECT current_setting('server_version_num')::int").fetch_one(&mut *connection).await?;
    if version < OLDEST_VERSION {
        return Err(Refusal::Other(format!("PostgreSQL 15 or later is needed, and this is {}", version / 10_000)));
    }
    let (found, known) = (applied_version(connection).await?, PostgresStore::schema_version());
    if found > known {
        return Err(Refusal::NewerSchema { found });
    }
    if found == known {
        return Ok(());
    }
    if read_only {
        return Err(Refusal::NeedsMigration { found });
    }
    if found > 0 {
        tracing::info!(found, known, "migrating the store to the current schema");
    }
    let migrations = MIGRATIONS.map(|(version, description, sql)| {
        Migration::new(version, Cow::Borrowed(description), MigrationType::Simple, sql.into_sql_str(), false)
    });
    let migrator = Migrator::with_migrations(migrations.to_vec());
    let migrated = migrator.run_direct(None, connection, false).await;
    migrated.map_err(|error| Refusal::Failed(PostgresError::Sql(error.into())))
}

/// The version of the schema; 0 if there is none.
async fn applied_version(connection: &mut PgConnection) -> Result<i64, Refusal> {
    let sql = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
    let has_versions: bool = sqlx::query_scalar(sql).fetch_one(&mut *connection).await?;
    if !has_versions {
        return Ok(0);
    }
    let sql = "SELECT coalesce(max(version), 0) FROM _sqlx_migrations WHERE success";
    Ok(sqlx::query_scalar(sql).fetch_one(connection).await?)
}

/// Rebuilds what is derived from the texts if another version of the folding made it, or if `always`.
async fn derive(connection: &mut PgConnection, pair_rule: PairRule, always: bool) -> Result<(), Refusal> {
    let sql = "SELECT text_version FROM store_state";
    let found: i64 = sqlx::query_scalar(sql).fetch_one(&mut *connection).await?;
    if !always && found == text_version() {
        return Ok(());
    }
    let state = transaction::begin_write(connection).await?;
    // Another instance may have done it meanwhile.
    let found: i64 = sqlx::query_scalar(sql).fetch_one(&mut *connection).await?;
    if always || found != text_version() {
        if found != 0 {
            tracing::info!("folding all texts again and rebuilding the keyword index");
        }
        rederive(connection, pair_rule, text_version()).await?;
    }
    transaction::commit_write(connection, &state).await?;
    Ok(())
}
