//! Finds two types of one name in a room: a reader of one would take it for the other.

use std::collections::BTreeMap;

/// `code` is production code, by path. A room is a top-level module.
pub(crate) fn duplicates(code: &[(String, String)]) -> Vec<String> {
    let mut places: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for (path, text) in code {
        for name in text.lines().filter_map(type_name) {
            places.entry((room(path), name)).or_default().push(path);
        }
    }
    places
        .into_iter()
        .filter(|(_, paths)| paths.len() > 1)
        .map(|((room, name), paths)| format!("{room}: {name} is a type in {}", paths.join(" and in ")))
        .collect()
}

fn room(path: &str) -> &str {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs")
}

/// The type that a line defines. Associated types are indented, and belong to their trait.
fn type_name(line: &str) -> Option<&str> {
    let line = match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(") ")?.1,
        Some(rest) => rest.strip_prefix(' ')?,
        None => line,
    };
    let (keyword, rest) = line.split_once(' ')?;
    let name = rest.split(|char: char| !char.is_alphanumeric() && char != '_').next()?;
    ["struct", "enum", "trait", "type", "union"].contains(&keyword).then_some(name).filter(|name| !name.is_empty())
}

#[test]
fn definitions_are_recognised() {
    assert_eq!(type_name("pub(in crate::store) struct Seat<'a> {"), Some("Seat"));
    assert_eq!(type_name("enum Seat {"), Some("Seat"));
    assert_eq!(type_name("    type Error = Fault;"), None);
    assert_eq!(type_name("pub use self::seat::Seat;"), None);
    let file = |path: &str| (path.to_owned(), "pub struct Seat;\n".to_owned());
    assert_eq!(duplicates(&[file("src/store/a.rs"), file("src/watch.rs")]), Vec::<String>::new());
    assert_eq!(
        duplicates(&[file("src/store.rs"), file("src/store/a.rs")]),
        ["store: Seat is a type in src/store.rs and in src/store/a.rs"]
    );
}
