//! The results as one table, and its figures for comparison between tables.

/// A figure, alone or compared with another one of the same run.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub what: String,
    /// Details that differ from run to run, printed after `what`.
    pub note: String,
    pub unit: &'static str,
    pub limit: Option<f64>,
    pub peer: Option<f64>,
    pub ours: f64,
    pub target: &'static str,
}

#[derive(Default)]
pub(crate) struct Table {
    pub lines: Vec<Line>,
}

impl Table {
    /// A figure compared with its lower bound.
    pub(crate) fn limit(&mut self, what: &str, unit: &'static str, limit: f64, ours: f64, target: &'static str) {
        self.push(what, unit, ours, target).limit = Some(limit);
    }

    /// A figure compared with that of a peer.
    #[cfg_attr(not(feature = "peers"), expect(dead_code, reason = "only peers are compared with"))]
    pub(crate) fn peer(&mut self, what: &str, unit: &'static str, peer: f64, ours: f64, target: &'static str) {
        self.push(what, unit, ours, target).peer = Some(peer);
    }

    /// A figure without comparison.
    pub(crate) fn line(&mut self, what: &str, unit: &'static str, ours: f64, target: &'static str) {
        self.push(what, unit, ours, target);
    }

    pub(crate) fn push(&mut self, what: &str, unit: &'static str, ours: f64, target: &'static str) -> &mut Line {
        let what = what.to_owned();
        let at = self.lines.len();
        self.lines.push(Line { what, note: String::new(), unit, limit: None, peer: None, ours, target });
        &mut self.lines[at]
    }

    /// The table in Markdown.
    pub(crate) fn print(&self) {
        let rows: Vec<Vec<String>> = self.lines.iter().map(Line::cells).collect();
        print_markdown(&["what", "limit", "peer", "ours", "ratio", "target"].map(str::to_owned), &rows);
    }
}

impl Line {
    fn cells(&self) -> Vec<String> {
        let Self { what, note, unit, limit, peer, ours, target } = self;
        let given = |value: &Option<f64>| value.map_or("–".to_owned(), |value| with_unit(value, unit));
        let what = if note.is_empty() { what.clone() } else { format!("{what} ({note})") };
        let ratio = limit.or(*peer).map_or("–".to_owned(), |beside| format!("{:.2}", ours / beside));
        vec![what, given(limit), given(peer), with_unit(*ours, unit), ratio, (*target).to_owned()]
    }
}

pub(crate) fn print_markdown(header: &[String], rows: &[Vec<String>]) {
    println!("| {} |\n|{}", header.join(" | "), "---|".repeat(header.len()));
    for row in rows {
        println!("| {} |", row.join(" | "));
    }
    println!();
}

pub(crate) fn with_unit(value: f64, unit: &str) -> String {
    format!("{} {unit}", figure(value))
}

/// Three significant digits.
pub(crate) fn figure(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// The median.
pub(crate) fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.into_iter().collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}
