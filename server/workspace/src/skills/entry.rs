//! A skill of a workspace in the list for people: its content, its state, and the reason.

use std::collections::BTreeMap;

use housestyle_review::Merged;
use housestyle_skills::Skill;
use housestyle_skills::lint::Finding;
use serde::{Deserialize, Serialize};

use super::store::{Counters, Effect, MinerReport};

/// Seconds for which a skill may go without having been seen to be right.
const PATIENCE: u64 = 28 * 86_400;
/// The key in a skill's metadata by which a team switches it.
const MODE_KEY: &str = "housestyle.mode";

/// In which state a skill is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Mined or written, and not on the default branch.
    Candidate,
    /// On a branch for review.
    Proposed,
    /// On the default branch, and in use.
    Approved,
    /// Approved, and watched without being shown.
    Shadow,
    /// Approved, and replaced by another approved one.
    Superseded,
    /// It was approved once.
    Retired,
    /// It is not used, approved or not; the entry has the reason.
    Refused,
}

impl State {
    /// Returns the state's word.
    pub fn word(self) -> &'static str {
        match self {
            State::Candidate => "candidate",
            State::Proposed => "proposed",
            State::Approved => "approved",
            State::Shadow => "shadow",
            State::Superseded => "superseded",
            State::Retired => "retired",
            State::Refused => "refused",
        }
    }
}

/// Whether an approved skill takes part. A later mode in this list is stricter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It takes part.
    #[default]
    On,
    /// It is watched: counted, and not shown.
    Shadow,
    /// It does not take part.
    Off,
}

impl Mode {
    /// Returns the mode's word.
    pub fn word(self) -> &'static str {
        match self {
            Mode::On => "on",
            Mode::Shadow => "shadow",
            Mode::Off => "off",
        }
    }

    /// Returns the team's mode of a skill, from its metadata.
    pub fn of_team(metadata: &BTreeMap<String, String>) -> Mode {
        match metadata.get(MODE_KEY).map(|word| word.trim()) {
            None | Some("on") => Mode::On,
            Some("off") => Mode::Off,
            // A word that is not known may mean something stricter than on.
            Some(_) => Mode::Shadow,
        }
    }
}

/// A skill in the list of a workspace.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: State,
    /// Why it is in that state, where that is not plain.
    pub reason: Option<String>,
    /// Its folder, relative to the root with `/`; none for a candidate.
    pub folder: Option<String>,
    /// Git's id of the approved content.
    pub tree: Option<String>,
    /// The skill's content, where a file could be read.
    pub skill: Option<Skill>,
    /// Its files.
    pub files: Vec<(String, Vec<u8>)>,
    /// The mode: the stricter of the team's and the user's.
    pub mode: Mode,
    /// Whether the default branch has it, and the budget was spent before its files were read.
    pub is_unread: bool,
    /// By which merge it was approved.
    pub merge: Option<Merged>,
    /// Branches that propose it.
    pub branches: Vec<String>,
    /// The findings of the lint.
    pub findings: Vec<Finding>,
    /// The counts of the skill's effects.
    pub counters: Counters,
    /// The miner's report, for programs; only of a candidate.
    pub report: Option<MinerReport>,
}

impl Entry {
    /// Returns a skill of which nothing else is known.
    pub(super) fn blank(name: &str, state: State) -> Entry {
        Entry {
            name: name.to_owned(),
            state,
            reason: None,
            folder: None,
            tree: None,
            skill: None,
            files: Vec::new(),
            mode: Mode::On,
            is_unread: false,
            merge: None,
            branches: Vec::new(),
            findings: Vec::new(),
            counters: Counters::default(),
            report: None,
        }
    }

    /// Returns whether it takes part in completions, or is at least watched.
    pub fn loads(&self) -> bool {
        matches!(self.state, State::Approved | State::Shadow) && self.mode != Mode::Off
    }

    /// Returns why the skill is proposed for retirement, if it is.
    pub fn retirement(&self, now: u64) -> Option<String> {
        if !matches!(self.state, State::Approved | State::Shadow) {
            return None;
        }
        let last: Vec<&Effect> = self.counters.effects.iter().rev().take(2).collect();
        if last.len() == 2 && last.iter().all(|effect| effect.diff < 0.0) {
            let [now, before] = [last[0].diff, last[1].diff];
            return Some(format!("its effect was negative twice running ({before:+.3}, then {now:+.3})"));
        }
        let approved = self.merge.as_ref().map_or(0, |merge| u64::try_from(merge.time).unwrap_or(0));
        let began = self.counters.since.max(approved);
        let last_validated = self.counters.last_validated.unwrap_or(0).max(began);
        // What was never loaded here has had no chance yet.
        let days = now.saturating_sub(last_validated) / 86_400;
        (self.counters.since > 0 && now.saturating_sub(last_validated) >= PATIENCE)
            .then(|| format!("nothing has shown it to be right for {days} days"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(counters: Counters) -> Entry {
        Entry { counters, ..Entry::blank("a", State::Approved) }
    }

    #[test]
    fn a_skill_retires_unused_or_when_it_harms_twice_running() {
        let day = 86_400;
        let unused = |last: Option<u64>| Counters { since: day, last_validated: last, ..Counters::default() };
        assert_eq!(entry(unused(None)).retirement(28 * day), None);
        assert!(entry(unused(None)).retirement(29 * day).is_some_and(|why| why.contains("28 days")));
        assert_eq!(entry(unused(Some(20 * day))).retirement(47 * day), None);
        assert!(entry(unused(Some(20 * day))).retirement(48 * day).is_some());
        assert_eq!(entry(Counters::default()).retirement(99 * day), None, "it was never loaded");
        let measured = |diffs: &[f64]| {
            let effect = |diff: &f64| Effect { time: 0, diff: *diff, ci95: [-1.0, 1.0], places: 9 };
            entry(Counters { effects: diffs.iter().map(effect).collect(), ..Counters::default() })
        };
        assert!(measured(&[0.1, -0.1, -0.2]).retirement(day).is_some());
        for fine in [&[-0.1, 0.1, -0.2][..], &[-0.1], &[-0.1, -0.1, 0.0]] {
            assert_eq!(measured(fine).retirement(day), None, "{fine:?}");
        }
        assert_eq!(Entry { state: State::Candidate, ..measured(&[-0.1, -0.1]) }.retirement(day), None);
    }

    #[test]
    fn an_unknown_word_of_the_team_is_not_on() {
        let mode = |word: &str| Mode::of_team(&BTreeMap::from([(MODE_KEY.to_owned(), word.to_owned())]));
        assert_eq!(
            ["on", "shadow", "off", "muted"].map(mode),
            [Mode::On, Mode::Shadow, Mode::Off, Mode::Shadow]
        );
        assert!(Mode::Off > Mode::Shadow && Mode::Shadow > Mode::On);
    }
}
