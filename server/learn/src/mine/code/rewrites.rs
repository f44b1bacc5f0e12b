//! Rewrites: changes that several edits made alike, as patterns.

use std::collections::BTreeMap;

use housestyle_skills::{Finder, Pattern, Rewrite, Sides, Source, expand};
use housestyle_text::Language;

use super::generalise::{Example, generalise};
use super::pairs::{pairs, signatures};
use super::select::{Draft, select};
use super::term::Term;
use super::{Bounds, language, strongest};
use crate::mine::{FileEdit, Guess};

/// Examples of one group that are generalised; more would change nothing.
const EXAMPLES: usize = 64;

/// Tokens that go and come in a rewrite, at most.
const SIGNATURE: usize = 12;

/// A group of like changes: the kinds of the nodes before and after, and the tokens that went and came.
type Group = (u16, u16, Vec<String>);

/// Returns the rewrites that the edits make, the best first.
pub(crate) fn rewrites(edits: &[FileEdit<'_>], bounds: &Bounds) -> Vec<Guess> {
    let mut by_language: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, edit) in edits.iter().enumerate() {
        if let Some(language) = language(edit).filter(|_| !edit.old.is_empty() && !edit.new.is_empty()) {
            by_language.entry(language.id()).or_default().push(number);
        }
    }
    let mut found = Vec::new();
    for (id, numbers) in by_language {
        let language = Language::from_id(id);
        let drafts = drafts(edits, &numbers, language, bounds);
        found.extend(select(drafts, edits, language, bounds));
    }
    strongest(found, bounds)
}

/// Returns every rewrite that enough edits of one language make.
fn drafts(edits: &[FileEdit<'_>], numbers: &[usize], language: Language, bounds: &Bounds) -> Vec<Draft> {
    let read = |number: &usize| {
        let edit = &edits[*number];
        let (old, new) =
            (Source::new(edit.path, edit.old, language), Source::new(edit.path, edit.new, language));
        let terms = (Term::of(&old)?, Term::of(&new)?);
        Some((*number, old, new, terms))
    };
    let texts: Vec<_> = numbers.iter().filter_map(read).collect();
    let mut groups: BTreeMap<Group, Vec<(usize, Example<'_>)>> = BTreeMap::new();
    for (number, old, new, (before, after)) in &texts {
        let edit = &edits[*number];
        for pair in pairs(before, after, &edit.hunks, bounds.tokens) {
            let example = Example { pair: pair.clone(), old: edit.old, new: edit.new };
            if squeezed(example.before()) == squeezed(example.after()) {
                continue;
            }
            for signature in signatures(&pair, old, new) {
                if signature.len() <= SIGNATURE {
                    let group = (pair.before.kind, pair.after.kind, signature);
                    groups.entry(group).or_default().push((*number, example.clone()));
                }
            }
        }
    }
    let reversed = |group: &Group| {
        let turned = |token: &String| match token.strip_prefix('-') {
            Some(rest) => format!("+{rest}"),
            None => format!("-{}", token.strip_prefix('+').unwrap_or(token)),
        };
        let mut signature: Vec<String> = group.2.iter().map(turned).collect();
        // As `signatures` orders them: what went first.
        signature.sort_by_key(|token| (token.starts_with('+'), token.clone()));
        groups.get(&(group.1, group.0, signature)).map_or(0, Vec::len)
    };
    let mut drafts = Vec::new();
    for (group, examples) in &groups {
        if !Draft::enough(examples.iter().map(|(number, _)| &edits[*number]), bounds) {
            continue;
        }
        if reversed(group) * 3 >= examples.len() {
            continue;
        }
        for cluster in clusters(examples) {
            let wanted = Draft::enough(cluster.iter().map(|(number, _)| &edits[*number]), bounds);
            drafts.extend(wanted.then(|| draft(&cluster, language)).flatten());
        }
    }
    drafts
}

/// Parts a group by the kinds of the children, before and after: nodes of one shape generalise.
fn clusters<'e, 't>(examples: &'e [(usize, Example<'t>)]) -> Vec<Vec<&'e (usize, Example<'t>)>> {
    let shape = |term: &Term| term.children.iter().map(|child| child.kind).collect::<Vec<_>>();
    let mut clusters: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for example in examples {
        let pair = &example.1.pair;
        clusters.entry((shape(pair.before), shape(pair.after))).or_default().push(example);
    }
    let mut parts: Vec<Vec<_>> = clusters.into_values().collect();
    if parts.len() > 1 {
        parts.push(examples.iter().collect());
    }
    parts
}

/// Generalises examples, and keeps those that the resulting rewrite really changes.
fn draft(examples: &[&(usize, Example<'_>)], language: Language) -> Option<Draft> {
    let step = examples.len().div_ceil(EXAMPLES).max(1);
    let some: Vec<&Example<'_>> = examples.iter().step_by(step).map(|(_, example)| example).collect();
    let (avoid, prefer) = generalise(&some)?;
    if squeezed(&avoid) == squeezed(&prefer) {
        return None;
    }
    let rewrite = Rewrite { avoid: vec![avoid], prefer };
    let patterns = rewrite.patterns(language).ok()?;
    // What stands for anything and was nowhere before is not said at all.
    if patterns[0].names.iter().any(|name| name.many && !patterns[1].names.contains(name)) {
        return None;
    }
    let sides = Sides::new(&patterns, 0);
    let [to, from] = patterns.as_slice() else { return None };
    let finder = Finder::new(patterns.clone());
    let examples = examples.iter().filter(|(_, example)| rewritten(example, from, to, &sides, &finder));
    let places = examples.map(|(number, example)| {
        (*number, example.pair.before.range.clone(), example.pair.after.range.clone())
    });
    Some(Draft { rewrite, places: places.collect() })
}

/// Returns whether the patterns rewrite an example as its edit did.
fn rewritten(example: &Example<'_>, from: &Pattern, to: &Pattern, sides: &Sides, finder: &Finder) -> bool {
    let Some((whole, at)) = from.in_context(example.before()) else { return false };
    let source = Source::new("", &whole, from.language);
    let matches = finder.find(&source, Some(at.clone()), |_| true);
    let (_, broken) = sides.parted(&matches.iter().collect::<Vec<_>>());
    let Some(found) = broken.iter().find(|found| found.range.start == at.start && found.range.end <= at.end)
    else {
        return false;
    };
    let bound = to.names.iter().all(|name| from.names.contains(name));
    if !bound {
        // Something is said anew, so that nothing can be compared but whether it fits.
        return true;
    }
    expand(&source, from, found, to).is_some_and(|fix| squeezed(&fix) == squeezed(example.after()))
}

/// Returns a text without the choices of a formatter: white space, redundant brackets, commas, kinds of quotes.
pub(super) fn squeezed(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | ';' | '(' | ')'));
    kept.map(|c| if c == '\'' { '"' } else { c }).collect()
}
