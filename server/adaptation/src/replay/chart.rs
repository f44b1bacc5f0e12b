//! Plots as inline SVG: lines over time, and intervals around a difference.

use std::fmt::Write;

use super::page::escaped;

const WIDTH: f64 = 720.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 110.0;
const LINES_HEIGHT: f64 = 240.0;
const ROW: f64 = 30.0;
const EDGE: f64 = 28.0;
/// Classes of colours in the page's style.
const COLOURS: usize = 6;

/// A line of a plot.
pub(super) struct Series<'a> {
    pub(super) name: &'a str,
    /// Which of the page's colours.
    pub(super) colour: usize,
    pub(super) values: Vec<f64>,
}

/// Returns lines over the cases, in their order; nothing where no line has two points.
pub(super) fn lines(series: &[Series<'_>], unit: &str) -> Option<String> {
    let longest = series.iter().map(|line| line.values.len()).max().filter(|length| *length >= 2)?;
    let values = || series.iter().flat_map(|line| line.values.iter().copied());
    let (low, high) = range(values())?;
    let x = |n: usize| LEFT + n as f64 / (longest - 1) as f64 * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| EDGE + (high - value) / (high - low) * (LINES_HEIGHT - 2.0 * EDGE);
    let mut svg = open(LINES_HEIGHT);
    for step in 0..=4 {
        let value = low + (high - low) * f64::from(step) / 4.0;
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{1:.1}\" y2=\"{1:.1}\"/>\
             <text class=\"end\" x=\"{2:.1}\" y=\"{3:.1}\">{value:.2}</text>",
            WIDTH - RIGHT,
            y(value),
            LEFT - 6.0,
            y(value) + 4.0
        );
    }
    if low < 0.0 && high > 0.0 {
        let _ = write!(
            svg,
            "<line class=\"zero\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{1:.1}\" y2=\"{1:.1}\"/>",
            WIDTH - RIGHT,
            y(0.0)
        );
    }
    let mut labels: Vec<f64> = Vec::new();
    for line in series {
        let points: Vec<String> = line
            .values
            .iter()
            .enumerate()
            .map(|(n, value)| format!("{:.1},{:.1}", x(n), y(*value)))
            .collect();
        let colour = line.colour % COLOURS;
        let _ = write!(svg, "<polyline class=\"line c{colour}\" points=\"{}\"/>", points.join(" "));
        let Some(last) = line.values.last() else { continue };
        // Names of lines that end close together stand one below the other.
        let mut at = y(*last) + 4.0;
        while labels.iter().any(|other| (other - at).abs() < 13.0) {
            at += 13.0;
        }
        labels.push(at);
        let _ = write!(
            svg,
            "<text class=\"f{colour}\" x=\"{:.1}\" y=\"{at:.1}\">{}</text>",
            x(line.values.len() - 1) + 6.0,
            escaped(line.name)
        );
    }
    let _ = write!(
        svg,
        "<text x=\"{LEFT}\" y=\"14\">{}</text><text class=\"end\" x=\"{:.1}\" y=\"{:.1}\">{longest} cases, in their order</text></svg>",
        escaped(unit),
        WIDTH - RIGHT,
        LINES_HEIGHT - 8.0
    );
    Some(svg)
}

/// A difference with its interval.
pub(super) struct Bar<'a> {
    pub(super) name: &'a str,
    pub(super) colour: usize,
    pub(super) diff: f64,
    pub(super) ci95: [f64; 2],
}

/// Returns differences with their intervals, around 0; nothing where there are none.
pub(super) fn intervals(bars: &[Bar<'_>], unit: &str) -> Option<String> {
    let (low, high) = range(bars.iter().flat_map(|bar| bar.ci95).chain([0.0]))?;
    if bars.is_empty() {
        return None;
    }
    let x = |value: f64| LEFT + 30.0 + (value - low) / (high - low) * (WIDTH - LEFT - 30.0 - RIGHT);
    let height = 2.0 * EDGE + ROW * bars.len() as f64;
    let mut svg = open(height);
    let _ = write!(
        svg,
        "<line class=\"zero\" x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"{EDGE}\" y2=\"{1:.1}\"/>",
        x(0.0),
        height - EDGE
    );
    for (n, bar) in bars.iter().enumerate() {
        let y = EDGE + ROW * (n as f64 + 0.5);
        let colour = bar.colour % COLOURS;
        let _ = write!(
            svg,
            "<text class=\"end\" x=\"{:.1}\" y=\"{:.1}\">{}</text>\
             <line class=\"line c{colour}\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
             <circle class=\"p{colour}\" cx=\"{:.1}\" cy=\"{y:.1}\" r=\"4\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{:+.3}</text>",
            LEFT + 20.0,
            y + 4.0,
            escaped(bar.name),
            x(bar.ci95[0]),
            x(bar.ci95[1]),
            x(bar.diff),
            WIDTH - RIGHT + 8.0,
            y + 4.0,
            bar.diff
        );
    }
    let _ = write!(
        svg,
        "<text x=\"{:.1}\" y=\"14\">{}</text><text class=\"mid\" x=\"{:.1}\" y=\"{:.1}\">0</text></svg>",
        LEFT + 30.0,
        escaped(unit),
        x(0.0),
        height - 8.0
    );
    Some(svg)
}

fn open(height: f64) -> String {
    format!("<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">")
}

/// Returns the range of finite values, with something between its ends.
fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let values = values.filter(|value| value.is_finite());
    let (low, high) = values
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return None;
    }
    let room = ((high - low) * 0.05).max(1e-6);
    Some((low - room, high + room))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plots_need_something_to_show() {
        assert!(lines(&[Series { name: "base", colour: 0, values: vec![1.0] }], "nats").is_none());
        assert!(intervals(&[], "nats").is_none());
    }

    #[test]
    fn lines_and_intervals_lie_within_the_plot() {
        let series = [
            Series { name: "base", colour: 0, values: vec![2.0, 2.0, 2.0] },
            Series { name: "<all>", colour: 7, values: vec![2.0, 1.5, f64::NAN] },
        ];
        let svg = lines(&series, "nats a token").expect("a plot");
        assert!(svg.contains("&lt;all&gt;") && svg.contains("line c1") && svg.ends_with("</svg>"), "{svg}");
        let svg = intervals(&[Bar { name: "all", colour: 1, diff: -0.2, ci95: [-0.3, -0.1] }], "nats")
            .expect("a plot");
        assert!(svg.contains("-0.200"), "{svg}");
        let circles = svg.matches("<circle").count();
        assert_eq!(circles, 1);
    }
}
