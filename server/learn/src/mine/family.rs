//! Languages that share rules of code: what holds in TypeScript may hold in JavaScript, with JSX and without.

use housestyle_skills::{Pattern, Rule};
use housestyle_text::Language;

use super::Guess;

/// The languages of a family, by their identifiers.
const SCRIPT: &[&str] = &["javascript", "javascriptreact", "typescript", "typescriptreact"];

/// Makes one guess of those with the same rule, and lets each hold in all languages of its family that can have such code.
/// The places decide afterwards in which of them it holds.
pub(super) fn joined(guesses: Vec<Guess>) -> Vec<Guess> {
    let mut all: Vec<Guess> = Vec::new();
    for mut guess in guesses {
        guess.languages = widened(&guess);
        match all.iter_mut().find(|known| known.rule == guess.rule) {
            Some(known) => known.languages.extend(guess.languages),
            None => all.push(guess),
        }
    }
    for guess in &mut all {
        guess.languages.sort_unstable();
        guess.languages.dedup();
    }
    all
}

fn widened(guess: &Guess) -> Vec<String> {
    let mut languages = guess.languages.clone();
    if languages.iter().any(|id| SCRIPT.contains(&id.as_str())) {
        languages.extend(SCRIPT.iter().filter(|id| is_possible(&guess.rule, id)).map(|id| (*id).to_owned()));
    }
    languages
}

/// Returns whether a language can have the code of a rule.
fn is_possible(rule: &Rule, id: &str) -> bool {
    let language = Language::from_id(id);
    match rule {
        Rule::Rewrite(rewrite) => {
            let mut patterns = rewrite.avoid.iter().chain([&rewrite.prefer]);
            patterns.all(|pattern| Pattern::parse(pattern, language).is_ok())
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use housestyle_skills::Rewrite;

    use super::*;
    use crate::mine::Basis;

    fn guess(avoid: &str, prefer: &str, language: &str) -> Guess {
        let rule = Rule::Rewrite(Rewrite { avoid: vec![avoid.to_owned()], prefer: prefer.to_owned() });
        Guess { rule, languages: vec![language.to_owned()], basis: Basis::Places }
    }

    #[track_caller]
    fn check(guesses: Vec<Guess>, expected: &[&[&str]]) {
        let languages: Vec<Vec<String>> = joined(guesses).into_iter().map(|guess| guess.languages).collect();
        assert_eq!(languages, expected);
    }

    #[test]
    fn one_rule_of_a_family_is_one_guess() {
        let equal = |language| guess("$A == $B", "$A === $B", language);
        check(vec![equal("typescript"), equal("javascript")], &[SCRIPT]);
        check(vec![equal("typescriptreact")], &[SCRIPT]);
        // JavaScript has no casts.
        let typed = guess("<$B>$A", "$A as $B", "typescript");
        check(vec![typed], &[&["typescript", "typescriptreact"]]);
        check(vec![guess("$A == null", "$A == nil", "lua")], &[&["lua"]]);
    }
}
