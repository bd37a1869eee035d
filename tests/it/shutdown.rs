//! The server shuts down gracefully, and within its time limit whatever its peers do.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use articled::config::{Config, Shutdown};
use articled::rpc::proto::GetArticleRequest;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::{Fault, FaultyStore, Hang, TestServer, memory_store, refusal};

fn get_request() -> GetArticleRequest {
    GetArticleRequest { name: "articles/a".to_owned(), ..Default::default() }
}

#[tokio::test]
async fn calls_that_are_open_are_answered() {
    let hang = Hang::new();
    let server = TestServer::with_store(Arc::new(FaultyStore(Fault::Hangs(Arc::clone(&hang))))).await;
    let address = server.address;
    let mut client = server.client().await;
    let open = tokio::spawn(async move { client.get_article(get_request()).await });
    hang.wait().await;
    let ended = server.begin_stop();
    // The port is free as soon as draining starts.
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    hang.released.add_permits(1);
    assert_eq!(refusal(open.await.expect("no panic")).reason, "STORE_READ_ONLY");
    ended.await.expect("no panic").expect("no error");
}

#[tokio::test]
async fn silent_peers_do_not_hold_it_up() {
    let shutdown = Shutdown { wait_ms: 0, drain_ms: 600_000 };
    let server = TestServer::with(Config { shutdown, ..Config::default() }, memory_store()).await;
    let _silent = TcpStream::connect(server.address).await.expect("it listens");
    let mut halfway = TcpStream::connect(server.address).await.expect("it listens");
    halfway.write_all(b"PRI * HTTP").await.expect("sent");
    // A third one is served, so the two were accepted.
    server.client().await.get_article(get_request()).await.expect_err("there is none");
    server.stop().await.expect("no error");
}

#[tokio::test]
async fn peers_that_never_answer_are_cut_off() {
    let shutdown = Shutdown { wait_ms: 0, drain_ms: 100 };
    let hang = Hang::new();
    let store = Arc::new(FaultyStore(Fault::Hangs(Arc::clone(&hang))));
    let server = TestServer::with(Config { shutdown, ..Config::default() }, store).await;
    // The preface and an empty SETTINGS frame, and then nothing, not even acknowledgements.
    let mut mute = TcpStream::connect(server.address).await.expect("it listens");
    mute.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.expect("sent");
    let mut client = server.client().await;
    let open = tokio::spawn(async move { client.get_article(get_request()).await });
    hang.wait().await;
    server.stop().await.expect("no error");
    open.await.expect("no panic").expect_err("it was cut off");
}

/// Reading all of this file, to tell a damaged store from a damaged disk, takes minutes.
#[tokio::test]
async fn a_stop_does_not_wait_long_until_the_store_is_open() {
    const BYTES: u64 = 1 << 40;
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("articles.db");
    std::fs::File::create(&database).and_then(|file| file.set_len(BYTES)).expect("a sparse file");
    let mut program = Command::new(env!("CARGO_BIN_EXE_articled"))
        .args(["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "", "--set", "shutdown.drain_ms=100"])
        .args(["--database", &format!("sqlite:{}", database.display())])
        .spawn()
        .expect("the program starts");
    // It listens for signals before it takes the lock.
    while !folder.path().join("articles.db.lock").exists() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let sent = Command::new("kill").args(["-TERM", &program.id().to_string()]).status();
    assert!(sent.expect("kill runs").success());
    assert!(program.wait().expect("it ends").success());
}
