//! Tokens that followed the same tokens before: counts for a prediction, and text for drafts.

use super::corpus::{Phrases, Scope, Scopes};
use super::estimate::Prediction;
use super::order::{self, BORDER, LONGEST};
use super::weights::Weights;

/// Levels of matches: each holds the matches of at least so many tokens.
pub(super) const LEVELS: [usize; 7] = [2, 3, 4, 6, 9, 14, 20];
/// Positions of a level that are counted; of more, evenly spread ones stand for all.
const SAMPLE: usize = 64;

/// Tokens by which the text after the hole is known again.
const KNOWN_AGAIN: usize = 4;

/// Where a text is to go on: the tokens before and after.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hole<'a> {
    /// The tokens before, which are continued.
    pub before: &'a [u32],
    /// The tokens after, if any.
    pub after: &'a [u32],
}

/// An earlier position after the same tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// How many tokens before it agree, up to a bound.
    pub length: usize,
    position: u32,
}

/// A token that followed, the highest level of the matches it followed, and how much that counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vote {
    pub(super) token: u32,
    pub(super) level: usize,
    pub(super) weight: f32,
}

impl Phrases {
    /// Predicts the continuation of a text into `out`.
    pub fn predict(&self, scopes: &Scopes, hole: Hole<'_>, out: &mut Prediction) {
        out.of_all(&[(self, scopes)], hole);
    }

    /// Appends the tokens that followed the tokens before the hole elsewhere, position by position.
    pub(super) fn vote(&self, scopes: &Scopes, hole: Hole<'_>, weights: &Weights, votes: &mut Vec<Vote>) {
        let context = hole.before;
        let Some((_, at)) = self.find(context) else { return };
        let mut range = (at, at);
        // From the longest matches to the shortest, each position once.
        for level in (0..LEVELS.len()).rev() {
            let wider = self.range(context, LEVELS[level], range);
            let (left, right) = (range.0 - wider.0, wider.1 - range.1);
            let all = left + right;
            let looked_at = all.min(SAMPLE);
            for n in 0..looked_at {
                let n = n * all / looked_at;
                let at = if n < left { wider.0 + n } else { range.1 + n - left };
                let position = self.positions[at];
                let scope = scopes.0.get(self.document_of(position)).copied().unwrap_or(Scope::Repository);
                if scope == Scope::File && self.goes_on_with(position, hole.after) {
                    continue;
                }
                let weight = weights.of_scope(scope) * all as f32 / looked_at as f32;
                votes.push(Vote { token: self.tokens[position as usize], level, weight });
            }
            range = wider;
        }
    }

    /// Returns the longest match of a text's end; of several the nearest, and of these the last one put in.
    pub fn longest(&self, scopes: &Scopes, context: &[u32]) -> Option<Match> {
        let (length, at) = self.find(context)?;
        let (from, to) = self.range(context, length, (at, at));
        let candidates = self.positions[from..to].iter().rev().take(SAMPLE);
        let nearest = candidates.max_by_key(|position| {
            let scope = scopes.0.get(self.document_of(**position)).copied().unwrap_or(Scope::Repository);
            (scope, **position)
        });
        nearest.map(|position| Match { length, position: *position })
    }

    /// Returns the tokens that follow a match, to the end of its text.
    pub fn after(&self, found: Match) -> impl Iterator<Item = u32> {
        self.tokens.iter().skip(found.position as usize).copied().take_while(|token| *token != BORDER)
    }

    /// Returns whether a position goes on as the text after the hole begins. In the hole's own file such a position is
    /// the hole itself, as the file was before somebody wrote there: the text after the hole is not the missing one.
    fn goes_on_with(&self, position: u32, after: &[u32]) -> bool {
        let Some(here) = self.tokens.get(position as usize..).and_then(|rest| rest.get(..KNOWN_AGAIN)) else {
            return false;
        };
        // The rest of the line and the next one's indentation may stand before what is known again.
        after.windows(KNOWN_AGAIN).take(KNOWN_AGAIN + 1).any(|window| window == here)
    }

    /// Returns the length of the longest match, and where in the order of positions its text would stand.
    fn find(&self, context: &[u32]) -> Option<(usize, usize)> {
        // Only the tokens after a border can match.
        let context = context.rsplit(|token| *token == BORDER).next().unwrap_or_default();
        let context = &context[context.len().saturating_sub(LONGEST)..];
        let at = self.positions.partition_point(|p| order::against(&self.tokens, *p, context).is_lt());
        let length =
            |at: usize| self.positions.get(at).map_or(0, |p| order::common(&self.tokens, *p, context));
        let length = length(at).max(at.checked_sub(1).map_or(0, length));
        (length >= LEVELS[0]).then_some((length, at))
    }

    /// Widens a range of positions to all that agree in `length` tokens at least.
    fn range(&self, context: &[u32], length: usize, inner: (usize, usize)) -> (usize, usize) {
        let agrees = |at: usize| order::common(&self.tokens, self.positions[at], context) >= length;
        // Steps that double, then halves: the wanted end is mostly near.
        let reach = |most: usize, at: &dyn Fn(usize) -> usize| {
            let mut step = 1;
            while step <= most && agrees(at(step)) {
                step *= 2;
            }
            let (mut in_it, mut out_of_it) = (step / 2, step.min(most + 1));
            while out_of_it - in_it > 1 {
                let middle = in_it.midpoint(out_of_it);
                if agrees(at(middle)) { in_it = middle } else { out_of_it = middle }
            }
            in_it
        };
        let (from, to) = inner;
        (from - reach(from, &|n| from - n), to + reach(self.positions.len() - to, &|n| to + n - 1))
    }
}
