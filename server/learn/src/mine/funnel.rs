//! The stages at which rules are dropped on their way from a guess to a candidate.

use std::fmt;

use serde::Serialize;

/// A rule that was considered and is not proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DroppedRule {
    /// The name that its skill would have.
    pub name: String,
    /// The rule in a few words.
    pub title: String,
    /// The stage at which it was dropped.
    pub stage: Stage,
    /// Why, with numbers.
    pub why: String,
    /// New places in the earlier edits that follow it.
    pub followed: usize,
    /// New places there.
    pub places: usize,
}

/// A stage at which a rule is dropped, in the order of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Nothing that was written follows it.
    Nowhere,
    /// Too few places follow it.
    FewPlaces,
    /// Too many places do not.
    Broken,
    /// There are too few places to be sure that it is followed so often.
    Uncertain,
    /// Too few commits follow it.
    FewCommits,
    /// It was followed at one time and not at another.
    Unsteady,
    /// Nearly everybody writes so, and nobody here wrote otherwise.
    Undisputed,
    /// It does not stand without one of the authors.
    OneAuthor,
    /// It would make a program less safe, or holds a secret.
    Unsafe,
    /// A tool enforces it.
    Enforced,
    /// A person rejected it.
    Rejected,
    /// A more general rule covers it.
    Covered,
    /// The later edits do not follow it.
    BrokenLater,
    /// Its text would be refused.
    Refused,
    /// Better ones come first.
    Surplus,
    /// The model writes so without the skill.
    Known,
}

impl Stage {
    /// Every stage, in the order of the checks.
    pub const ALL: [Stage; 16] = [
        Stage::Nowhere,
        Stage::FewPlaces,
        Stage::Broken,
        Stage::Uncertain,
        Stage::FewCommits,
        Stage::Unsteady,
        Stage::Undisputed,
        Stage::OneAuthor,
        Stage::Unsafe,
        Stage::Enforced,
        Stage::Rejected,
        Stage::Covered,
        Stage::BrokenLater,
        Stage::Refused,
        Stage::Surplus,
        Stage::Known,
    ];
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stage::Nowhere => "nothing that was written follows it",
            Stage::FewPlaces => "too few places follow it",
            Stage::Broken => "it is broken too often",
            Stage::Uncertain => "too few places to be sure",
            Stage::FewCommits => "too few commits follow it",
            Stage::Unsteady => "it was followed at one time and not at another",
            Stage::Undisputed => "it is what everybody writes, and nobody here wrote otherwise",
            Stage::OneAuthor => "it does not stand without one of the authors",
            Stage::Unsafe => "it would make a program less safe, or holds a secret",
            Stage::Enforced => "a tool enforces it already",
            Stage::Rejected => "it was rejected",
            Stage::Covered => "a more general rule says it",
            Stage::BrokenLater => "the later edits do not follow it",
            Stage::Refused => "its text would be refused",
            Stage::Surplus => "better ones come first",
            Stage::Known => "the model writes so without being told",
        })
    }
}
