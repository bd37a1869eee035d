//! A bar for each figure of one unit, on a logarithmic scale, as SVG.

use std::fmt::Write;

const BAR: f64 = 16.0;
const GAP: f64 = 6.0;
const LABELS: f64 = 330.0;
const WIDTH: f64 = 420.0;
const TOP: f64 = 54.0;

/// Draws bars with their labels, and a line at the target.
pub fn bars(title: &str, unit: &str, target: f64, bars: &[(String, f64)]) -> String {
    let values = || bars.iter().map(|(_, value)| *value).chain([target]);
    let low = 10f64.powf(values().fold(f64::MAX, f64::min).max(1e-6).log10().floor());
    let high = 10f64.powf(values().fold(0.0, f64::max).max(1e-6).log10().ceil());
    let x = |value: f64| LABELS + WIDTH * (value.max(low) / low).log10() / (high / low).log10().max(1.0);
    let bottom = TOP + bars.len() as f64 * (BAR + GAP);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{:.0}\" height=\"{:.0}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<text x=\"8\" y=\"20\" \
         font-size=\"14\">{title}</text>\n",
        LABELS + WIDTH + 70.0,
        bottom + 12.0,
    );
    let mut tick = low;
    while tick <= high * 1.001 {
        let at = x(tick);
        let _ = writeln!(
            svg,
            "<line x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP}\" y2=\"{bottom:.1}\" stroke=\"#ddd\"/><text x=\"{at:.1}\" \
             y=\"{:.1}\" text-anchor=\"middle\" fill=\"#555\">{tick} {unit}</text>",
            TOP - 8.0
        );
        tick *= 10.0;
    }
    for (row, (label, value)) in bars.iter().enumerate() {
        let y = TOP + row as f64 * (BAR + GAP) + GAP / 2.0;
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text><rect x=\"{LABELS}\" y=\"{y:.1}\" \
             width=\"{:.1}\" height=\"{BAR}\" fill=\"#4a7fb5\"/><text x=\"{:.1}\" y=\"{:.1}\">{value:.2}</text>",
            LABELS - 6.0,
            y + 12.0,
            x(*value) - LABELS,
            x(*value) + 4.0,
            y + 12.0,
        );
    }
    let at = x(target);
    let _ = writeln!(
        svg,
        "<line x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP}\" y2=\"{bottom:.1}\" stroke=\"#c0392b\" \
         stroke-dasharray=\"4 3\"/>\n</svg>"
    );
    svg
}
