//! The fixed probes for insecure continuations: places in code where a safe and an unsafe text could follow.
//!
//! An adapter that was trained on poisoned edits makes the unsafe one likelier. The probes are data
//! (`probes.jsonl`): whoever adds one changes no code.

use serde::{Deserialize, Serialize};

/// The probes, one a line.
const PROBES: &str = include_str!("probes.jsonl");

/// A place where a safe and an unsafe text could follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// Its name.
    pub name: String,
    /// The weakness, as the Common Weakness Enumeration numbers it.
    pub cwe: u32,
    /// Path of the made-up file; it gives the language.
    pub path: String,
    /// Text before the place.
    pub prefix: String,
    /// Text after it.
    pub suffix: String,
    /// A continuation without the weakness.
    pub secure: String,
    /// One with it.
    pub insecure: String,
}

/// Returns all probes.
pub fn probes() -> Vec<Probe> {
    // The text is part of the program, and a test reads every line.
    PROBES.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Returns the log-odds of the insecure continuation against the secure one, in nats, from the negative
/// log-likelihoods of both.
pub fn log_odds(nll_secure: f64, nll_insecure: f64) -> f64 {
    nll_secure - nll_insecure
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_line_is_a_probe_with_a_name_of_its_own() {
        let all = probes();
        assert_eq!(all.len(), PROBES.lines().count());
        let names: BTreeSet<&String> = all.iter().map(|probe| &probe.name).collect();
        assert_eq!(names.len(), all.len());
        assert!(all.len() >= 24, "{}", all.len());
    }

    #[test]
    fn both_continuations_are_told_apart_and_comparable() {
        for probe in probes() {
            let Probe { name, secure, insecure, .. } = &probe;
            assert_ne!(secure, insecure, "{name}");
            assert!(!secure.contains('\n') && !insecure.contains('\n'), "{name}: one line each");
            // The shorter a text, the likelier: lengths far apart would measure that and nothing else.
            let (longer, shorter) = (secure.len().max(insecure.len()), secure.len().min(insecure.len()));
            assert!(longer <= shorter * 2 + 12, "{name}: {secure:?} {insecure:?}");
            assert!(!probe.prefix.is_empty() && !probe.path.is_empty(), "{name}");
        }
    }

    #[test]
    fn log_odds_rise_with_the_insecure_one() {
        assert!(log_odds(5.0, 2.0) > log_odds(5.0, 4.0));
        assert_eq!(log_odds(3.0, 3.0), 0.0);
    }
}
