//! What was measured, as one table.

/// A line of the table.
struct Line {
    what: String,
    limit: String,
    ours: String,
    ratio: String,
    target: String,
}

#[derive(Default)]
pub struct Table {
    lines: Vec<Line>,
}

impl Table {
    /// A figure beside its limit.
    pub fn compare(&mut self, what: &str, unit: &str, limit: f64, ours: f64, target: &str) {
        self.lines.push(Line {
            what: what.to_owned(),
            limit: format!("{} {unit}", figure(limit)),
            ours: format!("{} {unit}", figure(ours)),
            ratio: format!("{:.2}", ours / limit),
            target: target.to_owned(),
        });
    }

    /// A figure that has no limit beside it.
    pub fn line(&mut self, what: &str, unit: &str, ours: f64, target: &str) {
        self.lines.push(Line {
            what: what.to_owned(),
            limit: "–".to_owned(),
            ours: format!("{} {unit}", figure(ours)),
            ratio: "–".to_owned(),
            target: target.to_owned(),
        });
    }

    /// The table in Markdown.
    pub fn print(&self) {
        println!("| what | limit | ours | ratio | target |\n|---|---|---|---|---|");
        for Line { what, limit, ours, ratio, target } in &self.lines {
            println!("| {what} | {limit} | {ours} | {ratio} | {target} |");
        }
    }
}

/// Three digits that count.
fn figure(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
