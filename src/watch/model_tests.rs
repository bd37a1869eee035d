//! Whatever is written, and however often watchers break off and the server restarts: each watcher's copy ends as what a
//! search answers.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::select;

use super::{EventKind, Watch, WatchHub, WatchQuery};
use crate::article::{Article, ArticleContent, ArticleName, Timestamp, View};
use crate::query::{Filter, Keyword, KeywordFilter, KeywordMatch, Order, PageSize};
use crate::store::memory::MemoryStore;
use crate::store::sqlite::{SqliteOptions, SqliteStore};
use crate::store::{DecodedReads as _, FeedPosition, NewArticle, Search, SharedStore, Write};

const IDS: [&str; 5] = ["a", "b", "c", "d", "e"];
const PIECES: [&str; 6] = ["云州", "新区", "安全", "生产", "，", "x"];

/// So short that nobody waits for a checkpoint, and so that they come in between everything else.
const CHECKPOINT_INTERVAL_MS: u64 = 1;

#[derive(Clone, Debug)]
enum Step {
    Ingest(&'static str, String, String),
    Delete(&'static str),
    /// A watcher, by number, takes so many events, or fewer if it reaches a checkpoint.
    Listen(usize, usize),
    BreakOff(usize),
    Restart,
}

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(select(&PIECES[..]), 0..4).prop_map(|pieces| pieces.concat())
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (select(&IDS[..]), text(), text()).prop_map(|(id, headline, body)| Step::Ingest(id, headline, body)),
        3 => select(&IDS[..]).prop_map(Step::Delete),
        6 => (0..queries().len(), 1..4_usize).prop_map(|(watcher, events)| Step::Listen(watcher, events)),
        2 => (0..queries().len()).prop_map(Step::BreakOff),
        1 => Just(Step::Restart),
    ];
    proptest::collection::vec(step, 1..60)
}

fn queries() -> Vec<WatchQuery> {
    let words = |words: &[&str]| words.iter().map(|word| Keyword::new(word).expect(word)).collect::<Vec<_>>();
    let keywords = |all: &[&str], any: &[&str], none: &[&str], matching| {
        let filter = KeywordFilter::new(words(all), words(any), words(none), Vec::new(), matching);
        Some(filter.expect("a filter"))
    };
    let substring = KeywordMatch::Substring;
    let filter = |text| Filter::parse(text).expect("a filter");
    vec![
        WatchQuery::default(),
        WatchQuery { keywords: keywords(&["雲州"], &[], &[], substring), filter: None },
        WatchQuery { keywords: keywords(&["安全"], &["新区", "生产"], &["x"], substring), filter: None },
        WatchQuery { keywords: keywords(&[], &[], &["云州"], substring), filter: None },
        WatchQuery { keywords: keywords(&["新区"], &[], &[], KeywordMatch::Word), filter: None },
        WatchQuery { keywords: None, filter: filter("revision < 3") },
        WatchQuery { keywords: keywords(&["安全"], &[], &[], substring), filter: filter("NOT 新区") },
    ]
}

/// What comes and goes with the server.
struct Server {
    store: SharedStore,
    hub: Arc<WatchHub>,
}

impl Server {
    fn on(store: SharedStore) -> Self {
        let hub = WatchHub::new(Arc::clone(&store), CHECKPOINT_INTERVAL_MS);
        Self { store, hub }
    }

    async fn with_file(path: &Path) -> Self {
        Self::on(Arc::new(SqliteStore::open(SqliteOptions::small(path)).await.expect("a store")))
    }
}

/// A client that keeps a copy of what it watches.
struct Client {
    query: WatchQuery,
    position: FeedPosition,
    copy: BTreeMap<ArticleName, Article>,
    watch: Option<Watch>,
}

impl Client {
    /// Takes an event into the copy; says whether it was a checkpoint.
    async fn listen(&mut self, server: &Server) -> bool {
        let watch = self
            .watch
            .get_or_insert_with(|| Watch::start(&server.hub, self.query.clone(), Some(self.position), View::Full));
        let event = watch.next().await.expect("the store is sound");
        let has_moved = event.position.seq > self.position.seq;
        assert!(has_moved || event.position == self.position, "never back");
        self.position = event.position;
        match event.kind {
            EventKind::Upserted(article) => {
                assert!(has_moved);
                self.copy.insert(article.name.clone(), settled(*article));
            }
            EventKind::Deleted(name) => {
                assert!(has_moved);
                self.copy.remove(&name);
            }
            EventKind::Checkpoint => return true,
        }
        false
    }

    async fn listen_to_the_end(&mut self, server: &Server) {
        let end = server.hub.end();
        while !(self.listen(server).await && self.position.seq >= end.seq) {}
    }
}

/// Without what changes when other articles do.
fn settled(article: Article) -> Article {
    Article { duplicate_of: None, ..article }
}

async fn expected(store: &SharedStore, query: &WatchQuery) -> BTreeMap<ArticleName, Article> {
    let search = Search {
        keywords: None,
        filter: None,
        order: Order::default(),
        page_size: PageSize::new(1000).expect("a size"),
        after: None,
        view: View::Full,
        max_page_bytes: usize::MAX,
        count_total: false,
    };
    let all = store.search(&search).await.expect("a page").articles;
    let matching =
        all.into_iter().filter(|article| query.matches(article, &crate::query::FoldedFields::of(&article.content)));
    matching.map(|article| (article.name.clone(), settled(article))).collect()
}

async fn apply(store: &SharedStore, write: Write, second: i64) {
    let now = Timestamp::from_second(second).expect("a time");
    store.write(write, false, now).await.expect("a write");
}

fn id(id: &str) -> ArticleName {
    ArticleName::from_id(id).expect("an id")
}

fn article(name: &str, headline: String, body: String) -> NewArticle {
    let content = ArticleContent { headline, body, ..ArticleContent::default() };
    NewArticle { name: id(name), content, parse_report: None, raw: None }
}

async fn run(mut server: Server, file: Option<&Path>, steps: Vec<Step>) {
    let start = server.hub.end();
    let client = |query| Client { query, position: start, copy: BTreeMap::new(), watch: None };
    let mut clients: Vec<Client> = queries().into_iter().map(client).collect();
    for (second, step) in (0..).zip(steps) {
        match step {
            Step::Ingest(id, headline, body) => {
                apply(&server.store, Write::ingest(article(id, headline, body)), second).await;
            }
            Step::Delete(name) => apply(&server.store, Write::Delete { name: id(name), expected: None }, second).await,
            Step::Listen(number, events) => {
                for _ in 0..events {
                    if clients[number].listen(&server).await {
                        break;
                    }
                }
            }
            Step::BreakOff(number) => clients[number].watch = None,
            Step::Restart => {
                server.hub.stop();
                clients.iter_mut().for_each(|client| client.watch = None);
                if let Some(path) = file {
                    server.store.close().await;
                    server = Server::with_file(path).await;
                } else {
                    server = Server::on(server.store);
                }
            }
        }
    }
    for client in &mut clients {
        client.listen_to_the_end(&server).await;
        assert_eq!(client.copy, expected(&server.store, &client.query).await, "{:?}", client.query);
    }
    server.hub.stop();
}

fn block_on(run: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(run);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..Default::default() })]
    #[test]
    fn copies_end_as_a_search_answers(steps in steps()) {
        block_on(run(Server::on(Arc::new(MemoryStore::new())), None, steps));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..Default::default() })]
    #[test]
    fn copies_survive_restarts_of_the_store(steps in steps()) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("articles.db");
        block_on(async { run(Server::with_file(&path).await, Some(&path), steps).await });
    }
}

#[tokio::test]
async fn who_falls_behind_misses_nothing() {
    let server = Server::on(Arc::new(MemoryStore::new()));
    let client = |query| Client { query, position: server.hub.end(), copy: BTreeMap::new(), watch: None };
    let mut clients: Vec<Client> = queries().into_iter().map(client).collect();
    for client in &mut clients {
        client.listen_to_the_end(&server).await;
    }
    // More than any queue holds, and nobody reads.
    for number in 0..600_usize {
        let body = format!("{}{}{number}", PIECES[number % 6], PIECES[number % 5]);
        apply(&server.store, Write::ingest(article(&format!("a{}", number % 400), body, String::new())), 0).await;
    }
    for client in &mut clients {
        client.listen_to_the_end(&server).await;
        assert_eq!(client.copy, expected(&server.store, &client.query).await, "{:?}", client.query);
    }
}
