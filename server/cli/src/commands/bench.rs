//! `housestyle bench`: how fast the engine reads, writes, and answers while somebody types.
//!
//! Reading and writing are measured on the engine itself; the typing session goes the whole way of a
//! suggestion, with the settings of a fresh installation.

mod piece;
mod typing;

use std::time::{Duration, Instant};

use housestyle_adaptation::backend::{Adaptive, Setup, candidate, open_local, use_candidate};
use housestyle_workspace::Progress;
use serde::ser::{Serialize, SerializeMap, Serializer};

use self::piece::Bench;
use self::typing::Typing;
use crate::args::{BenchArgs, Piece};
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::memory;
use crate::output::{Style, print, print_json};
use crate::progress::Bar;

/// Real code, some 2,000 tokens of it.
const DOCUMENT: &str = include_str!("../../assets/bench.rs.txt");
/// The measurements of a run without `--only`.
const ALL: [Piece; 7] = [
    Piece::Prefill(64),
    Piece::Prefill(512),
    Piece::Prefill(2048),
    Piece::Decode(0),
    Piece::Decode(512),
    Piece::Decode(2048),
    Piece::Typing,
];

/// The figures, in the order of measuring.
#[derive(Debug)]
struct Figures {
    pieces: Vec<(Piece, Figure)>,
    load_ms: f64,
    /// `None` where the system does not report it.
    peak_rss_bytes: Option<u64>,
}

#[derive(Debug, Clone, Copy, serde::Serialize)]
#[serde(untagged)]
enum Figure {
    Speed { tokens_per_second: f64 },
    Typing(Typing),
}

impl Serialize for Figures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (piece, figure) in &self.pieces {
            map.serialize_entry(&piece.to_string(), figure)?;
        }
        map.serialize_entry("load_ms", &self.load_ms)?;
        map.serialize_entry("peak_rss_bytes", &self.peak_rss_bytes)?;
        map.end()
    }
}

/// Runs `housestyle bench`.
pub(crate) fn run(invocation: &Invocation, args: &BenchArgs) -> Result<(), Failure> {
    let setup = Setup { threads: args.threads as usize, ..invocation.setup() };
    let wanted = if args.only.is_empty() { &ALL[..] } else { &args.only[..] };
    let mut bar = Bar::new();
    bar.begin_items("bench", wanted.len());
    let began = Instant::now();
    let mut local = open_local(&setup)?;
    let load = began.elapsed();
    let adapter = candidate(&setup.workspace, &[args.arm], None)?;
    use_candidate(&setup, &mut local, adapter.as_deref())?;
    local.apply(args.arm)?;
    let mut bench = Bench::new(&mut local, wanted)?;
    let mut pieces = Vec::new();
    for piece in wanted {
        pieces.push((*piece, bench.measure(*piece)?));
        bar.at(pieces.len() as u64);
    }
    bar.end();
    let figures = Figures { pieces, load_ms: ms(load), peak_rss_bytes: memory::peak() };
    if invocation.flags.json { print_json(&figures) } else { table(&figures, &setup.model()?.name()) }
}

/// Returns the smallest value that at least such a share of all are no greater than.
fn percentile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let rank = (share * values.len() as f64).ceil() as usize;
    values.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

fn ms(span: Duration) -> f64 {
    (span.as_secs_f64() * 1e4).round() / 10.0
}

fn table(figures: &Figures, model: &str) -> Result<(), Failure> {
    let style = Style::for_stdout();
    let speeds = |heading: &str, which: fn(Piece) -> Option<usize>| {
        let found: Vec<(usize, f64)> = figures
            .pieces
            .iter()
            .filter_map(|(piece, figure)| match figure {
                Figure::Speed { tokens_per_second } => Some((which(*piece)?, *tokens_per_second)),
                Figure::Typing(_) => None,
            })
            .collect();
        if found.is_empty() {
            return Ok(());
        }
        let [sizes, speeds]: [String; 2] = [
            found.iter().map(|(size, _)| format!(" {size:>9}")).collect(),
            found.iter().map(|(_, speed)| format!(" {speed:>9.1}")).collect(),
        ];
        print(&format!("  {heading:28}{sizes}"))?;
        print(&format!("  {:28}{speeds}", ""))
    };
    print(&format!("{} on {model}\n", style.bold("tokens a second")))?;
    speeds("reading a prompt of", |piece| match piece {
        Piece::Prefill(tokens) => Some(tokens),
        _ => None,
    })?;
    speeds("writing at a depth of", |piece| match piece {
        Piece::Decode(depth) => Some(depth),
        _ => None,
    })?;
    for (_, figure) in &figures.pieces {
        let Figure::Typing(typing) = figure else { continue };
        print(&format!("\n{} ({})\n", style.bold("typing"), typing::SESSION))?;
        print(&format!("  {typing}"))?;
    }
    let peak = figures.peak_rss_bytes.map(|peak| format!(" · peak memory {}", crate::output::bytes(peak)));
    print(&style.dim(format!("  opened in {:.0} ms{}", figures.load_ms, peak.unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let values: Vec<f64> = (1..=30).map(f64::from).collect();
        assert_eq!([percentile(values.clone(), 0.5), percentile(values, 0.95)], [15.0, 29.0]);
        assert!(percentile(vec![], 0.5).is_nan());
    }

    #[test]
    fn the_document_holds_what_its_readers_count_on() {
        assert!(DOCUMENT.len() > 6_000);
    }

    #[test]
    fn the_result_is_that_of_the_contract() {
        let speed = Figure::Speed { tokens_per_second: 2.5 };
        let typing = Typing { cold_ms: 4.0, p50_ms: 2.0, p95_ms: 3.0, tokens_evaluated_p50: 1 };
        let figure = |piece| (piece, if piece == Piece::Typing { Figure::Typing(typing) } else { speed });
        let figures = Figures { pieces: ALL.map(figure).to_vec(), load_ms: 1.5, peak_rss_bytes: Some(7) };
        let speed = serde_json::json!({ "tokens_per_second": 2.5 });
        let expected = serde_json::json!({
            "prefill_64": speed, "prefill_512": speed, "prefill_2048": speed,
            "decode_0": speed, "decode_512": speed, "decode_2048": speed,
            "typing": { "cold_ms": 4.0, "p50_ms": 2.0, "p95_ms": 3.0, "tokens_evaluated_p50": 1 },
            "load_ms": 1.5, "peak_rss_bytes": 7,
        });
        assert_eq!(serde_json::to_value(&figures).expect("plain data"), expected);
    }
}
