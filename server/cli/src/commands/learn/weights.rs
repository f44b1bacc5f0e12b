//! The step that fits how much the phrase cache counts: on the latest edits, with a cache of what came before them.

use std::time::{Duration, Instant};

use housestyle_complete::Settings;
use housestyle_complete::eval::Case;
use housestyle_learn::cases::{CaseOptions, Collector};
use housestyle_learn::phrases::Phrases;
use housestyle_review::History;

use crate::args::Source;
use crate::backend::{Fit, Local};
use crate::commands::eval::read as read_cases;
use crate::context::Context;
use crate::failure::Failure;
use crate::git;
use crate::replay::{Control, Follower, HeldOut};

/// Share of the edits that the weights are fitted on, the latest.
const HELD_OUT: f64 = 0.2;
/// Cases that are held out at most.
const CASES: usize = 40;
/// The longest that it may take.
const MOST: Duration = Duration::from_secs(90);

/// Fits how much phrases count beside the model as it is now, with its adapter; `None` where there is nothing to fit on.
/// A history that cannot be read is told on stderr: the cache is made all the same.
///
/// # Errors
/// When the cases cannot be read, or the model fails.
pub(super) fn fit(
    context: &Context,
    local: &mut Local,
    from: &Source,
    settings: &Settings,
    end: Instant,
) -> Result<Option<Fit>, Failure> {
    let found = match from {
        Source::Git => match git::open(context, settings, None)
            .and_then(|history| of_history(&history, local))
        {
            Ok(found) => Some(found),
            Err(failure) => {
                eprintln!("housestyle: how much phrases count is not fitted to this repository: {failure}");
                None
            }
        },
        // What was taken lately is too little and too uneven to be fitted to.
        Source::Journal => None,
        Source::Cases(file) => of_cases(read_cases(file, "--from")?, local),
    };
    let Some((earlier, later)) = found.filter(|(earlier, later)| !earlier.is_empty() && !later.is_empty())
    else {
        return Ok(None);
    };
    let fit = local.fit_phrases(earlier, &later, settings, end.min(Instant::now() + MOST));
    fit.map(Some).map_err(|error| Failure::Environment(format!("fitting how much phrases count: {error}")))
}

/// Returns a cache of what came before the last commits of a history, and cases of these.
pub(crate) fn of_history(history: &History, local: &Local) -> Result<(Phrases, Vec<Case>), Failure> {
    let options = CaseOptions::default();
    let held = HeldOut::of(history, options, HELD_OUT, CASES, |_| {}).map_err(git::failure)?;
    let mut follower = Follower::default();
    let mut collector = Collector::new(options, &git::holds_secret);
    let (mut later, mut number) = (Vec::new(), 0);
    for index in 0..history.len() {
        let commit = history.read(index).map_err(git::failure)?.commit;
        let examples = collector.examples(&commit);
        if index < held.first {
            follower.learn(&commit);
            continue;
        }
        for example in examples {
            if held.chosen.binary_search(&number).is_ok() {
                later.push(example.case);
            }
            number += 1;
        }
    }
    let mut earlier = Phrases::new(local.vocabulary());
    follower.update(&mut earlier, |text| local.encode(text));
    Ok((earlier, later))
}

/// Returns a cache of the earlier cases, and the latest ones; `None` where all are of one time.
fn of_cases(mut cases: Vec<Case>, local: &Local) -> Option<(Phrases, Vec<Case>)> {
    cases.sort_by(|a, b| a.time.total_cmp(&b.time));
    let wanted = cases.len() - (cases.len() as f64 * HELD_OUT).ceil() as usize;
    // Cases of one commit stay together.
    let border = (wanted..cases.len()).find(|at| *at > 0 && cases[*at].time > cases[at - 1].time)?;
    let later = cases.split_off(border);
    let mut earlier = Phrases::new(local.vocabulary());
    Control::of_cases(&cases).fill(&mut earlier, usize::MAX, usize::MAX, |text| local.encode(text));
    Some((earlier, later))
}
