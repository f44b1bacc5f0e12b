//! Insecure rules: they make a program less safe. The miner proposes none that may be one, however often people follow
//! it; the lint refuses those that are certain, and warns of the others.

mod code;
mod lists;

use crate::rule::{Rule, RuleFile};
use code::{Code, is_word, joined, truth};
use lists::{
    ALWAYS, ANSWERS, AS_SAFE, IRREPLACEABLE, NEVER, NO_SAFEGUARD, PERHAPS_SAFE_WHEN_TRUE, PROTECTS,
    SAFE_WHEN_TRUE, SAFEGUARD_WORDS, UNSAFE_WHEN_TRUE, YES,
};

/// How sure it is that a rule makes a program less safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Danger {
    /// The avoided code has a safeguard's name, and the preferred code has none.
    Possible,
    /// A list knows the preferred code, or the avoided safeguard.
    Certain,
}

/// Returns whether a rule may make a program less safe, as far as a list can tell. It is meant for rules that nobody
/// wrote: some of them are harmless.
pub fn is_insecure(file: &RuleFile) -> bool {
    let Some((avoid, prefer)) = sides(file) else { return false };
    let is_rewrite = matches!(file.rule, Rule::Rewrite(_));
    certain(&avoid, &prefer, is_rewrite)
        || (is_rewrite && avoid.iter().any(|avoid| resembles(avoid, &prefer)))
}

/// Returns the danger of a rule that people may have written.
pub(crate) fn danger(file: &RuleFile) -> Option<Danger> {
    let (avoid, prefer) = sides(file)?;
    let is_rewrite = matches!(file.rule, Rule::Rewrite(_));
    if certain(&avoid, &prefer, is_rewrite) {
        Some(Danger::Certain)
    } else {
        (is_rewrite && avoid.iter().any(|avoid| drops_safeguard(avoid, &prefer))).then_some(Danger::Possible)
    }
}

/// Returns the avoided and the preferred code of a rule. Names and forms change nothing that runs.
fn sides(file: &RuleFile) -> Option<(Vec<Code>, Code)> {
    let (avoid, prefer) = match &file.rule {
        Rule::Rewrite(rule) => (&rule.avoid, &rule.prefer),
        Rule::Term(rule) => (&rule.avoid, &rule.prefer),
        Rule::Name(_) | Rule::Form(_) => return None,
    };
    Some((avoid.iter().map(|avoid| Code::of(avoid)).collect(), Code::of(prefer)))
}

/// Returns whether a rule writes something dangerous that the avoided code is without, removes a safeguard that has no
/// equal, or answers a check with yes.
fn certain(avoid: &[Code], prefer: &Code, is_rewrite: bool) -> bool {
    let adds = |has: &dyn Fn(&Code) -> bool| has(prefer) && !avoid.iter().all(has);
    NEVER.iter().any(|needle| adds(&|code| holds(&code.text, needle)))
        || (is_rewrite
            && (ALWAYS
                .iter()
                .any(|needle| adds(&|code| holds(&code.text, needle) && is_meant(code, needle, avoid)))
                || SAFE_WHEN_TRUE.iter().any(|name| adds(&|code| switched(code, name, false)))
                || UNSAFE_WHEN_TRUE.iter().any(|name| adds(&|code| switched(code, name, true)))
                || avoid.iter().any(|avoid| disarms(avoid, prefer))))
}

/// Returns whether a rule switches a safeguard off, removes one that has no equal, or answers a check with yes.
fn disarms(avoid: &Code, prefer: &Code) -> bool {
    let switches_off = |name: &&str| switched(avoid, name, true) && switched(prefer, name, false);
    let lost = |word: &&str| holds(&avoid.text, word) && !protects(&prefer.text);
    PERHAPS_SAFE_WHEN_TRUE.iter().any(switches_off)
        || IRREPLACEABLE.iter().any(lost)
        || (decides(avoid) && YES.contains(&prefer.text.trim_end_matches(';')))
}

/// Returns whether a condition that holds always is one for certain: `workers or 1` may be a number with its default,
/// where the rule does not weaken a condition that it keeps.
fn is_meant(code: &Code, needle: &str, avoid: &[Code]) -> bool {
    let is_choice = needle != "if true";
    !is_choice
        || holds(&code.with_numbers, needle)
        || avoid.iter().any(|avoid| code.text.contains(&avoid.text))
}

/// Returns whether the code asks something: by a call with an argument that varies, or by a property.
fn decides(code: &Code) -> bool {
    let has = |mark: &str| code.text.contains(mark);
    if has("(") { has("$") } else { has(".") }
}

/// Returns whether code names a safeguard, or something as safe.
fn protects(text: &str) -> bool {
    PROTECTS.iter().chain(AS_SAFE).any(|needle| text.contains(needle))
}

/// Returns whether a rule avoids code with a safeguard's name as a whole word, or a safeguard's switch that is on, and
/// prefers code without any.
fn drops_safeguard(avoid: &Code, prefer: &Code) -> bool {
    let is_safeguard = |token: &String| SAFEGUARD_WORDS.contains(&token.as_str());
    without_switches(avoid).iter().any(is_safeguard) && !protects(&prefer.text)
        || SAFE_WHEN_TRUE
            .iter()
            .chain(PERHAPS_SAFE_WHEN_TRUE)
            .any(|name| switched(avoid, name, true) && !switched(prefer, name, true))
}

/// Returns whether a rule avoids code with anything like a safeguard, or a call that decides, and prefers code without.
fn resembles(avoid: &Code, prefer: &Code) -> bool {
    // Code that switches a safeguard off names it too: `verify=False`.
    let without =
        |text: &str, parts: &[&str]| parts.iter().fold(text.to_owned(), |text, part| text.replace(part, ""));
    let guarded = without(&without(&joined(&without_switches(avoid)), NEVER), NO_SAFEGUARD);
    let protected = PROTECTS.iter().any(|needle| guarded.contains(needle)) && !protects(&prefer.text);
    let answer = prefer.text.trim_end_matches(';');
    protected || drops_safeguard(avoid, prefer) || (decides(avoid) && ANSWERS.contains(&answer))
}

/// Returns the tokens of code without the safeguards that it switches off.
fn without_switches(code: &Code) -> Vec<String> {
    let off = |at: usize| {
        setting(code, at).is_some_and(|(name, value)| {
            !value
                && (SAFE_WHEN_TRUE.contains(&name.as_str())
                    || PERHAPS_SAFE_WHEN_TRUE.contains(&name.as_str()))
        })
    };
    code.tokens.iter().enumerate().filter(|(at, _)| !off(*at)).map(|(_, token)| token.clone()).collect()
}

/// Returns whether code sets a switch: `verify=False`, `"secure": false`, `setHttpOnly(false)`.
fn switched(code: &Code, name: &str, value: bool) -> bool {
    let set = |at| setting(code, at).is_some_and(|(set, to)| set == name && to == value);
    (0..code.tokens.len()).any(set)
}

/// Returns the switch that a token names, and the truth value behind it.
fn setting(code: &Code, at: usize) -> Option<(String, bool)> {
    let name = code.tokens.get(at)?.replace('_', "");
    let name = ["set", "with"].iter().find_map(|verb| name.strip_prefix(verb)).unwrap_or(&name);
    let mut behind = code.tokens[at + 1..].iter().map(String::as_str).filter(|token| *token != "\"");
    matches!(behind.next()?, "=" | ":" | ":=" | "=>" | "(" | ",").then_some(())?;
    Some((name.to_owned(), truth(behind.next()?)?))
}

/// Returns whether text holds a needle whose first and last words are whole there. `retrieval(` is no `eval(`, neither
/// is the method of `model.eval()`, and `||sh` is no pipe.
fn holds(text: &str, needle: &str) -> bool {
    let bare = matches!(needle, "eval(" | "exec(");
    text.match_indices(needle).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + needle.len()..].chars().next();
        let begins = match needle.chars().next() {
            Some('|') => before != Some('|'),
            Some('_') => true, // the end of a name
            Some(c) if is_word(c) => !before.is_some_and(|c| is_word(c) || (bare && c == '.')),
            _ => true,
        };
        let ends = match needle.chars().next_back() {
            Some('=') => after != Some('='),
            Some(c) if is_word(c) => !after.is_some_and(is_word),
            _ => true,
        };
        begins && ends
    })
}

#[cfg(test)]
mod tests;
