//! How the store's code holds SQL: long statements in files of their own, columns by name.

/// What a statement begins with.
const VERBS: [&str; 8] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH ", "CREATE ", "BEGIN", "PRAGMA "];

/// The most lines of a statement within Rust code.
const MAX_LINES: usize = 2;

/// The faults of a text, each in a few words.
pub(crate) fn faults(text: &str) -> Vec<String> {
    let long = string_literals(text)
        .filter(|literal| VERBS.iter().any(|verb| literal.trim_start().starts_with(verb)))
        .filter(|literal| literal.lines().count() > MAX_LINES)
        .map(|literal| {
            let first = literal.trim_start().lines().next().unwrap_or_default();
            format!("`{first}…` has more than {MAX_LINES} lines: it belongs into queries/")
        });
    let by_position = text.match_indices("try_get").filter_map(|(at, _)| {
        let rest = &text[at + "try_get".len()..];
        let argument = match rest.strip_prefix("::<") {
            Some(types) => types.split_once(">(")?.1,
            None => rest.strip_prefix('(')?,
        };
        let argument = argument.split([')', '?']).next()?;
        argument
            .starts_with(|char: char| char.is_ascii_digit())
            .then(|| format!("column {argument} is read by position"))
    });
    long.chain(by_position).collect()
}

/// The contents of string literals, escapes left as they are.
fn string_literals(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let start = rest.find('"')?;
            let is_char = rest[..start].ends_with('\'') || rest[..start].ends_with("'\\");
            let behind = &rest[start + 1..];
            if is_char {
                rest = behind;
                continue;
            }
            let mut escaped = false;
            let end = behind.find(|char| {
                let is_end = char == '"' && !escaped;
                escaped = char == '\\' && !escaped;
                is_end
            })?;
            rest = &behind[end + 1..];
            return Some(&behind[..end]);
        }
    })
}

#[test]
fn sql_is_recognised() {
    assert!(string_literals(r#"f('"', "a \" b", '\"', "c")"#).eq([r#"a \" b"#, "c"]));
    assert_eq!(faults("query(\"SELECT a\n  FROM b\")"), Vec::<String>::new());
    assert_eq!(faults("query(\"SELECT a\n  FROM b\n  WHERE c\")").len(), 1);
    assert_eq!(faults("row.try_get::<Option<i64>, _>(3)?; row.try_get(first + 1)?; row.try_get(\"id\")?").len(), 1);
}
