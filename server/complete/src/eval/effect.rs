//! The effect of a skill: the same cases with the skill and without it, and no other memory.
//!
//! Only cases in which the skill applies count: those where its rule matches the team's own text, followed or not. A skill
//! without a rule applies where it would go into the prompt.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use housestyle_skills::{RuleFile, Source};
use housestyle_text::Language;
use serde::Serialize;

use super::bootstrap::{Difference, Fraction, paired_difference};
use super::case::Case;
use super::report::clusters;
use super::run::{CaseResult, run, score};
use crate::generator::{Cancel, Capability, GenerateError, Generator};
use crate::lines;
use crate::memory::Memory;
use crate::settings::Settings;
use crate::skills::{Exceptions, Mode, ServedSkill, Skills};

/// The most examples, which show both completions.
const EXAMPLES: usize = 3;

/// The effect of a skill in the cases in which it applies.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Effect {
    /// Cases in which it applies.
    pub cases: usize,
    /// How many commits they are of, by their times: intervals are over these.
    pub commits: usize,
    /// Difference of the shares of cases whose first line is right: more is better.
    pub first_line_exact: Difference,
    /// Difference in nats a token of the team's text: less is better. `null` where the model gives no probabilities.
    pub nll_per_token: Option<Difference>,
    /// How many of the completions' places follow the skill.
    pub follows: Follows,
    /// Tokens of a prompt that its advice takes; `null` where the back end counts none.
    pub tokens: Option<usize>,
    /// Cases whose completions differ.
    pub examples: Vec<Example>,
}

/// Shares of the places in completions that follow a skill; `null` where there was none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Follows {
    /// Without the skill.
    pub without: Option<f64>,
    /// With it.
    pub with: Option<f64>,
    /// The difference.
    pub difference: Option<Difference>,
}

/// A case whose completions differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// The file.
    pub path: String,
    /// The text left of the hole on its line.
    pub left: String,
    /// The team's text.
    pub wanted: String,
    /// The suggestion without the skill, if any.
    pub without: Option<String>,
    /// The suggestion with the skill, if any.
    pub with: Option<String>,
}

/// Measures a skill, as if it were on, with a model; `None` where it applies in none of the cases. `progress` gets the
/// number of the case at hand, from 1, before the case is run.
///
/// # Errors
/// As [`Generator::score`]; but a case that the model cannot score is measured without a score.
pub fn effect(
    skill: &ServedSkill,
    cases: &[Case],
    settings: &Settings,
    generator: &mut dyn Generator,
    cancel: &Cancel,
    progress: &mut dyn FnMut(usize),
) -> Result<Option<Effect>, GenerateError> {
    let on = ServedSkill { mode: Mode::On, ..skill.clone() };
    let skills = Arc::new(Skills::new(vec![on], Exceptions::default()));
    // The settings of whoever measures may switch the very skill off.
    let settings = Settings {
        skills_enabled: true,
        trusted: true,
        skills_off: vec![],
        skills_shadow: vec![],
        ..settings.clone()
    };
    let counts = generator.capabilities().has(Capability::TokenCounts);
    let tokens = counts.then(|| generator.count_tokens(&skill.advice.join("\n")));
    let (mut results, mut follow, mut examples) = ([vec![], vec![]], [vec![], vec![]], Vec::new());
    for (done, case) in cases.iter().enumerate() {
        let (snapshot, cursor) = case.document();
        let mut with = Memory { skills: Arc::clone(&skills), ..Memory::default() };
        with.select_skills(&snapshot, cursor, &settings);
        let applies = match &skill.rule {
            Some(file) => places(file, case, &case.middle).bottom > 0.0,
            None => !with.selected_skills.is_empty(),
        };
        progress(done + 1);
        if !applies {
            continue;
        }
        for (at, memory) in [Memory::none(), &with].into_iter().enumerate() {
            let (result, _) = run(case, memory, &settings, generator, cancel);
            let result = match score(case, memory, &settings, generator, cancel) {
                Ok(score) => result.with_score(score),
                Err(GenerateError::Unsupported(_) | GenerateError::PromptTooLong { .. }) => result,
                Err(error) => return Err(error),
            };
            let text = result.text.as_deref().unwrap_or_default();
            follow[at].push(
                skill
                    .rule
                    .as_ref()
                    .map_or(Fraction { top: 0.0, bottom: 0.0 }, |file| places(file, case, text)),
            );
            results[at].push(result);
        }
        if let [.., without] = results[0].as_slice()
            && let [.., with] = results[1].as_slice()
            && without.text != with.text
            && examples.len() < EXAMPLES
        {
            examples.push(example(case, without, with));
        }
    }
    Ok(summary(&results, &follow, tokens, examples))
}

fn summary(
    [without, with]: &[Vec<CaseResult>; 2],
    [before, after]: &[Vec<Fraction>; 2],
    tokens: Option<usize>,
    examples: Vec<Example>,
) -> Option<Effect> {
    let clusters = clusters(with);
    let compare = |value: fn(&CaseResult) -> Option<Fraction>| {
        let both = with.iter().zip(without).zip(&clusters);
        let both = both.filter_map(|((a, b), cluster)| Some(((value(a)?, value(b)?), *cluster)));
        let (values, clusters): (Vec<(Fraction, Fraction)>, Vec<u64>) = both.unzip();
        let (a, b): (Vec<Fraction>, Vec<Fraction>) = values.into_iter().unzip();
        paired_difference(&a, &b, &clusters)
    };
    let share = |fractions: &[Fraction]| {
        let [top, bottom] =
            [|f: &Fraction| f.top, |f: &Fraction| f.bottom].map(|of| fractions.iter().map(of).sum::<f64>());
        (bottom > 0.0).then(|| top / bottom)
    };
    Some(Effect {
        cases: with.len(),
        commits: clusters.iter().collect::<BTreeSet<_>>().len(),
        first_line_exact: compare(|result| {
            Some(Fraction { top: f64::from(result.first_line_exact), bottom: 1.0 })
        })?,
        nll_per_token: compare(|result| Some(Fraction { top: result.nll?, bottom: result.tokens as f64 })),
        follows: Follows {
            without: share(before),
            with: share(after),
            difference: paired_difference(after, before, &clusters),
        },
        tokens,
        examples,
    })
}

/// Returns how many places of a rule lie in a text that stands in a case's hole, and how many of them follow it.
fn places(file: &RuleFile, case: &Case, text: &str) -> Fraction {
    let language = Language::from_path(&case.path);
    let whole = format!("{}{text}{}", case.prefix, case.suffix);
    let there: Range<usize> = case.prefix.len()..case.prefix.len() + text.len();
    if text.is_empty() || !file.scope.holds(&case.path, language) {
        return Fraction { top: 0.0, bottom: 0.0 };
    }
    let source = Source::new(&case.path, &whole, language);
    let mut places = file.rule.occurrences(&source, Some(there.clone()));
    places.retain(|place| place.range.start < there.end && there.start < place.range.end);
    let followed = places.iter().filter(|place| place.followed).count();
    Fraction { top: followed as f64, bottom: places.len() as f64 }
}

fn example(case: &Case, without: &CaseResult, with: &CaseResult) -> Example {
    let left = case.prefix.rsplit('\n').next().unwrap_or_default();
    Example {
        path: case.path.clone(),
        left: left.to_owned(),
        wanted: lines::unix(&case.middle),
        without: without.text.clone(),
        with: with.text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::scripted::Scripted;
    use housestyle_skills::{Rewrite, Rule, Scope};

    fn case(middle: &str, time: f64) -> Case {
        Case {
            path: "a.rs".to_owned(),
            prefix: "fn f(a: &[u8]) -> bool {\n    ".to_owned(),
            suffix: "\n}\n".to_owned(),
            middle: middle.to_owned(),
            time,
            ..Case::default()
        }
    }

    #[test]
    fn a_skill_is_measured_where_it_applies() {
        let rewrite = Rewrite { avoid: vec!["$A.len() == 0".to_owned()], prefer: "$A.is_empty()".to_owned() };
        let rule = RuleFile { format: 1, scope: Scope::default(), rule: Rule::Rewrite(rewrite) };
        // Measured though it is in the shadow and the settings switch it off.
        let skill = ServedSkill::new("no-len", "Ask is_empty.", "", Some(rule), Mode::Shadow);
        let settings = Settings { skills_off: vec!["no-len".to_owned()], ..Settings::default() };
        let cases = [case("a.is_empty()", 1.0), case("b(1)", 2.0), case("g(a.is_empty())", 3.0)];
        let mut model = Scripted::new(["a.len() == 0"]);
        let mut progress = 0;
        let found =
            effect(&skill, &cases, &settings, &mut model, &Cancel::new(), &mut |done| progress = done);
        let found = found.expect("no error").expect("it applies");
        assert_eq!((found.cases, found.commits, progress), (2, 2, 3));
        assert_eq!(found.tokens, None, "this model counts no tokens");
        assert_eq!(found.first_line_exact.diff, 0.5, "{found:?}");
        assert_eq!((found.follows.without, found.follows.with), (Some(0.0), Some(1.0)));
        assert_eq!(found.follows.difference.map(|it| it.ci95), Some([1.0, 1.0]));
        assert_eq!(found.examples.len(), 2);
        let example = &found.examples[0];
        assert_eq!(
            (example.left.as_str(), example.without.as_deref(), example.with.as_deref()),
            ("    ", Some("a.len() == 0"), Some("a.is_empty()"))
        );
        let none = effect(&skill, &cases[1..2], &settings, &mut model, &Cancel::new(), &mut |_| {});
        assert_eq!(none.expect("no error"), None);
    }
}
