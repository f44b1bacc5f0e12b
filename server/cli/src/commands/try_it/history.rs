//! The step of `try` that learns phrases from a folder's history, and measures them on later edits. Nothing is stored.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use housestyle_adaptation::backend::Adaptive;
use housestyle_adaptation::evaluate::evaluate_case;
use housestyle_adaptation::evaluate::without_time_limits;
use housestyle_adaptation::learning::of_history;
use housestyle_adaptation::spread;
use housestyle_complete::Settings;
use housestyle_complete::eval::{Case, CaseResult};
use housestyle_workspace::Progress;
use housestyle_workspace::history;
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{Style, time, visible};

/// Most held-out edits that are measured.
const EDITS: usize = 12;
/// After this time no further edit is begun.
const BUDGET: Duration = Duration::from_secs(45);

/// The learned phrases, and the accuracy on held-out edits without and with them.
#[derive(Debug, Serialize)]
pub(super) struct PhraseTrial {
    commits: usize,
    /// Tokens of the text before the held-out edits.
    tokens: usize,
    edits: usize,
    #[serde(rename = "before")]
    without: Accuracy,
    #[serde(rename = "after")]
    with: Accuracy,
    seconds: f64,
    /// An edit that came out otherwise, the first line of each: where, without, with, written.
    #[serde(skip_serializing_if = "Option::is_none")]
    example: Option<[String; 4]>,
}

/// The accuracy on held-out edits.
#[derive(Debug, Default, Serialize)]
struct Accuracy {
    first_lines: usize,
    nll_per_token: Option<f64>,
}

impl Accuracy {
    fn of(results: &[CaseResult]) -> Accuracy {
        let tokens: usize = results.iter().map(|result| result.tokens).sum();
        let nll: Option<f64> = results.iter().map(|result| result.nll).sum();
        Accuracy {
            first_lines: results.iter().filter(|result| result.first_line_exact).count(),
            nll_per_token: nll.filter(|_| tokens > 0).map(|nll| nll / tokens as f64),
        }
    }
}

/// Learns the phrases of the earlier text, and measures the held-out edits with and without them.
///
/// # Errors
/// When there is no history, or too little of it.
pub(super) fn try_phrases(
    folder: &Path,
    generator: &mut dyn Adaptive,
    bar: &mut dyn Progress,
) -> Result<PhraseTrial, Failure> {
    let began = Instant::now();
    let history = history::open(folder, &Settings::default(), None)?;
    let (earlier, held_out) = of_history(&history, generator)?;
    if earlier.is_empty() || held_out.is_empty() {
        return Err(Failure::Usage(format!(
            "the {} commits here hold too few edits: what is learned from one must be tried on a later one",
            history.len()
        )));
    }
    let (tokens, earlier) = (earlier.len(), Arc::new(earlier));
    let settings = without_time_limits(Settings::default());
    let chosen: Vec<&Case> = spread(held_out.len(), EDITS).into_iter().map(|n| &held_out[n]).collect();
    let (mut without, mut with) = (Vec::new(), Vec::new());
    bar.begin_items("later edits", chosen.len());
    for case in &chosen {
        if began.elapsed() > BUDGET {
            break;
        }
        generator.set_phrases(None);
        without.push(evaluate_case(case, &settings, generator)?.0);
        generator.set_phrases(Some(Arc::clone(&earlier)));
        with.push(evaluate_case(case, &settings, generator)?.0);
        bar.at(with.len() as u64);
    }
    bar.end();
    generator.set_phrases(None);
    let first = |text: Option<&str>| text.unwrap_or_default().lines().next().unwrap_or_default().to_owned();
    let differs = chosen.iter().zip(without.iter().zip(&with)).filter(|(_, (b, a))| b.text != a.text);
    // One that it got right, or else one that it got wrong: what is shown says which.
    let best = differs.max_by_key(|(_, (b, a))| (a.first_line_exact, b.first_line_exact));
    let example = best.map(|(case, (without, with))| {
        [
            case.path.clone(),
            first(without.text.as_deref()),
            first(with.text.as_deref()),
            first(Some(&case.middle)),
        ]
    });
    Ok(PhraseTrial {
        commits: history.len(),
        tokens,
        edits: with.len(),
        without: Accuracy::of(&without),
        with: Accuracy::of(&with),
        seconds: began.elapsed().as_secs_f64(),
        example,
    })
}

impl PhraseTrial {
    /// Returns it for people.
    pub(super) fn text(&self, style: Style) -> String {
        let PhraseTrial { commits, tokens, edits, without, with, .. } = self;
        let took = time(Duration::from_secs_f64(self.seconds));
        // Writing to a string cannot fail.
        let mut out = String::new();
        let _ = writeln!(
            out,
            "  {commits} commits; phrases of all but the last, {tokens} tokens, tried on {edits} later edits ({took}):\n"
        );
        let _ =
            writeln!(out, "{}", style.dim("             first line right   nats a token (less is better)"));
        for (name, accuracy) in [("without", without), ("with", with)] {
            let nll = accuracy.nll_per_token.map_or("–".to_owned(), |nll| format!("{nll:.2}"));
            let right = format!("{} of {edits}", accuracy.first_lines);
            let _ = writeln!(out, "    {name:9}{right:19}{nll}");
        }
        if let Some([path, without, with, written]) = &self.example {
            let _ = writeln!(out, "\n  {}", style.cyan(visible(path)));
            for (name, text) in [("without", without), ("with", with), ("written", written)] {
                let _ = writeln!(out, "    {name:9}{}", visible(text));
            }
        }
        let gained =
            with.nll_per_token.zip(without.nll_per_token).is_some_and(|(with, without)| with < without);
        let verdict = match gained {
            true => "So few edits are a glance, no proof: `housestyle replay` measures it with intervals.",
            false => {
                "No gain on these edits. That happens, above all in young or varied projects; `housestyle replay` measures \
                 it with intervals."
            }
        };
        let _ = writeln!(out, "\n{}", style.dim(super::wrapped(verdict, "  ")));
        out
    }
}
