//! Reads by a standby that replicates a server of the tests' own.

use std::time::Duration;

use super::*;
use crate::store::SharedStore;
use crate::store::conformance::fixtures::*;
use crate::store::conformance::postgres;
use crate::store::conformance::postgres_standby::Standby;

async fn replicated(max_staleness: Duration) -> Option<(Standby, Arc<ReplicatedStore>)> {
    let url = postgres::new_url().await?;
    // Before the standby is made, so that it has the tables.
    let primary = PostgresStore::open(PostgresOptions::small(&url)).await.expect("a store");
    let standby = Standby::start()?;
    let mut options = PostgresOptions::small(&standby.url_of(&url));
    options.read_only = true;
    let store = Arc::new(ReplicatedStore::new(primary, options, max_staleness, &Registry::off()));
    while store.standby.get().is_none() {
        sleep(Duration::from_millis(10)).await;
    }
    Some((standby, store))
}

async fn far_enough(store: &ReplicatedStore) {
    while store.standby().await.is_none() {
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_standby_answers_reads_with_every_acknowledged_write() {
    let Some((standby, store)) = replicated(Duration::ZERO).await else { return };
    let shared: SharedStore = Arc::clone(&store) as SharedStore;
    for number in 0..40 {
        let id = format!("a{number}");
        ingest(&shared, new(&id, "雲州", &format!("第{number}号通告")), at(number)).await;
        if number % 10 == 0 {
            far_enough(&store).await;
        }
        assert!(shared.get(&name(&id), View::Full).await.expect("an answer").is_some());
        let word = Search { keywords: Some(words(&[&format!("第{number}号")], &[], &[], &[])), ..search() };
        assert_eq!(ids(&ask(&shared, &word).await), [id]);
    }

    // One that is behind is not asked.
    standby.replay(false);
    ingest(&shared, new("late", "雲州", "停播之后"), at(50)).await;
    assert!(store.standby().await.is_none());
    assert!(shared.get(&name("late"), View::Full).await.expect("an answer").is_some());
    standby.replay(true);
    far_enough(&store).await;

    // The primary answers alone.
    drop(standby);
    assert!(shared.get(&name("a7"), View::Full).await.expect("an answer").is_some());
}

#[tokio::test]
async fn a_standby_may_be_as_far_behind_as_the_setting_allows() {
    let Some((standby, store)) = replicated(Duration::from_secs(3600)).await else { return };
    let shared: SharedStore = Arc::clone(&store) as SharedStore;
    far_enough(&store).await;
    standby.replay(false);
    ingest(&shared, new("a", "雲州", "通告"), at(0)).await;
    assert!(store.standby().await.is_some());
    assert!(shared.get(&name("a"), View::Full).await.expect("an answer").is_none());
    standby.replay(true);
}
