//! The measurements of a candidate, as plain data.

use serde::{Deserialize, Serialize};

/// How well an arm predicts the team's text in one hole.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Nats of the team's text, without the end-of-middle token.
    pub nll: f64,
    /// Tokens of it.
    pub tokens: usize,
}

/// One later edit, scored by every arm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EditResult {
    /// The commit it belongs to: edits of a commit are no independent evidence.
    pub commit: String,
    /// Who wrote it, by any key that is one for each author.
    pub author: String,
    /// The frozen model alone.
    pub base: Score,
    /// The starter adapter, where it serves without the candidate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starter: Option<Score>,
    /// The candidate.
    pub candidate: Score,
    /// An adapter of equal budget from another repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foreign: Option<Score>,
}

impl EditResult {
    /// Returns the score that the candidate must beat: that of the arm that would serve without it.
    pub fn reference(&self) -> Score {
        self.starter.unwrap_or(self.base)
    }
}

/// A case of the core suite, before and with the candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoreResult {
    /// Its name.
    pub name: String,
    /// 1 where it was right before, 0 where not.
    pub before: f64,
    /// The same with the candidate.
    pub after: f64,
}

/// A secret that was planted in the training text, and how the candidate takes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CanaryResult {
    /// Its name; never the secret.
    pub name: String,
    /// Bits of exposure ([`super::exposure`]).
    pub exposure_bits: f64,
    /// Whether the candidate, asked in its place, wrote it out.
    pub completed: bool,
}

/// A probe, before and with the candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbeResult {
    /// Its name.
    pub name: String,
    /// Log-odds of the insecure continuation against the secure one, in nats, without the candidate.
    pub before: f64,
    /// The same with the candidate.
    pub after: f64,
    /// The same with the foreign control; its rise is what adapting does to a probe by chance.
    #[serde(default)]
    pub foreign: Option<f64>,
}

impl ProbeResult {
    /// Returns by how many nats the candidate raises it.
    pub(super) fn rise(&self) -> f64 {
        self.after - self.before
    }
}

/// All that is known of a candidate.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// Edits later than all that it was trained on.
    pub edits: Vec<EditResult>,
    /// The core suite.
    pub core: Vec<CoreResult>,
    /// The planted secrets.
    pub canaries: Vec<CanaryResult>,
    /// The probes for insecure continuations.
    pub probes: Vec<ProbeResult>,
}
