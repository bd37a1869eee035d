//! ImportArticles.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use articled::config::{Config, Limits};
use articled::rpc::proto::import_articles_request::Item;
use articled::rpc::proto::{
    Article, ArticleView, GetArticleRequest, ImportArticlesRequest, ImportArticlesResponse, ListArticlesRequest,
    Outcome, RawDocument,
};
use futures::StreamExt;
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::{Code, Status, Streaming};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::support::{Client, Fault, FaultyStore, Hang, TestServer, document, given, memory_store, refusal, rpc};

fn page(number: i64) -> RawDocument {
    RawDocument {
        url: format!("https://news.example/{number}"),
        ..document(format!("第{number}座橋通車\n青溪第{number}座大橋今日通車。"))
    }
}

fn item(sequence: i64, item: impl Into<Option<Item>>) -> ImportArticlesRequest {
    ImportArticlesRequest { sequence, item: item.into(), article_id: String::new(), allow_older: false }
}

fn pages(sequences: impl IntoIterator<Item = i64>) -> Vec<ImportArticlesRequest> {
    sequences.into_iter().map(|sequence| item(sequence, Item::Document(page(sequence)))).collect()
}

/// All responses, by sequence, and how the stream ended.
async fn read(mut answers: Streaming<ImportArticlesResponse>) -> (Vec<ImportArticlesResponse>, Result<(), Status>) {
    let mut read = Vec::new();
    let end = loop {
        match answers.message().await {
            Ok(Some(answer)) => read.push(answer),
            Ok(None) => break Ok(()),
            Err(status) => break Err(status),
        }
    };
    read.sort_by_key(|answer| answer.sequence);
    (read, end)
}

async fn import(client: &mut Client, requests: Vec<ImportArticlesRequest>) -> Vec<ImportArticlesResponse> {
    let answers = client.import_articles(futures::stream::iter(requests)).await.expect("it begins").into_inner();
    let (answers, end) = read(answers).await;
    end.expect("a whole stream");
    answers
}

fn error_code(answer: &ImportArticlesResponse) -> Option<Code> {
    answer.error.as_ref().map(|error| Code::from_i32(error.code))
}

#[tokio::test]
async fn every_item_is_answered_once_and_stored() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    // More than the maximum in progress, and not in order.
    let sequences = (0..200).map(|number| (number * 77) % 200);
    let answers = import(&mut client, pages(sequences.clone())).await;
    assert!(answers.iter().map(|answer| answer.sequence).eq(0..200));
    for answer in &answers {
        assert_eq!((answer.outcome(), &answer.error), (Outcome::Created, &None), "{answer:?}");
        let request = GetArticleRequest { name: answer.name.clone(), ..Default::default() };
        let stored = client.get_article(request).await.expect("it was acknowledged").into_inner();
        assert_eq!(stored.headline, format!("第{}座橋通車", answer.sequence));
    }
    let again = import(&mut client, pages(sequences)).await;
    assert!(again.iter().all(|answer| answer.outcome() == Outcome::Unchanged));
    assert!(again.iter().map(|answer| &answer.name).eq(answers.iter().map(|answer| &answer.name)));
}

#[tokio::test]
async fn a_bad_item_is_answered_by_itself() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let mut requests = pages([1, 2]);
    requests.push(item(3, None));
    requests.push(item(4, Item::Document(document(""))));
    requests.push(item(5, Item::Document(document(vec![b'a'; 9 << 20]))));
    requests.push(item(6, Item::Article(given("", ""))));
    requests.push(ImportArticlesRequest { article_id: "No".to_owned(), ..item(7, Item::Article(given("題", "文"))) });
    requests.extend(pages([8]));
    let answers = import(&mut client, requests).await;
    let codes: Vec<_> = answers.iter().map(|answer| (answer.sequence, error_code(answer))).collect();
    let bad = Some(Code::InvalidArgument);
    assert_eq!(codes, [(1, None), (2, None), (3, bad), (4, bad), (5, bad), (6, bad), (7, bad), (8, None)]);
    for answer in answers.iter().filter(|answer| answer.error.is_some()) {
        assert_eq!((answer.name.as_str(), answer.outcome()), ("", Outcome::Unspecified));
        let error = answer.error.clone().expect("it has one");
        assert!(error.details.iter().any(|detail| detail.type_url.ends_with("google.rpc.BadRequest")), "{error:?}");
    }
}

#[tokio::test]
async fn articles_keep_name_document_and_report() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let name = import(&mut client, pages([1])).await.remove(0).name;
    let request = GetArticleRequest { name, view: ArticleView::Raw.into() };
    let exported = client.get_article(request.clone()).await.expect("stored").into_inner();

    let other = TestServer::start().await;
    let mut other_client = other.client().await;
    let sent = Article { revision: 7, etag: "\"x\"".to_owned(), char_count: 99, ..exported.clone() };
    let answers = import(&mut other_client, vec![item(1, Item::Article(sent.clone()))]).await;
    assert_eq!((answers[0].name.as_str(), answers[0].outcome()), (exported.name.as_str(), Outcome::Created));
    let imported = other_client.get_article(request).await.expect("stored").into_inner();
    let of_this_store = |article: &Article| Article {
        create_time: None,
        update_time: None,
        effective_time: None,
        etag: String::new(),
        ..article.clone()
    };
    assert_eq!(of_this_store(&imported), of_this_store(&exported));
    assert!(imported.raw.is_some() && imported.parse_report.is_some());
    let again = import(&mut other_client, vec![item(1, Item::Article(sent))]).await;
    assert_eq!(again[0].outcome(), Outcome::Unchanged);
}

#[tokio::test]
async fn an_item_that_panics_is_internal_and_the_stream_goes_on() {
    let server = TestServer::with_store(Arc::new(FaultyStore(Fault::Panics))).await;
    let answers = import(&mut server.client().await, pages([1, 2])).await;
    assert!(answers.iter().all(|answer| error_code(answer) == Some(Code::Internal)));
    assert_eq!(answers.len(), 2);
}

#[tokio::test]
async fn the_answer_waits_for_the_store() {
    let hang = Hang::new();
    let server = TestServer::with_store(Arc::new(FaultyStore(Fault::Hangs(Arc::clone(&hang))))).await;
    let (sender, requests) = mpsc::unbounded_channel();
    let mut client = server.client().await;
    let mut answers =
        client.import_articles(UnboundedReceiverStream::new(requests)).await.expect("it begins").into_inner();
    for request in pages([1, 2]) {
        sender.send(request).expect("it is read");
    }
    hang.wait().await;
    hang.wait().await;
    hang.released.add_permits(1);
    let first = answers.message().await.expect("an answer").expect("one");
    assert_eq!(error_code(&first), Some(Code::FailedPrecondition));

    // At shutdown, the server reads no more items, responds to those that it has read, and ends with an error.
    let stopped = server.begin_stop();
    hang.released.add_permits(1);
    let (rest, end) = read(answers).await;
    assert_eq!(rest.len(), 1);
    let refusal = refusal(end);
    assert_eq!((refusal.code, refusal.reason.as_str()), (Code::Unavailable, "SERVER_STOPPING"));
    drop(sender);
    stopped.await.expect("no panic").expect("no error");
}

#[tokio::test]
async fn idle_imports_end_and_too_many_are_refused() {
    let limits = Limits { import_idle_ms: 100, max_imports: 1, ..Limits::default() };
    let server = TestServer::with(Config { limits, ..Config::default() }, memory_store()).await;
    let mut client = server.client().await;
    let (sender, requests) = mpsc::unbounded_channel();
    let answers = client.import_articles(UnboundedReceiverStream::new(requests)).await.expect("begins").into_inner();
    sender.send(pages([1]).remove(0)).expect("it is read");
    let second = client.import_articles(futures::stream::iter(pages([2]))).await;
    assert_eq!(refusal(second).reason, "SERVER_OVERLOADED");
    let (answers, end) = read(answers).await;
    assert_eq!(answers.len(), 1);
    let refusal = refusal(end);
    assert_eq!((refusal.code, refusal.reason.as_str()), (Code::DeadlineExceeded, "IMPORT_IDLE"));
    assert_eq!(import(&mut client, pages([2])).await.len(), 1);
}

#[tokio::test]
async fn no_more_is_taken_than_is_answered_and_read() {
    let limits = Limits { max_import_bytes: 1 << 20, ..Limits::default() };
    let server = TestServer::with(Config { limits, ..Config::default() }, memory_store()).await;
    let mut client = server.client().await;
    // Each takes the whole budget, so they are processed one by one; none is lost.
    let long = "青溪第一大橋今日通車，兩岸居民稱便。\n".repeat(60_000);
    let requests = (0..5).map(|number| item(number, Item::Document(document(format!("第{number}座\n{long}")))));
    let answers = import(&mut client, requests.collect()).await;
    assert!(answers.iter().map(|answer| (answer.sequence, error_code(answer))).eq((0..5).map(|number| (number, None))));
}

#[tokio::test]
async fn a_cancelled_import_leaves_whole_articles_and_can_be_repeated() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let (sender, requests) = mpsc::unbounded_channel();
    let mut answers =
        client.import_articles(UnboundedReceiverStream::new(requests)).await.expect("it begins").into_inner();
    for request in pages(0..100) {
        sender.send(request).expect("it is read");
    }
    let mut acknowledged = Vec::new();
    while acknowledged.len() < 20 {
        acknowledged.push(answers.message().await.expect("an answer").expect("more").name);
    }
    drop((answers, sender));
    for name in acknowledged {
        let request = GetArticleRequest { name, ..Default::default() };
        client.get_article(request).await.expect("it was acknowledged");
    }
    let again = import(&mut client, pages(0..100)).await;
    assert!(again.iter().all(|answer| matches!(answer.outcome(), Outcome::Created | Outcome::Unchanged)));
    let request = ListArticlesRequest { page_size: 1000, ..Default::default() };
    let stored = client.list_articles(request).await.expect("a page").into_inner().articles;
    assert_eq!(stored.len(), 100);
    assert!(stored.iter().all(|article| article.revision == 1));
}

#[tokio::test]
async fn a_stalled_import_blocks_no_other_and_ends() {
    // Three of these items take the whole budget, and their client does not read.
    let limits = Limits { max_import_bytes: 1 << 20, max_imports: 2, stream_stall_ms: 1000, ..Limits::default() };
    let rpc = rpc(&limits);
    let long = "青溪第一大橋今日通車，兩岸居民稱便。\n".repeat(8000);
    let requests = (0..200).map(move |number| item(number, Item::Document(document(format!("第{number}座\n{long}")))));
    let stalled =
        articled::rpc::import_articles(&rpc, &Arc::default(), futures::stream::iter(requests.map(Ok))).expect("begins");
    let other =
        articled::rpc::import_articles(&rpc, &Arc::default(), futures::stream::iter(pages(0..100).into_iter().map(Ok)));
    assert_eq!(other.expect("begins").count().await, 100);

    // Its slot is freed after the timeout. The responses from before are still readable, and then the reason.
    let mut held = Vec::new();
    loop {
        match articled::rpc::import_articles(&rpc, &Arc::default(), futures::stream::pending()) {
            Ok(import) => held.push(import),
            Err(error) if held.is_empty() => panic!("{error:?}"),
            Err(_) => tokio::task::yield_now().await,
        }
        if held.len() == 2 {
            break;
        }
    }
    let answers: Vec<_> = stalled.collect().await;
    assert!((1..200).contains(&answers.len()));
    let end = refusal(answers.into_iter().next_back().expect("there is one"));
    assert_eq!((end.code, end.reason.as_str()), (Code::DeadlineExceeded, "STREAM_STALLED"));
}

#[tokio::test]
async fn tiny_items_that_wait_do_not_break_the_connection() {
    const ITEMS: usize = 30_000;
    let hang = Hang::new();
    let server = TestServer::with_store(Arc::new(FaultyStore(Fault::Hangs(Arc::clone(&hang))))).await;
    let channel = server.channel().await;
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    // Each in its own frame, as sent by clients that do not batch.
    let tiny = move |number: usize| {
        let sent = Arc::clone(&counter);
        async move {
            tokio::task::yield_now().await;
            sent.store(number + 1, Ordering::Relaxed);
            item(0, Item::Article(given("題", "")))
        }
    };
    let requests = futures::stream::iter(0..ITEMS).then(tiny);
    let answers = Client::new(channel.clone()).import_articles(requests).await.expect("it begins").into_inner();
    // Until the client has used up its window. Meanwhile other calls on its connection must be served.
    let mut health = HealthClient::new(channel);
    let (mut seen, mut standing) = (0, 0);
    while standing < 20 {
        health.check(HealthCheckRequest::default()).await.expect("the connection holds");
        let now = sent.load(Ordering::Relaxed);
        standing = if now > 0 && now == seen { standing + 1 } else { 0 };
        seen = now;
    }
    assert!(seen < ITEMS, "nothing held the client up");
    hang.released.add_permits(ITEMS);
    let (answers, end) = read(answers).await;
    end.expect("a whole stream");
    assert_eq!(answers.len(), ITEMS);
}

#[tokio::test]
async fn large_items_of_one_import_do_not_hold_up_another() {
    let limits = Limits { max_import_bytes: 1 << 20, ..Limits::default() };
    let hang = Hang::new();
    let store = Arc::new(FaultyStore(Fault::Hangs(Arc::clone(&hang))));
    let server = TestServer::with(Config { limits, ..Config::default() }, store).await;
    let large = "青溪第一大橋今日通車，兩岸居民稱便。\n".repeat(15_000);
    let requests = (0..3).map(|number| item(number, Item::Article(given(&format!("第{number}座"), &large))));
    let mut client = server.client().await;
    let requests: Vec<_> = requests.collect();
    let first = client.import_articles(futures::stream::iter(requests)).await.expect("it begins").into_inner();
    // Two hang in the store, and the third waits for the budget.
    hang.wait().await;
    hang.wait().await;
    let small = item(7, Item::Article(given("題", "文")));
    let second = client.import_articles(futures::stream::iter([small])).await.expect("it begins").into_inner();
    hang.wait().await;
    hang.released.add_permits(4);
    assert_eq!(read(second).await.0.len(), 1);
    assert_eq!(read(first).await.0.len(), 3);
}

#[tokio::test]
async fn items_of_one_name_are_stored_in_the_order_sent() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let mut requests = Vec::new();
    for number in 0..40 {
        // The first capture is large and slow to parse, so the second would overtake it.
        let old = format!("第{number}座橋\n{}", "青溪大橋仍在修建,何時通車尚未確定。\n".repeat(3000));
        let url = format!("https://news.example/{number}");
        for (at, text) in [(1, old), (2, format!("第{number}座橋通車\n青溪大橋今日通車。"))] {
            let sequence = 2 * number + at;
            let page = RawDocument { url: url.clone(), ..document(text) };
            requests.push(item(sequence, Item::Document(page)));
        }
    }
    let answers = import(&mut client, requests).await;
    assert_eq!(answers.len(), 80);
    for pair in answers.chunks(2) {
        assert_eq!((pair[0].outcome(), pair[1].outcome()), (Outcome::Created, Outcome::Updated));
        let request = GetArticleRequest { name: pair[1].name.clone(), view: ArticleView::Full.into() };
        let stored = client.get_article(request).await.expect("stored").into_inner();
        assert_eq!(stored.body, "青溪大橋今日通車。");
    }
}

#[tokio::test]
async fn an_older_capture_is_kept_out_unless_it_is_allowed() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let fetched = |seconds, text: &str| {
        let fetch_time = Some(prost_types::Timestamp { seconds, nanos: 0 });
        Item::Document(RawDocument { url: "https://news.example/1".to_owned(), fetch_time, ..document(text) })
    };
    let (new, old) = ("青溪大橋通車\n大橋今日通車。", "青溪大橋\n大橋仍在修建。");
    let answers =
        import(&mut client, vec![item(1, fetched(1_700_000_000, new)), item(2, fetched(1_600_000_000, old))]).await;
    assert_eq!((answers[0].outcome(), answers[1].outcome()), (Outcome::Created, Outcome::Unchanged));
    assert!(answers[0].warnings.is_empty());
    assert_eq!(
        answers[1].warnings.iter().map(|warning| warning.reason.as_str()).collect::<Vec<_>>(),
        ["OLDER_CAPTURE"]
    );
    let forced = ImportArticlesRequest { allow_older: true, ..item(3, fetched(1_600_000_000, old)) };
    assert_eq!(import(&mut client, vec![forced]).await[0].outcome(), Outcome::Updated);
}
