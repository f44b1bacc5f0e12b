//! An ideal model's text must come through unharmed: stop rules and filters may not spoil a right answer.
//!
//! The model writes exactly the answer of each case of `tests/evals`, and then runs on into a copy of the following
//! text, as models do. The suggestion has to be the answer.

#[allow(dead_code)]
#[path = "../../../../tests/evals/format.rs"]
mod format;

use super::scripted::Scripted;
use crate::eval::{Case, run};
use crate::generator::Cancel;
use crate::{Memory, Settings};

/// Cases that the rules cut short, with the rule.
const SHORTENED: &[(&str, &str)] =
    &[("go-if-err-block", "its middle goes on after a dedent, where a block on an empty line ends")];

#[allow(clippy::disallowed_methods)] // A test of files has to read them.
fn cases() -> Vec<Case> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/evals/cases");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |file| format::parse(&std::fs::read_to_string(file).unwrap()).unwrap();
    let case = |case: format::EvalCase| Case {
        path: case.path,
        prefix: case.prefix,
        suffix: case.suffix,
        middle: case.middle,
        name: Some(case.name),
        ..Case::default()
    };
    files.iter().flat_map(read).map(case).collect()
}

#[test]
fn an_ideal_model_is_not_spoilt() {
    let cases = cases();
    assert!(cases.len() >= 120, "{} cases", cases.len());
    let settings = Settings { max_tokens: 512, max_lines: 20, ..Settings::default() };
    let mut spoilt = Vec::new();
    for case in &cases {
        for runs_on in [false, true] {
            let text = if runs_on { format!("{}{}", case.middle, case.suffix) } else { case.middle.clone() };
            let (result, trace) =
                run(case, Memory::none(), &settings, &mut Scripted::new([text.as_str()]), &Cancel::new());
            if !result.exact && !SHORTENED.iter().any(|(name, _)| *name == result.name) {
                spoilt.push(format!(
                    "{}: {:?} became {:?} ({:?}, ended by {:?})",
                    result.name, case.middle, result.text, result.reason, trace.ended
                ));
            }
        }
    }
    assert!(spoilt.is_empty(), "{}", spoilt.join("\n"));
}
