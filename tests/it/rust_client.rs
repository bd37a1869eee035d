//! The crate `articled-client` against real servers that stop, come back, or are replaced while it works.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use articled::rpc::proto::import_articles_request::Item;
use articled::rpc::proto::watch_articles_response::Event;
use articled::rpc::proto::{
    CreateArticleRequest, DeleteArticleRequest, FilterArticlesRequest, GetArticleRequest, ImportArticlesRequest,
    KeywordFilter, ListArticlesRequest, Outcome, WatchArticlesRequest,
};
use articled::store::{SharedStore, StoreError};
use articled_client::{Change, Client, Error, Reason};
use futures::{StreamExt, TryStreamExt, stream};
use tokio::sync::mpsc;
use tonic::Code;
use tonic::codegen::Service;
use tonic::transport::Channel;

use crate::support::{Fault, FaultyStore, TestServer, document, given, memory_store};

/// A client whose server can be exchanged.
struct Movable {
    client: Client,
    current: Arc<Mutex<Channel>>,
    /// How many requests were sent.
    requests: Arc<AtomicUsize>,
}

impl Movable {
    async fn to(server: &TestServer) -> Self {
        let current = Arc::new(Mutex::new(server.channel().await));
        let requests = Arc::new(AtomicUsize::new(0));
        let (channel, count) = (Arc::clone(&current), Arc::clone(&requests));
        let client = Client::of_service(tower::service_fn(move |request| {
            count.fetch_add(1, Ordering::Relaxed);
            let mut channel = channel.lock().expect("no panics").clone();
            async move {
                std::future::poll_fn(|context| channel.poll_ready(context)).await?;
                channel.call(request).await
            }
        }));
        Self { client, current, requests }
    }

    async fn move_to(&self, server: &TestServer) {
        *self.current.lock().expect("no panics") = server.channel().await;
    }
}

fn item(number: usize) -> (usize, ImportArticlesRequest) {
    let content = format!("竹溪县第{number}条巴士线路开通\n竹溪在线讯 竹溪县第{number}条巴士线路今日开通。");
    let item = Some(Item::Document(document(content)));
    (number, ImportArticlesRequest { item, article_id: format!("bus-{number}"), ..Default::default() })
}

async fn store_some(client: &Client, count: usize) {
    let results = client.import(stream::iter((0..count).map(item))).results();
    let outcomes: Vec<_> =
        results.map_ok(|imported| imported.outcome().expect("stored")).try_collect().await.expect("no failure");
    assert_eq!(outcomes, vec![Outcome::Created; count]);
}

async fn create(client: &Client, id: &str) {
    let article = Some(given("标题", "正文"));
    let request = CreateArticleRequest { article, article_id: id.to_owned(), ..Default::default() };
    client.create_article(request).await.expect("it is new");
}

#[tokio::test]
async fn pages_are_followed_to_the_end_or_the_limit() {
    let server = TestServer::start().await;
    let movable = Movable::to(&server).await;
    let client = &movable.client;
    store_some(client, 25).await;

    let request = ListArticlesRequest { page_size: 10, ..Default::default() };
    let names: BTreeSet<String> =
        client.list(request.clone()).items().map_ok(|article| article.name).try_collect().await.expect("listed");
    assert_eq!(names.len(), 25);
    let pages = async |limit: Option<u32>| -> Vec<usize> {
        let pages = client.list(request.clone()).limit(limit).pages();
        pages.map_ok(|page| page.articles.len()).try_collect().await.expect("listed")
    };
    assert_eq!(pages(None).await, [10, 10, 5]);
    assert_eq!(pages(Some(12)).await, [10, 2]);
    assert_eq!(pages(Some(10)).await, [10]);
    assert_eq!(pages(Some(0)).await, [0; 0]);

    // Without a page size, few requests.
    let before = movable.requests.load(Ordering::Relaxed);
    let keywords = Some(KeywordFilter { all: vec!["巴士線路".to_owned()], ..Default::default() });
    let request = FilterArticlesRequest { keywords, ..Default::default() };
    let found: Vec<_> = client.filter(request).items().try_collect().await.expect("filtered");
    assert_eq!((found.len(), movable.requests.load(Ordering::Relaxed) - before), (25, 1));
}

#[tokio::test]
async fn a_call_is_made_again_when_the_store_is_back() {
    let faulty = Arc::new(FaultyStore(Fault::Fails(|| StoreError::Unavailable(String::new()))));
    let broken = TestServer::with_store(faulty).await;
    let whole = TestServer::start().await;
    let movable = Movable::to(&broken).await;
    let request = GetArticleRequest { name: "articles/a".to_owned(), ..Default::default() };
    let call = movable.client.get_article(request);
    let repair = async {
        // The first attempt has been sent.
        while movable.requests.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        movable.move_to(&whole).await;
    };
    let (answer, ()) = tokio::join!(call, repair);
    assert_eq!(answer.expect_err("there is none").reason(), Some(&Reason::ArticleNotFound));
    assert_eq!(movable.requests.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn retries_can_be_turned_off_and_what_is_final_is_not_retried() {
    let faulty = Arc::new(FaultyStore(Fault::Fails(|| StoreError::Unavailable(String::new()))));
    let broken = TestServer::with_store(faulty).await;
    let once = Client::builder(broken.address.to_string()).max_attempts(1).connect().await.expect("it listens");
    let request = GetArticleRequest { name: "articles/a".to_owned(), ..Default::default() };
    let error = once.get_article(request).await.expect_err("unavailable");
    assert_eq!(error.reason(), Some(&Reason::StoreUnavailable));

    let server = TestServer::start().await;
    let movable = Movable::to(&server).await;
    let request = GetArticleRequest { name: "nonsense".to_owned(), ..Default::default() };
    let error = movable.client.get_article(request).await.expect_err("malformed");
    assert_eq!(error.call().map(|error| error.code), Some(Code::InvalidArgument));
    assert!(error.call().is_some_and(|error| !error.request_id.is_empty()));
    assert_eq!(movable.requests.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn nobody_there_is_an_error_of_the_connection() {
    let server = TestServer::start().await;
    let address = server.address.to_string();
    server.stop().await.expect("stopped");
    let error = Client::connect(address.clone()).await.expect_err("stopped");
    assert!(matches!(error, Error::Connect { url, .. } if url == format!("http://{address}")));
}

#[tokio::test]
async fn an_import_takes_no_more_items_than_may_be_in_flight() {
    // Accepts the stream, and never answers.
    let silent = Client::of_service(tower::service_fn(|_| std::future::pending::<Result<_, std::io::Error>>()));
    let taken = AtomicUsize::new(0);
    let items = stream::iter((0..100).map(item)).inspect(|_| _ = taken.fetch_add(1, Ordering::Relaxed));
    let mut results = pin!(silent.import(items).in_flight(5).results());
    assert!(futures::poll!(results.next()).is_pending());
    assert!(taken.load(Ordering::Relaxed) <= 5);

    let server = TestServer::start().await;
    let client = Client::connect(server.address.to_string()).await.expect("it listens");
    let taken = AtomicUsize::new(0);
    let items = stream::iter((0..100).map(item)).inspect(|_| _ = taken.fetch_add(1, Ordering::Relaxed));
    let mut results = pin!(client.import(items).in_flight(5).results());
    for settled in 1..=100 {
        assert!(results.next().await.expect("100 items").expect("no failure").outcome().is_ok());
        assert!(taken.load(Ordering::Relaxed) <= settled + 5);
    }
    assert!(results.next().await.is_none());
}

#[tokio::test]
async fn an_import_sends_again_what_has_no_result_when_the_server_is_replaced() {
    let store: SharedStore = memory_store();
    let first = TestServer::with_store(Arc::clone(&store)).await;
    let movable = Movable::to(&first).await;
    let (sender, receiver) = mpsc::unbounded_channel();
    let items = stream::unfold(receiver, async |mut receiver| receiver.recv().await.map(|item| (item, receiver)));
    let mut results = pin!(movable.client.import(items).results());
    let mut outcomes = BTreeMap::new();
    for number in 0..10 {
        sender.send(item(number)).expect("it is read");
        let imported = results.next().await.expect("one each").expect("no failure");
        outcomes.insert(imported.key, imported.outcome().expect("stored"));
    }
    let stopped = first.begin_stop();
    let second = TestServer::with_store(store).await;
    movable.move_to(&second).await;
    stopped.await.expect("no panic").expect("stopped");
    for number in 10..20 {
        sender.send(item(number)).expect("it is read");
    }
    // One that cannot be stored does not end the import.
    sender.send((99, ImportArticlesRequest::default())).expect("it is read");
    drop(sender);
    while let Some(imported) = results.next().await {
        let imported = imported.expect("no failure");
        match imported.outcome() {
            Ok(outcome) => _ = outcomes.insert(imported.key, outcome),
            Err(error) => assert_eq!((imported.key, error.reason), (99, Reason::FieldRequired)),
        }
    }
    assert!(outcomes.into_values().eq([Outcome::Created; 20]));
}

#[tokio::test]
async fn a_watch_goes_on_at_the_next_server_of_the_store() {
    let store: SharedStore = memory_store();
    let first = TestServer::with_store(Arc::clone(&store)).await;
    let movable = Movable::to(&first).await;
    let (retries, mut told) = mpsc::unbounded_channel();
    let watch = movable.client.watch(WatchArticlesRequest::default());
    let watch = watch.on_retry(move |error| _ = retries.send(error.code));
    let mut events = pin!(watch.events());
    let checkpoint = events.next().await.expect("endless").expect("no failure");
    assert!(matches!(checkpoint.event, Some(Event::Checkpoint(_))));

    let second = TestServer::with_store(store).await;
    movable.move_to(&second).await;
    let stopped = first.begin_stop();
    create(&movable.client, "meanwhile").await;
    let upserted = async {
        loop {
            if let Some(Event::Upserted(article)) = events.next().await.expect("endless").expect("no failure").event {
                return article.name;
            }
        }
    };
    assert_eq!(upserted.await, "articles/meanwhile");
    stopped.await.expect("no panic").expect("stopped");
    // It was the old server's end that made it go on.
    create(&movable.client, "later").await;
    while let Some(event) = events.next().await {
        if matches!(event.expect("no failure").event, Some(Event::Upserted(article)) if article.name == "articles/later")
        {
            break;
        }
    }
    assert_eq!(told.recv().await, Some(Code::Unavailable));
}

#[tokio::test]
async fn a_watch_that_never_began_ends_with_the_error() {
    let server = TestServer::start().await;
    let client = Client::connect(server.address.to_string()).await.expect("it listens");
    let request = WatchArticlesRequest { filter: "revision = x".to_owned(), ..Default::default() };
    let mut events = pin!(client.watch(request).events());
    let error = events.next().await.expect("an error").expect_err("a bad filter");
    assert_eq!(error.reason(), Some(&Reason::FilterInvalid));
    assert!(events.next().await.is_none());
}

/// A copy as a reader of `list_and_watch` keeps it.
#[derive(Default)]
struct Copy {
    names: BTreeSet<String>,
    is_listing: bool,
    token: String,
}

impl Copy {
    async fn follow(
        &mut self,
        changes: &mut (impl stream::Stream<Item = Result<articled_client::Replicated, Error>> + Unpin),
        until: impl Fn(&Self) -> bool,
    ) {
        while !until(self) {
            let replicated = changes.next().await.expect("endless").expect("no failure");
            match replicated.change {
                Change::Init => (self.is_listing, self.names) = (true, BTreeSet::new()),
                Change::InitDone => self.is_listing = false,
                Change::Upserted(article) => _ = self.names.insert(article.name),
                Change::Deleted(name) => _ = self.names.remove(&name),
                _ => {}
            }
            assert_eq!(replicated.resume_token.is_empty(), self.is_listing);
            self.token = replicated.resume_token;
        }
    }

    fn has(&self, ids: &[&str]) -> bool {
        !self.is_listing
            && self.names.iter().eq(ids.iter().map(|id| format!("articles/{id}")).collect::<Vec<_>>().iter())
    }
}

#[tokio::test]
async fn a_copy_is_listed_followed_resumed_and_listed_again_when_its_token_is_too_old() {
    let store: SharedStore = memory_store();
    let first = TestServer::with_store(Arc::clone(&store)).await;
    let movable = Movable::to(&first).await;
    let client = &movable.client;
    create(client, "a").await;
    create(client, "b").await;
    let mut copy = Copy::default();
    {
        let mut changes = pin!(client.watch(WatchArticlesRequest::default()).list_and_watch());
        copy.follow(&mut changes, |copy| copy.has(&["a", "b"])).await;
        create(client, "c").await;
        client
            .delete_article(DeleteArticleRequest { name: "articles/a".to_owned(), ..Default::default() })
            .await
            .expect("deleted");
        copy.follow(&mut changes, |copy| copy.has(&["b", "c"])).await;
    }
    create(client, "d").await;

    // Resumed by a program that was started again: no list.
    let request = WatchArticlesRequest { resume_token: copy.token.clone(), ..Default::default() };
    let mut changes = pin!(client.watch(request).list_and_watch());
    copy.follow(&mut changes, |copy| copy.has(&["b", "c", "d"])).await;

    // Another store does not know the token.
    let other = TestServer::start().await;
    movable.move_to(&other).await;
    create(client, "x").await;
    first.stop().await.expect("stopped");
    copy.follow(&mut changes, |copy| copy.has(&["x"])).await;
}

#[tokio::test]
async fn a_copy_can_be_of_what_keywords_match() {
    let server = TestServer::start().await;
    let client = Client::connect(server.address.to_string()).await.expect("it listens");
    store_some(&client, 12).await;
    let keywords = Some(KeywordFilter { all: vec!["第1條".to_owned()], ..Default::default() });
    let mut copy = Copy::default();
    let request = WatchArticlesRequest { keywords, ..Default::default() };
    let mut changes = pin!(client.watch(request).list_and_watch());
    copy.follow(&mut changes, |copy| copy.has(&["bus-1"])).await;
}
