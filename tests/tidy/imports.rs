//! Finds which module imports which: the allowed imports in ARCHITECTURE.md, the actual ones in the sources.
//!
//! It reads paths that begin with `crate::`, `super::`, `self::`, or the crate's name, and follows re-exports to the file that defines the item.
//! It skips test code: inline `#[cfg(test)]` items, and files that a `#[cfg(test)] mod` declares. It does not see macros' paths.

use std::collections::{BTreeMap, BTreeSet};

/// A module's path from the crate's root: `["store", "sqlite", "read"]`.
pub(crate) type Module = Vec<String>;

/// A module's file and what it imports.
struct File {
    path: String,
    /// Absolute paths of the items that it imports, the crate's root left out.
    imports: BTreeSet<Vec<String>>,
    /// Names that `use` brings into this module, and where they come from.
    names: BTreeMap<String, Vec<String>>,
}

/// The modules of the library and the program, test code left out.
pub(crate) struct Sources {
    files: BTreeMap<Module, File>,
    rooms: BTreeSet<String>,
}

impl Sources {
    /// Reads files that are given by path and text.
    pub(crate) fn read(files: &[(String, String)]) -> Self {
        let code = production_code(files);
        let rooms: BTreeSet<String> = code.keys().filter_map(|module| module.first().cloned()).collect();
        let files = code.into_iter().map(|(module, (path, text))| {
            let mut imports = BTreeSet::new();
            let mut names = BTreeMap::new();
            for (absolute, name) in paths(&module, &text) {
                if let Some(name) = name {
                    names.insert(name, absolute.clone());
                }
                imports.insert(absolute);
            }
            (module, File { path, imports, names })
        });
        Self { files: files.collect(), rooms }
    }

    /// Which room imports which, each with a file that does.
    pub(crate) fn room_edges(&self) -> BTreeMap<(String, String), String> {
        let mut edges = BTreeMap::new();
        for (module, file) in &self.files {
            let Some(from) = module.first() else { continue };
            for to in file.imports.iter().filter_map(|path| path.first()) {
                if to != from && self.rooms.contains(to) {
                    edges.insert((from.clone(), to.clone()), file.path.clone());
                }
            }
        }
        edges
    }

    pub(crate) fn has_room(&self, room: &str) -> bool {
        self.rooms.contains(room)
    }

    /// Pairs of files that import each other. A module and those beneath it are one unit: it declares them, and they may
    /// use what it defines.
    pub(crate) fn two_file_cycles(&self) -> Vec<String> {
        let mut edges: BTreeSet<(&Module, &Module)> = BTreeSet::new();
        for (module, file) in &self.files {
            for path in &file.imports {
                if let Some(target) = self.defining_module(path, 0)
                    && !target.starts_with(module)
                    && !module.starts_with(target)
                {
                    edges.insert((module, target));
                }
            }
        }
        let cycles = edges.iter().filter(|(from, to)| from < to && edges.contains(&(to, from)));
        cycles
            .map(|(from, to)| format!("{} and {} import each other", self.files[*from].path, self.files[*to].path))
            .collect()
    }

    /// The module whose file defines what a path names.
    fn defining_module(&self, path: &[String], depth: usize) -> Option<&Module> {
        const MAX_REEXPORTS: usize = 8;
        let length = (1..=path.len()).rev().find(|&length| self.files.contains_key(&path[..length]))?;
        let (module, file) = self.files.get_key_value(&path[..length])?;
        match path.get(length).and_then(|name| file.names.get(name)) {
            Some(origin) if depth < MAX_REEXPORTS => self.defining_module(origin, depth + 1).or(Some(module)),
            _ => Some(module),
        }
    }
}

/// The rows of ARCHITECTURE.md's table: lines such as `watch → article, store`.
pub(crate) fn allowed(architecture: &str) -> BTreeSet<(String, String)> {
    let rows = architecture.lines().filter(|line| line.starts_with("    ")).filter_map(|line| line.split_once(" → "));
    rows.flat_map(|(from, to)| to.split(", ").map(move |to| (from.trim().to_owned(), to.trim().to_owned()))).collect()
}

/// Each module's path and text, without comments, test items, and modules that are declared for tests alone.
pub(crate) fn production_code(files: &[(String, String)]) -> BTreeMap<Module, (String, String)> {
    let mut code: BTreeMap<Module, (String, String)> = BTreeMap::new();
    let mut test_only: Vec<Module> = Vec::new();
    for (path, text) in files {
        let module = module_of(path);
        let (text, tests) = without_tests(text);
        test_only.extend(tests.into_iter().map(|test| [module.clone(), vec![test]].concat()));
        code.insert(module, (path.clone(), text));
    }
    code.retain(|module, _| !test_only.iter().any(|test| module.starts_with(test)));
    code
}

fn module_of(path: &str) -> Module {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs");
    if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}

/// The text without comments and test items, and the names of modules that are declared for tests alone.
fn without_tests(text: &str) -> (String, Vec<String>) {
    let (mut kept, mut modules) = (String::new(), Vec::new());
    let mut lines = text.lines().map(|line| line.split("//").next().unwrap_or(line));
    while let Some(line) = lines.next() {
        if !line.trim_start().starts_with("#[cfg(test)]") {
            kept.push_str(line);
            kept.push('\n');
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        // rustfmt closes an item at the depth at which it begins.
        for line in lines.by_ref() {
            let item = line.trim();
            if let Some(name) = item.trim_start_matches("pub(crate) ").trim_start_matches("pub ").strip_prefix("mod ") {
                modules.extend(name.strip_suffix(';').map(str::to_owned));
            }
            let at_depth = line.len() - line.trim_start().len() == indent;
            if at_depth && !item.starts_with('#') && (item.ends_with(';') || item.ends_with('}') || item.ends_with(','))
            {
                break;
            }
        }
    }
    (kept, modules)
}

/// The absolute paths in a text, each with the name that a `use` gives it.
fn paths(module: &[String], text: &str) -> Vec<(Vec<String>, Option<String>)> {
    let mut found = Vec::new();
    for start in ["crate::", "articled::", "super::", "self::"] {
        for (at, _) in text.match_indices(start) {
            let before = &text[..at];
            if before.ends_with(|char: char| char.is_alphanumeric() || char == '_' || char == ':') {
                continue;
            }
            let is_use = before.trim_end().ends_with("use");
            let mut base = module.to_vec();
            let mut rest = &text[at..];
            if let Some(absolute) = rest.strip_prefix("crate::").or_else(|| rest.strip_prefix("articled::")) {
                (base, rest) = (Vec::new(), absolute);
            } else if let Some(own) = rest.strip_prefix("self::") {
                rest = own;
            }
            while let Some(outer) = rest.strip_prefix("super::") {
                base.pop();
                rest = outer;
            }
            tree(base, rest, is_use, &mut found);
        }
    }
    found
}

/// Reads one path, or the tree of paths of a `use`; returns what follows it.
fn tree<'a>(
    mut base: Vec<String>,
    text: &'a str,
    is_use: bool,
    found: &mut Vec<(Vec<String>, Option<String>)>,
) -> &'a str {
    let mut rest = text.trim_start();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        loop {
            rest = rest.trim_start().trim_start_matches(',').trim_start();
            match rest.strip_prefix('}') {
                Some(after) => return after,
                None if rest.is_empty() => return rest,
                None => {
                    let after = tree(base.clone(), rest, is_use, found);
                    // Skips what it cannot parse, so that it terminates.
                    rest = if after.len() < rest.len() {
                        after
                    } else {
                        &rest[rest.chars().next().map_or(0, char::len_utf8)..]
                    };
                }
            }
        }
    }
    let end = rest.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    if !name.is_empty() && name != "self" {
        base.push(name.to_owned());
    }
    if let Some(inner) = after.strip_prefix("::") {
        return tree(base, inner, is_use, found);
    }
    let (alias, after) = match after.strip_prefix(" as ") {
        Some(renamed) => {
            let end = renamed.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(renamed.len());
            (Some(renamed[..end].to_owned()), &renamed[end..])
        }
        None => (base.last().cloned(), after),
    };
    found.push((base, alias.filter(|_| is_use)));
    after
}

#[test]
fn imports_are_read_as_meant() {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let sources = Sources::read(&[
        file("src/lib.rs", "pub mod a;\npub mod b;\n"),
        file("src/a.rs", "mod one;\npub use self::one::One;\n#[cfg(test)]\nmod tests;\n"),
        file("src/a/one.rs", "use crate::b::{self, Two};\n"),
        file("src/a/tests.rs", "use crate::c::Three;\n"),
        file(
            "src/b.rs",
            "use crate::a::{One as Uno}; // crate::c\n#[cfg(test)]\nmod tests {\n    use crate::c::Four;\n}\n",
        ),
        file("src/c.rs", ""),
    ]);
    let edges: Vec<_> = sources.room_edges().into_keys().collect();
    assert_eq!(edges, [("a", "b"), ("b", "a")].map(|(from, to)| (from.to_owned(), to.to_owned())));
    assert_eq!(sources.two_file_cycles(), ["src/a/one.rs and src/b.rs import each other"]);
    let table = allowed("text → no row\n\n    a → b, c\n");
    assert!(table.contains(&("a".to_owned(), "c".to_owned())) && table.len() == 2);
}
