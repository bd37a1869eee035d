//! docs/configuration.md, made from the comments on the settings, so that a setting is described once.

use std::fmt::Write;

const HEAD: &str = "# Configuration

Made from src/config.rs by `just configuration`; a test fails while it is stale.

Settings come from flags, then from `ARTICLED_*` variables, then from the TOML file of `--config`. Those of the first table are
flags of `articled serve`, with `-` for `_`; the others are set with `--set TABLE.KEY=VALUE`. `articled serve --print-config`
prints what they come to. Sizes are in bytes and times in milliseconds, as the names say.
";

/// The page that the comments in src/config.rs make.
pub(crate) fn page(source: &str) -> String {
    let mut page = HEAD.to_owned();
    let structs = structs(source);
    let Some(config) = structs.iter().find(|found| found.name == "Config") else { return page };
    let table_of = |field: &Field| structs.iter().find(|found| found.name == field.kind);
    write_table(&mut page, "", &config.comment, config.fields.iter().filter(|field| table_of(field).is_none()));
    for field in &config.fields {
        if let Some(table) = table_of(field) {
            write_table(&mut page, &field.name, &table.comment, table.fields.iter());
        }
    }
    page
}

fn write_table<'a>(page: &mut String, table: &str, comment: &str, fields: impl Iterator<Item = &'a Field>) {
    let title = if table.is_empty() { "serve".to_owned() } else { format!("[{table}]") };
    // Writing to a String cannot fail.
    _ = write!(page, "\n## {title}\n\n{comment}\n\n| key | variable | meaning |\n|---|---|---|\n");
    for Field { name, comment, .. } in fields {
        let key = if table.is_empty() { name.clone() } else { format!("{table}_{name}") };
        _ = writeln!(page, "| `{name}` | `ARTICLED_{}` | {comment} |", key.to_uppercase());
    }
}

struct Struct {
    name: String,
    comment: String,
    fields: Vec<Field>,
}

struct Field {
    name: String,
    kind: String,
    comment: String,
}

/// The public structs of a source file, with their public fields.
fn structs(source: &str) -> Vec<Struct> {
    let mut structs: Vec<Struct> = Vec::new();
    let mut comment = Vec::new();
    for line in source.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("/// ") {
            comment.push(text);
        } else if let Some(name) = line.strip_prefix("pub struct ").and_then(|rest| rest.strip_suffix(" {")) {
            let comment = std::mem::take(&mut comment).join(" ");
            structs.push(Struct { name: name.to_owned(), comment, fields: Vec::new() });
        } else if let Some((name, kind)) = line.strip_prefix("pub ").and_then(|rest| rest.split_once(": "))
            // Functions have a colon too.
            && !name.contains(' ')
        {
            let comment = std::mem::take(&mut comment).join(" ");
            let field = Field { name: name.to_owned(), kind: kind.trim_end_matches(',').to_owned(), comment };
            if let Some(last) = structs.last_mut() {
                last.fields.push(field);
            }
        } else if !line.starts_with("#[") {
            comment.clear();
        }
    }
    structs
}
