//! Rules that the compiler does not check: which module may import which, that modules have documentation, that files stay
//! small, and that no paths of machines or names of real sites are committed. Reads the source tree as text; each fault names
//! file, line and rule.

#[path = "tidy/configuration.rs"]
mod configuration;
#[path = "tidy/imports.rs"]
mod imports;
#[path = "tidy/runbook.rs"]
mod runbook;
#[path = "tidy/sql.rs"]
mod sql;
#[path = "tidy/threats.rs"]
mod threats;
#[path = "tidy/type_names.rs"]
mod type_names;

use std::fs;
use std::path::{Path, PathBuf};

/// The maximum number of lines of a source file, tests included. A longer file has more than one reason to change.
const MAX_LINES: usize = 600;

/// The folders whose Rust files are checked for size and documentation.
const SOURCE_FOLDERS: [&str; 6] = ["src", "client/src", "proto/src", "tests", "bench", "examples"];

/// Words that a module must not use, and why.
struct Ban {
    words: &'static [&'static str],
    /// Whether the ban applies to a file, by its path from the root.
    holds: fn(&str) -> bool,
    why: &'static str,
}

const BANS: &[Ban] = &[
    Ban {
        words: &["tokio", "sqlx", "tonic", "prost"],
        holds: |path| ["article", "keyword_index", "parse", "query", "text"].iter().any(|room| is_in(path, room)),
        why: "what an article is and means is free of runtime, database and wire",
    },
    Ban { words: &["sqlx", "rusqlite"], holds: |path| !is_in(path, "store"), why: "only the store knows its database" },
    Ban {
        // Its records are protobuf, written by hand.
        words: &["tonic", "proto"],
        holds: |path| is_in(path, "store"),
        why: "what is stored is no wire type",
    },
    Ban {
        words: &["proto"],
        holds: |path| !["rpc", "server", "cli"].iter().any(|room| is_in(path, room)),
        why: "generated types stay where the wire is",
    },
    Ban {
        words: &["unsafe"],
        holds: |_| true,
        why: "nothing here needs it; a measured reason would be argued in ARCHITECTURE.md and allowed here by file",
    },
    Ban {
        words: &["todo", "unimplemented", "dbg"],
        holds: |_| true,
        why: "what is unfinished is not landed, and what debugs is taken out again",
    },
];

/// Whether a path belongs to a top-level module of the library: `src/parse.rs` and everything in `src/parse/`.
fn is_in(path: &str, room: &str) -> bool {
    let inside = path.strip_prefix("src/").and_then(|path| path.strip_prefix(room));
    inside.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

#[test]
fn rooms_use_only_what_they_may() {
    let mut faults = Vec::new();
    for (path, text) in rust_files("src") {
        for ban in BANS.iter().filter(|ban| (ban.holds)(&path)) {
            for (number, line) in code_lines(&text) {
                let found = ban.words.iter().filter(|&&word| words(line).any(|found| found == word));
                faults.extend(found.map(|word| format!("{path}:{number}: uses {word}: {}", ban.why)));
            }
        }
    }
    none(faults);
}

/// Modules that exist only for tests, which the tests of every module may use.
const TEST_ROOMS: [&str; 1] = ["test_data"];

#[test]
fn the_table_of_uses_is_complete_and_has_no_spare_row() {
    let architecture = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let allowed = imports::allowed(&architecture);
    let sources = imports::Sources::read(&rust_files("src"));
    let used = sources.room_edges();
    let missing = used
        .iter()
        .filter(|(edge, _)| !allowed.contains(edge) && !TEST_ROOMS.contains(&edge.1.as_str()))
        .map(|((from, to), path)| format!("{path}: {from} uses {to}, which ARCHITECTURE.md's table does not allow"));
    let spare = allowed.iter().filter(|edge| !used.contains_key(edge)).map(|(from, to)| {
        let rooms = [from, to].iter().all(|room| sources.has_room(room));
        let why = if rooms { "no import needs it" } else { "there is no such room" };
        format!("ARCHITECTURE.md: {from} → {to}: {why}")
    });
    none(missing.chain(spare).collect());
}

#[test]
fn no_two_files_import_each_other() {
    none(imports::Sources::read(&rust_files("src")).two_file_cycles());
}

#[test]
fn modules_say_what_they_are() {
    let files = SOURCE_FOLDERS.into_iter().flat_map(rust_files);
    none(
        files
            .filter(|(_, text)| !text.starts_with("//! "))
            .map(|(path, _)| format!("{path}:1: begins without //!: say what the module owns and what it does not do"))
            .collect(),
    );
}

#[test]
fn the_word_lists_of_the_parser_live_in_its_lexicon() {
    let mut faults = Vec::new();
    // `measure.rs` holds tests alone.
    let is_test = |path: &str| path.ends_with("tests.rs") || path.ends_with("measure.rs");
    let is_rule = |path: &str| is_in(path, "parse") && !path.contains("/lexicon/") && !is_test(path);
    for (path, text) in rust_files("src").into_iter().filter(|(path, _)| is_rule(path)) {
        let rules = text.split("#[cfg(test)]\nmod ").next().unwrap_or(&text);
        for (number, line) in code_lines(rules) {
            let words = line.split('"').skip(1).step_by(2).filter(|word| word.contains(is_han)).count();
            let entry = words == 1 && line.trim().starts_with('"') && line.trim().ends_with("\",");
            if words > 1 || entry {
                faults.push(format!("{path}:{number}: has a list of words: move it to src/parse/lexicon"));
            }
        }
    }
    none(faults);
}

fn is_han(character: char) -> bool {
    ('\u{4E00}'..='\u{9FFF}').contains(&character)
}

#[test]
fn files_stay_small() {
    let files = SOURCE_FOLDERS.into_iter().flat_map(rust_files);
    none(
        files
            .map(|(path, text)| (path, text.lines().count()))
            .filter(|&(_, lines)| lines > MAX_LINES)
            .map(|(path, lines)| {
                format!("{path}: has {lines} lines, more than {MAX_LINES}: split it by reason to change")
            })
            .collect(),
    );
}

#[test]
fn nothing_names_a_machine() {
    // Assembled at run time, so that this file does not match.
    let places = ["work", "root", "home"].map(|folder| format!("/{folder}/"));
    let mut faults = Vec::new();
    for (path, text) in text_files() {
        for (number, line) in text.lines().enumerate() {
            let found = places.iter().filter(|place| names_place(line, place));
            faults.extend(found.map(|place| format!("{path}:{}: names {place}, a place on one machine", number + 1)));
        }
    }
    none(faults);
}

/// Whether a line has a path that begins with this folder; a URL may contain it in the middle.
fn names_place(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|char| !char.is_alphanumeric() && !matches!(char, '.' | '_' | '-' | '}' | '~'))
    })
}

/// Set, the test writes docs/configuration.md instead of checking it.
const UPDATE_VARIABLE: &str = "ARTICLED_TEST_UPDATE";

#[test]
fn the_page_of_settings_is_fresh() {
    let source = fs::read_to_string(root().join("src/config.rs")).expect("src/config.rs");
    let (path, page) = (root().join("docs/configuration.md"), configuration::page(&source));
    if std::env::var_os(UPDATE_VARIABLE).is_some() {
        fs::write(&path, &page).expect("docs/ can be written");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == page, "docs/configuration.md is stale: run `just configuration`");
}

#[test]
fn samples_and_fixtures_name_no_real_site() {
    let mut faults = Vec::new();
    for (path, text) in text_files().into_iter().filter(|(path, _)| is_sample(path)) {
        for (number, line) in text.lines().enumerate() {
            let real = hosts(line).filter(|host| !is_made_up(host));
            faults.extend(real.map(|host| {
                format!("{path}:{}: names {host}: invented pages stand on hosts that end in .example", number + 1)
            }));
        }
    }
    none(faults);
}

fn is_sample(path: &str) -> bool {
    path.starts_with("samples/") || (path.starts_with("tests/") && !path.ends_with(".rs") && !path.ends_with(".py"))
}

fn hosts(line: &str) -> impl Iterator<Item = &str> {
    let addresses = line.split("http://").flat_map(|part| part.split("https://")).skip(1);
    addresses
        .map(|rest| rest.split(|char: char| !char.is_alphanumeric() && char != '.' && char != '-').next().unwrap_or(""))
}

fn is_made_up(host: &str) -> bool {
    // The vocabulary of JSON-LD, which pages name but no client fetches.
    const VOCABULARY: &str = "schema.org";
    host.is_empty() || host.ends_with(".example") || host == VOCABULARY || host == "localhost" || host == "127.0.0.1"
}

#[test]
fn migrations_are_numbered_from_one_on() {
    for engine in ["postgres", "sqlite"] {
        let folder = root().join("migrations").join(engine);
        let mut names: Vec<String> = files_beneath(&folder).iter().filter_map(|path| file_name(path)).collect();
        names.sort();
        assert!(!names.is_empty(), "{} is empty", folder.display());
        for (number, name) in (1..).zip(&names) {
            assert!(name.starts_with(&format!("{number:04}_")), "{engine}: {name} is not migration {number}");
        }
    }
}

#[test]
fn a_room_has_one_type_of_a_name() {
    let code: Vec<(String, String)> = imports::production_code(&rust_files("src")).into_values().collect();
    none(type_names::duplicates(&code));
}

#[test]
fn sql_stands_in_its_own_files_and_columns_are_read_by_name() {
    let code = imports::production_code(&rust_files("src/store"));
    none(
        code.into_values()
            .flat_map(|(path, text)| sql::faults(&text).into_iter().map(move |fault| format!("{path}: {fault}")))
            .collect(),
    );
}

fn none(faults: Vec<String>) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// The lines that are not comments, with their numbers from 1.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    numbered.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    // What follows `//` on a line of code is a comment, or the rest of a URL, which names no module.
    let code = line.split("//").next().unwrap_or(line);
    code.split(|char: char| !char.is_alphanumeric() && char != '_')
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &str) -> Vec<(String, String)> {
    texts(&root().join(folder)).into_iter().filter(|(path, _)| path.ends_with(".rs")).collect()
}

/// Every text file of the repository.
fn text_files() -> Vec<(String, String)> {
    texts(&root())
}

fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> = files_beneath(folder)
        .into_iter()
        .filter_map(|path| {
            let text = fs::read_to_string(&path).ok()?;
            let from_root = path.strip_prefix(root()).ok()?.to_str()?.to_owned();
            Some((from_root, text))
        })
        .collect();
    texts.sort();
    texts
}

/// All files beneath a folder that could be committed.
fn files_beneath(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        let is_ours = file_name(&path).is_some_and(|name| !["target", ".git", "node_modules"].contains(&name.as_str()));
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && is_ours => files.extend(files_beneath(&path)),
            Ok(kind) if kind.is_file() && is_ours => files.push(path),
            _ => {}
        }
    }
    files
}

fn file_name(path: &Path) -> Option<String> {
    path.file_name().and_then(|name| name.to_str()).map(str::to_owned)
}

#[test]
fn the_helpers_work() {
    assert!(is_in("src/parse.rs", "parse") && is_in("src/parse/time.rs", "parse"));
    assert!(!is_in("src/parser.rs", "parse") && !is_in("src/cli/parse.rs", "parse"));
    assert!(words("use tokio::time; // tonic").eq(["use", "tokio", "", "time", "", ""]));
    assert!(hosts("see https://a.example/b and http://c").eq(["a.example", "c"]));
    let place = format!("/{}/", "root");
    assert!(names_place(&format!("cd {place}x"), &place) && !names_place(&format!("https://a.b{place}x"), &place));
}
