//! The selection of rewrites: those with enough evidence that the newest texts follow, and the best of those with the same
//! meaning.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use housestyle_skills::{Finder, Pattern, Rewrite, Rule, Sides, line_end, line_start};
use housestyle_text::Language;

use super::rewrites::squeezed;
use super::{Bounds, newest};
use crate::mine::{Basis, FileEdit, Guess};

/// A rewrite before anything is known of its places elsewhere.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) rewrite: Rewrite,
    /// The number of an edit, and the bytes before and after.
    pub(super) places: Vec<(usize, Range<usize>, Range<usize>)>,
}

impl Draft {
    /// Returns whether enough different edits are among some.
    pub(super) fn enough<'e>(edits: impl Iterator<Item = &'e FileEdit<'e>>, bounds: &Bounds) -> bool {
        let (mut commits, mut files, mut both) = (HashSet::new(), HashSet::new(), HashSet::new());
        for edit in edits {
            commits.insert(edit.commit);
            files.insert(edit.path);
            both.insert((edit.commit, edit.path));
        }
        commits.len() >= bounds.commits && files.len() >= bounds.files && both.len() >= bounds.edits
    }

    /// Returns the lines before, each once.
    fn lines<'a>(&self, edits: &'a [FileEdit<'a>]) -> BTreeSet<&'a str> {
        let line = |(number, before, _): &(usize, Range<usize>, Range<usize>)| {
            let text = edits[*number].old;
            text.get(line_start(text, before.start)..line_end(text, before.start)).map(str::trim)
        };
        self.places.iter().filter_map(line).collect()
    }
}

/// Returns the selected rewrites, the best first, each with the number of its places.
pub(super) fn select(
    mut drafts: Vec<Draft>,
    edits: &[FileEdit<'_>],
    language: Language,
    bounds: &Bounds,
) -> Vec<(usize, Guess)> {
    // Of drafts that say the same, the first is kept.
    drafts.sort_by_key(|draft| std::cmp::Reverse(draft.places.len()));
    let edit = |place: &(usize, Range<usize>, Range<usize>)| &edits[place.0];
    let mut known = HashSet::new();
    let mut kept: Vec<(Draft, Vec<Pattern>)> = Vec::new();
    for draft in drafts {
        let lines = draft.lines(edits).len();
        if !Draft::enough(draft.places.iter().map(edit), bounds) || lines < bounds.edits {
            continue;
        }
        let Ok(patterns) = draft.rewrite.patterns(language) else { continue };
        let files: HashSet<&str> = draft.places.iter().map(|place| edit(place).path).collect();
        let commits: HashSet<&str> = draft.places.iter().map(|place| edit(place).commit).collect();
        let general = match only_difference(&patterns) {
            Difference::Literal => false,
            Difference::Name => {
                lines >= bounds.rename_sites
                    && files.len() > bounds.files
                    && commits.len() >= bounds.rename_commits
            }
            Difference::Form => true,
        };
        let [prefer, avoid] = patterns.as_slice() else { continue };
        let letter = prefer.is_token() && prefer.text.chars().count() < 3;
        let says = !avoid.is_token() && !letter;
        if general && says && known.insert(draft.rewrite.clone()) {
            kept.push((draft, patterns));
        }
    }
    let tallies = tallies(&kept, edits, language);
    let mut ranked: Vec<(f64, usize, Draft)> = Vec::new();
    for ((draft, patterns), [followed, broken]) in kept.into_iter().zip(tallies) {
        // Where what is preferred is there for many reasons, only what was changed to it speaks for it.
        let general =
            patterns[0].is_token() || patterns.iter().skip(1).any(|avoid| patterns[0].matches_pattern(avoid));
        let followed = if general { draft.places.len() } else { followed };
        let precision = (followed + 1) as f64 / (followed + broken + 1) as f64;
        if precision < bounds.precision || followed == 0 {
            continue;
        }
        let support: HashSet<(&str, &str)> =
            draft.places.iter().map(|place| (edit(place).commit, edit(place).path)).collect();
        let length = patterns.iter().map(|pattern| squeezed(&pattern.text).len()).sum();
        ranked.push((support.len() as f64 * precision, length, draft));
    }
    ranked
        .sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then_with(|| a.2.rewrite.cmp(&b.2.rewrite)));
    let mut covered: Vec<(usize, Range<usize>)> = Vec::new();
    let mut found = Vec::new();
    for (_, _, draft) in ranked {
        let is_covered = |(number, before, _): &(usize, Range<usize>, Range<usize>)| {
            let meets = |other: &Range<usize>| before.start <= other.end && other.start <= before.end;
            covered.iter().any(|(edit, range)| edit == number && meets(range))
        };
        let known = draft.places.iter().filter(|place| is_covered(place)).count();
        if known * 2 > draft.places.len() {
            continue;
        }
        covered.extend(draft.places.iter().map(|(number, before, _)| (*number, before.clone())));
        let languages = vec![language.id().to_owned()];
        let guess = Guess { rule: Rule::Rewrite(draft.rewrite), languages, basis: Basis::Places };
        found.push((draft.places.len(), guess));
    }
    found
}

/// Counts the places of rewrites in the newest texts: places that follow a rewrite, and places that break it.
fn tallies(drafts: &[(Draft, Vec<Pattern>)], edits: &[FileEdit<'_>], language: Language) -> Vec<[usize; 2]> {
    let mut all = Vec::new();
    let mut sides = Vec::new();
    let mut owners = Vec::new();
    for (number, (_, patterns)) in drafts.iter().enumerate() {
        sides.push(Sides::new(patterns, all.len()));
        owners.extend(patterns.iter().map(|_| number));
        all.extend(patterns.iter().cloned());
    }
    let finder = Finder::new(all);
    let mut tallies = vec![[0, 0]; drafts.len()];
    for source in newest(edits, language) {
        let matches = finder.find(&source, None, |_| true);
        let mut by_draft = vec![Vec::new(); drafts.len()];
        for found in &matches {
            by_draft[owners[found.pattern]].push(found);
        }
        for ((matches, sides), tally) in by_draft.iter().zip(&sides).zip(&mut tallies) {
            let (followed, broken) = sides.parted(matches);
            tally[0] += followed.len();
            tally[1] += broken.len();
        }
    }
    tallies
}

/// The difference of two patterns.
enum Difference {
    /// In nothing but the value of literals: a version or a message, no rule.
    Literal,
    /// In one name.
    Name,
    /// In more.
    Form,
}

fn only_difference(patterns: &[Pattern]) -> Difference {
    let tokens = |pattern: &Pattern| pattern.tokens();
    let [prefer, avoid] = patterns else { return Difference::Form };
    let (prefer, avoid) = (tokens(prefer), tokens(avoid));
    if prefer.len() != avoid.len() {
        return Difference::Form;
    }
    let differ: Vec<(&String, &String)> = prefer.iter().zip(&avoid).filter(|(a, b)| a != b).collect();
    let word = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == '_');
    let name = |text: &str| word(text) && !text.starts_with(|c: char| c.is_ascii_digit());
    let literal =
        |text: &str| !name(text) && !text.starts_with('$') && text.chars().any(char::is_alphanumeric);
    if differ.iter().all(|(a, b)| literal(a) || literal(b)) {
        return Difference::Literal;
    }
    let names = differ.iter().all(|(a, b)| name(a) && name(b));
    if names { Difference::Name } else { Difference::Form }
}
