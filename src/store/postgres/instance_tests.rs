//! Several instances on one database, and what happens when sessions are lost.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use sqlx::postgres::PgConnection;
use tokio::time::timeout;

use crate::article::View;
use crate::query::PageSize;
use crate::store::conformance::fixtures::*;
use crate::store::conformance::postgres::new_url;
use crate::store::postgres::connect::{Connector, Purpose};
use crate::store::postgres::{PostgresOptions, PostgresStore, merge_task};
use crate::store::{FeedPosition, Search, SharedStore, Write, Written};

/// Longer than a merger takes to replace another one that has vanished.
const TAKE_OVER: Duration = Duration::from_secs(60);

async fn opened(url: &str) -> SharedStore {
    Arc::new(PostgresStore::open(PostgresOptions::small(url)).await.expect("a store"))
}

/// Three instances that start at the same time on an empty store.
async fn instances() -> Option<(String, Vec<SharedStore>)> {
    let url = new_url().await?;
    let stores = join_all((0..3).map(|_| opened(&url))).await;
    Some((url, stores))
}

async fn session(url: &str) -> PgConnection {
    let connector = Connector::from_url(url).expect("a URL");
    connector.connect(Purpose::Maintain).await.expect("a connection")
}

/// Ends every other session of the schema, as a restart of the database does.
async fn end_sessions(connection: &mut PgConnection) {
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()";
    sqlx::query(sql).execute(connection).await.expect("they end");
}

fn with_words(word: &str) -> Search {
    Search { keywords: Some(words(&[word], &[], &[], &[])), ..search() }
}

#[tokio::test]
async fn an_acknowledged_write_is_seen_by_every_later_read_of_any_instance() {
    let Some((_, stores)) = instances().await else { return };
    let page_size = PageSize::new(1000).expect("a size");
    for number in 0..30 {
        let id = format!("a{number}");
        ingest(&stores[number % 3], new(&id, "雲州", &format!("第{number}号通告")), at(number as i64)).await;
        for store in &stores {
            assert!(store.get(&name(&id), View::Full).await.expect("an answer").is_some());
            let page = ask(store, &Search { page_size, ..with_words("云州") }).await;
            assert_eq!(page.articles.len(), number + 1);
            assert_eq!(ids(&ask(store, &with_words(&format!("第{number}号"))).await), [id.as_str()]);
        }
    }
    write(&stores[1], Write::Delete { name: name("a7"), expected: None }, at(100)).await;
    for store in &stores {
        assert_eq!(ask(store, &with_words("云州")).await.articles.len(), 29);
        assert!(ask(store, &with_words("第7号")).await.articles.is_empty());
        assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
    }
}

#[tokio::test]
async fn watchers_of_every_instance_are_told_of_a_write_to_one() {
    let Some((_, stores)) = instances().await else { return };
    let mut feeds: Vec<_> = stores.iter().map(|store| store.feed()).collect();
    let start = *feeds[0].borrow();
    ingest(&stores[0], new("a", "甲", "一"), at(0)).await;
    for (feed, store) in feeds.iter_mut().zip(&stores) {
        let end = *feed.wait_for(|end| end.seq == 1).await.expect("the store is open");
        assert_eq!(end.feed, start.feed);
        assert_eq!(changed(store, start).await, Some(vec![(1, "a".to_owned(), true)]));
    }
}

#[tokio::test]
async fn the_same_pages_through_several_instances_are_stored_once_with_one_original() {
    let Some((_, stores)) = instances().await else { return };
    let all = (0..40).flat_map(|page| stores.iter().enumerate().map(move |(at, store)| (page, at, store)));
    let writes = all.map(|(page, instance, store)| async move {
        // Each page at every instance at once, and copies of each story under a name of its own.
        let article = new(&format!("p{page}"), &format!("第{page}版"), &story(page % 10));
        let copy = new(&format!("c{page}-{instance}"), "转载", &format!("{}。", story(page % 10)));
        let outcomes = [article, copy].map(|new| store.write(Write::ingest(new), false, at(1)));
        for outcome in join_all(outcomes).await {
            assert!(matches!(outcome, Ok(Written::Stored { .. })), "{outcome:?}");
        }
    });
    join_all(writes).await;
    let page = ask(&stores[2], &search()).await;
    assert_eq!(page.articles.len(), 40 + 120);
    let originals = page.articles.iter().filter(|article| article.duplicate_of.is_none());
    assert_eq!(originals.count(), 10);
    assert_eq!(stores[0].check().await.expect("an answer"), Vec::<String>::new());
    let start = FeedPosition { seq: 0, ..*stores[1].feed().borrow() };
    assert_eq!(changed(&stores[1], start).await.map(|changes| changes.len()), Some(160));
}

/// As in a restart or a failover of the database: each write is acknowledged once, though its session was lost.
#[tokio::test]
async fn writes_and_reads_survive_the_loss_of_every_session() {
    let Some((url, stores)) = instances().await else { return };
    let mut admin = session(&url).await;
    for number in 0..60 {
        let store = &stores[number % 3];
        let new = new(&format!("a{number}"), "甲", &format!("第{number}号通告"));
        let write = store.write(Write::Create { article: new, request_id: None }, false, at(0));
        // At some moment of the write, which differs from one to the next.
        let loss = async {
            if number % 4 == 0 {
                tokio::time::sleep(Duration::from_millis(number as u64 / 4)).await;
                end_sessions(&mut admin).await;
            }
        };
        let (written, ()) = tokio::join!(write, loss);
        assert!(matches!(written, Ok(Written::Stored { .. })), "{number}: {written:?}");
        assert_eq!(ids(&ask(store, &with_words(&format!("第{number}号"))).await), [format!("a{number}")]);
    }
    for store in &stores {
        assert_eq!(ask(store, &search()).await.articles.len(), 60);
        assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
    }
}

/// An instance that is frozen keeps its connections, and so the lock, until the database ends its session.
#[tokio::test]
async fn another_instance_merges_when_the_merger_is_frozen() {
    let Some(url) = new_url().await else { return };
    let connector = Connector::from_url(&url).expect("a URL");
    let mut frozen = connector.connect(Purpose::Merge).await.expect("a connection");
    assert!(merge_task::try_lock(&mut frozen).await.expect("an answer"));
    let stores = [opened(&url).await, opened(&url).await];
    for number in 0..24 {
        let new = new(&format!("a{number}"), "甲", &format!("第{number}号通告"));
        ingest(&stores[number % 2], new, at(number as i64)).await;
    }
    let mut admin = session(&url).await;
    let merged = async {
        while segments_in_use(&mut admin).await >= 8 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(TAKE_OVER, merged).await.expect("it merges");
    for store in &stores {
        assert_eq!(ask(store, &with_words("通告")).await.articles.len(), 24);
        assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
    }
}

async fn segments_in_use(connection: &mut PgConnection) -> i64 {
    let sql = "SELECT count(*) FROM keyword_segment WHERE state = 1";
    sqlx::query_scalar(sql).fetch_one(connection).await.expect("an answer")
}
