//! Plots as SVG, on logarithmic scales: bars for the figures of one run, lines for growth.
//!
//! The background is transparent and the text has the reader's colour, so that a plot is readable in light and dark mode.

use std::fmt::Write;

const BAR: f64 = 16.0;
const GAP: f64 = 6.0;
const LABELS: f64 = 330.0;
const WIDTH: f64 = 420.0;
const TOP: f64 = 54.0;
const HEIGHT: f64 = 300.0;

/// The minimum distance between the names of two lines.
const LINE_NAME: f64 = 14.0;

const STYLE: &str = "<style>text{fill:#222}.soft{fill:#666}.grid{stroke:#ddd}.bar{fill:#4a7fb5}\
    .target{stroke:#c0392b;stroke-dasharray:4 3}.line{fill:none;stroke-width:2}\
    @media(prefers-color-scheme:dark){text{fill:#ddd}.soft{fill:#999}.grid{stroke:#444}.bar{fill:#5b93cc}}</style>";

/// A palette that is distinguishable on white, on black, and with most colour vision deficiencies (after Okabe and Ito).
const COLOURS: [&str; 6] = ["#4a90d9", "#e08a1e", "#2a9d78", "#c46aa4", "#d1495b", "#8a8a3a"];

/// The dash patterns of lines with the same colour.
const DASHES: [&str; 3] = ["", "7 4", "2 3"];

/// Draws labelled bars, and a line at the target.
pub(crate) fn bars(title: &str, unit: &str, target: f64, bars: &[(String, f64)]) -> String {
    let scale = Scale::of(bars.iter().map(|(_, value)| *value).chain([target]));
    let x = |value: f64| LABELS + WIDTH * scale.share(value);
    let bottom = TOP + bars.len() as f64 * (BAR + GAP);
    let mut svg = open(title, LABELS + WIDTH + 70.0, bottom + 12.0);
    for tick in scale.ticks() {
        let at = x(tick);
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP}\" y2=\"{bottom:.1}\"/><text class=\"soft\" \
             x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{tick} {unit}</text>",
            TOP - 8.0
        );
    }
    for (row, (label, value)) in bars.iter().enumerate() {
        let y = TOP + row as f64 * (BAR + GAP) + GAP / 2.0;
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text><rect class=\"bar\" x=\"{LABELS}\" \
             y=\"{y:.1}\" width=\"{:.1}\" height=\"{BAR}\"/><text x=\"{:.1}\" y=\"{:.1}\">{value:.2}</text>",
            LABELS - 6.0,
            y + 12.0,
            x(*value) - LABELS,
            x(*value) + 4.0,
            y + 12.0,
        );
    }
    let at = x(target);
    let _ =
        writeln!(svg, "<line class=\"target\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP}\" y2=\"{bottom:.1}\"/>\n</svg>");
    svg
}

/// A figure at several sizes.
pub(crate) struct Series {
    pub name: String,
    pub points: Vec<(f64, f64)>,
}

/// Draws a line for each series, with its name at the end. `per_colour` adjacent series share a colour.
pub(crate) fn lines(title: &str, unit: &str, per_colour: usize, series: &[Series]) -> String {
    const LEFT: f64 = 80.0;
    let across = Scale::of(series.iter().flat_map(|series| series.points.iter().map(|(size, _)| *size)));
    let up = Scale::of(series.iter().flat_map(|series| series.points.iter().map(|(_, value)| *value)));
    let x = |size: f64| LEFT + WIDTH * across.share(size);
    // The names may need more space than the lines.
    let height = HEIGHT.max(series.len() as f64 * LINE_NAME);
    let bottom = TOP + height;
    let y = |value: f64| bottom - height * up.share(value);
    let mut svg = open(title, LEFT + WIDTH + 280.0, bottom + 30.0);
    for tick in up.ticks() {
        let at = y(tick);
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/><text class=\"soft\" \
             x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{tick} {unit}</text>",
            LEFT + WIDTH,
            LEFT - 6.0,
            at + 4.0
        );
    }
    for tick in across.ticks() {
        let at = x(tick);
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP}\" y2=\"{bottom:.1}\"/><text class=\"soft\" \
             x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            bottom + 18.0,
            grouped(tick)
        );
    }
    let mut ends: Vec<(f64, usize)> = Vec::new();
    for (number, Series { points, .. }) in series.iter().enumerate() {
        let places: Vec<String> =
            points.iter().map(|(size, value)| format!("{:.1},{:.1}", x(*size), y(*value))).collect();
        let _ =
            writeln!(svg, "<polyline class=\"line\" {} points=\"{}\"/>", look(number, per_colour), places.join(" "));
        ends.push((points.last().map_or(bottom, |(_, value)| y(*value)), number));
    }
    for (at, number) in spread(ends, TOP, bottom) {
        let (from, to) = (LEFT + WIDTH + 6.0, LEFT + WIDTH + 34.0);
        let _ = writeln!(
            svg,
            "<line class=\"line\" {} x1=\"{from:.1}\" x2=\"{to:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/><text x=\"{:.1}\" \
             y=\"{:.1}\">{}</text>",
            look(number, per_colour),
            to + 6.0,
            at + 4.0,
            series[number].name
        );
    }
    svg.push_str("</svg>\n");
    svg
}

fn open(title: &str, width: f64, height: f64) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n{STYLE}\n<text x=\"8\" y=\"20\" font-size=\"14\">{title}</text>\n"
    )
}

fn look(number: usize, per_colour: usize) -> String {
    let colour = COLOURS[number / per_colour % COLOURS.len()];
    format!("stroke=\"{colour}\" stroke-dasharray=\"{}\"", DASHES[number % per_colour % DASHES.len()])
}

/// Moves overlapping names apart, as little as possible, from the top down and then from the bottom up.
fn spread(mut ends: Vec<(f64, usize)>, top: f64, bottom: f64) -> Vec<(f64, usize)> {
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut next = top;
    for (at, _) in &mut ends {
        *at = at.max(next);
        next = *at + LINE_NAME;
    }
    let mut last = bottom;
    for (at, _) in ends.iter_mut().rev() {
        *at = at.min(last);
        last = *at - LINE_NAME;
    }
    ends
}

/// The powers of ten around some figures.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let (least, most) = values.fold((f64::MAX, 0.0), |(least, most): (f64, f64), it| (least.min(it), most.max(it)));
        let exponent = |value: f64| value.clamp(1e-6, 1e12).log10();
        // Rounds, because sizes are often powers of ten, and logarithms are not exact.
        let (low, high) = ((exponent(least) + 1e-9).floor(), (exponent(most) - 1e-9).ceil());
        Self { low: 10f64.powf(low), high: 10f64.powf(high.max(low + 1.0)) }
    }

    fn share(&self, value: f64) -> f64 {
        (value.max(self.low) / self.low).log10() / (self.high / self.low).log10()
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        let decades = (self.high / self.low).log10().round() as i32;
        let first = self.low.log10().round() as i32;
        // Parsed, because computing a power of ten below one is not exact.
        (first..=first + decades).filter_map(|exponent| format!("1e{exponent}").parse().ok())
    }
}

fn grouped(size: f64) -> String {
    let digits = format!("{size:.0}");
    let mut text = String::new();
    for (number, digit) in digits.chars().enumerate() {
        if number > 0 && (digits.len() - number).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
