//! From edits to candidates, step by step.

use std::collections::{BTreeSet, HashSet};

use housestyle_text::{Language, secrets};
use serde::Serialize;

use super::candidate::{Candidate, Counter, Example, Later, Support};
use super::interval::wilson;
use super::merge::{Key, stay};
use super::observe::{Tally, observe, places_of};
use super::scoped::scopes;
use super::titles::told;
use super::trust::{share, stands_without_any};
use super::{Basis, Bounds, Edit, Finding, Guess, conventions, enforced, insecure, prose, render, rewrites};
use crate::lint;
use crate::rule::{FORMAT, FormKind, Rule, RuleFile, Rules, Scope};

/// Share of new places, with each author's part bounded, that must follow a rule.
const SHARE: f64 = 0.93;
/// The lower end of the 95 % interval of that share.
const LOWEST: f64 = 0.8;
/// New places that must follow it.
const PLACES: usize = 8;
/// Fewer will do where so many places were changed to follow it: that is a decision, not a habit.
const CHANGED: usize = 3;
/// Commits that must follow it, where only one author does.
const COMMITS: usize = 3;
/// In each quarter of the time with so many places ...
const PLACES_OF_QUARTER: usize = 5;
/// ... the rule must be followed so often, but for the first: habits begin somewhere.
const SHARE_OF_QUARTER: f64 = 0.85;
/// With so many places in the later edits ...
const PLACES_LATER: usize = 4;
/// ... it must be followed so often.
const SHARE_LATER: f64 = 0.9;
/// What a formatter can do and nobody broke in so many places, a formatter does.
const PLACES_OF_FORMATTER: usize = 150;
/// Examples and counter-examples that are kept.
const EXAMPLES: usize = 5;
/// Bytes of an example at most.
const EXAMPLE_BYTES: usize = 600;

/// What is mined, and how much is proposed.
pub struct MiningOptions<'a> {
    /// Candidates at most.
    pub most: usize,
    /// Share of the edits, the latest, that candidates are measured on and not found in.
    pub later: f64,
    /// Files of the repository that settle tools: paths and texts.
    pub configs: Vec<(&'a str, &'a str)>,
    /// Says of a name, a rule and the number of its edits whether people do not want it.
    pub rejected: &'a dyn Fn(&str, &RuleFile, usize) -> bool,
}

impl std::fmt::Debug for MiningOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MiningOptions").field("most", &self.most).field("later", &self.later).finish()
    }
}

/// What was mined.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Mined {
    /// The candidates, the best first.
    pub candidates: Vec<Candidate>,
    /// What is followed and not proposed nevertheless.
    pub dropped: Vec<Dropped>,
    /// Rules that were looked at.
    pub considered: usize,
    /// Edits that rules were found in, and later ones that they were measured on.
    pub edits: [usize; 2],
}

/// A rule that is followed and not proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// What it would be called.
    pub name: String,
    /// Why it is not proposed.
    pub why: String,
}

/// Finds the rules that edits follow. The edits are in the order of time; `hear` is told of progress, from 0 to 1.
pub fn mine(edits: &[Edit<'_>], options: &MiningOptions<'_>, hear: &mut dyn FnMut(f64)) -> Mined {
    let (earlier, later) = divided(edits, options.later);
    let mut guesses = prose::find(earlier);
    guesses.extend(of_code(earlier));
    hear(0.1);
    let rules = Rules::new(guesses.iter().map(everywhere).collect());
    let all = edits.len().max(1) as f64;
    let before = observe(earlier, &rules, &mut |n| hear(0.1 + 0.85 * n as f64 / all));
    let authors: HashSet<&str> = earlier.iter().map(|edit| edit.author).collect();
    let is_alone = authors.len() < 2;
    let mut mined =
        Mined { considered: guesses.len(), edits: [earlier.len(), later.len()], ..Mined::default() };
    let mut kept: Vec<(RuleFile, Vec<Tally>)> = Vec::new();
    for (guess, tallies) in guesses.iter().zip(before) {
        let tallies = since_decided(tallies);
        let scopes = scopes(earlier, guess, &tallies).into_iter();
        let held = scopes
            .map(|scope| (within(earlier, &tallies, &scope), scope))
            .find(|(tallies, _)| is_followed(earlier, tallies, guess.basis, is_alone));
        let Some((tallies, scope)) = held else { continue };
        let file = RuleFile { format: FORMAT, scope, rule: guess.rule.clone() };
        match unwanted(&file, &tallies, options) {
            Some(why) => mined.dropped.push(Dropped { name: told(&file).name, why }),
            None => kept.push((file, tallies)),
        }
    }
    let kept = merged(earlier, kept, &mut mined.dropped);
    let later_rules = Rules::new(kept.iter().map(|(file, _)| file.clone()).collect());
    let after = observe(later, &later_rules, &mut |n| hear(0.1 + 0.85 * (earlier.len() + n) as f64 / all));
    for ((file, tallies), after) in kept.into_iter().zip(after) {
        let candidate = candidate(earlier, later, file, &tallies, &after);
        let later = &candidate.later;
        if later.places >= PLACES_LATER && (later.followed as f64) < SHARE_LATER * later.places as f64 {
            let why = format!("{} of {} later places follow it", later.followed, later.places);
            mined.dropped.push(Dropped { name: candidate.name, why });
        } else if let Some(why) = findings(&candidate) {
            mined.dropped.push(Dropped { name: candidate.name, why });
        } else {
            mined.candidates.push(candidate);
        }
    }
    take(&mut mined, options);
    hear(1.0);
    mined
}

/// Returns the rules of code that edits could follow.
fn of_code(edits: &[Edit<'_>]) -> Vec<Guess> {
    let bounds = Bounds::default();
    let mut found = conventions(edits, &bounds);
    found.extend(rewrites(edits, &bounds));
    let mut seen = HashSet::new();
    found.retain(|finding| seen.insert(finding.rule.clone()));
    let guess = |finding: Finding| Guess {
        rule: finding.rule,
        languages: finding.languages,
        basis: if finding.usual { Basis::Usual } else { Basis::Places },
    };
    found.into_iter().map(guess).collect()
}

/// Returns how edits keep a rule.
pub fn judge(file: &RuleFile, edits: &[Edit<'_>]) -> Later {
    let tallies = observe(edits, &Rules::new(vec![file.clone()]), &mut |_| {});
    tallies.first().map_or_else(Later::default, |tallies| kept(edits, tallies))
}

/// Returns new places of a rule in edits, at most `most`: the edit's place in the list, and the bytes of the text after it.
pub fn new_places(file: &RuleFile, edits: &[Edit<'_>], most: usize) -> Vec<(usize, std::ops::Range<usize>)> {
    places_of(edits, &Rules::new(vec![file.clone()]), most)
}

/// Divides edits by time: no commit is parted.
fn divided<'e, 'a>(edits: &'e [Edit<'a>], later: f64) -> (&'e [Edit<'a>], &'e [Edit<'a>]) {
    let mut border = (edits.len() as f64 * (1.0 - later.clamp(0.0, 0.9))).round() as usize;
    while border > 0 && border < edits.len() && edits[border - 1].commit == edits[border].commit {
        border += 1;
    }
    edits.split_at(border.min(edits.len()))
}

fn everywhere(guess: &Guess) -> RuleFile {
    let scope = Scope { languages: guess.languages.clone(), paths: Vec::new() };
    RuleFile { format: FORMAT, scope, rule: guess.rule.clone() }
}

fn within(edits: &[Edit<'_>], tallies: &[Tally], scope: &Scope) -> Vec<Tally> {
    let holds = |tally: &&Tally| {
        edits.get(tally.edit).is_some_and(|edit| scope.holds(edit.path, Language::from_path(edit.path)))
    };
    tallies.iter().filter(holds).cloned().collect()
}

/// Returns what was written since people began to change places to follow the rule, where they wrote otherwise before.
fn since_decided(mut tallies: Vec<Tally>) -> Vec<Tally> {
    let sum = |of: fn(&Tally) -> usize| tallies.iter().map(of).sum::<usize>();
    let (changed, undone) = (sum(|tally| tally.changed), sum(|tally| tally.undone));
    let first = tallies.iter().position(|tally| tally.changed > 0).unwrap_or(0);
    if changed >= CHANGED && changed >= 4 * undone {
        let (followed, places) = tallies[..first]
            .iter()
            .fold((0, 0), |sum, tally| (sum.0 + tally.followed, sum.1 + tally.places()));
        if (followed as f64) < SHARE * places as f64 {
            tallies.drain(..first);
        }
    }
    tallies
}

/// Returns whether a rule is followed, by enough people, for long enough.
fn is_followed(edits: &[Edit<'_>], tallies: &[Tally], basis: Basis, is_alone: bool) -> bool {
    let support = support(edits, tallies);
    let undone: usize = tallies.iter().map(|tally| tally.undone).sum();
    let decided = support.changed >= CHANGED && support.changed >= 4 * undone;
    let people = support.authors >= 2 && support.commits >= 2 || support.commits >= COMMITS;
    let enough = support.followed >= if decided { PLACES / 2 } else { PLACES };
    if !people || !enough || !steady(edits, tallies) {
        return false;
    }
    let all: Vec<&Tally> = tallies.iter().collect();
    let [low, _] = wilson(support.followed, support.places);
    let follows = share(edits, &all) >= SHARE && (low >= LOWEST || decided);
    let alternative = match basis {
        Basis::Places => true,
        Basis::Usual => support.changed > 0 || support.places > support.followed,
        Basis::Changes => decided && gone_after(tallies, support.changed),
    };
    follows && alternative && stands_without_any(edits, &all, is_alone)
}

/// Returns whether what is avoided is hardly written any more once it was changed.
fn gone_after(tallies: &[Tally], changed: usize) -> bool {
    let first = tallies.iter().position(|tally| tally.changed > 0).unwrap_or(0);
    let again: usize = tallies.iter().skip(first).map(|tally| tally.broken).sum();
    again * 5 <= changed
}

/// Returns how many places follow a rule and how many there are, for each quarter of its commits.
fn quarters(edits: &[Edit<'_>], tallies: &[Tally]) -> Vec<[usize; 2]> {
    let mut commits: Vec<&str> = tallies.iter().filter_map(|t| edits.get(t.edit)).map(|e| e.commit).collect();
    commits.dedup();
    let mut counts = vec![[0, 0]; 4];
    let (mut number, mut last) = (0, None);
    for tally in tallies {
        let commit = edits.get(tally.edit).map(|edit| edit.commit);
        number += usize::from(last.is_some() && last != Some(commit));
        last = Some(commit);
        let quarter = &mut counts[(number * 4 / commits.len().max(1)).min(3)];
        quarter[0] += tally.followed;
        quarter[1] += tally.places();
    }
    counts
}

fn steady(edits: &[Edit<'_>], tallies: &[Tally]) -> bool {
    let holds = |[followed, places]: &[usize; 2]| {
        *places < PLACES_OF_QUARTER || *followed as f64 >= SHARE_OF_QUARTER * *places as f64
    };
    let quarters = quarters(edits, tallies);
    let [followed, places] = quarters[2..].iter().fold([0, 0], |sum, q| [sum[0] + q[0], sum[1] + q[1]]);
    quarters[1..].iter().all(holds) && followed as f64 >= SHARE * places as f64
}

/// Returns why a rule that is followed is not proposed.
fn unwanted(file: &RuleFile, tallies: &[Tally], options: &MiningOptions<'_>) -> Option<String> {
    if insecure::is_insecure(file) {
        return Some("it would make a program less safe".to_owned());
    }
    if let Some(tool) = enforced::enforced_by(file, &options.configs) {
        return Some(format!("{tool} enforces it already"));
    }
    let exceptions: usize = tallies.iter().map(|tally| tally.broken + tally.changed).sum();
    let places: usize = tallies.iter().map(Tally::places).sum();
    let formatted = matches!(&file.rule, Rule::Form(form) if matches!(form.of,
        FormKind::QuotesDouble | FormKind::QuotesSingle | FormKind::ListMarkDash | FormKind::ListMarkStar));
    if formatted && exceptions == 0 && places >= PLACES_OF_FORMATTER {
        return Some(format!("none of {places} places breaks it: a formatter seems to enforce it"));
    }
    if !secrets::find(&file.text()).is_empty() {
        return Some("it holds what looks like a secret".to_owned());
    }
    let told = told(file);
    let edits = tallies.iter().filter(|tally| tally.followed > 0).count();
    if (options.rejected)(&told.name, file, edits) {
        return Some("it was rejected, and not twice as much speaks for it since".to_owned());
    }
    None
}

fn merged(
    edits: &[Edit<'_>],
    rules: Vec<(RuleFile, Vec<Tally>)>,
    dropped: &mut Vec<Dropped>,
) -> Vec<(RuleFile, Vec<Tally>)> {
    let key = |tally: &Tally| -> Vec<Key> {
        // Places of one line are one.
        let text = edits.get(tally.edit).map_or("", |edit| edit.new);
        let line = |at: usize| text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        tally.starts.iter().map(|start| (tally.edit, line(*start))).collect()
    };
    let keys = |tallies: &[Tally]| -> HashSet<Key> { tallies.iter().flat_map(key).collect() };
    let known: Vec<(&Rule, HashSet<Key>)> =
        rules.iter().map(|(file, tallies)| (&file.rule, keys(tallies))).collect();
    let stays = stay(&known);
    let mut kept = Vec::new();
    for (rule, stays) in rules.into_iter().zip(stays) {
        if stays {
            kept.push(rule);
        } else {
            dropped.push(Dropped { name: told(&rule.0).name, why: "a more general rule says it".to_owned() });
        }
    }
    kept
}

fn support(edits: &[Edit<'_>], tallies: &[Tally]) -> Support {
    let following: Vec<&Edit<'_>> =
        tallies.iter().filter(|tally| tally.followed > 0).filter_map(|tally| edits.get(tally.edit)).collect();
    let different =
        |of: fn(&Edit<'_>) -> String| following.iter().map(|edit| of(edit)).collect::<BTreeSet<_>>().len();
    Support {
        places: tallies.iter().map(Tally::places).sum(),
        followed: tallies.iter().map(|tally| tally.followed).sum(),
        changed: tallies.iter().map(|tally| tally.changed).sum(),
        edits: following.len(),
        files: different(|edit| edit.path.to_owned()),
        commits: different(|edit| edit.commit.to_owned()),
        authors: different(|edit| edit.author.to_owned()),
    }
}

fn kept(edits: &[Edit<'_>], tallies: &[Tally]) -> Later {
    let places = tallies.iter().map(Tally::places).sum();
    let followed = tallies.iter().map(|tally| tally.followed).sum();
    Later {
        places,
        followed,
        interval: wilson(followed, places),
        edits: tallies.len(),
        keeping: tallies.iter().filter(|tally| tally.broken == 0).count(),
        broken: counters(edits, tallies),
    }
}

fn counters(edits: &[Edit<'_>], tallies: &[Tally]) -> Vec<Counter> {
    let counter = |tally: &Tally| {
        let (edit, place) = (edits.get(tally.edit)?, tally.counter.as_ref()?);
        let line = line_of(edit.new, place.start);
        Some(Counter { path: edit.path.to_owned(), line, commit: edit.commit.to_owned() })
    };
    tallies.iter().rev().filter_map(counter).take(EXAMPLES).collect()
}

fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).map_or(1, |before| before.matches('\n').count() + 1)
}

fn candidate(
    earlier: &[Edit<'_>],
    later: &[Edit<'_>],
    file: RuleFile,
    tallies: &[Tally],
    after: &[Tally],
) -> Candidate {
    let told = told(&file);
    let support = support(earlier, tallies);
    let later = kept(later, after);
    let [low, _] = wilson(support.followed + later.followed, support.places + later.places);
    let contested = support.changed > 0 || support.places > support.followed;
    // What was changed was decided; what was never otherwise nobody needs to be told.
    let worth = if contested { 1.0 + (support.changed as f64).min(10.0) / 10.0 } else { 0.6 };
    Candidate {
        description: format!("{} {}", told.rule, when(&file.scope)),
        name: told.name,
        title: told.title,
        examples: examples(earlier, tallies),
        counter_examples: counters(earlier, tallies),
        stability: quarters(earlier, tallies),
        score: low * worth * (1.0 + support.commits as f64).ln(),
        file,
        support,
        later,
    }
}

/// Returns in a sentence where a rule holds.
pub(super) fn when(scope: &Scope) -> String {
    let names: Vec<&str> = scope.languages.iter().map(|id| Language::from_id(id).name()).collect();
    let languages = if names.is_empty() { "any file".to_owned() } else { names.join(", ") };
    match scope.paths.as_slice() {
        [] => format!("Use it when you write or review {languages}."),
        paths => format!("Use it when you write or review {languages} in {}.", paths.join(", ")),
    }
}

/// Returns edits that follow the rule: changes first, then the newest.
fn examples(edits: &[Edit<'_>], tallies: &[Tally]) -> Vec<Example> {
    let mut with: Vec<&Tally> = tallies.iter().filter(|tally| tally.example.is_some()).collect();
    with.sort_by_key(|tally| (std::cmp::Reverse(tally.changed.min(1)), std::cmp::Reverse(tally.edit)));
    let mut found: Vec<Example> = Vec::new();
    for tally in with {
        let (Some(edit), Some((place, before))) = (edits.get(tally.edit), tally.example.as_ref()) else {
            continue;
        };
        let after = lines(edit.new, place);
        let before = before.as_ref().map(|place| lines(edit.old, place));
        let fits = |text: &str| text.len() <= EXAMPLE_BYTES && secrets::find(text).is_empty();
        let told = found.iter().any(|known| known.after == after);
        if !fits(&after) || !before.as_deref().is_none_or(fits) || told {
            continue;
        }
        found.push(Example {
            before,
            line: line_of(edit.new, place.start),
            after,
            path: edit.path.to_owned(),
            commit: edit.commit.to_owned(),
            author: edit.author.to_owned(),
            time: edit.time,
        });
        if found.len() == EXAMPLES {
            break;
        }
    }
    found
}

/// Returns the whole lines of a place.
fn lines(text: &str, place: &std::ops::Range<usize>) -> String {
    let start = text.get(..place.start).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let end =
        text.get(place.end..).and_then(|after| after.find('\n')).map_or(text.len(), |end| place.end + end);
    text.get(start..end).unwrap_or_default().trim_end().to_owned()
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
    let mut names: HashSet<String> = HashSet::new();
    for candidate in &mut mined.candidates {
        let (base, mut number) = (candidate.name.clone(), 2);
        while !names.insert(candidate.name.clone()) {
            candidate.name = format!("{base}-{number}");
            number += 1;
        }
    }
    let rest = mined.candidates.split_off(options.most.min(mined.candidates.len()));
    let why = format!("{} better ones come first", options.most);
    mined
        .dropped
        .extend(rest.into_iter().map(|candidate| Dropped { name: candidate.name, why: why.clone() }));
}
