//! `articled backup` and `articled restore`, while a server writes.

use std::fs;
use std::path::Path;
use std::process::Command;

use articled::rpc::proto::ListArticlesRequest;

use crate::support::program::{Program, check};
use crate::support::{Client, client_of, create, given};

fn articled(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_articled")).args(arguments).output().expect("the program starts")
}

async fn count(client: &mut Client) -> usize {
    let request = ListArticlesRequest { page_size: 1000, ..Default::default() };
    client.list_articles(request).await.expect("an answer").into_inner().articles.len()
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("readable").file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_backup_made_during_writes_is_restored_with_all_that_was_acknowledged_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, backups) = (folder.path().join("a.db"), folder.path().join("backups"));
    fs::create_dir(&backups).expect("made");
    // What an older backup left, which `--keep 1` deletes.
    fs::write(backups.join("articled-20260101T000000Z.db"), "old").expect("written");
    let database = format!("sqlite:{}", path.display());
    let (program, address) = Program::start(&path).await;
    let mut client = client_of(address).await;
    for number in 0..20 {
        create(&mut client, &format!("before{number}"), given("甲", "一")).await;
    }
    let mut writer = client.clone();
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let writes = tokio::spawn(async move {
        let mut number = 0;
        // One page shows all of them.
        while number < 900 && stopped.try_recv().is_err() {
            create(&mut writer, &format!("during{number}"), given("乙", "二")).await;
            number += 1;
        }
        number
    });
    let (url, directory) = (database.clone(), backups.display().to_string());
    let backup = move || articled(&["backup", "--database", &url, "--directory", &directory, "--keep", "1"]);
    let made = tokio::task::spawn_blocking(backup).await.expect("no panic");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    _ = stop.send(());
    let during = writes.await.expect("all were acknowledged");
    assert_eq!(count(&mut client).await, 20 + during);
    let names = names(&backups);
    assert_eq!(names.len(), 1, "{names:?}");
    let backup = backups.join(&names[0]);
    let restore = |more: &[&str]| {
        articled(&[&["restore", "--database", &database, backup.to_str().expect("UTF-8")], more].concat())
    };
    assert!(!restore(&["--replace"]).status.success(), "the server has it open");
    program.stop().await;
    assert!(!restore(&[]).status.success(), "it exists");
    let restored = restore(&["--replace"]);
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    check(&path);
    let (_program, address) = Program::start(&path).await;
    let found = count(&mut client_of(address).await).await;
    assert!((20..=20 + during).contains(&found), "{found} of 20 and {during}");
}
