//! Acknowledged writes survive kill -9 completely; other writes are complete or absent.

use articled::rpc::proto::import_articles_request::Item;
use articled::rpc::proto::{Article, CreateArticleRequest, GetArticleRequest, ImportArticlesRequest};
use tokio::sync::mpsc;

use crate::support::program::{self, Program};
use crate::support::{Client, client_of, given};

/// The number of concurrent writers, each of which waits for its response before the next write. The server is killed while
/// they write.
const WRITERS: usize = 4;
const ACKNOWLEDGED_BEFORE_THE_KILL: usize = 200;

fn article(writer: usize, number: usize) -> Article {
    given(&format!("第{writer}隊第{number}件"), &"青溪大橋今日通車。\n".repeat(1 + number % 50))
}

/// Creates articles until the server is killed, and reports the acknowledged ones.
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
    let (program, address) = Program::start(&database).await;
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

    let (program, address) = Program::start(&database).await;
    let mut client = client_of(address).await;
    for article in acknowledged {
        let request = GetArticleRequest { name: article.name.clone(), ..Default::default() };
        let found = client.get_article(request).await.expect("it was acknowledged").into_inner();
        assert_eq!(found, article);
    }
    drop(program);
    // This many small commits cause merges of the keyword index, and some kills happen during one.
    program::check(&database);
}

#[tokio::test]
async fn acknowledged_items_of_an_import_survive_kill_9() {
    let folder = tempfile::tempdir().expect("a place for the store");
    let database = folder.path().join("articled.db");
    let (program, address) = Program::start(&database).await;
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

    let (_program, address) = Program::start(&database).await;
    let mut client = client_of(address).await;
    for answer in acknowledged {
        assert_eq!(answer.error, None);
        let request = GetArticleRequest { name: answer.name, ..Default::default() };
        let found = client.get_article(request).await.expect("it was acknowledged").into_inner();
        let sent = article(0, usize::try_from(answer.sequence).expect("a count"));
        assert_eq!((found.headline, found.body), (sent.headline, sent.body));
    }
}
