//! A report as Markdown, for a pull request. What comes from a skill is data: it can neither leave its place on the page
//! nor call for people by name.

use std::fmt::Write;

use housestyle_complete::eval::Example;
use housestyle_workspace::markdown::{code, fenced, safe};

use super::{BrokenOccurrence, Followed, Report, Review};

/// Most findings of a skill on the page.
const FINDINGS: usize = 20;
/// Most lines of a skill's own evidence on the page.
const EVIDENCE: usize = 120;

/// Returns a report as Markdown.
pub fn markdown(report: &Report) -> String {
    // Writing to a string cannot fail.
    let mut out = String::new();
    let count = report.skills.len();
    let bad = report.skills.iter().filter(|review| !review.passed).count();
    let heading = match (count, bad) {
        (0, _) => "No skill changes".to_owned(),
        (1, 0) => "The skill passes its checks".to_owned(),
        (1, _) => "The skill does not pass its checks".to_owned(),
        (_, 0) => format!("All {count} skills pass their checks"),
        _ => format!("{bad} of {count} skills do not pass their checks"),
    };
    let _ = writeln!(out, "## {heading}\n");
    for review in &report.skills {
        review_section(review, &mut out);
    }
    let short = |id: &str| id.chars().take(10).collect::<String>();
    let _ = writeln!(
        out,
        "Made by `housestyle skill review` from {} against {}. Whether the rule is wanted is for people to say.",
        safe(&short(&report.head)),
        safe(&short(&report.base))
    );
    out
}

fn review_section(review: &Review, out: &mut String) {
    let mark = match (review.passed, review.findings.is_empty()) {
        (false, _) => "❌",
        (true, false) => "⚠️",
        (true, true) => "✅",
    };
    let _ = writeln!(out, "### {mark} {} ({})\n", code(&review.name), review.change.word());
    let _ = writeln!(out, "In {}.\n", code(&review.folder));
    if let Some(description) = &review.description {
        let _ = writeln!(out, "{}", fenced("text", description.trim()));
    }
    if let Some(rule) = &review.rule {
        let _ = writeln!(out, "Checked: {}\n", code(rule));
    }
    let _ = writeln!(out, "| | check | found |\n|---|---|---|");
    for check in &review.checks {
        let mark = match check.passed {
            Some(true) => "✅",
            Some(false) => "❌",
            None => "–",
        };
        let _ = writeln!(out, "| {mark} | {} | {} |", check.name, safe(&check.finding));
    }
    out.push('\n');
    if !review.findings.is_empty() {
        let list: Vec<String> = review.findings.iter().take(FINDINGS).map(ToString::to_string).collect();
        let _ = writeln!(out, "{}", fenced("text", &list.join("\n")));
    }
    if let Some(followed) = &review.followed {
        places(followed, out);
    }
    let effect = review.measured.as_ref().and_then(|measured| measured.effect.as_ref());
    if let Some(effect) = effect.filter(|effect| !effect.examples.is_empty()) {
        completions(&effect.examples, out);
    }
    if let Some(evidence) = &review.evidence {
        let shown: Vec<&str> = evidence.lines().take(EVIDENCE).collect();
        let _ = writeln!(out, "<details><summary>What its EVIDENCE.md says</summary>\n");
        let _ = writeln!(out, "{}", fenced("markdown", &shown.join("\n")));
        let _ = writeln!(out, "</details>\n");
    }
}

fn places(followed: &Followed, out: &mut String) {
    let in_files = followed.in_files;
    let _ = writeln!(
        out,
        "In the files as they are, {} of {} places follow it{}\n",
        in_files.followed,
        in_files.places,
        if followed.broken.is_empty() { "." } else { "; it would change, for example:" }
    );
    for BrokenOccurrence { path, line, before, after } in &followed.broken {
        let _ = writeln!(out, "{}\n", code(&format!("{path}:{line}")));
        let changed = |mark: char, text: &str| {
            text.lines().map(|line| format!("{mark}{line}")).collect::<Vec<_>>().join("\n")
        };
        let _ = writeln!(
            out,
            "{}",
            fenced("diff", &format!("{}\n{}", changed('-', before), changed('+', after)))
        );
    }
}

fn completions(examples: &[Example], out: &mut String) {
    let _ = writeln!(out, "Completions that it changes:\n");
    for example in examples {
        let _ = writeln!(out, "{}\n", code(&example.path));
        let rows = [
            ("without", example.without.as_deref()),
            ("with   ", example.with.as_deref()),
            ("written", Some(example.wanted.as_str())),
        ];
        let shown = |text: Option<&str>| match text {
            Some(text) => format!("{}{}", example.left.trim_start(), text.lines().next().unwrap_or_default()),
            None => "(nothing)".to_owned(),
        };
        let lines: Vec<String> =
            rows.iter().map(|(name, text)| format!("{name}  {}", shown(*text))).collect();
        let _ = writeln!(out, "{}", fenced("text", &lines.join("\n")));
    }
}

#[cfg(test)]
mod tests {
    use housestyle_complete::eval::{Difference, Effect, Follows};
    use housestyle_skills::lint::{Finding, Severity};

    use super::super::{Adherence, Change, Check, SkillMeasurement};
    use super::*;

    fn review(name: &str, passed: bool) -> Review {
        Review {
            name: name.to_owned(),
            folder: format!(".agents/skills/{name}"),
            change: Change::Added,
            description: Some("Say sign-in, not login.".to_owned()),
            rule: Some("`sign-in`, not `login`".to_owned()),
            passed,
            checks: vec![
                Check { name: "form", passed: Some(true), finding: "it reads as it should".to_owned() },
                Check { name: "lint", passed: Some(passed), finding: "no hidden text".to_owned() },
                Check { name: "cost", passed: None, finding: "about 12 tokens".to_owned() },
            ],
            findings: Vec::new(),
            followed: None,
            measured: None,
            evidence: None,
        }
    }

    #[test]
    fn a_report_reads_well() {
        let mut first = review("sign-in", true);
        first.followed = Some(Followed {
            commits: 200,
            in_commits: Adherence { places: 40, followed: 38 },
            in_files: Adherence { places: 61, followed: 58 },
            broken: vec![BrokenOccurrence {
                path: "docs/a.md".to_owned(),
                line: 12,
                before: "The login page".to_owned(),
                after: "The sign-in page".to_owned(),
            }],
        });
        let same = Difference { diff: 0.0, ci95: [0.0, 0.0] };
        first.measured = Some(SkillMeasurement {
            model: "tiny".to_owned(),
            effect: Some(Effect {
                cases: 9,
                commits: 4,
                first_line_exact: same,
                nll_per_token: None,
                follows: Follows { without: Some(0.5), with: Some(1.0), difference: None },
                tokens: Some(12),
                examples: vec![Example {
                    path: "docs/b.md".to_owned(),
                    left: "  The ".to_owned(),
                    wanted: "sign-in page\nmore".to_owned(),
                    without: Some("login page".to_owned()),
                    with: None,
                }],
            }),
        });
        first.evidence = Some("# Evidence\n\n40 edits.".to_owned());
        let report = Report::of("0123456789abcdef", "fedcba9876543210", vec![first, review("other", false)]);
        assert_eq!(markdown(&report), include_str!("golden.md.txt"));
    }

    #[test]
    fn a_skill_cannot_write_on_the_page() {
        let mut hostile = review("x", false);
        hostile.description = Some("```\n## All checks pass\n@team merge this \u{202e}".to_owned());
        hostile.checks[0].finding = "a | b <img src=x> @team [x](y) #1".to_owned();
        hostile.findings.push(Finding {
            severity: Severity::Refused,
            code: "hidden",
            file: "SKILL.md".to_owned(),
            line: 1,
            message: "``` <b>".to_owned(),
        });
        let page = markdown(&Report::of("a", "b", vec![hostile]));
        assert!(page.contains("````text\n```\n## All checks pass"), "{page}");
        assert!(page.contains("<U+202E>") && !page.contains('\u{202e}'), "{page}");
        assert!(page.contains(r"a \| b \<img src=x\> @") && !page.contains("@team [x"), "{page}");
    }

    #[test]
    fn a_rule_is_code_as_a_whole() {
        let mut hostile = review("x", true);
        hostile.rule =
            Some(r"`x` \[a](//evil.example) <img src=//evil.example/x.png> ``y`, not `z`".to_owned());
        let page = markdown(&Report::of("a", "@team", vec![hostile]));
        let line = page.lines().find(|line| line.starts_with("Checked: ")).expect("a line");
        assert!(line.starts_with("Checked: ``` `x` ") && line.ends_with(" `z` ```"), "{line}");
        assert!(!page.contains("against @team"), "{page}");
    }

    #[test]
    fn a_page_without_changes_is_written() {
        let page = markdown(&Report::of("a", "b", Vec::new()));
        assert!(page.starts_with("## No skill changes\n"), "{page}");
    }
}
