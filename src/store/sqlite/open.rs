//! Opens a store: locks, inspects and migrates it; or refuses it, and leaves it unchanged.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use sqlx::{Connection, SqliteConnection};

use crate::background::Background;
use crate::keyword_index::PairRule;
use crate::metrics::Registry;
use crate::store::OpenError;
use crate::store::article_cache::ArticleCache;
use crate::store::feed::DEFAULT_KEEP_DELETIONS;
use crate::store::index::{Index, Writers};
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::connect::{Role, close, connect};
use crate::store::sqlite::disk_probe::read_closed_file;
use crate::store::sqlite::duplicates::keys::MoveRule;
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::feed::Feed;
use crate::store::sqlite::files::{io_error, next_to, refused};
use crate::store::sqlite::lock::{self, LockError, ProcessLock, check_logs, create_private};
use crate::store::sqlite::maintenance::rederive::{is_of_today, rederive};
use crate::store::sqlite::maintenance::repack::repack;
use crate::store::sqlite::read::id_hints::IdHints;
use crate::store::sqlite::read::readers::Readers;
use crate::store::sqlite::row_struct::row_struct;
use crate::store::sqlite::schema::{migrate, newest_version};
use crate::store::sqlite::write::writer::{ReaderState, Writer, WriterLimits};

/// The application id in the database header, "ARTC".
const APPLICATION_ID: i64 = 0x4152_5443;

/// Files up to this size are verified at every start, in a fraction of a second. Larger ones are verified by `check`.
const QUICK_CHECK_BYTES: u64 = 64 << 20;

/// The smallest page of SQLite, in bytes; no database is shorter (sqlite.org/fileformat.html).
const MIN_PAGE_BYTES: u64 = 512;

/// The first bytes of a rollback journal (sqlite.org/fileformat.html#the_rollback_journal).
const JOURNAL_MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/// The scheme of a SQLite store's URL.
const SCHEME: &str = "sqlite:";

/// How a SQLite store is opened.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    /// The path of the database file.
    pub path: PathBuf,
    /// Opens an existing file read-only. No lock is taken, so that files on read-only media can be opened.
    pub read_only: bool,
    /// The number of reading connections; by default the number of cores plus two.
    pub readers: usize,
    /// The number of later changes after which a deletion expires from the feed.
    pub keep_deletions: u64,
    /// The sizes from which additional structures are maintained.
    pub scale: Scale,
    /// The registry for the store's metrics.
    pub metrics: Registry,
}

/// The numbers of articles from which the store maintains additional structures. Tests use small ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scale {
    pub(crate) pair_rule: PairRule,
    pub(crate) move_rule: MoveRule,
}

impl SqliteOptions {
    /// The default options for a file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            path: path.into(),
            read_only: false,
            readers: cores + 2,
            keep_deletions: DEFAULT_KEEP_DELETIONS,
            scale: Scale::default(),
            metrics: Registry::off(),
        }
    }

    /// Options for tests, in which a few articles count as many.
    #[cfg(test)]
    pub fn small(path: impl Into<PathBuf>) -> Self {
        let pair_rule = PairRule { common_share: 3, min_documents: 4 };
        let move_rule = MoveRule { many_articles: 4, min_moved: 3 };
        Self { scale: Scale { pair_rule, move_rule }, ..Self::new(path) }
    }

    /// Reads `sqlite:PATH`.
    pub fn from_url(url: &str) -> Option<Self> {
        let path = url.strip_prefix(SCHEME)?;
        (!path.is_empty()).then(|| Self::new(path))
    }
}

/// The inverse of [`SqliteOptions::from_url`].
fn url_of(path: &Path) -> String {
    format!("{SCHEME}{}", path.display())
}

impl SqliteStore {
    /// Opens a store. For writing, it is created if it does not exist, and migrated to the current schema.
    pub async fn open(mut options: SqliteOptions) -> Result<Self, OpenError> {
        options.path = resolved(&options.path)?;
        let path = options.path.clone();
        let opened = if options.read_only { open_to_read(options).await } else { open_to_write(options).await };
        opened.map_err(|error| unreadable_or(&path, error))
    }

    /// Rebuilds the keyword index from the articles in one transaction, for a file with a damaged index and intact articles.
    /// The store must not be open.
    pub async fn repair_index(options: SqliteOptions) -> Result<(), OpenError> {
        let path = resolved(&options.path)?;
        let _lock = take_lock(&path)?;
        roll_back_hot_journal(&path).await?;
        if !holds_anything(&path)? {
            return Err(OpenError::Io { path, reason: "there is no such database".to_owned() });
        }
        let mut connection = connect(&path, Role::Read).await.map_err(|fault| refused(&path, &fault))?;
        let found = inspect(&path, &mut connection).await;
        close(connection).await;
        repack(&path, found?).await?;
        let mut connection = connect(&path, Role::Write).await.map_err(|fault| refused(&path, &fault))?;
        let repaired = async {
            migrate(&mut connection).await.map_err(|fault| refused(&path, &fault))?;
            rederive(&mut connection, options.scale.pair_rule).await.map_err(|fault| refused(&path, &fault))
        }
        .await;
        close(connection).await;
        repaired.map_err(|error| unreadable_or(&path, error))
    }

    /// The version of the schema that this program writes.
    pub fn schema_version() -> i64 {
        newest_version()
    }
}

/// The absolute path with symbolic links resolved, so that every path to a store leads to the same lock file, and SQLite
/// does not read it as a `file:` URI.
pub(super) fn resolved(path: &Path) -> Result<PathBuf, OpenError> {
    let path = std::path::absolute(path).map_err(|error| io_error(path, &error))?;
    if let Ok(real) = path.canonicalize() {
        if real.is_dir() {
            return Err(OpenError::Io { path: real, reason: "it is a directory, and a store is a file".to_owned() });
        }
        return Ok(real);
    }
    // The file does not exist yet, but its folder may be reached through a link.
    let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
    Ok(match (folder, path.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path,
    })
}

/// SQLite reports an unreadable disk as a damaged file; this returns the real error.
pub(super) fn unreadable_or(path: &Path, error: OpenError) -> OpenError {
    match error {
        OpenError::Damaged { .. } => match read_closed_file(path) {
            Ok(()) => error,
            Err(cause) => io_error(path, &cause),
        },
        error => error,
    }
}

pub(super) fn take_lock(path: &Path) -> Result<ProcessLock, OpenError> {
    ProcessLock::take(path).map_err(|error| lock_error(path, error))
}

fn lock_error(path: &Path, error: LockError) -> OpenError {
    match error {
        LockError::Held(holder) => OpenError::Locked { path: path.to_owned(), holder },
        LockError::File { path, reason } => OpenError::Io { path, reason },
        LockError::Io(error) => io_error(path, &error),
    }
}

async fn open_to_write(options: SqliteOptions) -> Result<SqliteStore, OpenError> {
    let path = options.path.as_path();
    let lock = take_lock(path)?;
    roll_back_hot_journal(path).await?;
    let is_new = !holds_anything(path)?;
    if !is_new {
        let mut connection = connect(path, Role::Read).await.map_err(|fault| refused(path, &fault))?;
        let found = inspect(path, &mut connection).await;
        close(connection).await;
        let (found, known) = (found?, SqliteStore::schema_version());
        if (1..known).contains(&found) {
            tracing::info!(found, known, "migrating the store to the current schema");
        }
        repack(path, found).await?;
    }
    create_private(path).map_err(|error| io_error(path, &error))?;
    let background = Background::start().map_err(|error| io_error(path, &error))?;
    let to_connect = path.to_owned();
    // There, so that SQLite's thread is one of those.
    let role = if is_new { Role::WriteNew } else { Role::Write };
    let connected = background.handle.spawn(async move { connect(&to_connect, role).await }).await;
    let connected = connected.map_err(|error| io_error(path, &io::Error::other(error)))?;
    let mut connection = connected.map_err(|fault| refused(path, &fault))?;
    migrate(&mut connection).await.map_err(|fault| refused(path, &fault))?;
    if !is_of_today(&mut connection).await.map_err(|fault| refused(path, &fault))? {
        if !is_new {
            tracing::info!("the folding has changed: folding all texts again and rebuilding the keyword index");
        }
        rederive(&mut connection, options.scale.pair_rule).await.map_err(|fault| refused(path, &fault))?;
    }
    let index = Arc::new(
        Index::open(&mut connection, Writers::This, options.scale.pair_rule, &options.metrics)
            .await
            .map_err(|fault| refused(path, &fault))?,
    );
    let feed = Feed::open(&mut connection).await.map_err(|fault| refused(path, &fault))?;
    let feed = Arc::new(feed);
    let article_cache = Arc::new(ArticleCache::new(true));
    let shared =
        ReaderState { index: Arc::clone(&index), feed: Arc::clone(&feed), article_cache: Arc::clone(&article_cache) };
    let limits = WriterLimits { keep_deletions: options.keep_deletions, move_rule: options.scale.move_rule };
    let writer = Writer::start(background, path.to_owned(), connection, shared, limits, &options.metrics).await;
    let writer = writer.map_err(|fault| refused(path, &fault))?;
    let readers = Arc::new(Readers::new(path.to_owned(), Role::Read, options.readers));
    let lock = Mutex::new(Some(lock));
    let id_hints = Arc::new(IdHints::new());
    Ok(SqliteStore { readers, article_cache, id_hints, index, feed, writer: Some(writer), lock, options })
}

async fn open_to_read(options: SqliteOptions) -> Result<SqliteStore, OpenError> {
    let path = options.path.as_path();
    let role = role_to_read(path).await?;
    let mut connection = connect(path, role).await.map_err(|fault| refused(path, &fault))?;
    let index = Index::open(&mut connection, Writers::Other, options.scale.pair_rule, &options.metrics)
        .await
        .map_err(|fault| refused(path, &fault));
    let feed = Feed::open(&mut connection).await.map_err(|fault| refused(path, &fault));
    close(connection).await;
    let (index, feed) = (Arc::new(index?), Arc::new(feed?));
    let readers = Arc::new(Readers::new(path.to_owned(), role, options.readers));
    let article_cache = Arc::new(ArticleCache::new(false));
    let (id_hints, lock) = (Arc::new(IdHints::new()), Mutex::new(None));
    Ok(SqliteStore { readers, article_cache, id_hints, index, feed, writer: None, lock, options })
}

/// Inspects an existing store, and returns the purpose for reading connections.
pub(super) async fn role_to_read(path: &Path) -> Result<Role, OpenError> {
    check_logs(path).map_err(|error| lock_error(path, error))?;
    if !holds_anything(path)? {
        return Err(OpenError::Io { path: path.to_owned(), reason: "there is no such database".to_owned() });
    }
    if has_hot_journal(path) {
        let reason = "an interrupted transaction has to be rolled back first; open it for writing once".to_owned();
        return Err(OpenError::Io { path: path.to_owned(), reason });
    }
    let (role, found) = match inspect_as(path, Role::Read).await {
        // Without a WAL to replay, a file on read-only media can be read as it is.
        Err(fault) if fault.is_cannot_open() && !has_log(path) => {
            (Role::ReadImmutable, inspect_as(path, Role::ReadImmutable).await)
        }
        found => (Role::Read, found),
    };
    let found = found.map_err(|fault| refused(path, &fault))??;
    let known = SqliteStore::schema_version();
    if found < known {
        return Err(OpenError::NeedsMigration { database: url_of(path), found, known });
    }
    let mut connection = connect(path, role).await.map_err(|fault| refused(path, &fault))?;
    let is_of_today = is_of_today(&mut connection).await;
    close(connection).await;
    if !is_of_today.map_err(|fault| refused(path, &fault))? {
        return Err(OpenError::NeedsRefolding { database: url_of(path) });
    }
    Ok(role)
}

async fn inspect_as(path: &Path, role: Role) -> Result<Result<i64, OpenError>, SqliteError> {
    let mut connection = connect(path, role).await?;
    // Whether files can be locked shows only with the first statement.
    sqlx::query("SELECT count(*) FROM sqlite_schema").fetch_one(&mut connection).await?;
    let found = inspect(path, &mut connection).await;
    close(connection).await;
    Ok(found)
}

/// Whether the file exists and is not empty. A crash right after the first open leaves an empty file.
pub(super) fn holds_anything(path: &Path) -> Result<bool, OpenError> {
    match fs::metadata(path) {
        Ok(metadata) => match metadata.len() {
            0 => Ok(false),
            // SQLite treats a file of one byte as empty, and would overwrite it.
            1..MIN_PAGE_BYTES => {
                let reason = "it is too short for a database".to_owned();
                Err(OpenError::Damaged { path: path.to_owned(), reason })
            }
            MIN_PAGE_BYTES.. => Ok(true),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(io_error(path, &error)),
    }
}

/// Rolls back a transaction that a crash interrupted before the store was in WAL mode: in its first start, or when a
/// restored backup was first opened. A read-only connection cannot do this, and could not inspect the file without it. The
/// caller holds the process lock.
async fn roll_back_hot_journal(path: &Path) -> Result<(), OpenError> {
    if !has_hot_journal(path) || !fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0) {
        return Ok(());
    }
    tracing::warn!("rolling back a transaction that a crash interrupted");
    let mut connection = connect(path, Role::Recover).await.map_err(|fault| refused(path, &fault))?;
    let read = sqlx::query("SELECT count(*) FROM sqlite_schema").fetch_one(&mut connection).await;
    close(connection).await;
    read.map(|_| ()).map_err(|error| refused(path, &error.into()))
}

/// Whether a hot rollback journal exists (sqlite.org/fileformat.html#the_rollback_journal).
pub(super) fn has_hot_journal(path: &Path) -> bool {
    let mut magic = [0; JOURNAL_MAGIC.len()];
    let read = lock::open_to_read(&next_to(path, "-journal")).and_then(|mut journal| journal.read_exact(&mut magic));
    read.is_ok() && magic == JOURNAL_MAGIC
}

/// Deletes the empty WAL and its index that read-only connections leave. Only SQLite knows whether another process uses
/// them: it deletes them when the last connection closes, if that one may write.
pub(super) async fn remove_read_logs(path: &Path) {
    let log = next_to(path, "-wal");
    if !fs::metadata(log).is_ok_and(|metadata| metadata.len() == 0) {
        return;
    }
    // On read-only media they stay.
    if let Ok(mut connection) = connect(path, Role::Recover).await {
        _ = sqlx::query("SELECT count(*) FROM sqlite_schema").fetch_one(&mut connection).await;
        _ = connection.close().await;
    }
}

/// Whether a WAL exists next to the file.
pub(super) fn has_log(path: &Path) -> bool {
    fs::metadata(next_to(path, "-wal")).is_ok_and(|metadata| metadata.len() > 0)
}

/// Inspects a database without changing it, and returns its schema version; 0 if it has none yet.
pub(super) async fn inspect(path: &Path, connection: &mut SqliteConnection) -> Result<i64, OpenError> {
    let damaged = |reason: &str| OpenError::Damaged { path: path.to_owned(), reason: reason.to_owned() };
    let refused = |fault: SqliteError| refused(path, &fault);
    let (version, page_bytes, application_id) = outline(connection).await.map_err(refused)?;
    let file_bytes = fs::metadata(path).map_err(|error| io_error(path, &error))?.len();
    if !has_log(path) && file_bytes < page_bytes {
        return Err(damaged("the file is shorter than it says"));
    }
    match version {
        None if application_id == 0 => return Ok(0),
        Some(0) if application_id == APPLICATION_ID => {
            return Err(damaged("it does not say the version of its schema"));
        }
        Some(_) if application_id == APPLICATION_ID => {}
        _ => return Err(damaged("another program's database")),
    }
    let (found, known) = (version.unwrap_or_default(), SqliteStore::schema_version());
    if found > known {
        return Err(OpenError::NewerSchema { path: path.to_owned(), found, known });
    }
    if found == known
        && let Some(name) = missing_object(connection).await.map_err(refused)?
    {
        return Err(damaged(&format!("its {name} is missing")));
    }
    if file_bytes <= QUICK_CHECK_BYTES {
        let result = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(&mut *connection).await;
        let result: String = result.map_err(|error| refused(error.into()))?;
        if result != "ok" {
            return Err(damaged(&result));
        }
    }
    Ok(found)
}

row_struct! {
    struct OutlineRow {
        objects: i64,
        version_tables: i64,
        bytes: i64,
        application_id: i64,
    }
}

/// The schema version (`None`: no tables; 0: other tables than ours), the length in the header, and the application id.
async fn outline(connection: &mut SqliteConnection) -> Result<(Option<i64>, u64, i64), SqliteError> {
    let row = sqlx::query(include_str!("queries/outline.sql")).fetch_one(&mut *connection).await?;
    let OutlineRow { objects, version_tables, bytes, application_id } = OutlineRow::read(&row)?;
    let version = if version_tables > 0 {
        let newest = "SELECT coalesce(max(version), 0) FROM _sqlx_migrations WHERE success";
        let version: i64 = sqlx::query_scalar(newest).fetch_one(connection).await?;
        // A crash between the first two steps of the first migration leaves only this table.
        (version > 0 || objects > 2).then_some(version)
    } else {
        (objects > 0).then_some(0)
    };
    Ok((version, u64::try_from(bytes).unwrap_or_default(), application_id))
}

/// A table or index of the current schema that is missing in a database.
async fn missing_object(connection: &mut SqliteConnection) -> Result<Option<String>, SqliteError> {
    let mut model = SqliteConnection::connect("sqlite::memory:").await?;
    migrate(&mut model).await?;
    let (wanted, found) = (objects(&mut model).await?, objects(connection).await?);
    Ok(wanted.into_iter().find(|object| !found.contains(object)))
}

/// The tables and indexes that exist, as `type name`.
async fn objects(connection: &mut SqliteConnection) -> Result<BTreeSet<String>, SqliteError> {
    let sql = "SELECT concat(type, ' ', name) AS object FROM sqlite_schema WHERE sql IS NOT NULL";
    let objects: Vec<String> = sqlx::query_scalar(sql).fetch_all(connection).await?;
    Ok(objects.into_iter().collect())
}
