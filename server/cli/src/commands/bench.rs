//! `housestyle bench`: how fast the engine reads, writes, and answers while somebody types.
//!
//! Reading and writing are measured on the engine itself; the typing session goes the whole way of a
//! suggestion, with the settings of a fresh installation.

use std::time::{Duration, Instant};

use housestyle_complete::generator::{Cancel, Generator};
use housestyle_complete::{Job, Settings, Trigger, suggest};
use housestyle_engine::{Engine, Input};
use housestyle_text::{Language, Offset, Snapshot};
use serde::Serialize;

use super::complete::unhurried;
use crate::args::BenchArgs;
use crate::backend::open_local;
use crate::context::Context;
use crate::failure::Failure;
use crate::memory;
use crate::models::Model;
use crate::output::{Style, print, print_json};
use crate::progress::Progress;

/// Real code, some 2,000 tokens of it.
const DOCUMENT: &str = include_str!("../../assets/bench.rs.txt");
/// Where the typing begins: in the middle of a function of [`DOCUMENT`].
const TYPED_AFTER: &str = "        let mut bytes = serde_json::to_vec(line)?;\n";
/// What is typed there, a key at a time, after the indentation.
const TYPED: &str = "let written = bytes.len() + 1;";
const INDENTATION: &str = "        ";
/// Tokens of each suggestion while typing.
const SUGGESTION_TOKENS: usize = 16;
/// Tokens written for one figure of decoding.
const DECODED: usize = 32;
/// Each figure is the median of so many runs, or of the first one where that took long enough.
const RUNS: usize = 3;
/// A run that takes longer is told from noise by itself.
const LONG: Duration = Duration::from_secs(5);

/// The figures of the contract.
#[derive(Debug, Serialize)]
struct Figures {
    prefill_64: Speed,
    prefill_512: Speed,
    prefill_2048: Speed,
    decode_0: Speed,
    decode_512: Speed,
    decode_2048: Speed,
    typing: Typing,
    load_ms: f64,
    /// `null` where the system does not tell.
    peak_rss_bytes: Option<u64>,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Speed {
    tokens_per_second: f64,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Typing {
    cold_ms: f64,
    p50_ms: f64,
    p95_ms: f64,
    tokens_evaluated_p50: usize,
}

/// Runs `housestyle bench`.
pub(crate) fn run(context: &Context, args: &BenchArgs) -> Result<(), Failure> {
    let context = Context { threads: args.threads as usize, ..context.clone() };
    let model = Model::named(context.global.model.as_deref()).map_err(Failure::Usage)?;
    let mut bar = Progress::new();
    bar.begin_items("bench", 7);
    let began = Instant::now();
    let mut local = open_local(&context)?;
    let load = began.elapsed();
    let engine = local.engine();
    let tokens = tokens(engine)?;
    let mut done = 0;
    let mut step = || {
        done += 1;
        bar.at(done);
    };
    let mut speed = |measure: &mut dyn FnMut() -> Result<f64, Failure>| {
        let began = Instant::now();
        let mut runs = vec![measure()?];
        while runs.len() < RUNS && began.elapsed() < LONG {
            runs.push(measure()?);
        }
        step();
        Ok::<Speed, Failure>(Speed { tokens_per_second: percentile(runs, 0.5) })
    };
    let prefill_64 = speed(&mut || prefill(engine, &tokens[..64]))?;
    let prefill_512 = speed(&mut || prefill(engine, &tokens[..512]))?;
    let prefill_2048 = speed(&mut || prefill(engine, &tokens[..2048]))?;
    let decode_0 = speed(&mut || decode(engine, &tokens, 0))?;
    let decode_512 = speed(&mut || decode(engine, &tokens, 512))?;
    let decode_2048 = speed(&mut || decode(engine, &tokens, 2048))?;
    engine.reset();
    let typing = typing(&mut local)?;
    step();
    bar.end();
    let figures = Figures {
        prefill_64,
        prefill_512,
        prefill_2048,
        decode_0,
        decode_512,
        decode_2048,
        typing,
        load_ms: ms(load),
        peak_rss_bytes: memory::peak(),
    };
    if context.global.json { print_json(&figures) } else { table(&figures, &model.name()) }
}

/// Returns enough tokens of real code for the deepest measurement.
fn tokens(engine: &Engine) -> Result<Vec<u32>, Failure> {
    let mut tokens = engine.tokenize(&[Input::Text(DOCUMENT)]).map_err(failed)?;
    let needed = 2048 + DECODED + 1;
    if tokens.is_empty() || engine.context() < needed {
        return Err(Failure::Usage(format!(
            "the model holds {} tokens, {needed} are measured",
            engine.context()
        )));
    }
    while tokens.len() < needed {
        tokens.extend_from_within(..);
    }
    Ok(tokens)
}

/// Returns tokens a second of evaluating `tokens` from nothing.
fn prefill(engine: &mut Engine, tokens: &[u32]) -> Result<f64, Failure> {
    engine.reset();
    let began = Instant::now();
    engine.logits(tokens, &|| false).map_err(failed)?;
    Ok(tokens.len() as f64 / began.elapsed().as_secs_f64())
}

/// Returns tokens a second of evaluating one token after the other from `depth` on.
fn decode(engine: &mut Engine, tokens: &[u32], depth: usize) -> Result<f64, Failure> {
    let depth = depth.max(1); // something has to stand before the first decoded token
    engine.logits(&tokens[..depth], &|| false).map_err(failed)?;
    let began = Instant::now();
    for length in depth + 1..=depth + DECODED {
        engine.logits(&tokens[..length], &|| false).map_err(failed)?;
    }
    Ok(DECODED as f64 / began.elapsed().as_secs_f64())
}

/// Types [`TYPED`] into the document; every key is a request of its own, nothing of an earlier suggestion is reused.
fn typing(generator: &mut dyn Generator) -> Result<Typing, Failure> {
    let settings = Settings { max_tokens: SUGGESTION_TOKENS, ..unhurried(Settings::default()) };
    let start = DOCUMENT.find(TYPED_AFTER).map_or(0, |at| at + TYPED_AFTER.len());
    let (above, below) = DOCUMENT.split_at(start);
    let mut times = Vec::new();
    let mut evaluated = Vec::new();
    for keys in 0..=TYPED.len() {
        let line = format!("{INDENTATION}{}", &TYPED[..keys]);
        let text = format!("{above}{line}\n{below}");
        let snapshot = Snapshot::new(&text, 0, Language::from_id("rust"));
        let cursor = Offset(above.len() + line.len());
        let job = Job {
            snapshot: &snapshot,
            cursor,
            trigger: Trigger::Invoked,
            selected: None,
            settings: &settings,
        };
        let began = Instant::now();
        let trace = suggest(&job, generator, &Cancel::new(), &mut |_| {});
        times.push(ms(began.elapsed()));
        let usage =
            trace.raw.ok_or_else(|| Failure::Environment("the model gave no answer".to_owned()))?.usage;
        evaluated.push((usage.prompt_tokens.saturating_sub(usage.reused_tokens)) as f64);
    }
    let cold_ms = times.remove(0);
    evaluated.remove(0);
    Ok(Typing {
        cold_ms,
        p50_ms: percentile(times.clone(), 0.5),
        p95_ms: percentile(times, 0.95),
        tokens_evaluated_p50: percentile(evaluated, 0.5) as usize,
    })
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

fn failed(error: housestyle_engine::EngineError) -> Failure {
    Failure::Environment(error.to_string())
}

fn table(figures: &Figures, model: &str) -> Result<(), Failure> {
    let style = Style::for_stdout();
    let row = |name: &str, speeds: [Speed; 3]| {
        let [a, b, c] = speeds.map(|speed| format!("{:9.1}", speed.tokens_per_second));
        print(&format!("  {name:28} {a} {b} {c}"))
    };
    print(&format!("{} on {model}\n", style.bold("tokens a second")))?;
    print(&format!("  {:28} {:>9} {:>9} {:>9}", "reading a prompt of", 64, 512, 2048))?;
    row("", [figures.prefill_64, figures.prefill_512, figures.prefill_2048])?;
    print(&format!("  {:28} {:>9} {:>9} {:>9}", "writing at a depth of", 0, 512, 2048))?;
    row("", [figures.decode_0, figures.decode_512, figures.decode_2048])?;
    let typing = &figures.typing;
    print(&format!("\n{} ({} keys, {SUGGESTION_TOKENS} tokens each)\n", style.bold("typing"), TYPED.len()))?;
    print(&format!(
        "  first answer {:.0} ms · then half within {:.0} ms, 95 % within {:.0} ms · {} tokens read a key",
        typing.cold_ms, typing.p50_ms, typing.p95_ms, typing.tokens_evaluated_p50
    ))?;
    let peak = figures.peak_rss_bytes.map(|peak| format!(" · peak memory {}", crate::output::bytes(peak)));
    print(&style.dim(format!("  opened in {:.0} ms{}", figures.load_ms, peak.unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_is_thirty_keys_inside_a_function_of_the_document() {
        assert_eq!(TYPED.len(), 30);
        assert_eq!(DOCUMENT.matches(TYPED_AFTER).count(), 1);
        assert!(DOCUMENT.len() > 6_000);
    }

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let values: Vec<f64> = (1..=30).map(f64::from).collect();
        assert_eq!([percentile(values.clone(), 0.5), percentile(values, 0.95)], [15.0, 29.0]);
        assert!(percentile(vec![], 0.5).is_nan());
    }
}
