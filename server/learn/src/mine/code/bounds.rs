//! How much evidence a rule about code needs.

/// The bounds of the miner of code.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bounds {
    /// Edits that made the same rewrite, at least: files within a commit.
    pub(super) edits: usize,
    /// Files in which they are, at least.
    pub(super) files: usize,
    /// Commits in which they are, at least: a change that was made once, everywhere, is no habit.
    pub(super) commits: usize,
    /// The share of the newest texts' places that follow a rewrite, at least.
    pub(super) precision: f64,
    /// Different lines on which nothing but one name was changed to another, at least.
    pub(super) rename_sites: usize,
    /// Commits in which they are, at least: a name that was changed in one go is no habit.
    pub(super) rename_commits: usize,
    /// Tokens of a rewrite's sides, at most.
    pub(super) tokens: usize,
    /// The share of a convention's places that make the same choice, at least.
    pub(super) share: f64,
    /// The same in each half of the time.
    pub(super) half_share: f64,
    /// Added places of a convention, at least.
    pub(super) places: usize,
    /// Added places of a convention in each half of the time, at least.
    pub(super) half_places: usize,
    /// Files that a convention's places are in, at least.
    pub(super) convention_files: usize,
    /// Commits that a convention's places are from, at least.
    pub(super) convention_commits: usize,
    /// Rules that are returned, at most.
    pub(super) rules: usize,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            edits: 3,
            files: 2,
            commits: 2,
            precision: 0.8,
            rename_sites: 6,
            rename_commits: 3,
            tokens: 80,
            share: 0.95,
            half_share: 0.9,
            places: 12,
            half_places: 4,
            convention_files: 3,
            convention_commits: 3,
            rules: 60,
        }
    }
}
