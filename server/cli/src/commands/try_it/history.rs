//! The step of `try` that learns from a folder's history, and shows what later edits make of it. Nothing of it is kept.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use housestyle_complete::Settings;
use housestyle_complete::eval::{Case, CaseResult};
use serde::Serialize;

use crate::backend::Local;
use crate::commands::complete::unhurried;
use crate::commands::eval::one;
use crate::commands::learn::of_history;
use crate::failure::Failure;
use crate::git;
use crate::output::{Style, time, visible};
use crate::progress::Progress;
use crate::replay::spread;

/// Later edits that are looked at.
const EDITS: usize = 12;
/// After this time no further edit is begun.
const BUDGET: Duration = Duration::from_secs(45);

/// What was learned, and how later edits fared without it and with it.
#[derive(Debug, Serialize)]
pub(super) struct Taught {
    commits: usize,
    /// Tokens of what came before the later edits.
    tokens: usize,
    edits: usize,
    before: Fared,
    after: Fared,
    seconds: f64,
    /// An edit that came out otherwise, the first line of each: where, without, with, written.
    #[serde(skip_serializing_if = "Option::is_none")]
    example: Option<[String; 4]>,
}

/// How the later edits fared.
#[derive(Debug, Default, Serialize)]
struct Fared {
    first_lines: usize,
    nll_per_token: Option<f64>,
}

impl Fared {
    fn of(results: &[CaseResult]) -> Fared {
        let tokens: usize = results.iter().map(|result| result.tokens).sum();
        let nll: Option<f64> = results.iter().map(|result| result.nll).sum();
        Fared {
            first_lines: results.iter().filter(|result| result.first_line_exact).count(),
            nll_per_token: nll.filter(|_| tokens > 0).map(|nll| nll / tokens as f64),
        }
    }
}

/// Learns the phrases of what came before the last edits, and measures these with and without.
///
/// # Errors
/// When there is no history, or too little of it.
pub(super) fn taught(folder: &Path, local: &mut Local, bar: &mut Progress) -> Result<Taught, Failure> {
    let began = Instant::now();
    let history = git::open_at(folder, &Settings::default(), None)?;
    let (earlier, later) = of_history(&history, local)?;
    if earlier.is_empty() || later.is_empty() {
        return Err(Failure::Usage(format!(
            "the {} commits here hold too few edits: what is learned from one must be tried on a later one",
            history.len()
        )));
    }
    let (tokens, earlier) = (earlier.len(), Arc::new(earlier));
    let settings = unhurried(Settings::default());
    let chosen: Vec<&Case> = spread(later.len(), EDITS).into_iter().map(|n| &later[n]).collect();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    bar.begin_items("later edits", chosen.len());
    for case in &chosen {
        if began.elapsed() > BUDGET {
            break;
        }
        local.put_phrases(None);
        before.push(one(case, &settings, local)?.0);
        local.put_phrases(Some(Arc::clone(&earlier)));
        after.push(one(case, &settings, local)?.0);
        bar.at(after.len() as u64);
    }
    bar.end();
    local.put_phrases(None);
    let first = |text: Option<&str>| text.unwrap_or_default().lines().next().unwrap_or_default().to_owned();
    let differs = chosen.iter().zip(before.iter().zip(&after)).filter(|(_, (b, a))| b.text != a.text);
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
    Ok(Taught {
        commits: history.len(),
        tokens,
        edits: after.len(),
        before: Fared::of(&before),
        after: Fared::of(&after),
        seconds: began.elapsed().as_secs_f64(),
        example,
    })
}

impl Taught {
    /// Returns it for people.
    pub(super) fn text(&self, style: Style) -> String {
        let Taught { commits, tokens, edits, before, after, .. } = self;
        let took = time(Duration::from_secs_f64(self.seconds));
        // Writing to a string cannot fail.
        let mut out = String::new();
        let _ = writeln!(
            out,
            "  {commits} commits; phrases of all but the last, {tokens} tokens, tried on {edits} later edits ({took}):\n"
        );
        let _ =
            writeln!(out, "{}", style.dim("             first line right   nats a token (less is better)"));
        for (name, fared) in [("without", before), ("with", after)] {
            let nll = fared.nll_per_token.map_or("–".to_owned(), |nll| format!("{nll:.2}"));
            let right = format!("{} of {edits}", fared.first_lines);
            let _ = writeln!(out, "    {name:9}{right:19}{nll}");
        }
        if let Some([path, without, with, written]) = &self.example {
            let _ = writeln!(out, "\n  {}", style.cyan(visible(path)));
            for (name, text) in [("without", without), ("with", with), ("written", written)] {
                let _ = writeln!(out, "    {name:9}{}", visible(text));
            }
        }
        let gained =
            after.nll_per_token.zip(before.nll_per_token).is_some_and(|(with, without)| with < without);
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
