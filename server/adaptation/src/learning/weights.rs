//! The step that fits the weights of the phrase cache: on held-out edits, with a cache of the text before them.

use std::time::{Duration, Instant};

use housestyle_complete::Settings;
use housestyle_complete::eval::Case;
use housestyle_learn::cases::{CaseOptions, Collector};
use housestyle_learn::phrases::Phrases;
use housestyle_review::History;
use housestyle_workspace::history::holds_secret;
use housestyle_workspace::{Workspace, history, notice};

use super::Source;
use crate::backend::{Adaptive, Local, PhraseFit};
use crate::error::Error;
use crate::replay::{ControlTexts, HeldOutCases, LatestTexts};

/// Share of the edits that the weights are fitted on, the latest.
const HELD_OUT: f64 = 0.2;
/// Cases that are held out at most.
const CASES: usize = 40;
/// The longest that it may take.
const MOST: Duration = Duration::from_secs(90);

/// Fits the weights of phrases for the model with its present adapter; `None` where there is nothing to fit on.
/// A history that cannot be read is a warning: the cache is made all the same. `cases` are those of a file.
///
/// # Errors
/// When the model fails.
pub fn fit(
    workspace: &Workspace,
    local: &mut Local,
    from: &Source,
    cases: Vec<Case>,
    settings: &Settings,
    end: Instant,
) -> Result<Option<PhraseFit>, Error> {
    let found = match from {
        Source::Git => match history::open(workspace.root(), settings, None)
            .map_err(Error::from)
            .and_then(|history| of_history(&history, local))
        {
            Ok(found) => Some(found),
            Err(error) => {
                notice::warn(format_args!(
                    "how much phrases count is not fitted to this repository: {error}"
                ));
                None
            }
        },
        // Accepted suggestions are too few and too uneven to fit weights to.
        Source::Journal => None,
        Source::Cases(_) => of_cases(cases, local),
    };
    let Some((earlier, held_out)) =
        found.filter(|(earlier, held_out)| !earlier.is_empty() && !held_out.is_empty())
    else {
        return Ok(None);
    };
    let fit = local.fit_phrases(earlier, &held_out, settings, end.min(Instant::now() + MOST));
    fit.map(Some).map_err(Error::PhraseFit)
}

/// Returns a cache of a history without its last commits, and cases of these.
pub fn of_history(commits: &History, model: &dyn Adaptive) -> Result<(Phrases, Vec<Case>), Error> {
    let options = CaseOptions::default();
    let split = HeldOutCases::of(commits, options, HELD_OUT, CASES, |_| {})?;
    let mut latest = LatestTexts::default();
    let mut collector = Collector::new(options, &holds_secret);
    let (mut held_out, mut number) = (Vec::new(), 0);
    for index in 0..commits.len() {
        let commit = commits.read(index)?.commit;
        let examples = collector.examples(&commit);
        if index < split.first {
            latest.learn(&commit);
            continue;
        }
        for example in examples {
            if split.chosen.binary_search(&number).is_ok() {
                held_out.push(example.case);
            }
            number += 1;
        }
    }
    let mut earlier = Phrases::new(model.vocabulary());
    latest.update(&mut earlier, |text| model.encode(text));
    Ok((earlier, held_out))
}

/// Returns a cache of the earlier cases, and the latest ones; `None` where all are of one time.
fn of_cases(mut cases: Vec<Case>, local: &Local) -> Option<(Phrases, Vec<Case>)> {
    cases.sort_by(|a, b| a.time.total_cmp(&b.time));
    let wanted = cases.len() - (cases.len() as f64 * HELD_OUT).ceil() as usize;
    // Cases of one commit stay together.
    let border = (wanted..cases.len()).find(|at| *at > 0 && cases[*at].time > cases[at - 1].time)?;
    let held_out = cases.split_off(border);
    let mut earlier = Phrases::new(local.vocabulary());
    ControlTexts::of_cases(&cases).fill(&mut earlier, usize::MAX, usize::MAX, |text| local.encode(text));
    Some((earlier, held_out))
}
