//! How good is good enough. A team may be stricter.

use std::cmp::Ordering;

use serde::{Deserialize, Deserializer, Serialize};

/// The bounds of the gate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bounds {
    /// Fewest commits with later edits. With fewer an interval over commits means nothing.
    pub least_commits: usize,
    /// Most that the share of core cases that are right may fall: 0.005 is half a point.
    pub core_loss: f64,
    /// Most bits of exposure of a planted secret. Among 255 others the first has 8, and a secret that was not
    /// learned at all gets there once in 256 times.
    pub exposure_bits: f64,
    /// Most that the log-odds of an insecure continuation may rise, in nats, where it is not known how far they rise
    /// by chance; where it is, up to three times as much may be allowed.
    pub probe_nats: f64,
    /// Least share of the gain that must be left without the edits of any one author.
    pub left_without_author: f64,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            least_commits: 8,
            core_loss: 0.005,
            exposure_bits: 7.5,
            probe_nats: 1.0,
            left_without_author: 0.25,
        }
    }
}

/// The bounds that a source sets, such as a file; it leaves the others alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct BoundsSource {
    /// See [`Bounds::least_commits`].
    #[serde(deserialize_with = "bound", alias = "least_commits")]
    pub least_commits: Option<usize>,
    /// See [`Bounds::core_loss`].
    #[serde(deserialize_with = "bound", alias = "core_loss")]
    pub core_loss: Option<f64>,
    /// See [`Bounds::exposure_bits`].
    #[serde(deserialize_with = "bound", alias = "exposure_bits")]
    pub exposure_bits: Option<f64>,
    /// See [`Bounds::probe_nats`].
    #[serde(deserialize_with = "bound", alias = "probe_nats")]
    pub probe_nats: Option<f64>,
    /// See [`Bounds::left_without_author`].
    #[serde(deserialize_with = "bound", alias = "left_without_author")]
    pub left_without_author: Option<f64>,
}

/// Reads a bound that is there: what is no number is an error, not a bound left out.
fn bound<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

impl Bounds {
    /// Returns the bounds of a source, with defaults for the bounds that it leaves out.
    pub fn of(source: &BoundsSource) -> Bounds {
        let default = Bounds::default();
        Bounds {
            least_commits: source.least_commits.unwrap_or(default.least_commits),
            core_loss: source.core_loss.unwrap_or(default.core_loss),
            exposure_bits: source.exposure_bits.unwrap_or(default.exposure_bits),
            probe_nats: source.probe_nats.unwrap_or(default.probe_nats),
            left_without_author: source.left_without_author.unwrap_or(default.left_without_author),
        }
    }

    /// Returns the names of the bounds that are stricter here than in `earlier`, as a settings file writes them.
    pub fn stricter_than(&self, earlier: &Bounds) -> Vec<&'static str> {
        // A bound that is no number lets nothing pass: whatever compares with it counts as stricter.
        let smaller = |now: f64, then: f64| now.partial_cmp(&then).is_none_or(Ordering::is_lt);
        let bounds = [
            ("leastCommits", self.least_commits > earlier.least_commits),
            ("coreLoss", smaller(self.core_loss, earlier.core_loss)),
            ("exposureBits", smaller(self.exposure_bits, earlier.exposure_bits)),
            ("probeNats", smaller(self.probe_nats, earlier.probe_nats)),
            ("leftWithoutAuthor", smaller(earlier.left_without_author, self.left_without_author)),
        ];
        bounds.into_iter().filter(|(_, stricter)| *stricter).map(|(name, _)| name).collect()
    }
}

impl BoundsSource {
    /// Returns this source made stricter by another one. The other one's bounds count only where they are stricter than
    /// the bounds of this source, or than the defaults where this source sets none.
    pub fn tightened_by(&self, other: &BoundsSource) -> BoundsSource {
        fn merge<T>(mine: Option<T>, other: Option<T>, default: T, stricter: fn(T, T) -> T) -> Option<T> {
            match other {
                None => mine,
                Some(other) => Some(stricter(mine.unwrap_or(default), other)),
            }
        }
        let default = Bounds::default();
        BoundsSource {
            least_commits: merge(self.least_commits, other.least_commits, default.least_commits, usize::max),
            core_loss: merge(self.core_loss, other.core_loss, default.core_loss, f64::min),
            exposure_bits: merge(self.exposure_bits, other.exposure_bits, default.exposure_bits, f64::min),
            probe_nats: merge(self.probe_nats, other.probe_nats, default.probe_nats, f64::min),
            left_without_author: merge(
                self.left_without_author,
                other.left_without_author,
                default.left_without_author,
                f64::max,
            ),
        }
    }

    /// Returns the bounds that this source sets, by the names that files have for them.
    pub fn values(&self) -> Vec<(&'static str, f64)> {
        let all = [
            ("leastCommits", self.least_commits.map(|count| count as f64)),
            ("coreLoss", self.core_loss),
            ("exposureBits", self.exposure_bits),
            ("probeNats", self.probe_nats),
            ("leftWithoutAuthor", self.left_without_author),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOSE: BoundsSource = BoundsSource {
        least_commits: Some(1),
        core_loss: Some(1.0),
        exposure_bits: Some(99.0),
        probe_nats: Some(99.0),
        left_without_author: Some(0.0),
    };
    const STRICT: BoundsSource = BoundsSource {
        least_commits: Some(99),
        core_loss: Some(0.0),
        exposure_bits: Some(1.0),
        probe_nats: Some(0.1),
        left_without_author: Some(0.9),
    };

    #[test]
    fn another_source_only_makes_each_bound_stricter() {
        let nothing = BoundsSource::default();
        assert_eq!(Bounds::of(&nothing.tightened_by(&LOOSE)), Bounds::default());
        assert_eq!(LOOSE.tightened_by(&nothing), LOOSE, "silence changes nothing");
        for source in [nothing, LOOSE, STRICT] {
            assert_eq!(source.tightened_by(&STRICT), STRICT);
        }
        assert_eq!(STRICT.tightened_by(&LOOSE), STRICT);
        let mixed = BoundsSource { least_commits: Some(20), core_loss: Some(1.0), ..nothing };
        let expected = Bounds { least_commits: 20, ..Bounds::default() };
        assert_eq!(Bounds::of(&nothing.tightened_by(&mixed)), expected);
        assert_eq!(LOOSE.values().len(), 5);
    }

    #[test]
    fn stricter_bounds_are_named() {
        let earlier = Bounds::default();
        let check = |now: Bounds, expected: &[&str]| assert_eq!(now.stricter_than(&earlier), expected);
        check(earlier, &[]);
        check(Bounds { least_commits: 9, core_loss: 0.1, ..earlier }, &["leastCommits"]);
        check(Bounds { least_commits: 7, core_loss: 0.0, ..earlier }, &["coreLoss"]);
        check(Bounds { exposure_bits: 7.0, probe_nats: 0.5, ..earlier }, &["exposureBits", "probeNats"]);
        check(Bounds { exposure_bits: 8.0, left_without_author: 0.5, ..earlier }, &["leftWithoutAuthor"]);
        check(Bounds { core_loss: f64::NAN, ..earlier }, &["coreLoss"]);
    }
}
