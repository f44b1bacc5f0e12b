//! The changes of an edit as pairs of nodes: the smallest that differ, and one or two levels around them.

use std::collections::HashSet;
use std::ops::Range;

use housestyle_skills::Source;

use super::term::Term;
use crate::mine::alignment::aligned;

/// Neighbours that are compared with each other, at most: the product of both sides.
pub(super) const COMPARED: usize = 250_000;
/// Levels around the smallest nodes that differ.
const AROUND: usize = 2;
/// Most pairs of one edit, the first ones. All pairs of all edits are in memory at once, and a file that was written anew
/// has as many pairs as nodes.
pub(super) const PAIRS: usize = 400;

/// A node before and after an edit.
#[derive(Debug, Clone)]
pub(super) struct Pair<'t> {
    pub(super) before: &'t Term,
    pub(super) after: &'t Term,
}

/// Returns the pairs of an edit that touch one of its hunks.
pub(super) fn pairs<'t>(
    old: &'t Term,
    new: &'t Term,
    hunks: &[(Range<usize>, Range<usize>)],
    tokens: usize,
) -> Vec<Pair<'t>> {
    let touches = |a: &Range<usize>, b: &Range<usize>| a.start <= b.end && b.start <= a.end;
    let mut pairs = Diff::of(old, new, tokens).pairs;
    pairs.retain(|pair| {
        hunks.iter().any(|(old, new)| touches(&pair.before.range, old) && touches(&pair.after.range, new))
    });
    pairs
}

/// Two trees that are compared.
pub(super) struct Diff<'t> {
    /// The pairs of nodes around the one that is compared, of one kind each.
    path: Vec<(&'t Term, &'t Term)>,
    seen: HashSet<(Range<usize>, Range<usize>)>,
    pub(super) pairs: Vec<Pair<'t>>,
    /// Tokens of a pair's sides, at most.
    tokens: usize,
    /// Comparisons of two nodes so far.
    pub(super) compared: usize,
}

impl<'t> Diff<'t> {
    /// Compares two trees.
    pub(super) fn of(old: &'t Term, new: &'t Term, tokens: usize) -> Diff<'t> {
        let mut diff =
            Diff { path: Vec::new(), seen: HashSet::new(), pairs: Vec::new(), tokens, compared: 0 };
        diff.nodes(old, new);
        diff
    }

    fn nodes(&mut self, a: &'t Term, b: &'t Term) {
        self.compared += 1;
        if a.hash == b.hash || self.pairs.len() >= PAIRS {
            return;
        }
        if a.kind != b.kind || a.children.is_empty() || b.children.is_empty() {
            return self.found(a, b);
        }
        let (old, new) = (a.children.as_slice(), b.children.as_slice());
        let head = old.iter().zip(new).take_while(|(x, y)| x.hash == y.hash).count();
        let tail = old[head..].iter().rev().zip(new[head..].iter().rev());
        let tail = tail.take_while(|(x, y)| x.hash == y.hash).count();
        let (old, new) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
        self.path.push((a, b));
        let whole = self.children(old, new);
        self.path.pop();
        if !whole {
            self.found(a, b);
        }
    }

    /// Compares neighbours; returns whether each of them has its counterpart.
    fn children(&mut self, old: &'t [Term], new: &'t [Term]) -> bool {
        if old.len() == new.len() {
            old.iter().zip(new).for_each(|(a, b)| self.nodes(a, b));
            return true;
        }
        if old.len() * new.len() > COMPARED {
            return true;
        }
        self.compared += old.len() * new.len();
        let mut whole = true;
        let mut reached = (0, 0);
        let mut matched = aligned(old, new, |a, b| usize::from(a.hash == b.hash) * 2);
        matched.push((old.len(), new.len()));
        for (i, j) in matched {
            let (x, y) = (&old[reached.0..i], &new[reached.1..j]);
            if x.len() == y.len() {
                x.iter().zip(y).for_each(|(a, b)| self.nodes(a, b));
            } else {
                whole = false;
                if !x.is_empty() && !y.is_empty() && x.len() * y.len() <= 900 {
                    self.compared += x.len() * y.len();
                    for (k, l) in aligned(x, y, likeness) {
                        self.nodes(&x[k], &y[l]);
                    }
                }
            }
            reached = (i + 1, j + 1);
        }
        whole
    }

    /// Adds a pair and the pairs around it.
    fn found(&mut self, a: &'t Term, b: &'t Term) {
        self.keep(a, b, self.path.len());
        for level in (0..self.path.len()).rev().take(AROUND) {
            let (a, b) = self.path[level];
            self.keep(a, b, level);
        }
    }

    /// Keeps a pair that has so many levels above it.
    fn keep(&mut self, a: &'t Term, b: &'t Term, level: usize) {
        let small = a.tokens <= self.tokens && b.tokens <= self.tokens;
        let parent = level.checked_sub(1).map(|above| self.path[above]);
        let whole = parent.is_none_or(|(old, new)| is_whole(a, old, new));
        let fits = small && whole && a.named && b.named && !(a.part || b.part);
        if fits && self.pairs.len() < PAIRS && self.seen.insert((a.range.clone(), b.range.clone())) {
            self.pairs.push(Pair { before: a, after: b });
        }
    }
}

/// Returns whether a child is all that changed between its parents. Otherwise it is a part of a change, unless the
/// parents are rows of statements; changes within such rows do not count.
fn is_whole(child: &Term, old: &Term, new: &Term) -> bool {
    if old.body && new.body {
        return true;
    }
    let same = |(a, b): (&Term, &Term)| a.hash == b.hash || a.range == child.range || (a.body && b.body);
    old.children.len() == new.children.len() && old.children.iter().zip(&new.children).all(same)
}

/// Returns how alike two nodes are, from 0: of one kind, and with common tokens.
fn likeness(a: &Term, b: &Term) -> usize {
    if a.kind != b.kind {
        return 0;
    }
    let mut tokens = HashSet::new();
    a.leaves(&mut |leaf| {
        tokens.insert(leaf.hash);
    });
    let mut common = 0;
    b.leaves(&mut |leaf| common += usize::from(tokens.contains(&leaf.hash)));
    if common * 2 < b.tokens.max(a.tokens) { 0 } else { 1 + common }
}

/// Returns the tokens that a change removed and added; a text in quotes counts as some text.
///
/// There are two ways to count: each token as often as it is there, or once. The first is wrong where the change repeats a
/// token that stays, the second where a removed token also stays elsewhere.
pub(super) fn signatures(pair: &Pair<'_>, old: &Source<'_>, new: &Source<'_>) -> Vec<Vec<String>> {
    let tokens = |term: &Term, source: &Source<'_>| {
        let mut tokens = Vec::new();
        collect(term, source, false, &mut tokens);
        tokens.sort_unstable();
        tokens
    };
    let (mut before, mut after) = (tokens(pair.before, old), tokens(pair.after, new));
    let each = difference(&before, &after);
    before.dedup();
    after.dedup();
    let once = difference(&before, &after);
    let mut both = vec![each];
    if both[0] != once {
        both.push(once);
    }
    both.retain(|signature| !signature.is_empty());
    both
}

/// Returns the tokens of one sorted list only, with `-` before those of the first and `+` before those of the second;
/// the first come first.
fn difference(before: &[String], after: &[String]) -> Vec<String> {
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    let (mut i, mut j) = (0, 0);
    while i < before.len() || j < after.len() {
        match (before.get(i), after.get(j)) {
            (Some(a), Some(b)) if a == b => (i, j) = (i + 1, j + 1),
            (Some(a), b) if b.is_none_or(|b| a < b) => {
                gone.push(format!("-{a}"));
                i += 1;
            }
            (_, Some(b)) => {
                come.push(format!("+{b}"));
                j += 1;
            }
            (_, None) => break,
        }
    }
    gone.extend(come);
    gone
}

fn collect(term: &Term, source: &Source<'_>, inside: bool, tokens: &mut Vec<String>) {
    let literal = inside || term.literal;
    if !term.children.is_empty() {
        term.children.iter().for_each(|child| collect(child, source, literal, tokens));
        return;
    }
    let text = source.slice(term.range.clone());
    if is_quote(text) {
        // Which quotes there are a formatter decides.
        return;
    }
    match text {
        "," | ";" => {}
        _ if literal => tokens.push("\u{1}text".to_owned()),
        _ => tokens.push(text.to_owned()),
    }
}

/// Returns whether a token is nothing but quotes that mean the same.
fn is_quote(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c == '"' || c == '\'')
}
