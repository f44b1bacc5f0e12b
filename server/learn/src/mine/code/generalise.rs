//! Anti-unification: the narrowest rewrite that all of some pairs are instances of.
//!
//! The trees are walked together. Parts that all share stay; parts that differ become a metavariable, the same one for
//! the same texts, before and after; neighbours of different number become one that stands for many.

use std::collections::HashMap;
use std::ops::Range;

use housestyle_skills::indentation;

use super::pairs::Pair;
use super::term::Term;

/// Metavariables of a rewrite, at most: with more it means nothing.
const VARIABLES: usize = 8;

/// One edit's pair with the texts that it is of.
#[derive(Debug, Clone)]
pub(super) struct Example<'t> {
    pub(super) pair: Pair<'t>,
    pub(super) old: &'t str,
    pub(super) new: &'t str,
}

impl<'t> Example<'t> {
    pub(super) fn before(&self) -> &'t str {
        self.old.get(self.pair.before.range.clone()).unwrap_or_default()
    }

    pub(super) fn after(&self) -> &'t str {
        self.new.get(self.pair.after.range.clone()).unwrap_or_default()
    }
}

/// Returns the sides before and after of all examples as two patterns; `None` where nothing is common to them.
pub(super) fn generalise(examples: &[&Example<'_>]) -> Option<(String, String)> {
    // The longest has something in every list; the texts of the patterns are its text.
    let (longest, _) = examples
        .iter()
        .enumerate()
        .max_by_key(|(at, example)| (example.pair.before.tokens, usize::MAX - at))?;
    let mut order: Vec<&Example<'_>> = vec![examples[longest]];
    order.extend(examples.iter().enumerate().filter(|(at, _)| *at != longest).map(|(_, example)| *example));
    let mut variables = Variables::default();
    let before: Vec<&Term> = order.iter().map(|example| example.pair.before).collect();
    let after: Vec<&Term> = order.iter().map(|example| example.pair.after).collect();
    let avoid = variables.side(&before, order[0].old)?;
    let bound = variables.known.len();
    let prefer = variables.side(&after, order[0].new)?;
    // One thing may be said anew, as the text of an `expect`; more would be no rewrite.
    (variables.known.len() <= bound + 1 && variables.known.len() <= VARIABLES).then_some((avoid, prefer))
}

#[derive(Default)]
struct Variables {
    /// The numbers of the metavariables, by the hashes of their values in each example and whether these are many.
    known: HashMap<(Vec<u64>, bool), usize>,
    /// Where the side that is read has metavariables, in the text of the first example.
    holes: Vec<(Range<usize>, usize, bool)>,
}

impl Variables {
    /// Returns the pattern of one side.
    fn side(&mut self, terms: &[&Term], text: &str) -> Option<String> {
        self.holes.clear();
        let root = terms.first()?;
        if !self.unify(terms) || self.holes.iter().any(|(range, ..)| *range == root.range) {
            return None;
        }
        let mut holes = std::mem::take(&mut self.holes);
        holes.sort_by_key(|(range, ..)| range.start);
        let (mut pattern, mut reached) = (String::new(), root.range.start);
        for (range, number, many) in &holes {
            pattern.push_str(text.get(reached..range.start)?);
            pattern.push_str(if *many { "$$$" } else { "$" });
            pattern.push(char::from(b'A' + u8::try_from(*number).ok().filter(|number| *number < 26)?));
            reached = range.end;
        }
        pattern.push_str(text.get(reached..root.range.end)?);
        Some(outdented(&pattern, text, root.range.start))
    }

    /// Walks nodes together; returns whether they are now the same but for metavariables.
    fn unify(&mut self, terms: &[&Term]) -> bool {
        let first = terms[0];
        if terms.iter().all(|term| term.hash == first.hash && term.kind == first.kind) {
            return true;
        }
        let like = terms.iter().all(|term| term.kind == first.kind && !term.children.is_empty());
        if like {
            let mark = self.holes.len();
            if self.lists(terms) {
                return true;
            }
            self.holes.truncate(mark);
        }
        let key = terms.iter().map(|term| term.hash).collect();
        terms.iter().all(|term| term.named) && self.hole(first.range.clone(), key, false)
    }

    /// Walks the children of nodes of one kind together.
    fn lists(&mut self, terms: &[&Term]) -> bool {
        let lists: Vec<&[Term]> = terms.iter().map(|term| term.children.as_slice()).collect();
        if terms[0].flat && self.runs(&lists) {
            return true;
        }
        let length = lists[0].len();
        if lists.iter().all(|list| list.len() == length) && !terms[0].flat {
            let column = |at: usize| lists.iter().map(|list| &list[at]).collect::<Vec<_>>();
            return (0..length).all(|at| self.unify(&column(at)));
        }
        self.rest(&lists)
    }

    /// Walks operands between the separators of tokens together.
    fn runs(&mut self, lists: &[&[Term]]) -> bool {
        let parted: Vec<Vec<(&[Term], Option<&Term>)>> = lists.iter().map(|list| runs(list)).collect();
        let length = parted[0].len();
        if parted.iter().any(|runs| runs.len() != length) {
            return false;
        }
        let mark = self.holes.len();
        for at in 0..length {
            let separator = |runs: &Vec<(&[Term], Option<&Term>)>| runs[at].1.map(|term| term.hash);
            let operands: Vec<&[Term]> = parted.iter().map(|runs| runs[at].0).collect();
            let same = parted.iter().all(|runs| separator(runs) == separator(&parted[0]));
            let key: Vec<u64> = operands.iter().map(|run| Term::hash_of(run)).collect();
            let unified = if !same {
                false
            } else if key.iter().all(|hash| *hash == key[0]) {
                true
            } else if operands.iter().all(|run| run.len() == 1) {
                self.unify(&operands.iter().map(|run| &run[0]).collect::<Vec<_>>())
            } else {
                operands.iter().all(|run| !run.is_empty())
                    && span(operands[0]).is_some_and(|range| self.hole(range, key, false))
            };
            if !unified {
                self.holes.truncate(mark);
                return false;
            }
        }
        true
    }

    /// Keeps the common beginning and ending of lists and makes one metavariable of the middle.
    fn rest(&mut self, lists: &[&[Term]]) -> bool {
        let first = lists[0];
        let shortest = lists.iter().map(|list| list.len()).min().unwrap_or(0);
        let same = |at: usize, from_end: bool| {
            let get = |list: &[Term]| {
                if from_end { list[list.len() - 1 - at].hash } else { list[at].hash }
            };
            lists.iter().all(|list| get(list) == get(first))
        };
        let head = (0..shortest).take_while(|at| same(*at, false)).count();
        let tail = (0..shortest - head).take_while(|at| same(*at, true)).count();
        let middles: Vec<&[Term]> = lists.iter().map(|list| &list[head..list.len() - tail]).collect();
        let whole = middles.iter().flat_map(|middle| middle.iter()).all(|term| term.named);
        let Some(range) = span(middles[0]) else { return false };
        if head + tail == 0 || !(whole || lists[0].iter().any(|term| term.flat || term.separates)) {
            return false;
        }
        let key = middles.iter().map(|middle| Term::hash_of(middle)).collect();
        self.hole(range, key, true)
    }

    fn hole(&mut self, range: Range<usize>, key: Vec<u64>, many: bool) -> bool {
        let next = self.known.len();
        let number = *self.known.entry((key, many)).or_insert(next);
        self.holes.push((range, number, many));
        true
    }
}

/// Returns the bytes from the first of some neighbours to the last.
fn span(terms: &[Term]) -> Option<Range<usize>> {
    Some(terms.first()?.range.start..terms.last()?.range.end)
}

/// Parts tokens into operands and the separators behind them, as the matcher does.
fn runs(list: &[Term]) -> Vec<(&[Term], Option<&Term>)> {
    let mut parted = Vec::new();
    let mut from = 0;
    for (at, term) in list.iter().enumerate() {
        if term.separates {
            parted.push((&list[from..at], Some(term)));
            from = at + 1;
        }
    }
    parted.push((&list[from..], None));
    parted
}

/// Returns a pattern without the indentation that its text had where it stood.
fn outdented(pattern: &str, text: &str, start: usize) -> String {
    let indent = indentation(text, start);
    let lines = pattern.split('\n').map(|line| line.strip_prefix(indent).unwrap_or(line));
    lines.map(|line| line.trim_end_matches('\r')).collect::<Vec<_>>().join("\n")
}
