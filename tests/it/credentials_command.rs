//! What the program says and does about credentials: new tokens, settings that leave the server open, and secrets on the
//! command line.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use articled::config::Role;

use crate::support::command::{articled, beside};
use crate::support::{TestServer, Tokens, memory_store};

#[test]
fn a_new_token_is_printed_once_with_the_line_for_the_file() {
    let ended = articled(&["token", "new", "--role", "writer", "--comment", "the importer"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let lines: Vec<&str> = ended.out.lines().collect();
    let [token, line] = lines[..] else { panic!("two lines: {lines:?}") };
    assert!(token.starts_with("articled_"));
    assert!(line.starts_with("writer sha256:") && line.ends_with(" # the importer") && !line.contains(token));
    let other = articled(&["token", "new", "--role", "writer"]).out;
    assert_ne!(other.lines().next(), Some(token));
    assert_eq!(articled(&["token", "new", "--role", "root"]).code, Some(2));
    assert_eq!(articled(&["token", "new", "--role", "reader", "--comment", "a\nadmin"]).code, Some(2));
}

#[tokio::test]
async fn a_token_that_is_appended_to_the_file_is_let_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tokens");
    let file = path.to_str().expect("a plain path");
    let first = articled(&["token", "new", "--role", "reader", "--file", file]);
    assert_eq!(first.out.lines().count(), 1, "the token alone");
    assert_eq!(fs::metadata(&path).expect("written").permissions().mode() & 0o777, 0o600);
    // An editor left the last line without its end.
    let text = fs::read_to_string(&path).expect("written");
    fs::write(&path, text.trim_end()).expect("written");
    let second = articled(&["token", "new", "--role", "admin", "--file", file]);
    let config = articled::config::Config { tokens: Some(path.clone()), ..Default::default() };
    let server = TestServer::with(config, memory_store()).await;
    let url = format!("http://{}", server.address);
    for token in [&first, &second] {
        let ended = beside(&["list", "--server", &url, "--token", token.out.trim()]).await;
        assert_eq!(ended.code, Some(0), "{}", ended.err);
    }
    let ended = beside(&["list", "--server", &url]).await;
    assert!(ended.code == Some(1) && ended.err.contains("UNAUTHENTICATED"), "{}", ended.err);
}

#[test]
fn a_server_that_others_could_reach_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = format!("sqlite:{}", folder.path().join("a.db").display());
    for (flag, setting) in [("--listen", "listen"), ("--metrics-listen", "metrics_listen")] {
        let ended = articled(&["serve", flag, "0.0.0.0:0", "--database", &database]);
        assert_eq!(ended.code, Some(2), "{}", ended.err);
        for part in [setting, "tls_cert", "tokens", "insecure"] {
            assert!(ended.err.contains(part), "{part}: {}", ended.err);
        }
    }
    assert!(!folder.path().join("a.db").exists(), "nothing was begun");
}

#[test]
fn files_that_cannot_be_used_are_named_before_the_store_is_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = format!("sqlite:{}", folder.path().join("a.db").display());
    let none = folder.path().join("none").display().to_string();
    let pair = ["--tls-cert", none.as_str(), "--tls-key", none.as_str()];
    for settings in [&["--tokens", none.as_str()][..], &pair] {
        let start = ["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "", "--database", &database];
        let ended = articled(&[&start, settings].concat());
        assert!(ended.code == Some(1) && ended.err.contains(&none), "{}", ended.err);
    }
    assert!(!folder.path().join("a.db").exists(), "nothing was begun");
}

#[tokio::test]
async fn a_token_is_not_sent_unencrypted_to_another_machine() {
    let tokens = Tokens::new();
    let token = tokens.reveal(Role::Reader);
    // No such machine is asked: the name cannot be resolved (RFC 2606).
    let ended = beside(&["list", "--server", "http://articles.example:1", "--token", token]).await;
    assert_eq!(ended.code, Some(2), "{}", ended.err);
    assert!(ended.err.contains("unencrypted") && !ended.err.contains(token), "{}", ended.err);
}

#[test]
fn help_does_not_show_a_secret() {
    let secret = "articled_secret";
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_articled"))
        .args(["list", "--help"])
        .env("ARTICLED_TOKEN", secret)
        .output()
        .expect("the binary runs");
    let help = String::from_utf8_lossy(&help.stdout);
    assert!(help.contains("ARTICLED_TOKEN") && !help.contains(secret), "{help}");
}
