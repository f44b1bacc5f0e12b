//! All matches of many patterns in one text, in one walk over its tree.
//!
//! Every pattern has a token without which it cannot match (its anchor), at a fixed depth under its root. The walk looks
//! up each token of the text, and where it is an anchor compares the ancestor that would be the root.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use tree_sitter::Node;

use super::Pattern;
use super::matching::{Bound, Matcher};
use crate::source::Source;

/// Comparisons that one search may cost: some tens of milliseconds at the very worst.
const STEPS: usize = 2_000_000;

/// Patterns of one language, found together.
#[derive(Debug, Clone, Default)]
pub struct Finder {
    patterns: Vec<Pattern>,
    /// For a token the variants that hang on it: places in `patterns` and in its variants.
    anchors: HashMap<String, Vec<(u32, u32)>>,
    /// The length of the longest anchor in bytes.
    longest: usize,
    /// The levels between an anchor and its root, at most.
    highest: usize,
}

/// Where a pattern matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The place of the pattern in the list that the finder was made of.
    pub pattern: usize,
    /// Where, in bytes of the text.
    pub range: Range<usize>,
    /// The values of the metavariables, in the order of the pattern's names.
    pub(crate) bound: Vec<Bound>,
    /// The kind of the node that it stands in.
    pub(crate) parent: String,
}

impl Finder {
    /// Makes a finder of patterns, which keep their order.
    pub fn new(patterns: Vec<Pattern>) -> Finder {
        let mut finder = Finder::default();
        for (index, pattern) in patterns.iter().enumerate() {
            for (number, variant) in pattern.variants.iter().enumerate() {
                let place = (index as u32, number as u32);
                finder.anchors.entry(variant.anchor.clone()).or_default().push(place);
                finder.longest = finder.longest.max(variant.anchor.len());
                finder.highest = finder.highest.max(variant.up);
            }
        }
        finder.patterns = patterns;
        finder
    }

    /// Returns the patterns in their order.
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// Returns the matches that touch `within`, in the order of their places.
    ///
    /// The search is for the patterns that `wanted` takes, and for those of the text's language alone.
    pub fn find(
        &self,
        source: &Source<'_>,
        within: Option<Range<usize>>,
        wanted: impl Fn(usize) -> bool,
    ) -> Vec<Match> {
        let Some(tree) = source.tree.as_ref().filter(|_| !self.anchors.is_empty()) else { return Vec::new() };
        let mut search = Search {
            finder: self,
            source,
            within,
            wanted: (0..self.patterns.len())
                .map(|index| self.patterns[index].language == source.language && wanted(index))
                .collect(),
            seen: HashSet::new(),
            steps: STEPS,
            matches: Vec::new(),
        };
        search.walk(tree.root_node());
        let mut matches = search.matches;
        matches.sort_by_key(|found| (found.range.start, std::cmp::Reverse(found.range.end), found.pattern));
        matches.dedup_by(|a, b| a.pattern == b.pattern && a.range == b.range);
        matches
    }
}

struct Search<'s, 'a> {
    finder: &'s Finder,
    source: &'s Source<'a>,
    within: Option<Range<usize>>,
    wanted: Vec<bool>,
    /// The variants that were compared with a node.
    seen: HashSet<(u32, u32, usize)>,
    steps: usize,
    matches: Vec<Match>,
}

impl Search<'_, '_> {
    fn walk(&mut self, root: Node<'_>) {
        let mut cursor = root.walk();
        // The nodes from the root to the cursor, and how many of them touch what is asked for.
        let mut path = vec![root];
        let mut touching = 1;
        loop {
            let node = cursor.node();
            let hopeless = path.len() > touching + self.finder.highest;
            if !hopeless && cursor.goto_first_child() {
                let child = cursor.node();
                touching += usize::from(touching == path.len() && self.touches(&child.byte_range()));
                path.push(child);
                continue;
            }
            if !hopeless {
                self.leaf(node, &path, touching);
            }
            loop {
                path.pop();
                touching = touching.min(path.len());
                if cursor.goto_next_sibling() {
                    let next = cursor.node();
                    touching += usize::from(touching == path.len() && self.touches(&next.byte_range()));
                    path.push(next);
                    break;
                }
                if !cursor.goto_parent() || self.steps == 0 {
                    return;
                }
            }
        }
    }

    fn touches(&self, range: &Range<usize>) -> bool {
        self.within.as_ref().is_none_or(|within| range.start <= within.end && within.start <= range.end)
    }

    /// Compares the variants whose anchor is a token.
    fn leaf(&mut self, leaf: Node<'_>, path: &[Node<'_>], touching: usize) {
        let range = leaf.byte_range();
        if range.len() > self.finder.longest {
            return;
        }
        let Some(places) = self.source.text.get(range).and_then(|text| self.finder.anchors.get(text)) else {
            return;
        };
        for &(index, number) in places {
            let Some(pattern) = self.finder.patterns.get(index as usize) else { continue };
            let Some(variant) = pattern.variants.get(number as usize) else { continue };
            let Some(level) = path.len().checked_sub(variant.up + 1) else { continue };
            let root = path[level];
            let wanted = self.wanted.get(index as usize).copied().unwrap_or_default();
            if !wanted || level >= touching || !self.seen.insert((index, number, root.id())) {
                continue;
            }
            let parent = level.checked_sub(1).map_or("", |above| path[above].kind());
            let mut from = 0;
            loop {
                let mut matcher = Matcher::new(self.source.text, self.source.language, &pattern.names);
                let found = matcher.at(variant, root, from);
                self.steps = self.steps.saturating_sub(1 + matcher.spent());
                let Some(found) = found else { break };
                if self.touches(&found.range) {
                    self.matches.push(Match {
                        pattern: index as usize,
                        range: found.range,
                        bound: matcher.bound,
                        parent: if variant.roots.len() == 1 { parent } else { root.kind() }.to_owned(),
                    });
                }
                from = found.next;
                if from == usize::MAX || self.steps == 0 {
                    break;
                }
            }
        }
    }
}
