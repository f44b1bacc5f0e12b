//! `housestyle skill mine`: mines the team's rules, and stores the best as candidates.

use housestyle_adaptation::evaluate::without_time_limits;
use housestyle_complete::Settings;
use housestyle_learn::mine::{
    Candidate, DroppedRule, FileEdit, Mined, MiningOptions, Stage, judge, mine, render,
};
use housestyle_skills::RuleFile;
use housestyle_workspace::Configuration;
use housestyle_workspace::Progress;
use housestyle_workspace::clock::now;
use housestyle_workspace::history;
use housestyle_workspace::skills::store::Store;
use housestyle_workspace::skills::store::{MinerReport, StoredCandidate};
use housestyle_workspace::skills::window::{HELD_OUT, MiningWindow};
use serde_json::{Value, json};

use super::unneeded::{Deadline, ask};
use crate::args::{MineArgs, MineSource};
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{Style, print, print_json, visible};
use crate::progress::Bar;

/// Least places of a near miss.
const NEAR_PLACES: usize = 8;
/// Least share of its places that follows a near miss.
const NEAR_SHARE: f64 = 0.8;
/// Most near misses that are printed.
const NEAR: usize = 20;
/// Steps of the bar.
const STEPS: usize = 1000;

/// Runs `housestyle skill mine`.
pub(super) fn run(invocation: &Invocation, args: &MineArgs) -> Result<(), Failure> {
    let settings = Configuration::load(&invocation.workspace).checked()?;
    let mut bar = Bar::new();
    let window = match args.from {
        MineSource::Git => MiningWindow::of_git(
            &history::open(invocation.workspace.root(), &settings, args.since.as_deref())?,
            &mut bar,
        )?,
        MineSource::Journal => MiningWindow::of_journal(&invocation.workspace, &settings)?,
    };
    if window.is_empty() {
        return Err(Failure::Usage(match args.from {
            MineSource::Git => {
                "there is no commit to mine: every one is a merge, a program's, or before --since".to_owned()
            }
            MineSource::Journal => {
                "--from journal: no accepted suggestion of this workspace has survived its later check yet (`housestyle \
                 journal stats`): mine from `git`"
                    .to_owned()
            }
        }));
    }
    if window.unread > 0 {
        invocation
            .verbose(|| format!("{} older commits are not read: there is too much text", window.unread));
    }
    let border =
        args.judge.map_or(window.len(), |share| ((1.0 - share) * window.len() as f64).round() as usize);
    let store = Store::of(&invocation.workspace);
    let records = store.records()?;
    let rejected = |name: &str, file: &RuleFile, edits: usize| {
        records.is_rejected(name, serde_json::to_value(file).ok().as_ref(), edits as u64)
    };
    let options = MiningOptions {
        most: args.most,
        held_out_share: HELD_OUT,
        configs: window.configs(),
        rejected: &rejected,
    };
    bar.begin_items("mining", STEPS);
    let mut mined =
        mine(&window.edits(0..border), &options, &mut |done| bar.at((done * STEPS as f64) as u64));
    bar.end();
    if args.judge.is_some() {
        return print_judged(&window, border, &mined);
    }
    // Candidates are stored before the model is asked, so that nobody has to wait for the model.
    store_all(&store, &mined)?;
    if !args.no_model && !mined.candidates.is_empty() {
        let edits = window.edits(0..border);
        let held_out = edits.get(mined.edits[0]..).unwrap_or_default();
        exclude_unneeded(invocation, args, settings, held_out, &store, &mut mined, &mut bar)?;
    }
    if invocation.flags.json {
        let mut document = serde_json::to_value(&mined).map_err(std::io::Error::other)?;
        document["funnel"] = funnel(&mined);
        return print_json(&document);
    }
    print_candidates(&mined)?;
    if invocation.flags.verbose > 0 { print_funnel(&mined) } else { Ok(()) }
}

/// Excludes candidates that the model follows by itself, until the time is over. Each exclusion is stored at once, so that
/// nothing is lost when a person ends the program.
fn exclude_unneeded(
    invocation: &Invocation,
    args: &MineArgs,
    settings: Settings,
    held_out: &[FileEdit<'_>],
    store: &Store,
    mined: &mut Mined,
    bar: &mut dyn Progress,
) -> Result<(), Failure> {
    let mut generator = match args.backend.backend.open(&invocation.setup()) {
        Ok(generator) => generator,
        Err(failure) => {
            bar.message(&format!("housestyle: rules are not compared with the model's own text: {failure}"));
            return Ok(());
        }
    };
    let count = mined.candidates.len();
    bar.message(&format!(
        "housestyle: {count} candidates are stored. Now the model shows which of them it follows by itself, for at most {} s. \
         You can end the program at any time: the candidates stay.",
        args.budget.as_secs()
    ));
    let (settings, deadline) = (without_time_limits(settings), Deadline::after(args.budget));
    let (mut at, mut asked) = (0, 0);
    bar.begin_items("asking the model", count);
    while let Some(candidate) = mined.candidates.get(at).filter(|_| !deadline.is_over()) {
        let answers = ask(candidate, held_out, &settings, &mut *generator, &deadline);
        if answers.follow_rule() {
            let candidate = mined.candidates.remove(at);
            mined.exclude(candidate, Stage::Known, answers.why());
            store_all(store, mined)?;
        } else {
            at += 1;
        }
        asked += usize::from(!deadline.is_over());
        bar.at(asked as u64);
    }
    bar.end();
    if asked < count {
        bar.message(&format!(
            "housestyle: the time was over (--budget): {} of {count} candidates were not compared with the model's own \
             text, and stay",
            count - asked
        ));
    }
    Ok(())
}

fn store_all(store: &Store, mined: &Mined) -> Result<(), Failure> {
    let candidates = mined.candidates.iter().map(stored).collect::<Result<Vec<_>, Failure>>()?;
    Ok(store.replace_candidates(candidates)?)
}

fn stored(candidate: &Candidate) -> Result<StoredCandidate, Failure> {
    let failed = |error: &dyn std::error::Error| {
        Failure::Environment(format!("candidate {}: {error}", candidate.name))
    };
    Ok(StoredCandidate {
        name: candidate.name.clone(),
        files: render(candidate).map_err(|error| failed(&error))?,
        evidence: candidate.support.edits as u64,
        mined: now(),
        report: report(candidate).map(Some).map_err(|error| failed(&error))?,
    })
}

/// Returns the miner's report of a candidate in the form of the store.
fn report(candidate: &Candidate) -> Result<MinerReport, serde_json::Error> {
    serde_json::from_value(serde_json::to_value(candidate)?)
}

/// Prints the candidates with their adherence in the held-out commits.
fn print_judged(window: &MiningWindow, border: usize, mined: &Mined) -> Result<(), Failure> {
    let held_out = window.edits(border..window.len());
    let document: Vec<Value> = mined
        .candidates
        .iter()
        .map(|candidate| json!({ "candidate": candidate, "judged": judge(&candidate.file, &held_out) }))
        .collect();
    print_json(&json!({
        "commits": [border, window.len() - border],
        "edits": [mined.edits[0] + mined.edits[1], held_out.len()],
        "considered": mined.considered,
        "proposed": document,
        "dropped": mined.dropped,
        "funnel": funnel(mined),
    }))
}

/// Returns how many rules were dropped at each stage, in the order of the stages.
fn funnel(mined: &Mined) -> Value {
    mined.funnel().into_iter().map(|(stage, count)| json!({ "stage": stage, "rules": count })).collect()
}

/// Prints how many rules were dropped at each stage, and the near misses.
fn print_funnel(mined: &Mined) -> Result<(), Failure> {
    let style = Style::for_stdout();
    print(&format!("\n{} rules were looked at:", mined.considered))?;
    for (stage, count) in mined.funnel() {
        print(&format!("{count:7}  {stage}"))?;
    }
    print(&format!("{:7}  proposed", mined.candidates.len()))?;
    let near = |dropped: &&DroppedRule| {
        dropped.places >= NEAR_PLACES && dropped.followed as f64 >= NEAR_SHARE * dropped.places as f64
    };
    let mut near: Vec<&DroppedRule> = mined.dropped.iter().filter(near).collect();
    near.sort_by_key(|dropped| (std::cmp::Reverse(dropped.stage), std::cmp::Reverse(dropped.followed)));
    for (number, dropped) in near.into_iter().take(NEAR).enumerate() {
        if number == 0 {
            print("\nThese came near:")?;
        }
        let DroppedRule { name, title, why, followed, places, .. } = dropped;
        print(&format!("{}  {}", style.bold(visible(name)), visible(title)))?;
        print(&style.dim(format!("    {followed} of {places} places; {}", visible(why))))?;
    }
    Ok(())
}

fn print_candidates(mined: &Mined) -> Result<(), Failure> {
    let style = Style::for_stdout();
    let [earlier, held_out] = mined.edits;
    if mined.candidates.is_empty() {
        return print(&format!(
            "No rule to propose from {earlier} edits ({} rules were looked at; `-v` says why they were dropped).",
            mined.considered
        ));
    }
    for candidate in &mined.candidates {
        let (support, measured) = (&candidate.support, &candidate.held_out);
        print(&format!("{}  {}", style.bold(visible(&candidate.name)), visible(&candidate.title)))?;
        let after = match measured.places {
            0 => "applies nowhere later".to_owned(),
            places => {
                let [low, high] = measured.interval.map(|end| 100.0 * end);
                format!("later {} of {places} ({low:.0} to {high:.0} %)", measured.followed)
            }
        };
        print(&style.dim(format!(
            "    {} of {} places in {} files by {} people, {} changed to it; {after}",
            support.followed, support.places, support.files, support.authors, support.changed
        )))?;
    }
    print(&format!(
        "{} candidates from {earlier} edits, measured on {held_out} later edits. `housestyle skill show NAME` shows one in full.",
        mined.candidates.len()
    ))
}
