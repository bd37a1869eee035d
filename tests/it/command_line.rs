//! The binary as people and scripts use it: its output and its exit codes.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use articled::rpc::proto::ListArticlesRequest;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;
use tokio::task::AbortHandle;

use crate::support::command::{articled, beside};
use crate::support::{TestServer, create, given};

const PAGES: [&str; 3] =
    ["白鹭河开闸\n白鹭河口的水闸开启。", "雲岫茶廠重開\n停產多年的茶廠重開。", "A ferry sails\nIt sails at nine."];

/// A folder with [`PAGES`], one per file.
fn pages() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (number, page) in PAGES.iter().enumerate() {
        fs::write(folder.path().join(format!("{number}.txt")), page).expect("written");
    }
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

fn database(folder: &TempDir) -> (PathBuf, String) {
    let path = folder.path().join("articled.db");
    let url = format!("sqlite:{}", path.display());
    (path, url)
}

/// The JSON values of an output with one per line and nothing else.
fn json(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

#[test]
fn parse_prints_one_answer_a_line_in_the_order_of_the_input() {
    let pages = pages();
    let ended = articled(&["parse", text(pages.path()), "--output", "json"]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let answers = json(&ended.out);
    let headlines: Vec<&str> = answers.iter().filter_map(|answer| answer["article"]["headline"].as_str()).collect();
    assert_eq!(headlines, ["白鹭河开闸", "雲岫茶廠重開", "A ferry sails"]);
}

#[test]
fn parse_explains_what_became_of_each_line() {
    let pages = pages();
    let page = pages.path().join("0.txt");
    let ended = articled(&["parse", text(&page), "--explain"]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert!(ended.out.contains("白鹭河开闸") && ended.out.contains("because: the first line of the headline block"));
    assert!(!ended.out.contains('\u{1b}'), "no colours where no terminal is");
    let json_of =
        |more: &[&str]| json(&articled(&[&["parse", text(&page), "-o", "json"], more].concat()).out).remove(0);
    let (plain, explained) = (json_of(&[]), json_of(&["--explain"]));
    assert_eq!(plain["article"], explained["article"]);
    assert_eq!(explained["explanation"]["lines"][0]["parts"][0]["becomes"], "headline");
}

#[test]
fn parse_names_what_it_could_not_read_and_goes_on() {
    let pages = pages();
    let ended = articled(&["parse", "no/such.txt", text(pages.path()), "--output", "json"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("no/such.txt"), "{}", ended.err);
    assert_eq!(json(&ended.out).len(), 3);
}

#[test]
fn wrong_usage_has_its_own_exit_code() {
    for wrong in [&["parse"][..], &["filter"], &["list", "--no-such-flag"], &["import", "a", "--database", "mysql:a"]] {
        let ended = articled(wrong);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{wrong:?}: {}", ended.err);
        assert!(!ended.err.is_empty(), "{wrong:?}");
    }
}

#[test]
fn imports_into_a_store_of_its_own_and_checks_it() {
    let (pages, folder) = (pages(), tempfile::tempdir().expect("a folder"));
    let (_, database) = database(&folder);
    let import = || articled(&["import", text(pages.path()), "--database", &database]);
    let first = import();
    assert_eq!(first.code, Some(0), "{}", first.err);
    assert!(first.out.contains("3 created, 0 updated, 0 unchanged, 0 failed"), "{}", first.out);
    assert!(import().out.contains("0 created, 0 updated, 3 unchanged, 0 failed"));
    assert_eq!(articled(&["migrate", "--database", &database]).code, Some(0));
    let checked = articled(&["check", "--database", &database]);
    assert_eq!(checked.code, Some(0), "{}{}", checked.out, checked.err);
    let repaired = articled(&["check", "--repair-index", "--database", &database]);
    assert_eq!(repaired.code, Some(0), "{}{}", repaired.out, repaired.err);
}

#[test]
fn what_is_exported_is_the_same_when_it_is_imported() {
    let (pages, folder) = (pages(), tempfile::tempdir().expect("a folder"));
    let lines = "{\"text\": \"渡口\\n渡口重開。\", \"labels\": {\"c\": \"3\", \"a\": \"1\", \"b\": \"2\"}, \
                 \"timestamp\": \"2024-05-06T07:08:09Z\"}\n";
    fs::write(pages.path().join("crawl.jsonl"), lines).expect("written");
    let store = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    let (first, second) = (store("first.db"), store("second.db"));
    let (file, again) = (folder.path().join("export.jsonl"), folder.path().join("again.jsonl"));
    let run = |arguments: &[&str]| {
        let ended = articled(arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.err);
        ended
    };
    run(&["import", text(pages.path()), "--database", &first]);
    run(&["export", "--to", text(&file), "--database", &first]);
    let imported = run(&["import", text(&file), "--database", &second]);
    assert!(imported.out.contains("4 created, 0 updated, 0 unchanged, 0 failed"), "{}", imported.out);
    run(&["export", "--to", text(&again), "--database", &second]);
    // Everything except the fields that belong to one store.
    let content = |file: &Path| {
        let mut articles = json(&fs::read_to_string(file).expect("written"));
        for article in &mut articles {
            let article = article.as_object_mut().expect("an object");
            let has_time = article.contains_key("fetchTime");
            for key in ["createTime", "updateTime", "etag", "effectiveTime"] {
                let kept = has_time && key == "effectiveTime";
                assert!(if kept { article.contains_key(key) } else { article.remove(key).is_some() }, "{key}");
            }
        }
        articles.sort_by_key(|article| article["name"].to_string());
        articles
    };
    assert_eq!(content(&file), content(&again));
    assert!(content(&file).iter().all(|article| article["raw"]["content"].is_string()));

    // The same store gives the same bytes, also on standard output, and importing them changes nothing.
    let out = run(&["export", "--database", &first]).out;
    assert_eq!(out, fs::read_to_string(&file).expect("written"));
    let back = run(&["import", text(&file), "--database", &first]);
    assert!(back.out.contains("0 created, 0 updated, 4 unchanged, 0 failed"), "{}", back.out);
    assert_eq!(run(&["export", "--database", &first]).out, out);
    let reparsed = run(&["reparse", "--all", "--database", &second]);
    assert!(reparsed.out.contains("0 updated, 4 unchanged, 0 failed"), "{}", reparsed.out);
    assert!(run(&["reparse", "--database", &second]).out.contains("0 updated, 0 unchanged, 0 failed"));
}

#[test]
fn a_damaged_store_has_its_own_exit_code_and_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, database) = database(&folder);
    fs::write(&path, "this is no database, and longer than the header of one would be; so nobody takes it for empty")
        .expect("written");
    let before = fs::read(&path).expect("read");
    let ended = articled(&["migrate", "--database", &database]);
    assert_eq!(ended.code, Some(3), "{}", ended.err);
    assert_eq!(fs::read(&path).expect("read"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn asks_a_server() {
    let server = TestServer::start().await;
    let url = format!("http://{}", server.address);
    let pages = pages();
    let imported = beside(&["import", text(pages.path()), "--server", &url, "--output", "json"]).await;
    assert_eq!(imported.code, Some(0), "{}", imported.err);
    let outcomes = json(&imported.out);
    assert_eq!(outcomes.len(), 3);
    assert!(outcomes.iter().all(|answer| answer["outcome"] == "OUTCOME_CREATED"), "{outcomes:?}");

    let found = beside(&["filter", "云岫", "--server", &url, "--output", "json"]).await;
    let matches = json(&found.out);
    assert_eq!(matches.len(), 1, "{}", found.err);
    let name = matches[0]["article"]["name"].as_str().expect("a name");

    let got = beside(&["get", name, "--server", &url, "--output", "json"]).await;
    assert_eq!(json(&got.out)[0]["body"], "停產多年的茶廠重開。");
    let missing = beside(&["get", "articles/none", "--server", &url]).await;
    assert_eq!((missing.code, missing.out.as_str()), (Some(1), ""));
    assert!(missing.err.contains("NOT_FOUND"), "{}", missing.err);

    let listed = beside(&["list", "--limit", "2", "--server", &url, "--output", "json"]).await;
    assert_eq!(json(&listed.out).len(), 2);
    let table = beside(&["list", "--server", &url]).await;
    assert!(table.out.contains("雲岫茶廠重開") && table.out.ends_with("3 articles\n"), "{}", table.out);
    let refused = beside(&["list", "--order-by", "headline", "--server", &url]).await;
    assert_eq!(refused.code, Some(2), "{}", refused.err);

    assert_eq!(beside(&["healthcheck", "--server", &url]).await.code, Some(0));
}

#[test]
fn says_what_to_do_when_no_server_is_there() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    for command in [&["list"][..], &["healthcheck"], &["import", "."]] {
        let ended = articled(&[command, &["--server", &url]].concat());
        assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{command:?}");
        assert!(ended.err.contains("articled serve"), "{}", ended.err);
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let pages = pages();
    let mut child = Command::new(env!("CARGO_BIN_EXE_articled"))
        .args(["parse", text(pages.path())])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn prints_completions() {
    let ended = articled(&["completions", "bash"]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert!(ended.out.contains("healthcheck"));
}

#[tokio::test]
async fn watch_prints_each_event_as_it_comes() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let from = client.list_articles(ListArticlesRequest::default()).await.expect("valid").into_inner().resume_token;
    create(&mut client, "a", given("白鹭河开闸", "水闸开启。")).await;
    let url = format!("http://{}", server.address);
    let mut watch = Command::new(env!("CARGO_BIN_EXE_articled"))
        .args(["watch", "--server", &url, "--resume", &from, "--output", "json"])
        .env_remove("ARTICLED_OUTPUT")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let out = BufReader::new(watch.stdout.take().expect("piped"));
    let lines = tokio::task::spawn_blocking(move || out.lines().take(2).collect::<Result<Vec<_>, _>>());
    let lines = lines.await.expect("no panic").expect("lines");
    watch.kill().expect("it runs for ever");
    watch.wait().expect("it is gone");
    let [first, second] = &json(&lines.join("\n"))[..] else { panic!("{lines:?}") };
    assert_eq!(first["upserted"]["headline"], "白鹭河开闸");
    assert!(second["checkpoint"].is_object() && second["resumeToken"].is_string());
}

#[test]
fn a_misspelt_variable_is_refused_by_name() {
    let output = Command::new(env!("CARGO_BIN_EXE_articled"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("ARTICLED_DATABSE", "sqlite:elsewhere.db")
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");
    let error = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("ARTICLED_DATABSE"), "{error}");
}

/// Forwards connections to a server, and can cut them.
struct Proxy {
    address: SocketAddr,
    connections: Arc<Mutex<Vec<AbortHandle>>>,
}

impl Proxy {
    async fn start(server: SocketAddr) -> Self {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let connections = Arc::<Mutex<Vec<AbortHandle>>>::default();
        let accepted = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let copy = tokio::spawn(async move {
                    let mut server = TcpStream::connect(server).await.expect("the server is there");
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                });
                accepted.lock().expect("no panic").push(copy.abort_handle());
            }
        });
        Self { address, connections }
    }

    fn cut(&self) {
        self.connections.lock().expect("no panic").drain(..).for_each(|connection| connection.abort());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn watch_connects_again_and_misses_nothing() {
    let server = TestServer::start().await;
    let proxy = Proxy::start(server.address).await;
    let mut client = server.client().await;
    let from = client.list_articles(ListArticlesRequest::default()).await.expect("valid").into_inner().resume_token;
    create(&mut client, "a", given("白鹭河开闸", "水闸开启。")).await;
    let url = format!("http://{}", proxy.address);
    let mut watch = Command::new(env!("CARGO_BIN_EXE_articled"))
        .args(["watch", "--server", &url, "--resume", &from, "--output", "json"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let lines = BufReader::new(watch.stdout.take().expect("piped")).lines();
    let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));
    let mut upserted = async || {
        loop {
            let event = json(&events.recv().await.expect("it goes on")).remove(0);
            if let Some(name) = event["upserted"]["name"].as_str() {
                return name.to_owned();
            }
        }
    };
    assert_eq!(upserted().await, "articles/a");
    for id in ["b", "c"] {
        proxy.cut();
        create(&mut client, id, given("白鹭河关闸", id)).await;
        assert_eq!(upserted().await, format!("articles/{id}"));
    }
    watch.kill().expect("it runs for ever");
    watch.wait().expect("it is gone");
}

#[test]
fn the_version_names_all_that_a_store_depends_on() {
    let ended = articled(&["--version"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let lines: Vec<&str> = ended.out.lines().collect();
    assert_eq!(lines[0], concat!("articled ", env!("CARGO_PKG_VERSION")));
    let parts: Vec<&str> = lines[1..].iter().flat_map(|line| line.split(' ').next()).collect();
    assert_eq!(parts, ["commit", "parser", "SQLite", "schema"]);
    assert_eq!(articled(&["-V"]).out, format!("{}\n", lines[0]));
}
