//! Terms and forms: which words and which ways of writing a team may prefer.

mod counts;
mod pairs;
mod spellings;

use housestyle_skills::{Form, FormKind, Rule};

use super::{Basis, FileEdit, Guess};

/// Returns every rule of prose that the edits could follow. How they follow them is for others to count.
pub(super) fn find(edits: &[FileEdit<'_>]) -> Vec<Guess> {
    let mut found: Vec<Guess> = FormKind::ALL
        .into_iter()
        .map(|of| Guess { rule: Rule::Form(Form { of }), languages: Vec::new(), basis: Basis::Places })
        .collect();
    let observed = counts::observe(edits);
    found.extend(counts::terms(&observed.surfaces));
    found.extend(pairs::terms(&observed.changes));
    // The same rule may be found twice; what was found by its places says more.
    let mut seen = std::collections::HashSet::new();
    found.retain(|found| seen.insert(found.rule.clone()));
    found
}

fn term(mut avoid: Vec<String>, prefer: String, basis: Basis) -> Guess {
    avoid.sort_unstable();
    avoid.dedup();
    avoid.truncate(8);
    let rule = Rule::Term(housestyle_skills::Term { avoid, prefer });
    Guess { rule, languages: Vec::new(), basis }
}
