//! `articled copy`, from SQLite to PostgreSQL and back.

use std::process::{Command, Output};

use serde_json::Value;

use crate::support::new_postgres_store;

fn articled(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_articled")).args(arguments).output().expect("the program starts")
}

fn printed(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// All articles without what each store sets itself, and how many of them are duplicates: of two copies of a story, the one
/// that was stored first is the original.
fn exported(database: &str) -> (Vec<Value>, usize) {
    let lines = printed(articled(&["export", "--database", database]));
    let mut duplicates = 0;
    let article = |line: &str| {
        let mut article: Value = serde_json::from_str(line).expect("JSON");
        let fields = article.as_object_mut().expect("an object");
        for field in ["createTime", "updateTime", "revision", "etag"] {
            assert!(fields.remove(field).is_some(), "{field}");
        }
        duplicates += usize::from(fields.remove("duplicateOf").is_some());
        article
    };
    let articles = lines.lines().map(article).collect();
    (articles, duplicates)
}

#[test]
fn copies_between_engines_keep_articles_and_can_be_repeated() {
    let Some(postgres) = new_postgres_store() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let sqlite = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    let (first, last) = (sqlite("first.db"), sqlite("last.db"));
    printed(articled(&["import", "--database", &first, "samples"]));
    let original = exported(&first);
    assert!(original.0.iter().any(|article| article.get("raw").is_some() && article.get("parseReport").is_some()));
    let created = format!("{} created, 0 updated, 0 unchanged, 0 failed\n", original.0.len());
    let unchanged = format!("0 created, 0 updated, {} unchanged, 0 failed\n", original.0.len());
    for (from, to) in [(&first, &postgres), (&postgres, &last)] {
        assert_eq!(printed(articled(&["copy", "--from", from, "--to", to])), created);
        assert_eq!(printed(articled(&["copy", "--from", from, "--to", to])), unchanged);
        assert_eq!(exported(to), original);
        printed(articled(&["check", "--database", to]));
    }
}

#[test]
fn a_copy_that_cannot_begin_names_the_store() {
    let missing = articled(&["copy", "--from", "sqlite:/nowhere/a.db", "--to", "sqlite:/nowhere/b.db"]);
    let message = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert_eq!(missing.status.code(), Some(1), "{message}");
    assert!(message.contains("/nowhere/a.db"), "{message}");
    let same = articled(&["copy", "--from", "sqlite:a.db", "--to", "sqlite:a.db"]);
    assert!(String::from_utf8_lossy(&same.stderr).contains("--from and --to name the same store"));
}
