//! `articled import` and `backup` as processes: interrupted, repeated, and beside a server.

use std::io::Write;
use std::process::{Child, Command, Stdio};

use articled::rpc::proto::ListArticlesRequest;

use crate::support::TestServer;

const LINES: &str = "{\"text\": \"白鹭河开闸\\n白鹭河口的水闸开启。\"}\n{\"text\": \"雲岫茶廠重開\\n茶廠重開。\"}\n";

fn command(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_articled"))
        .args(arguments)
        .env_remove("ARTICLED_OUTPUT")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs")
}

/// Waits for its end; its exit code, standard output and standard error.
async fn end(child: Child) -> (Option<i32>, String, String) {
    let ended =
        tokio::task::spawn_blocking(move || child.wait_with_output()).await.expect("no panic").expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (ended.status.code(), text(ended.stdout), text(ended.stderr))
}

#[tokio::test]
async fn an_interrupted_import_ends_in_order_and_can_be_repeated() {
    let server = TestServer::start().await;
    let url = format!("http://{}", server.address);
    let mut import = command(&["import", "--server", &url, "-"]);
    let mut input = import.stdin.take().expect("piped");
    input.write_all(LINES.as_bytes()).expect("it is read");
    // Its input goes on, so nothing but the interrupt ends it.
    let mut client = server.client().await;
    while client.list_articles(ListArticlesRequest::default()).await.expect("valid").into_inner().articles.len() < 2 {}
    let signalled = Command::new("kill").args(["-INT", &import.id().to_string()]).status().expect("kill runs");
    assert!(signalled.success());
    let (code, out, err) = end(import).await;
    assert_eq!((code, out.as_str()), (Some(1), "2 created, 0 updated, 0 unchanged, 0 failed\n"));
    assert!(err.contains("interrupted; to continue, repeat the command"), "{err}");
    drop(input);

    let mut again = command(&["import", "--server", &url, "-"]);
    again.stdin.take().expect("piped").write_all(LINES.as_bytes()).expect("it is read");
    let (code, out, err) = end(again).await;
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(out, "0 created, 0 updated, 2 unchanged, 0 failed\n");
}

#[tokio::test]
async fn a_backup_holds_all_and_says_if_it_cannot_be_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (database, copy) = (format!("sqlite:{}", path("a.db")), format!("sqlite:{}", path("copy.db")));
    let mut import = command(&["import", "--database", &database, "-"]);
    import.stdin.take().expect("piped").write_all(LINES.as_bytes()).expect("it is read");
    assert_eq!(end(import).await.0, Some(0));

    let backup = || end(command(&["backup", &path("copy.db"), "--database", &database]));
    let (code, out, err) = backup().await;
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.starts_with(&path("copy.db")), "{out}");
    let exported = end(command(&["export", "--database", &database])).await;
    assert_eq!(end(command(&["export", "--database", &copy])).await, exported);
    assert_eq!((exported.0, exported.1.lines().count()), (Some(0), 2));

    let (code, out, err) = backup().await;
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains("it already exists"), "{err}");
}
