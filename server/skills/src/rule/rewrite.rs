//! Rewrites: code in one way, not in another, as patterns over syntax trees.

use std::ops::Range;

use housestyle_text::Language;
use serde::{Deserialize, Serialize};

use super::Occurrence;
use super::pattern::{Finder, Match, Pattern, expand};
use crate::error::SkillError;
use crate::source::Source;

/// Patterns are code with metavariables: `$NAME` stands for one node, `$$$NAME` for any number of neighbours, and the
/// same name twice for the same text (the notation of ast-grep).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rewrite {
    /// The avoided patterns.
    pub avoid: Vec<String>,
    /// The preferred pattern. It fixes an occurrence where the avoided pattern binds all its metavariables.
    pub prefer: String,
}

impl Rewrite {
    /// Returns the places where the rule applies and that touch `within`; none where a pattern is wrong.
    pub(super) fn occurrences(&self, source: &Source<'_>, within: Option<Range<usize>>) -> Vec<Occurrence> {
        let Ok(patterns) = self.patterns(source.language) else { return Vec::new() };
        let sides = Sides::new(&patterns, 0);
        let finder = Finder::new(patterns);
        let matches = finder.find(source, within, |_| true);
        sides.occurrences(source, &finder, &matches.iter().collect::<Vec<_>>())
    }

    /// Parses the patterns: the preferred one first.
    ///
    /// # Errors
    /// When a pattern is no code of the language, or matches everything.
    pub fn patterns(&self, language: Language) -> Result<Vec<Pattern>, SkillError> {
        let parse = |field, text: &str| {
            Pattern::parse(text, language).map_err(|source| SkillError::RulePattern {
                field,
                text: clipped(text),
                source,
            })
        };
        let mut patterns = vec![parse("rewrite.prefer", &self.prefer)?];
        for avoid in &self.avoid {
            patterns.push(parse("rewrite.avoid", avoid)?);
        }
        Ok(patterns)
    }
}

fn clipped(text: &str) -> String {
    text.chars().take(80).collect()
}

/// The patterns of one rewrite in a finder, and their relation.
#[derive(Debug, Clone)]
pub struct Sides {
    /// The place of the preferred pattern in the finder; those avoided follow it.
    prefer: usize,
    /// For each avoided pattern, whether the preferred one matches it too, so that only the avoided one decides.
    narrower: Vec<bool>,
}

impl Sides {
    /// Relates patterns as [`Rewrite::patterns`] returns them, which stand at `first` in the finder.
    pub fn new(patterns: &[Pattern], first: usize) -> Sides {
        let Some((prefer, avoided)) = patterns.split_first() else {
            return Sides { prefer: first, narrower: Vec::new() };
        };
        let narrower = avoided.iter().map(|avoid| prefer.matches_pattern(avoid)).collect();
        Sides { prefer: first, narrower }
    }

    /// Makes occurrences of the matches of this rewrite's patterns, in their order.
    pub(crate) fn occurrences(
        &self,
        source: &Source<'_>,
        finder: &Finder,
        matches: &[&Match],
    ) -> Vec<Occurrence> {
        let (kept, broken) = self.parted(matches);
        let place = |found: &Match, followed, fix| Occurrence { range: found.range.clone(), followed, fix };
        let mut places: Vec<Occurrence> = kept.iter().map(|found| place(found, true, None)).collect();
        for found in broken {
            let pattern = |index: usize| finder.patterns().get(index);
            let fix = match (pattern(found.pattern), pattern(self.prefer)) {
                (Some(avoid), Some(prefer)) => expand(source, avoid, found, prefer),
                _ => None,
            };
            places.push(place(found, false, fix));
        }
        places.sort_by_key(|place| (place.range.start, place.range.end));
        places.dedup_by(|a, b| a.range == b.range && a.followed == b.followed);
        places
    }

    /// Divides matches into matches that follow the rule and matches that break it.
    ///
    /// A match of both kinds follows the rule, unless the avoided pattern is narrower than the preferred one.
    pub fn parted<'m>(&self, matches: &[&'m Match]) -> (Vec<&'m Match>, Vec<&'m Match>) {
        let (followed, avoided): (Vec<&Match>, Vec<&Match>) =
            matches.iter().partition(|found| found.pattern == self.prefer);
        let narrow = |found: &Match| {
            let number = found.pattern.checked_sub(self.prefer + 1);
            number.and_then(|number| self.narrower.get(number)).copied().unwrap_or_default()
        };
        let meet = |a: &Match, b: &Match| covers(a, b) || covers(b, a);
        let broken: Vec<&Match> = avoided
            .into_iter()
            .filter(|found| narrow(found) || !near(&followed, found).any(|other| meet(other, found)))
            .collect();
        let kept = followed.into_iter();
        let kept =
            kept.filter(|found| !near(&broken, found).any(|other| narrow(other) && meet(other, found)));
        (kept.collect(), broken)
    }
}

/// Returns the matches that overlap another, of some in the order of their starts.
fn near<'a, 'm>(matches: &'a [&'m Match], found: &'a Match) -> impl Iterator<Item = &'m Match> + 'a {
    let end = matches.partition_point(|other| other.range.start < found.range.end);
    matches[..end].iter().copied().filter(|other| other.range.end > found.range.start)
}

/// Returns whether `inner` is in `outer`, but in nothing that a metavariable of it stands for.
fn covers(outer: &Match, inner: &Match) -> bool {
    let contains = |range: &Range<usize>| range.start <= inner.range.start && inner.range.end <= range.end;
    contains(&outer.range) && !outer.bound.iter().flatten().any(contains)
}
