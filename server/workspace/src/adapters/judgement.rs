//! What the gate said of an adapter on this machine, and whether that still holds.
//!
//! A report that comes with an adapter is only a claim: anybody can write it. What the gate found here is in the
//! workspace's state, one file for each adapter, under the digest of its bytes.

use std::fmt;
use std::path::{Path, PathBuf};

use housestyle_learn::gate::{Bounds, Report, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::private;
use crate::state_file::{self, Format, StateError};

/// The files.
const FORMAT: Format = Format {
    version: 1,
    most_bytes: 16 << 20,
    complaint: "is no judgement of the gate",
    advice: "; `housestyle adapter eval` judges the adapter anew",
};

/// What a judgement depends on besides the adapter's bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// SHA-256 of the base model's file; empty where the model is not here.
    pub base_sha256: String,
    /// SHA-256 of the starter adapter; empty for a model without one.
    pub starter: String,
    /// SHA-256 of the cases that come with the program: core suite, planted secrets and probes.
    pub cases: String,
    /// The bounds of the gate.
    pub bounds: Bounds,
}

/// What is different now from the terms of a judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The base model.
    Base,
    /// The starter adapter.
    Starter,
    /// The cases that come with the program.
    Cases,
    /// These bounds are stricter.
    Bounds(Vec<&'static str>),
}

impl Terms {
    /// Returns why a judgement under these terms does not hold under the terms `now`; nothing where it holds.
    fn changes(&self, now: &Terms) -> Vec<Change> {
        let bounds = now.bounds.stricter_than(&self.bounds);
        let changes = [
            (self.base_sha256 != now.base_sha256, Change::Base),
            (self.starter != now.starter, Change::Starter),
            (self.cases != now.cases, Change::Cases),
            (!bounds.is_empty(), Change::Bounds(bounds)),
        ];
        changes.into_iter().filter(|(changed, _)| *changed).map(|(_, change)| change).collect()
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Base => write!(f, "the base model is another one now, or is not here"),
            Change::Starter => write!(f, "the starter adapter is another one now"),
            Change::Cases => write!(f, "the cases of the gate are others now"),
            Change::Bounds(names) => {
                write!(f, "the bounds of the gate are stricter now ({})", names.join(", "))
            }
        }
    }
}

/// The later edits of the team that an adapter was judged on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaterEdits {
    /// How many there are.
    pub edits: usize,
    /// SHA-256 over them.
    pub digest: String,
    /// Whether the adapter's maker alone says which edits it learned from, so that these may be among them.
    #[serde(default)]
    pub claimed: bool,
}

/// The gate's judgement of an adapter on this machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    version: u32,
    /// SHA-256 of the adapter's bytes.
    pub adapter: String,
    /// What else it depends on.
    #[serde(flatten)]
    pub terms: Terms,
    /// Whether the adapter passed every check.
    pub eligible: bool,
    /// When, in seconds since 1970.
    pub time: u64,
    /// The later edits that it was judged on.
    pub later_edits: LaterEdits,
    /// The gate's report.
    pub gate: Value,
}

impl Judgement {
    /// Returns the judgement of an adapter that a report of the gate is.
    ///
    /// # Errors
    /// When the report cannot be written as JSON.
    pub fn new(
        adapter: &str,
        terms: Terms,
        later_edits: LaterEdits,
        report: &Report,
        time: u64,
    ) -> Result<Judgement, serde_json::Error> {
        Ok(Judgement {
            version: FORMAT.version,
            adapter: adapter.to_owned(),
            terms,
            eligible: report.verdict == Verdict::Eligible,
            time,
            later_edits,
            gate: serde_json::to_value(report)?,
        })
    }
}

/// What an adapter's judgement on this machine is worth now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Standing {
    /// The gate never judged it here.
    #[default]
    Unjudged,
    /// The gate did not pass it here.
    NotEligible,
    /// The gate passed it here under other terms.
    Outdated(Vec<Change>),
    /// The gate passed it here.
    Eligible,
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Standing::Unjudged => write!(f, "never judged on this machine"),
            Standing::NotEligible => write!(f, "judged here: not eligible"),
            Standing::Eligible => write!(f, "judged here: eligible"),
            Standing::Outdated(changes) => {
                let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
                write!(f, "judged here, which does not hold any more: {}", changes.join(", and "))
            }
        }
    }
}

/// Returns the folder of all judgements; `folder` is that of the workspace's adapters.
pub(super) fn judgements(folder: &Path) -> PathBuf {
    folder.join("judgements")
}

fn file(folder: &Path, id: &str) -> PathBuf {
    judgements(folder).join(format!("{id}.json"))
}

/// Reads the judgement of an adapter; `None` where there is none.
///
/// # Errors
/// When the file is damaged.
pub(super) fn read(folder: &Path, id: &str) -> Result<Option<Judgement>, StateError> {
    let found: Option<Judgement> = FORMAT.read(&file(folder, id))?;
    Ok(found.filter(|judgement| judgement.adapter == id))
}

/// Writes a judgement in the place of an earlier one. The caller holds the store's lock.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn write(folder: &Path, judgement: &Judgement) -> Result<(), StateError> {
    let parent = judgements(folder);
    private::make_folder(&parent).map_err(StateError::file("make", &parent))?;
    state_file::write(&file(folder, &judgement.adapter), judgement)
}

/// Returns what a judgement is worth under the present terms; without terms none holds.
pub(super) fn standing(judgement: Option<&Judgement>, now: Option<&Terms>) -> Standing {
    let Some((judgement, now)) = judgement.zip(now) else { return Standing::Unjudged };
    if !judgement.eligible {
        return Standing::NotEligible;
    }
    match judgement.terms.changes(now) {
        changes if changes.is_empty() => Standing::Eligible,
        changes => Standing::Outdated(changes),
    }
}

#[cfg(test)]
mod tests {
    use housestyle_learn::gate::{Evidence, judge};

    use super::*;

    fn terms() -> Terms {
        let [base_sha256, starter, cases] = ["base", "starter", "cases"].map(str::to_owned);
        Terms { base_sha256, starter, cases, bounds: Bounds::default() }
    }

    fn judgement(eligible: bool) -> Judgement {
        let later = LaterEdits { edits: 0, digest: String::new(), claimed: false };
        let report = judge(&Evidence::default(), &Bounds::default());
        Judgement { eligible, ..Judgement::new("a", terms(), later, &report, 1).expect("JSON") }
    }

    #[test]
    fn a_judgement_holds_until_one_of_its_terms_changes() {
        let check = |now: Terms, expected: &str| {
            assert_eq!(standing(Some(&judgement(true)), Some(&now)).to_string(), expected);
        };
        check(terms(), "judged here: eligible");
        let other = || "other".to_owned();
        let lost = "judged here, which does not hold any more: ";
        for (now, what) in [
            (Terms { base_sha256: other(), ..terms() }, "the base model is another one now, or is not here"),
            (Terms { starter: other(), ..terms() }, "the starter adapter is another one now"),
            (Terms { cases: other(), ..terms() }, "the cases of the gate are others now"),
            (
                Terms { bounds: Bounds { core_loss: 0.0, least_commits: 9, ..Bounds::default() }, ..terms() },
                "the bounds of the gate are stricter now (leastCommits, coreLoss)",
            ),
        ] {
            check(now, &format!("{lost}{what}"));
        }
        check(
            Terms { bounds: Bounds { core_loss: 1.0, ..Bounds::default() }, ..terms() },
            "judged here: eligible",
        );
        assert_eq!(standing(Some(&judgement(false)), Some(&terms())), Standing::NotEligible);
        assert_eq!(standing(None, Some(&terms())), Standing::Unjudged);
        assert_eq!(standing(Some(&judgement(true)), None), Standing::Unjudged);
    }

    #[test]
    fn a_judgement_is_that_of_one_adapter() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(read(folder.path(), "a").expect("none"), None);
        write(folder.path(), &judgement(true)).expect("written");
        assert_eq!(read(folder.path(), "a").expect("read"), Some(judgement(true)));
        std::fs::rename(file(folder.path(), "a"), file(folder.path(), "b")).expect("renamed");
        assert_eq!(read(folder.path(), "b").expect("read"), None);
        std::fs::write(file(folder.path(), "a"), "{\"version\":1}").expect("written");
        assert!(matches!(read(folder.path(), "a"), Err(StateError::Damaged { .. })));
    }
}
