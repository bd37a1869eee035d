//! A PostgreSQL server of the tests' own, one for each test binary, or the server of `ARTICLED_TEST_POSTGRES`, or the coordinator
//! of `ARTICLED_TEST_CITUS`, where stores are distributed. Each store gets a schema of its own. With `ARTICLED_TEST_POOLER`, stores
//! reach the server of `ARTICLED_TEST_POSTGRES` through the pooler with that URL, each by a role of its own.
//!
//! Without PostgreSQL's `initdb` the tests that need it print one line and pass; where `CI` is set they fail.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Makes and starts a server, and stops it and removes its folder when the test process has ended in any way, which closes the
/// pipe at its standard input.
const RUN: &str = r#"
eval "$MAKE" >"$FOLDER/log" 2>&1 &&
"$BIN/pg_ctl" -D "$FOLDER/data" -l "$FOLDER/log" -w -o "-k $FOLDER $SETTINGS" start >>"$FOLDER/log" 2>&1 &&
echo ready
read -r _
"$BIN/pg_ctl" -D "$FOLDER/data" -m immediate stop >/dev/null 2>&1
rm -rf "$FOLDER"
"#;

const MAKE_PRIMARY: &str = r#""$BIN/initdb" -D "$FOLDER/data" -A trust -U articled --locale=C.UTF-8 -E UTF8 --no-sync"#;

/// A test's data need not survive a power cut, and many stores are open at once. A standby that is made meanwhile needs the log
/// since its copy began.
const SETTINGS: &str = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=500 \
                        -c shared_buffers=64MB -c max_wal_size=2GB -c wal_keep_size=1GB";

/// A server, and the tools to reach it.
pub(crate) struct Server {
    /// The URL of its database.
    pub url: String,
    pub bin: PathBuf,
    _process: Option<Child>,
}

static SERVER: OnceLock<Option<Server>> = OnceLock::new();
static SCHEMAS: AtomicU32 = AtomicU32::new(0);

/// The URL of a new, empty schema, whose name is also that of the sessions; `None` without PostgreSQL.
pub(crate) fn new_schema() -> Option<String> {
    let server = server()?;
    let schema = format!("test_{}_{}", std::process::id(), SCHEMAS.fetch_add(1, Ordering::Relaxed));
    server.run(&format!("CREATE SCHEMA {schema}"));
    if pooler().is_some() {
        server.run(&role_for_pooler(&schema));
    }
    let separator = if server.url.contains('?') { '&' } else { '?' };
    Some(format!("{}{separator}options=-csearch_path%3D{schema}&application_name={schema}", server.url))
}

/// The URL of a coordinator of Citus.
pub(crate) fn citus() -> Option<String> {
    std::env::var("ARTICLED_TEST_CITUS").ok()
}

fn pooler() -> Option<String> {
    std::env::var("ARTICLED_TEST_POOLER").ok()
}

/// The URL by which the pooler that is tested leads to a schema of [`new_schema`]; `None` if none is tested.
pub(crate) fn through_pooler(url: &str) -> Option<String> {
    let (_, schema) = url.rsplit_once("application_name=")?;
    Some(format!("{}?user={schema}&application_name={schema}", pooler()?))
}

/// A role whose sessions use a schema of its name. Its other settings are those that docs/scaling.md demands.
fn role_for_pooler(schema: &str) -> String {
    let page = include_str!("../../docs/scaling.md");
    let settings = page.lines().filter(|line| line.starts_with("ALTER ROLE news_app SET ")).collect::<String>();
    let settings = settings.replace("news_app", schema);
    format!("CREATE ROLE {schema} LOGIN SUPERUSER; ALTER ROLE {schema} SET search_path = {schema}; {settings}")
}

impl Server {
    pub(crate) fn run(&self, sql: &str) {
        let mut psql = Command::new(self.bin.join("psql"));
        let done = psql.args(["-q", "-v", "ON_ERROR_STOP=1", "-d", &self.url, "-c", sql]).output().expect("psql");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

fn start() -> Option<Server> {
    let Some(bin) = programs() else {
        assert!(std::env::var_os("CI").is_none(), "PostgreSQL is not installed");
        eprintln!("skipped what needs PostgreSQL: there is no initdb");
        return None;
    };
    if let Some(url) = citus().or_else(|| std::env::var("ARTICLED_TEST_POSTGRES").ok()) {
        return Some(Server { url, bin, _process: None });
    }
    Some(make_server(&bin, MAKE_PRIMARY, ""))
}

/// The tests' own server; `None` without PostgreSQL.
pub(crate) fn server() -> Option<&'static Server> {
    SERVER.get_or_init(start).as_ref()
}

/// Makes a server by a command of the shell, in which `URL` is that of its primary.
pub(crate) fn make_server(bin: &Path, make: &str, primary: &str) -> Server {
    let folder = tempfile::Builder::new().prefix("articled-pg").tempdir().expect("a folder").keep();
    let mut shell = Command::new("sh");
    shell.args(["-c", RUN]).env("BIN", bin).env("FOLDER", &folder).env("SETTINGS", SETTINGS).current_dir(&folder);
    shell.env("MAKE", make).env("URL", primary).stdin(Stdio::piped()).stdout(Stdio::piped());
    // The server refuses to run as root.
    if let Some((user, group)) = other_user() {
        chown(&folder, Some(user), Some(group)).expect("the folder is ours");
        shell.uid(user).gid(group);
    }
    let mut process = shell.spawn().expect("a shell");
    let mut line = String::new();
    let output = process.stdout.take().expect("it is piped");
    BufReader::new(output).read_line(&mut line).expect("a line");
    assert_eq!(line, "ready\n", "PostgreSQL did not start: see {}", folder.join("log").display());
    let url = format!("postgres://articled@localhost/postgres?host={}", folder.display());
    Server { url, bin: bin.to_owned(), _process: Some(process) }
}

/// The folder of PostgreSQL's programs: of the newest version that Debian's packages have installed, or on the path.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let installed = versions.map(|version| version.path().join("bin")).filter(|bin| has_initdb(bin)).max();
    let path = std::env::var_os("PATH").unwrap_or_default();
    installed.or_else(|| std::env::split_paths(&path).find(|folder| has_initdb(folder)))
}

fn has_initdb(folder: &Path) -> bool {
    folder.join("initdb").exists()
}

/// The user and group of the server, if the tests run as root.
fn other_user() -> Option<(u32, u32)> {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let user = ["postgres", "nobody"].iter().find_map(|name| {
        let mut fields = users.lines().find(|line| line.starts_with(&format!("{name}:")))?.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    user.filter(|_| is_root)
}
