//! Runs all cases with the default model, and compares with the committed results.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use super::cases::{Group, jsonl};
use super::results::{self, Outcome, Verdict};
use super::{MODEL, committed, floors, grouped, path, summary};
use crate::e2e::binary;
use crate::models;

/// The part of a line of `housestyle eval --per-case` that is kept.
#[derive(Deserialize)]
struct Line {
    name: String,
    text: Option<String>,
    reason: Option<String>,
    exact: bool,
    first_line_exact: bool,
    edit_similarity: f64,
    nll: Option<f64>,
    tokens: usize,
}

impl Line {
    fn outcome(self) -> Outcome {
        let nll = self.nll.unwrap_or_else(|| panic!("{}: no likelihood", self.name));
        Outcome {
            verdict: match self.text {
                None => Verdict::Silent,
                Some(_) if self.exact => Verdict::Exact,
                Some(_) if self.first_line_exact => Verdict::FirstLine,
                Some(_) => Verdict::ShownWrong,
            },
            name: self.name,
            reason: self.reason,
            text: self.text,
            similarity: rounded(self.edit_similarity),
            nll: rounded(nll / self.tokens.max(1) as f64),
            tokens: self.tokens,
        }
    }
}

fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// Results are committed from Linux on x86-64. The kernels compute the same bits everywhere, but other systems bring
/// another `sin` and `exp`: near ties may end the other way there.
fn is_reference_machine() -> bool {
    cfg!(all(target_os = "linux", target_arch = "x86_64"))
}

#[test]
fn cases_give_what_is_committed() {
    models::file(MODEL);
    let groups = super::read();
    let is = run(&groups);
    if std::env::var_os("HOUSESTYLE_UPDATE").is_some_and(|update| update == "1") {
        let lines = results::write(&is).expect("numbers");
        std::fs::create_dir_all(path("")).expect("a folder");
        std::fs::write(path(&format!("{MODEL}.jsonl")), lines).expect("writing the results");
        let page = summary::page(MODEL, &grouped(&groups, &is));
        std::fs::write(path("summary.md"), page).expect("writing the summary");
    }
    let changes = results::compare(&committed(), &is);
    let (may_say, may_move) = if is_reference_machine() { (0, 0) } else { (is.len() / 20, usize::MAX) };
    assert!(
        changes.said <= may_say && changes.moved <= may_move,
        "{} cases say something else ({may_say} may), {} are more or less likely.\n\
         If that is meant, run again with HOUSESTYLE_UPDATE=1 and commit what changes.\n\n{}",
        changes.said,
        changes.moved,
        changes.shown
    );
    floors(&groups, &is);
}

/// Runs `housestyle eval` on all cases.
fn run(groups: &[Group]) -> Vec<Outcome> {
    let program = binary::fresh();
    let _alone = models::alone();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (cases, per_case) = (folder.path().join("cases.jsonl"), folder.path().join("results.jsonl"));
    std::fs::write(&cases, jsonl(groups)).expect("writing the cases");
    let done = Command::new(program)
        .args(["eval", "--arm", "base", "--json", "--offline", "--model", MODEL])
        .args([Path::new("--cases"), &cases, Path::new("--per-case"), &per_case])
        // An empty workspace: no rules of the repository take part.
        .args([Path::new("--workspace"), folder.path()])
        .env("HOUSESTYLE_HOME", binary::home())
        .output()
        .expect("housestyle runs");
    assert!(done.status.success(), "housestyle eval: {}", String::from_utf8_lossy(&done.stderr));
    let lines = std::fs::read_to_string(&per_case).expect("results");
    let line = |line: &str| serde_json::from_str::<Line>(line).expect("a result").outcome();
    lines.lines().map(line).collect()
}
