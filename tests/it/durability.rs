//! What was acknowledged survives kill -9, whole; what was not is whole or absent.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use articled::rpc::proto::import_articles_request::Item;
use articled::rpc::proto::{Article, CreateArticleRequest, GetArticleRequest, ImportArticlesRequest};
use tokio::sync::{mpsc, oneshot};

use crate::support::{Client, client_of, given};

/// So many writers at once, each after its own answer; the server is killed in their midst.
const WRITERS: usize = 4;
const ACKNOWLEDGED_BEFORE_THE_KILL: usize = 200;

/// The program itself, on a free port; killed when it is dropped.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        self.0.kill().expect("SIGKILL");
        self.0.wait().expect("it is gone");
    }
}

async fn start(database: &Path) -> (Program, SocketAddr) {
    let database = format!("sqlite:{}", database.display());
    let child = Command::new(env!("CARGO_BIN_EXE_articled"))
        .args(["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "", "--database", &database])
        .env("ARTICLED_LOG", "info")
        .stderr(Stdio::piped())
        .spawn();
    let mut program = Program(child.expect("the program starts"));
    let log = BufReader::new(program.0.stderr.take().expect("piped"));
    let (sender, address) = oneshot::channel();
    // Reads to the end, so that the program never waits for a reader of its log.
    std::thread::spawn(move || {
        let mut sender = Some(sender);
        for line in log.lines().map_while(Result::ok) {
            let address = line.split_once(" listen=").and_then(|(_, rest)| rest.split_whitespace().next());
            if let (Some(address), Some(sender)) = (address, sender.take_if(|_| address.is_some())) {
                _ = sender.send(address.parse().expect("an address"));
            }
        }
    });
    let address = address.await.expect("it says where it listens");
    (program, address)
}

fn article(writer: usize, number: usize) -> Article {
    given(&format!("第{writer}隊第{number}件"), &"青溪大橋今日通車。\n".repeat(1 + number % 50))
}

/// Creates articles until the server is gone; says which were acknowledged.
async fn write(mut client: Client, writer: usize, acknowledged: mpsc::UnboundedSender<Article>) {
    for number in 0.. {
        let request = CreateArticleRequest {
            article: Some(article(writer, number)),
            article_id: format!("w{writer}-{number}"),
            ..Default::default()
        };
        match client.create_article(request).await {
            Ok(created) => _ = acknowledged.send(created.into_inner()),
            Err(_) => return,
        }
    }
}

#[tokio::test]
async fn acknowledged_writes_survive_kill_9() {
    let folder = tempfile::tempdir().expect("a place for the store");
    let database = folder.path().join("articled.db");
    let (program, address) = start(&database).await;
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let client = client_of(address).await;
    let writers: Vec<_> =
        (0..WRITERS).map(|writer| tokio::spawn(write(client.clone(), writer, sender.clone()))).collect();
    drop(sender);

    let mut acknowledged = Vec::new();
    while acknowledged.len() < ACKNOWLEDGED_BEFORE_THE_KILL {
        acknowledged.push(receiver.recv().await.expect("the server answers"));
    }
    drop(program);
    for writer in writers {
        writer.await.expect("no panic");
    }
    while let Some(article) = receiver.recv().await {
        acknowledged.push(article);
    }

    let (program, address) = start(&database).await;
    let mut client = client_of(address).await;
    for article in acknowledged {
        let request = GetArticleRequest { name: article.name.clone(), ..Default::default() };
        let found = client.get_article(request).await.expect("it was acknowledged").into_inner();
        assert_eq!(found, article);
    }
    drop(program);
    // So many small commits make merges of the keyword index, and some kills hit one in its midst.
    let checked = Command::new(env!("CARGO_BIN_EXE_articled"))
        .args(["check", "--database", &format!("sqlite:{}", database.display())])
        .output()
        .expect("the program starts");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}

#[tokio::test]
async fn acknowledged_items_of_an_import_survive_kill_9() {
    let folder = tempfile::tempdir().expect("a place for the store");
    let database = folder.path().join("articled.db");
    let (program, address) = start(&database).await;
    let requests = (0..).map(|number: i64| ImportArticlesRequest {
        sequence: number,
        item: Some(Item::Article(article(0, usize::try_from(number).expect("a count")))),
        article_id: format!("i-{number}"),
        allow_older: false,
    });
    let requests = futures::stream::iter(requests);
    let mut answers = client_of(address).await.import_articles(requests).await.expect("it begins").into_inner();
    let mut acknowledged = Vec::new();
    while acknowledged.len() < ACKNOWLEDGED_BEFORE_THE_KILL {
        acknowledged.push(answers.message().await.expect("the server answers").expect("it goes on"));
    }
    drop(program);
    while let Ok(Some(answer)) = answers.message().await {
        acknowledged.push(answer);
    }

    let (_program, address) = start(&database).await;
    let mut client = client_of(address).await;
    for answer in acknowledged {
        assert_eq!(answer.error, None);
        let request = GetArticleRequest { name: answer.name, ..Default::default() };
        let found = client.get_article(request).await.expect("it was acknowledged").into_inner();
        let sent = article(0, usize::try_from(answer.sequence).expect("a count"));
        assert_eq!((found.headline, found.body), (sent.headline, sent.body));
    }
}
