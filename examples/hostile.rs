//! What hostile pages cost: `cargo run --release --example hostile -- [MEBIBYTES] [--only CLASS]` prints the seconds of CPU
//! that parsing a page of each class takes, as HTML and as plain text, dearest last.

#[path = "hostile/pages.rs"]
mod pages;

use articled::article::RawDocument;
use articled::parse::parse;

/// The clock of the kernel for this thread, in nanoseconds; `None` where it is not Linux.
fn cpu_ns() -> Option<u64> {
    std::fs::read_to_string("/proc/thread-self/schedstat").ok()?.split_whitespace().next()?.parse().ok()
}

fn main() {
    let mut mebibytes = 8;
    let mut only = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--only" => only = arguments.next(),
            number => mebibytes = number.parse().expect("the size of each page in MiB"),
        }
    }
    // The dictionary's loading is the process's cost and no page's.
    let _ = parse(&RawDocument { content: "湖畔镇".into(), ..RawDocument::default() });
    let mut costs: Vec<(f64, String)> = Vec::new();
    for (class, page) in pages::CLASSES.iter().filter(|(class, _)| only.as_deref().is_none_or(|only| only == *class)) {
        let page = page(mebibytes << 20);
        for content_type in ["text/html", "text/plain"] {
            let document = RawDocument {
                content: page.clone().into(),
                content_type: content_type.to_owned(),
                ..RawDocument::default()
            };
            let start = cpu_ns();
            let parsed = parse(&document);
            let Some((start, end)) = start.zip(cpu_ns()) else { return println!("no clock of CPU time here") };
            let seconds = (end - start) as f64 / 1e9;
            let removed: usize =
                parsed.report.removed_lines.iter().map(|line| line.text.len() + line.reason.len()).sum();
            let warnings: Vec<&str> = parsed.report.warnings.iter().map(|warning| warning.reason.as_ref()).collect();
            let line = format!(
                "{seconds:7.3} s  {class:<26} {content_type:<10} body {:>7}, removed {removed:>8}, {}",
                parsed.content.body.len(),
                warnings.join(" ")
            );
            if only.is_some() {
                println!("{line}");
            }
            costs.push((seconds, line));
        }
    }
    costs.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (_, line) in &costs {
        println!("{line}");
    }
}
