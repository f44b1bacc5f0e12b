//! `housestyle skill mine`: looks for the team's rules, and keeps the best as candidates.

use housestyle_complete::Settings;
use housestyle_skills::RuleFile;
use housestyle_skills::mine::{
    Candidate, Dropped, FileEdit, Mined, MiningOptions, Stage, judge, mine, render,
};
use serde_json::{Value, json};

use super::unneeded::{Deadline, ask};
use crate::args::{MineArgs, MineSource};
use crate::commands::complete::unhurried;
use crate::commands::memory::now;
use crate::config::Configuration;
use crate::context::Context;
use crate::failure::Failure;
use crate::git;
use crate::output::{Style, print, print_json, visible};
use crate::progress::Progress;
use crate::skills::Store;
use crate::skills::history::Past;
use crate::skills::store::StoredCandidate;

/// Share of the edits that candidates are measured on and not found in.
pub(crate) const LATER: f64 = 0.3;
/// A rule with so many places ...
const NEAR_PLACES: usize = 8;
/// ... of which this share follows it came near.
const NEAR_SHARE: f64 = 0.8;
/// Rules that came near and are told.
const NEAR: usize = 20;
/// Steps of the bar.
const STEPS: usize = 1000;

/// Runs `housestyle skill mine`.
pub(super) fn run(context: &Context, args: &MineArgs) -> Result<(), Failure> {
    let settings = Configuration::load(context).checked()?;
    let mut bar = Progress::new();
    let past = match args.from {
        MineSource::Git => Past::of_git(&git::open(context, &settings, args.since.as_deref())?, &mut bar)?,
        MineSource::Journal => Past::of_journal(context, &settings)?,
    };
    if past.len() == 0 {
        return Err(Failure::Usage(match args.from {
            MineSource::Git => {
                "there is no commit to mine: every one is a merge, a program's, or before --since".to_owned()
            }
            MineSource::Journal => {
                "--from journal: no suggestion was taken in this workspace and then kept for a while \
                                    (`housestyle journal stats`): mine from `git`"
                    .to_owned()
            }
        }));
    }
    if past.unread > 0 {
        context.verbose(|| format!("{} older commits are not read: there is too much text", past.unread));
    }
    let border = args.judge.map_or(past.len(), |share| ((1.0 - share) * past.len() as f64).round() as usize);
    let store = Store::of(context);
    let memory = store.memory()?;
    let rejected = |name: &str, file: &RuleFile, edits: usize| {
        memory.is_rejected(name, serde_json::to_value(file).ok().as_ref(), edits as u64)
    };
    let options = MiningOptions {
        most: args.most,
        held_out_share: LATER,
        configs: past.configs(),
        rejected: &rejected,
    };
    bar.begin_items("mining", STEPS);
    let mut mined = mine(&past.edits(0..border), &options, &mut |done| bar.at((done * STEPS as f64) as u64));
    bar.end();
    if args.judge.is_some() {
        return tell_judged(&past, border, &mined);
    }
    // Stored before the model is asked: whoever does not want to wait has them.
    store_all(&store, &mined)?;
    if !args.no_model && !mined.candidates.is_empty() {
        let edits = past.edits(0..border);
        let later = edits.get(mined.edits[0]..).unwrap_or_default();
        leave_out_unneeded(context, args, settings, later, &store, &mut mined, &mut bar)?;
    }
    if context.global.json {
        let mut told = serde_json::to_value(&mined).map_err(std::io::Error::other)?;
        told["funnel"] = funnel(&mined);
        return print_json(&told);
    }
    tell(&mined)?;
    if context.global.verbose > 0 { tell_funnel(&mined) } else { Ok(()) }
}

/// Leaves out what the model writes anyway, as far as the time reaches. What is known of each candidate is stored at once,
/// so that whoever ends the program loses nothing.
fn leave_out_unneeded(
    context: &Context,
    args: &MineArgs,
    settings: Settings,
    later: &[FileEdit<'_>],
    store: &Store,
    mined: &mut Mined,
    bar: &mut Progress,
) -> Result<(), Failure> {
    let mut generator = match args.backend.backend.open(context) {
        Ok(generator) => generator,
        Err(failure) => {
            bar.say(&format!("housestyle: rules are not compared with what the model writes: {failure}"));
            return Ok(());
        }
    };
    let count = mined.candidates.len();
    bar.say(&format!(
        "housestyle: {count} candidates are kept. The model is asked now which of them it follows without being told, for at \
         most {} s; whoever ends that keeps them.",
        args.budget.as_secs()
    ));
    let (settings, deadline) = (unhurried(settings), Deadline::after(args.budget));
    let (mut at, mut asked) = (0, 0);
    bar.begin_items("asking the model", count);
    while let Some(candidate) = mined.candidates.get(at).filter(|_| !deadline.is_over()) {
        let answers = ask(candidate, later, &settings, &mut *generator, &deadline);
        if answers.are_enough() {
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
        bar.say(&format!(
            "housestyle: the time was over (--budget): {} of {count} candidates were not compared with what the model \
             writes, and are kept",
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
    let failed = |error: String| Failure::Environment(format!("candidate {}: {error}", candidate.name));
    Ok(StoredCandidate {
        name: candidate.name.clone(),
        files: render(candidate).map_err(|error| failed(error.to_string()))?,
        evidence: candidate.support.edits as u64,
        mined: now(),
        report: serde_json::to_value(candidate).map_err(|error| failed(error.to_string()))?,
    })
}

/// Tells candidates with how they fared in the commits that were kept back.
fn tell_judged(past: &Past, border: usize, mined: &Mined) -> Result<(), Failure> {
    let later = past.edits(border..past.len());
    let told: Vec<Value> = mined
        .candidates
        .iter()
        .map(|candidate| json!({ "candidate": candidate, "judged": judge(&candidate.file, &later) }))
        .collect();
    print_json(&json!({
        "commits": [border, past.len() - border],
        "edits": [mined.edits[0] + mined.edits[1], later.len()],
        "considered": mined.considered,
        "proposed": told,
        "dropped": mined.dropped,
        "funnel": funnel(mined),
    }))
}

/// Returns how many rules fell through where, in the order in which that is asked.
fn funnel(mined: &Mined) -> Value {
    mined.funnel().into_iter().map(|(stage, count)| json!({ "stage": stage, "rules": count })).collect()
}

/// Tells how many rules fell through where, and which came near.
fn tell_funnel(mined: &Mined) -> Result<(), Failure> {
    let style = Style::for_stdout();
    print(&format!("\n{} rules were looked at:", mined.considered))?;
    for (stage, count) in mined.funnel() {
        print(&format!("{count:7}  {stage}"))?;
    }
    print(&format!("{:7}  proposed", mined.candidates.len()))?;
    let near = |dropped: &&Dropped| {
        dropped.places >= NEAR_PLACES && dropped.followed as f64 >= NEAR_SHARE * dropped.places as f64
    };
    let mut near: Vec<&Dropped> = mined.dropped.iter().filter(near).collect();
    near.sort_by_key(|dropped| (std::cmp::Reverse(dropped.stage), std::cmp::Reverse(dropped.followed)));
    for (number, dropped) in near.into_iter().take(NEAR).enumerate() {
        if number == 0 {
            print("\nThese came near:")?;
        }
        let Dropped { name, title, why, followed, places, .. } = dropped;
        print(&format!("{}  {}", style.bold(visible(name)), visible(title)))?;
        print(&style.dim(format!("    {followed} of {places} places; {}", visible(why))))?;
    }
    Ok(())
}

fn tell(mined: &Mined) -> Result<(), Failure> {
    let style = Style::for_stdout();
    let [earlier, later] = mined.edits;
    if mined.candidates.is_empty() {
        return print(&format!(
            "No rule in {earlier} edits is followed often enough, by enough people, to be proposed ({} were looked at).",
            mined.considered
        ));
    }
    for candidate in &mined.candidates {
        let (support, kept) = (&candidate.support, &candidate.held_out);
        print(&format!("{}  {}", style.bold(visible(&candidate.name)), visible(&candidate.title)))?;
        let after = match kept.places {
            0 => "applies nowhere later".to_owned(),
            places => {
                let [low, high] = kept.interval.map(|end| 100.0 * end);
                format!("later {} of {places} ({low:.0} to {high:.0} %)", kept.followed)
            }
        };
        print(&style.dim(format!(
            "    {} of {} places in {} files by {} people, {} changed to it; {after}",
            support.followed, support.places, support.files, support.authors, support.changed
        )))?;
    }
    print(&format!(
        "{} candidates from {earlier} edits, measured on {later} later ones. `housestyle skill show NAME` tells all of one.",
        mined.candidates.len()
    ))
}
