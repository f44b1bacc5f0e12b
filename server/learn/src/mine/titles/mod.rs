//! The name, title and text of a rule, from closed templates.

mod call;
mod code;
mod fit;
mod forms;
mod imports;
mod rewrite;
#[cfg(test)]
mod tests;

use housestyle_skills::{MOST_NAME, Name, NameKind, Rewrite, Rule, RuleFile, Term, kebab};

use super::pattern_words::{language, sides};

/// Characters of a title, at most.
const MOST_TITLE: usize = 60;

/// A rule in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wording {
    /// A name in the form of skills.
    pub(super) name: String,
    /// The rule in a few words.
    pub(super) title: String,
    /// The rule as a sentence.
    pub(super) rule: String,
    /// The avoided code or words, by which a reader sees that the rule applies.
    pub(super) about: Vec<String>,
    /// An example that follows the rule, and one that does not.
    pub(super) pair: [String; 2],
}

/// Returns a rule in words.
pub(super) fn wording(file: &RuleFile) -> Wording {
    match &file.rule {
        Rule::Form(form) => forms::of_form(form.of),
        Rule::Term(term) => of_term(term),
        Rule::Rewrite(rewrite) => of_rewrite(rewrite, language(&file.scope).unwrap_or_default()),
        Rule::Name(name) => of_name(name),
    }
}

fn of_rewrite(rewrite: &Rewrite, language: &str) -> Wording {
    let [good, bad] = sides(rewrite);
    let is_told = bad.is_empty() || bad.eq_ignore_ascii_case(&good);
    let words = if is_told { good } else { format!("{good} over {bad}") };
    let title = rewrite::title(rewrite);
    let about = rewrite::avoided(rewrite);
    let rule = match about.split_first() {
        Some((_, others)) if !others.is_empty() => format!("{title}. Avoid {} too.", joined(others, "and")),
        _ => format!("{title}."),
    };
    Wording {
        name: named(&format!("{language} prefer"), &words, &rewrite.prefer),
        title,
        rule,
        about,
        pair: [rewrite.prefer.clone(), rewrite.avoid.join("\n")],
    }
}

fn of_term(term: &Term) -> Wording {
    let about: Vec<String> = term.avoid.iter().map(|word| format!("\"{word}\"")).collect();
    let said = |avoid: &[String]| format!("\"{}\", not {}", term.prefer, joined(avoid, "or"));
    // As many of the avoided words as a title has room for.
    let title = |count: usize| format!("Write {}", said(&about[..count]));
    let fitting = (1..=about.len()).rev().map(title).find(|title| fit::fits(title));
    let title = fitting.unwrap_or_else(|| {
        let sides = |prefer: &str, avoid: &str| format!("Write \"{prefer}\", not \"{avoid}\"");
        let avoid = term.avoid.first().map_or("", String::as_str);
        let [one, other] = fit::from_difference(&term.prefer, avoid);
        let cut = fit::cut_to_fit([&term.prefer, avoid], &sides);
        cut.or_else(|| fit::cut_to_fit([&one, &other], &sides)).unwrap_or_else(|| sides("…", "…"))
    });
    Wording {
        name: named("term", &term.prefer, &term.prefer),
        title,
        rule: format!("In prose, comments and docstrings write {}.", said(&about)),
        about,
        pair: [term.prefer.clone(), term.avoid.join("\n")],
    }
}

/// Returns a list as a sentence has it.
pub(super) fn joined(items: &[impl AsRef<str>], link: &str) -> String {
    let (last, rest) = match items.split_last() {
        Some((last, rest)) if !rest.is_empty() => (last.as_ref(), rest),
        Some((only, _)) => return only.as_ref().to_owned(),
        None => return String::new(),
    };
    let rest: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
    format!("{} {link} {last}", rest.join(", "))
}

/// Cuts a text to a number of characters, and marks the cut with an ellipsis.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end().trim_end_matches('…'))
}

/// Returns a name of a kind and some words; where these give none, of the kind and a number that stands for the whole text.
fn named(kind: &str, words: &str, text: &str) -> String {
    let words = if words.contains(|c: char| c.is_ascii_alphanumeric()) { words } else { &number(text) };
    let name = kebab(&format!("{kind} {words}")).unwrap_or_else(|| format!("rule-{}", number(text)));
    name.strip_suffix("-over").unwrap_or(&name).to_owned()
}

/// Returns a name with a number that stands for the rule, for rules that would have the same name.
pub(super) fn numbered(name: &str, file: &RuleFile) -> String {
    let number = number(&file.text());
    let room = name.get(..MOST_NAME - number.len() - 1).map_or(name, |cut| cut.trim_end_matches('-'));
    format!("{room}-{number}")
}

/// Returns six digits that are the same for the same text, and hardly for another.
fn number(text: &str) -> String {
    let sum = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{:06x}", (sum ^ (sum >> 32)) & 0xff_ffff)
}

fn of_name(name: &Name) -> Wording {
    let what = match name.of {
        NameKind::Test => "tests",
        NameKind::Constructor => "constructors",
        NameKind::Error => "errors",
    };
    let (prefix, suffix) = (&name.prefix, &name.suffix);
    let title = match (prefix.is_empty(), suffix.is_empty()) {
        (false, true) => format!("Names of {what} begin with {prefix}"),
        (true, false) => format!("Names of {what} end with {suffix}"),
        _ => format!("Names of {what} begin with {prefix} and end with {suffix}"),
    };
    Wording {
        name: named(&format!("name-{what}"), &format!("{prefix} {suffix}"), &title),
        rule: format!("{title}."),
        title: cut(&title, MOST_TITLE),
        about: Vec::new(),
        pair: [format!("{prefix}Example{suffix}"), "Example".to_owned()],
    }
}
