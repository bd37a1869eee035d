//! What a crash in the midst of a merge leaves: the files, copied while merges go on, are opened as they are found after
//! kill -9.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqlx::{Connection, Row};

use crate::store::conformance::fixtures::*;
use crate::store::sqlite::SqliteOptions;
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::connect::{Role, connect};
use crate::store::{Search, SharedStore};

/// Every so many commits of one article each, a merge of as many segments is due.
const COMMITS_TO_A_MERGE: usize = 8;

/// How many copies are made of what follows such a commit.
const COPIES: usize = 6;

/// How many copies must have met a merge, and after how many commits at the latest.
const WANTED: usize = 6;
const MOST_COMMITS: usize = 800;

async fn opened(path: &Path) -> SharedStore {
    Arc::new(SqliteStore::open(SqliteOptions::small(path)).await.expect("a store"))
}

/// A text of many different pairs, so that its segment has several blocks.
fn body(number: usize) -> String {
    let characters =
        (0..600).filter_map(|at| char::from_u32(0x4E00 + ((number * 7919 + at * at * 31) % 20_000) as u32));
    characters.chain("安全生产".chars()).collect()
}

/// Copies the database and its log, as a crash would leave them now. No checkpoint comes in between: the log is too short.
fn copy(path: &Path, number: usize) -> PathBuf {
    let image = path.with_file_name(format!("image-{number}.db"));
    std::fs::copy(path, &image).expect("a copy");
    std::fs::copy(path.with_extension("db-wal"), image.with_extension("db-wal")).expect("a copy of the log");
    image
}

async fn is_in_a_merge(image: &Path) -> bool {
    let mut connection = connect(image, Role::Write).await.expect("a database");
    // 1: in use.
    let sql = "SELECT count(*) FROM keyword_segment WHERE state <> 1";
    let count: i64 = sqlx::query(sql).fetch_one(&mut connection).await.expect("a count").get(0);
    connection.close().await.expect("it closes");
    count > 0
}

#[tokio::test]
async fn a_crash_in_a_merge_loses_nothing_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("articles.db");
    let store = opened(&path).await;
    let (mut met, mut copies, mut written) = (0, 0, 0);
    while met < WANTED && written < MOST_COMMITS {
        ingest(&store, new(&format!("a{written}"), "甲", &body(written)), at(0)).await;
        written += 1;
        if written % COMMITS_TO_A_MERGE != 0 {
            continue;
        }
        for _ in 0..COPIES {
            let image = copy(&path, copies);
            copies += 1;
            if is_in_a_merge(&image).await {
                met += 1;
                let store = opened(&image).await;
                let found =
                    ask(&store, &Search { keywords: Some(words(&["安全生产"], &[], &[], &[])), ..search() }).await;
                assert_eq!(found.articles.len(), written);
                assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
                store.close().await;
            }
            std::fs::remove_file(image).expect("it was there");
        }
    }
    assert!(met >= WANTED, "{met} of {copies} copies met a merge");
}
