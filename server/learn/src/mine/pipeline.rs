//! From edits to candidates, step by step.

use std::collections::{HashMap, HashSet};

use housestyle_skills::{FORMAT, FormKind, Rule, RuleFile, Rules, Scope, is_insecure, line_start, lint};
use housestyle_text::{Language, secrets};
use serde::Serialize;

use super::candidate::{Candidate, HeldOut};
use super::code::{Bounds, conventions, rewrites};
use super::evidence::{candidate, held_out};
use super::followed::{falls, since_decided};
use super::funnel::{DroppedRule, Stage};
use super::merge::{Key, survivors};
use super::observe::{self, Tally, observe};
use super::scoped::scopes;
use super::titles::{numbered, wording};
use super::{FileEdit, Guess, enforced, family, prose, render};

/// With so many places in the held-out edits ...
const HELD_OUT_PLACES: usize = 4;
/// ... it must be followed so often.
const HELD_OUT_SHARE: f64 = 0.9;
/// A form that nobody broke in so many places is the work of a formatter, if a formatter can enforce it.
const PLACES_OF_FORMATTER: usize = 150;

/// Options of the miner.
pub struct MiningOptions<'a> {
    /// Candidates at most.
    pub most: usize,
    /// Share of the edits, the latest, that are held out: candidates are measured on them and not found in them.
    pub held_out_share: f64,
    /// Files of the repository that settle tools: paths and texts.
    pub configs: Vec<(&'a str, &'a str)>,
    /// Returns for a name, a rule and the number of its edits whether people rejected it.
    pub rejected: &'a dyn Fn(&str, &RuleFile, usize) -> bool,
}

impl std::fmt::Debug for MiningOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MiningOptions")
            .field("most", &self.most)
            .field("held_out_share", &self.held_out_share)
            .finish()
    }
}

/// The result of the miner.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Mined {
    /// The candidates, the best first.
    pub candidates: Vec<Candidate>,
    /// The other rules that were considered.
    pub dropped: Vec<DroppedRule>,
    /// How many rules were considered.
    pub considered: usize,
    /// Edits that rules were found in, and later ones that they were measured on.
    pub edits: [usize; 2],
}

/// Finds the rules that edits follow. The edits are in the order of time; `progress` is called with the share that is done.
pub fn mine(edits: &[FileEdit<'_>], options: &MiningOptions<'_>, progress: &mut dyn FnMut(f64)) -> Mined {
    let (earlier, later) = divided(edits, options.held_out_share);
    let mut guesses = prose::find(earlier);
    guesses.extend(of_code(earlier));
    progress(0.1);
    let rules = Rules::new(guesses.iter().map(everywhere).collect());
    let all = edits.len().max(1) as f64;
    let before = observe(earlier, &rules, &mut |n| progress(0.1 + 0.85 * n as f64 / all));
    let authors: HashSet<&str> = earlier.iter().map(|edit| edit.author).collect();
    let is_alone = authors.len() < 2;
    let mut mined =
        Mined { considered: guesses.len(), edits: [earlier.len(), later.len()], ..Mined::default() };
    let mut kept: Vec<(RuleFile, Vec<Tally>)> = Vec::new();
    for (guess, tallies) in guesses.iter().zip(before) {
        let tallies = since_decided(tallies);
        match held(earlier, guess, &tallies, is_alone) {
            Err((file, stage)) => mined.drop(&file, stage, String::new(), &tallies),
            Ok((file, tallies)) => match unwanted(&file, &tallies, options) {
                Some((stage, why)) => mined.drop(&file, stage, why, &tallies),
                None => kept.push((file, tallies)),
            },
        }
    }
    let kept = merged(earlier, kept, &mut mined);
    let later_rules = Rules::new(kept.iter().map(|(file, _)| file.clone()).collect());
    let after =
        observe(later, &later_rules, &mut |n| progress(0.1 + 0.85 * (earlier.len() + n) as f64 / all));
    for ((file, tallies), after) in kept.into_iter().zip(after) {
        let candidate = candidate(file, (earlier, &tallies[..]), (later, &after[..]));
        let held_out = &candidate.held_out;
        if held_out.places >= HELD_OUT_PLACES
            && (held_out.followed as f64) < HELD_OUT_SHARE * held_out.places as f64
        {
            let why = format!("{} of {} later places follow it", held_out.followed, held_out.places);
            mined.drop(&candidate.file, Stage::BrokenLater, why, &tallies);
        } else if let Some(why) = findings(&candidate) {
            mined.drop(&candidate.file, Stage::Refused, why, &tallies);
        } else {
            mined.candidates.push(candidate);
        }
    }
    take(&mut mined, options);
    progress(1.0);
    mined
}

impl Mined {
    /// Records that a rule is not proposed.
    fn drop(&mut self, file: &RuleFile, stage: Stage, why: String, tallies: &[Tally]) {
        let wording = wording(file);
        let followed = tallies.iter().map(|tally| tally.followed).sum();
        let places = tallies.iter().map(Tally::total).sum();
        let why = if why.is_empty() { stage.to_string() } else { why };
        self.dropped.push(DroppedRule {
            name: wording.name,
            title: wording.title,
            stage,
            why,
            followed,
            places,
        });
    }

    /// Records that a candidate is not proposed.
    pub fn exclude(&mut self, candidate: Candidate, stage: Stage, why: String) {
        let Candidate { name, title, support, .. } = candidate;
        let (followed, places) = (support.followed, support.places);
        self.dropped.push(DroppedRule { name, title, stage, why, followed, places });
    }

    /// Returns how many rules were dropped at each stage, without the stages that dropped none.
    pub fn funnel(&self) -> Vec<(Stage, usize)> {
        let count = |stage| self.dropped.iter().filter(|dropped| dropped.stage == stage).count();
        Stage::ALL.into_iter().map(|stage| (stage, count(stage))).filter(|(_, count)| *count > 0).collect()
    }
}

/// Returns the scope in which a rule holds, with its tallies there; or the widest scope, and the stage at which it is
/// dropped.
fn held(
    edits: &[FileEdit<'_>],
    guess: &Guess,
    tallies: &[Tally],
    is_alone: bool,
) -> Result<(RuleFile, Vec<Tally>), (RuleFile, Stage)> {
    let mut fallen = None;
    for scope in scopes(edits, guess, tallies) {
        let file = RuleFile { format: FORMAT, scope, rule: guess.rule.clone() };
        let tallies = within(edits, tallies, &file.scope);
        match falls(edits, &tallies, guess.basis, is_alone) {
            None => return Ok((file, tallies)),
            Some(stage) => fallen = fallen.or(Some((file, stage))),
        }
    }
    // In no language is it followed often enough to be looked at.
    let nowhere = tallies.iter().all(|tally| tally.followed == 0);
    let stage = if nowhere { Stage::Nowhere } else { Stage::Broken };
    Err(fallen.unwrap_or_else(|| (everywhere(guess), stage)))
}

/// Returns the rules of code that edits could follow.
fn of_code(edits: &[FileEdit<'_>]) -> Vec<Guess> {
    let bounds = Bounds::default();
    let mut found = conventions(edits, &bounds);
    found.extend(rewrites(edits, &bounds));
    family::joined(found)
}

/// Returns how edits follow a rule.
pub fn judge(file: &RuleFile, edits: &[FileEdit<'_>]) -> HeldOut {
    let tallies = observe(edits, &Rules::new(vec![file.clone()]), &mut |_| {});
    tallies.first().map_or_else(HeldOut::default, |tallies| held_out(edits, tallies))
}

/// Returns new places of a rule in edits, at most `most`: the edit's place in the list, and the bytes of the text after it.
pub fn new_occurrences(
    file: &RuleFile,
    edits: &[FileEdit<'_>],
    most: usize,
) -> Vec<(usize, std::ops::Range<usize>)> {
    observe::new_occurrences(edits, &Rules::new(vec![file.clone()]), most)
}

/// Divides edits by time: no commit is parted.
fn divided<'e, 'a>(
    edits: &'e [FileEdit<'a>],
    held_out_share: f64,
) -> (&'e [FileEdit<'a>], &'e [FileEdit<'a>]) {
    let mut border = (edits.len() as f64 * (1.0 - held_out_share.clamp(0.0, 0.9))).round() as usize;
    while border > 0 && border < edits.len() && edits[border - 1].commit == edits[border].commit {
        border += 1;
    }
    edits.split_at(border.min(edits.len()))
}

fn everywhere(guess: &Guess) -> RuleFile {
    let scope = Scope { languages: guess.languages.clone(), paths: Vec::new() };
    RuleFile { format: FORMAT, scope, rule: guess.rule.clone() }
}

fn within(edits: &[FileEdit<'_>], tallies: &[Tally], scope: &Scope) -> Vec<Tally> {
    let holds = |tally: &&Tally| {
        edits.get(tally.edit).is_some_and(|edit| scope.holds(edit.path, Language::from_path(edit.path)))
    };
    tallies.iter().filter(holds).cloned().collect()
}

/// Returns why a rule that is followed is not proposed.
fn unwanted(file: &RuleFile, tallies: &[Tally], options: &MiningOptions<'_>) -> Option<(Stage, String)> {
    let dropped = |stage: Stage| Some((stage, stage.to_string()));
    if is_insecure(file) || !secrets::find(&file.text()).is_empty() {
        return dropped(Stage::Unsafe);
    }
    if let Some(tool) = enforced::enforced_by(file, &options.configs) {
        return Some((Stage::Enforced, format!("{tool} enforces it already")));
    }
    let exceptions: usize = tallies.iter().map(|tally| tally.broken + tally.changed).sum();
    let places: usize = tallies.iter().map(Tally::total).sum();
    let formatted = matches!(&file.rule, Rule::Form(form) if matches!(form.of,
        FormKind::QuotesDouble | FormKind::QuotesSingle | FormKind::ListMarkDash | FormKind::ListMarkStar));
    if formatted && exceptions == 0 && places >= PLACES_OF_FORMATTER {
        let why = format!("none of {places} places breaks it: a formatter seems to enforce it");
        return Some((Stage::Enforced, why));
    }
    let edits = tallies.iter().filter(|tally| tally.followed > 0).count();
    let is_rejected = |file: &RuleFile| (options.rejected)(&wording(file).name, file, edits);
    if is_rejected(file) || in_one_language(file).any(|file| is_rejected(&file)) {
        let why = "it was rejected, and not twice as much speaks for it since".to_owned();
        return Some((Stage::Rejected, why));
    }
    None
}

/// Returns a rewrite as it would be in each of its languages alone: people may have rejected it there.
fn in_one_language(file: &RuleFile) -> impl Iterator<Item = RuleFile> + '_ {
    let many = file.scope.languages.len() > 1 && matches!(file.rule, Rule::Rewrite(_));
    file.scope.languages.iter().filter(move |_| many).map(move |id| {
        let scope = Scope { languages: vec![id.clone()], ..file.scope.clone() };
        RuleFile { scope, ..file.clone() }
    })
}

fn merged(
    edits: &[FileEdit<'_>],
    rules: Vec<(RuleFile, Vec<Tally>)>,
    mined: &mut Mined,
) -> Vec<(RuleFile, Vec<Tally>)> {
    let key = |tally: &Tally| -> Vec<Key> {
        // Places of one line are one.
        let text = edits.get(tally.edit).map_or("", |edit| edit.new);
        tally.starts.iter().map(|start| (tally.edit, line_start(text, *start))).collect()
    };
    let keys = |tallies: &[Tally]| -> HashSet<Key> { tallies.iter().flat_map(key).collect() };
    let known: Vec<(&Rule, HashSet<Key>)> =
        rules.iter().map(|(file, tallies)| (&file.rule, keys(tallies))).collect();
    let survivors = survivors(&known);
    let mut kept = Vec::new();
    for ((file, tallies), survives) in rules.into_iter().zip(survivors) {
        if survives {
            kept.push((file, tallies));
        } else {
            mined.drop(&file, Stage::Covered, String::new(), &tallies);
        }
    }
    kept
}

/// Returns why the files of a skill would be refused. Examples that would be are taken out by `render`.
fn findings(candidate: &Candidate) -> Option<String> {
    let files = match render(candidate) {
        Ok(files) => files,
        Err(problem) => return Some(problem.to_string()),
    };
    let files: Vec<(String, Vec<u8>)> =
        files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
    lint::lint(&candidate.name, &files).first().map(|finding| format!("its text would be refused: {finding}"))
}

/// Orders candidates, gives each a name of its own, and keeps the best.
fn take(mined: &mut Mined, options: &MiningOptions<'_>) {
    mined.candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.file.rule.cmp(&b.file.rule)));
    let mut names: HashMap<String, usize> = HashMap::new();
    for candidate in &mined.candidates {
        *names.entry(candidate.name.clone()).or_default() += 1;
    }
    // A number in the order of the list would be another one as soon as there is more evidence.
    for candidate in mined.candidates.iter_mut().filter(|candidate| names[&candidate.name] > 1) {
        candidate.name = numbered(&candidate.name, &candidate.file);
    }
    for candidate in mined.candidates.split_off(options.most.min(mined.candidates.len())) {
        mined.exclude(candidate, Stage::Surplus, format!("{} better ones come first", options.most));
    }
}
