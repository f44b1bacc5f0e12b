//! A skill's advice: one line or a few, which the model reads as comments before the text.

use housestyle_skills::Rule;

use crate::lines;

/// Characters of one line at most.
const LINE: usize = 160;
/// The most lines of a body.
const LINES: usize = 4;

/// Returns a skill's advice: its rule as text where it has one, else its description and the first lines of its body.
/// Headings, list marks and code fences are left out, as the model would take them for the document's.
pub(super) fn of(description: &str, body: &str, rule: Option<&Rule>) -> Vec<String> {
    let first = |description: &str| vec![short(&lines::squeeze(description))];
    match rule {
        Some(Rule::Rewrite(rule)) => {
            let avoided = rule.avoid.first().map(|avoid| format!(", not `{}`", plain(avoid)));
            vec![short(&format!("Write `{}`{}.", plain(&rule.prefer), avoided.unwrap_or_default()))]
        }
        Some(Rule::Term(rule)) => {
            let avoided = rule.avoid.first().map(|avoid| format!(", not \"{avoid}\""));
            vec![short(&format!("Write \"{}\"{}.", rule.prefer, avoided.unwrap_or_default()))]
        }
        Some(Rule::Name(_) | Rule::Form(_)) => first(description),
        None => {
            let mut advice = first(description);
            let mut fenced = false;
            for line in body.lines().map(str::trim) {
                if line.starts_with("```") || line.starts_with("~~~") {
                    fenced = !fenced;
                } else if !fenced && !line.is_empty() && !line.starts_with(['#', '<', '|']) {
                    advice.push(short(line.trim_start_matches(['-', '*', '>', ' '])));
                }
                if advice.len() > LINES {
                    break;
                }
            }
            advice.retain(|line| !line.is_empty());
            advice
        }
    }
}

/// Returns a pattern on one line as code that a model has seen: `$NAME` as `name`, `$$$NAME` as `...`.
fn plain(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = lines::squeeze(pattern);
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let dollars = rest[at..].chars().take_while(|c| *c == '$').count();
        let name: String =
            rest[at + dollars..].chars().take_while(|c| *c == '_' || c.is_ascii_alphanumeric()).collect();
        match dollars {
            1 if name.is_empty() => out.push('$'),
            1 => out.push_str(&name.to_lowercase()),
            _ => out.push_str("..."),
        }
        rest = rest.split_off(at + dollars + name.len());
    }
    out + &rest
}

/// Returns at most [`LINE`] characters of a line.
fn short(line: &str) -> String {
    if line.chars().count() <= LINE {
        return line.to_owned();
    }
    line.chars().take(LINE - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use housestyle_skills::{Rewrite, Term};

    #[test]
    fn a_rule_reads_as_code_that_could_be_written() {
        let rewrite =
            Rewrite { avoid: vec!["return Err(anyhow!($$$ARGS))".into()], prefer: "bail!($$$ARGS)".into() };
        assert_eq!(
            of("Use bail.", "", Some(&Rule::Rewrite(rewrite))),
            ["Write `bail!(...)`, not `return Err(anyhow!(...))`."]
        );
        let rewrite = Rewrite { avoid: vec!["$A.len()\n  == 0".into()], prefer: "$A.is_empty()".into() };
        assert_eq!(of("", "", Some(&Rule::Rewrite(rewrite))), ["Write `a.is_empty()`, not `a.len() == 0`."]);
        let term = Term { avoid: vec!["login".into()], prefer: "sign-in".into() };
        assert_eq!(of("", "", Some(&Rule::Term(term))), ["Write \"sign-in\", not \"login\"."]);
    }

    #[test]
    fn of_a_text_the_first_lines_are_advice() {
        let body =
            "# Heading\n\n- Say **what** changes.\n```sh\nrm -rf /\n```\nTwo.\n\nThree.\nFour.\nFive.\n";
        assert_eq!(
            of(" How we\nwrite commits. ", body, None),
            ["How we write commits.", "Say **what** changes.", "Two.", "Three.", "Four."]
        );
        let long = of(&"x".repeat(500), "", None);
        assert_eq!(long[0].chars().count(), LINE);
    }
}
