//! A candidate as the files of a skill, from closed templates.
//!
//! Text of the repository stands only in fences; examples that the lint would refuse are dropped. There are no
//! addresses and no commands.

use std::collections::BTreeMap;

use housestyle_skills::{Document, RULE_FILE, Rule, SKILL_FILE, SkillError, lint};
use serde_json::json;

use super::candidate::{Candidate, CounterExample};
use super::evidence::when;
use super::titles::wording;

/// Examples in SKILL.md; the others are evidence.
const EXAMPLES: usize = 2;

/// The notation of patterns, for who reads the examples.
const METAVARIABLES: &str = "A name with a dollar sign stands for any expression; the same name twice stands for the same \
                             text.\n\n";

/// Returns the files of a candidate's skill: paths relative to its folder, and texts.
///
/// # Errors
/// When the name or the description cannot be written to the standard.
pub fn render(candidate: &Candidate) -> Result<Vec<(String, String)>, SkillError> {
    let mut candidate = candidate.clone();
    candidate.examples.retain(|example| {
        let before = example.before.as_deref().unwrap_or_default();
        let text = format!("{}{}", fence(&example.path, &example.after), fence(&example.path, before));
        is_fine("EVIDENCE.md", text)
    });
    let metadata = BTreeMap::from([
        ("housestyle.kind".to_owned(), kind(&candidate.file.rule).to_owned()),
        ("housestyle.generated".to_owned(), "true".to_owned()),
    ]);
    let document = Document {
        name: candidate.name.clone(),
        description: candidate.description.clone(),
        metadata,
        body: body(&candidate),
        ..Document::default()
    };
    Ok(vec![
        (SKILL_FILE.to_owned(), document.emit()?),
        (RULE_FILE.to_owned(), candidate.file.text()),
        ("evals/evals.json".to_owned(), evals(&candidate)),
        ("EVIDENCE.md".to_owned(), evidence(&candidate)),
    ])
}

/// Returns whether no check finds anything in a text that is to stand in a file.
fn is_fine(file: &str, text: String) -> bool {
    let found = lint::lint("example", &[(file.to_owned(), text.into_bytes())]);
    found.iter().all(|finding| finding.file != file)
}

fn kind(rule: &Rule) -> &'static str {
    match rule {
        Rule::Rewrite(_) => "rewrite",
        Rule::Name(_) => "name",
        Rule::Term(_) => "term",
        Rule::Form(_) => "form",
    }
}

fn body(candidate: &Candidate) -> String {
    let wording = wording(&candidate.file);
    let [good, bad] = &wording.pair;
    let mut text = format!(
        "# {}\n\n{}\n\n## When\n\n{}\n\n",
        wording.title,
        wording.rule,
        when(&candidate.file.scope, &wording.about)
    );
    if matches!(candidate.file.rule, Rule::Rewrite(_)) {
        text.push_str(METAVARIABLES);
    }
    text.push_str(&format!("## Do\n\n{}\n## Do not\n\n{}\n", fence("", good), fence("", bad)));
    let changed = candidate.examples.iter().filter(|example| example.before.is_some());
    let others = candidate.examples.iter().filter(|example| example.before.is_none());
    let chosen: Vec<_> = changed.chain(others).take(EXAMPLES).collect();
    if !chosen.is_empty() {
        text.push_str("## From this repository\n\n");
    }
    for example in chosen {
        if let Some(before) = &example.before {
            text.push_str(&format!("Before:\n\n{}\nAfter:\n\n", fence(&example.path, before)));
        }
        text.push_str(&fence(&example.path, &example.after));
        text.push('\n');
    }
    text
}

/// Returns a text in a fence that it cannot end, with the language of a path.
fn fence(path: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let marks = "`".repeat((longest + 1).max(3));
    let language = housestyle_text::Language::from_path(path);
    let id = if language.is_known() { language.id() } else { "text" };
    format!("{marks}{id}\n{}\n{marks}\n", text.trim_end())
}

/// Cases in the form of the Agent Skills convention.
fn evals(candidate: &Candidate) -> String {
    let wording = wording(&candidate.file);
    let case = |(id, example): (usize, &super::candidate::Example)| {
        json!({
            "id": id + 1,
            "prompt": "Complete or correct this text in the house style.",
            "files": [],
            "input": example.before.clone().unwrap_or_else(|| wording.pair[1].clone()),
            "expected_output": example.after,
            "expectations": [wording.title],
        })
    };
    // In JSON there are no fences: what only a fence makes harmless is evidence and no case.
    let fine = |example: &&super::candidate::Example| {
        let texts = [example.before.as_deref().unwrap_or_default(), &example.after];
        is_fine("evals/evals.json", json!(texts).to_string())
    };
    let cases: Vec<_> = candidate.examples.iter().filter(fine).enumerate().map(case).collect();
    let all = json!({ "skill_name": candidate.name, "evals": cases });
    serde_json::to_string_pretty(&all).map(|text| text + "\n").unwrap_or_default() // texts and numbers: always JSON
}

fn evidence(candidate: &Candidate) -> String {
    let (support, held_out) = (&candidate.support, &candidate.held_out);
    let mut text = format!("# Evidence for {}\n\n", candidate.name);
    text.push_str(&format!(
        "{} of {} new places follow the rule ({}), in {} edits of {} files, {} commits, {} authors. {} places were changed \
         to follow it.\n\n",
        support.followed,
        support.places,
        percent(support.followed, support.places),
        support.edits,
        support.files,
        support.commits,
        support.authors,
        support.changed,
    ));
    text.push_str("| quarter of its commits | places | followed |\n|---|--:|--:|\n");
    for (number, [followed, places]) in candidate.stability.iter().enumerate() {
        text.push_str(&format!("| {} | {places} | {} |\n", number + 1, percent(*followed, *places)));
    }
    text.push_str("\n## Later edits\n\n");
    if held_out.places == 0 {
        text.push_str("It applies nowhere in the edits that were kept back.\n");
    } else {
        let [low, high] = held_out.interval.map(|end| 100.0 * end);
        text.push_str(&format!(
            "In edits that were not mined {} of {} new places follow it: {} (95 % interval {low:.0} to {high:.0} %). {} of \
             {} edits follow it throughout. A rule that is followed in less than 90 % of them is not proposed, so this is a \
             check and no estimate free of choice.\n",
            held_out.followed,
            held_out.places,
            percent(held_out.followed, held_out.places),
            held_out.following,
            held_out.edits,
        ));
    }
    text.push_str("\n## Edits\n\n");
    for example in &candidate.examples {
        text.push_str(&format!("{}\n\n", fence("", &at(&example.path, example.line, &example.commit))));
        if let Some(before) = &example.before {
            text.push_str(&format!("Before:\n\n{}\nAfter:\n\n", fence(&example.path, before)));
        }
        text.push_str(&format!("{}\n", fence(&example.path, &example.after)));
    }
    let against: Vec<&CounterExample> = candidate.counter_examples.iter().chain(&held_out.broken).collect();
    text.push_str("## Against it\n\n");
    if against.is_empty() {
        text.push_str("Nothing was found.\n");
    } else {
        let places: Vec<String> =
            against.iter().map(|counter| at(&counter.path, counter.line, &counter.commit)).collect();
        text.push_str(&fence("", &places.join("\n")));
    }
    text
}

fn at(path: &str, line: usize, commit: &str) -> String {
    format!("{path}:{line} in {}", commit.get(..12).unwrap_or(commit))
}

fn percent(part: usize, all: usize) -> String {
    if all == 0 { "-".to_owned() } else { format!("{:.1} %", 100.0 * part as f64 / all as f64) }
}
