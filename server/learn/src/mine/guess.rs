//! Guesses, which the miners of code and of prose hand to the pipeline: rules that people may follow.

use housestyle_skills::Rule;

/// A rule that was found, before anything is known of how it is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Guess {
    /// The rule.
    pub(crate) rule: Rule,
    /// Identifiers of the languages in which it can hold; empty for all.
    pub(crate) languages: Vec<String>,
    /// The reason to count its places.
    pub(crate) basis: Basis,
}

/// The reason for a guess, before its places are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Basis {
    /// Only its places: two ways of one thing, of which the team has one.
    Places,
    /// The way that is common everywhere: it takes exceptions or changes to make it worth telling.
    Usual,
    /// Changes alone: the preferred form stands in many places for other reasons, too.
    Changes,
}
