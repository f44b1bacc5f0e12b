//! The review of a skill: checks, adherence to its rule in the team's edits, its effect, its cost.

mod followed;
mod markdown;

pub use crate::skill_effect::{SkillMeasurement, measure_skill};
pub use followed::{Adherence, BrokenOccurrence, Followed, adherence};
pub use markdown::markdown;

use housestyle_review::FolderError;
use housestyle_skills::lint::{self, Finding, Tolerance};
use housestyle_skills::{RULE_FILE, Rule, SKILL_FILE, Skill};
use housestyle_workspace::skills::list::RETIRED;
use serde::Serialize;

/// Places below which a share says nothing.
const FEWEST: usize = 5;
/// A rule that less than this share of the team's own new places follow is not the team's.
const LEAST_SHARE: f64 = 0.5;
/// Bytes of a token, about.
const TOKEN: usize = 4;

/// The files of a folder: paths relative to it, and contents; or why they are not read.
pub type Files = Result<Vec<(String, Vec<u8>)>, FolderError>;

/// The change of a skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is new.
    Added,
    /// Its content is another one.
    Changed,
    /// It is not used any more, and its text stays.
    Retired,
    /// It is not there any more.
    Removed,
}

impl Change {
    /// Returns its word.
    pub fn word(self) -> &'static str {
        match self {
            Change::Added => "new",
            Change::Changed => "changed",
            Change::Retired => "retired",
            Change::Removed => "removed",
        }
    }
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The check's name.
    pub name: &'static str,
    /// Whether the check passed; `None` where it could not be made, which fails no review.
    pub passed: Option<bool>,
    /// The finding, in a sentence.
    pub finding: String,
}

/// The review of one skill.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Review {
    /// Its name.
    pub name: String,
    /// Its folder, relative to the root.
    pub folder: String,
    /// The change of the skill.
    pub change: Change,
    /// Its description.
    pub description: Option<String>,
    /// Its rule on one line.
    pub rule: Option<String>,
    /// Whether no check failed.
    pub passed: bool,
    /// The checks.
    pub checks: Vec<Check>,
    /// The findings of the lint.
    pub findings: Vec<Finding>,
    /// How the team's edits follow its rule.
    pub followed: Option<Followed>,
    /// Its effect on a model.
    pub measured: Option<SkillMeasurement>,
    /// Its evidence, from its own EVIDENCE.md.
    pub evidence: Option<String>,
}

/// The changes of skills in a pull request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The revision to compare with.
    pub base: String,
    /// The reviewed revision.
    pub head: String,
    /// Whether no check failed.
    pub passed: bool,
    /// The skills that it touches.
    pub skills: Vec<Review>,
}

impl Report {
    /// Returns the report of some reviews.
    pub fn of(base: &str, head: &str, skills: Vec<Review>) -> Report {
        let passed = skills.iter().all(|review| review.passed);
        Report { base: base.to_owned(), head: head.to_owned(), passed, skills }
    }
}

/// Reviews a skill. `follow` returns the team's adherence to its rule, `measure` its effect on a model.
pub fn review(
    folder: &str,
    before: Option<&Files>,
    after: Option<&Files>,
    follow: &dyn Fn(&Skill) -> Option<Followed>,
    measure: &mut dyn FnMut(&Skill) -> Option<SkillMeasurement>,
) -> Review {
    let name = housestyle_workspace::skills::read::name_of(folder).to_owned();
    let change = match (before, after) {
        (_, None) => Change::Removed,
        (None, Some(_)) => Change::Added,
        (Some(_), Some(_)) => Change::Changed,
    };
    let mut review = Review {
        name: name.clone(),
        folder: folder.to_owned(),
        change,
        description: None,
        rule: None,
        passed: true,
        checks: Vec::new(),
        findings: Vec::new(),
        followed: None,
        measured: None,
        evidence: None,
    };
    match after {
        Some(Ok(files)) => review.check_files(&name, files, follow, measure),
        Some(Err(error)) => review.check("form", Some(false), error.to_string()),
        None => review.check("form", None, "it is removed: nothing is left to check".to_owned()),
    }
    review.passed = review.checks.iter().all(|check| check.passed != Some(false));
    review
}

impl Review {
    fn check(&mut self, name: &'static str, passed: Option<bool>, finding: String) {
        self.checks.push(Check { name, passed, finding });
    }

    fn check_files(
        &mut self,
        name: &str,
        files: &[(String, Vec<u8>)],
        follow: &dyn Fn(&Skill) -> Option<Followed>,
        measure: &mut dyn FnMut(&Skill) -> Option<SkillMeasurement>,
    ) {
        self.findings = lint::lint(name, files);
        let text = |file: &str| files.iter().find(|(path, _)| path == file).map(|(_, content)| content);
        self.evidence = text(EVIDENCE).map(|content| String::from_utf8_lossy(content).into_owned());
        let refused = lint::refuses(&self.findings, Tolerance::of(text(RULE_FILE).is_some()));
        let count = self.findings.len();
        let found = match (count, refused) {
            (0, _) => "no hidden text, orders to machines or secrets; to the standard".to_owned(),
            (_, true) => format!("{count} findings, see below"),
            (_, false) => format!("{count} warnings, see below"),
        };
        let skill = match Skill::read(name, files) {
            Ok(skill) => skill,
            Err(error) => {
                self.check("form", Some(false), error.to_string());
                return self.check("lint", Some(!refused), found);
            }
        };
        self.check("form", Some(true), form_finding(&skill.warnings));
        self.check("lint", Some(!refused), found);
        self.description = Some(skill.description.clone());
        self.rule = skill.rule.as_ref().map(|file| rule_line(&file.rule));
        if refused {
            return; // nothing more is done with it
        }
        if skill.metadata.contains_key(RETIRED) {
            self.change = Change::Retired;
            // That nobody follows it may be why.
            return self.check("use", None, "once this is merged, it is not used any more".to_owned());
        }
        if skill.rule.is_some() {
            self.followed = follow(&skill);
            let (passed, finding) = adherence_finding(self.followed.as_ref());
            self.check("followed", passed, finding);
            self.measured = measure(&skill);
            let (passed, finding) = effect_finding(self.measured.as_ref());
            self.check("effect", passed, finding);
        }
        let document = text(SKILL_FILE).map_or(0, Vec::len);
        self.check("cost", None, cost(self.measured.as_ref(), &skill, document));
    }
}

/// The file with a skill's evidence.
const EVIDENCE: &str = "EVIDENCE.md";

fn form_finding(warnings: &[String]) -> String {
    if warnings.is_empty() { "it reads as it should".to_owned() } else { warnings.join("; ") }
}

fn adherence_finding(followed: Option<&Followed>) -> (Option<bool>, String) {
    let Some(Followed { in_commits, commits, .. }) = followed else {
        return (None, "there is no history to look at".to_owned());
    };
    let Adherence { places, followed } = *in_commits;
    if places < FEWEST {
        let few = format!("only {places} new places in the newest {commits} commits: too few to tell");
        return (None, few);
    }
    let share = followed as f64 / places as f64;
    let [low, high] = in_commits.interval();
    let finding = format!(
        "{followed} of {places} new places in the newest {commits} commits follow it ({:.0} %, 95 % {:.0} to {:.0})",
        share * 100.0,
        low * 100.0,
        high * 100.0
    );
    (Some(share >= LEAST_SHARE), finding)
}

fn effect_finding(measured: Option<&SkillMeasurement>) -> (Option<bool>, String) {
    let Some(SkillMeasurement { model, effect }) = measured else {
        return (None, "not measured here: that needs a model (`housestyle model pull`)".to_owned());
    };
    let Some(effect) = effect else {
        return (None, "not measured: it applies in none of the newest edits".to_owned());
    };
    let points = |share: f64| format!("{:+.0}", share * 100.0);
    let right = effect.first_line_exact;
    let mut finding = format!(
        "first lines right {} points (95 % {} to {})",
        points(right.diff),
        points(right.ci95[0]),
        points(right.ci95[1])
    );
    if let (Some(without), Some(with)) = (effect.follows.without, effect.follows.with) {
        finding.push_str(&format!(
            "; completions follow it {:.0} % without and {:.0} % with it",
            without * 100.0,
            with * 100.0
        ));
    }
    finding.push_str(&format!(
        ", in {} of the newest edits ({} commits), with {model}",
        effect.cases, effect.commits
    ));
    (Some(right.ci95[1] >= 0.0), finding)
}

/// Returns what a skill costs; counted by the model where one counts, else by its length.
fn cost(measured: Option<&SkillMeasurement>, skill: &Skill, document: usize) -> String {
    let whole = document.div_ceil(TOKEN);
    let counted = measured.and_then(|measured| measured.effect.as_ref()?.tokens);
    let tokens = match counted {
        Some(tokens) => tokens.to_string(),
        None => format!("about {}", skill.description.len().div_ceil(TOKEN)),
    };
    format!("{tokens} tokens of a prompt where it applies; about {whole} to who reads all of it")
}

/// Returns a rule on one line.
fn rule_line(rule: &Rule) -> String {
    let list = |avoid: &[String]| avoid.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", ");
    match rule {
        Rule::Rewrite(rule) => format!("`{}`, not {}", rule.prefer, list(&rule.avoid)),
        Rule::Term(rule) => format!("`{}`, not {}", rule.prefer, list(&rule.avoid)),
        // The description says it in words; this is for who asks what exactly is checked.
        Rule::Name(_) | Rule::Form(_) => {
            let document = serde_json::to_value(rule).unwrap_or_default();
            format!("`{document}`")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "---\nname: \"sign-in\"\ndescription: \"Say sign-in.\"\n---\n\nWe say sign-in, not login.\n";
    const RULE: &str = r#"{"format":1,"scope":{"languages":["markdown"]},"rule":{"term":{"avoid":["login"],"prefer":"sign-in"}}}"#;

    fn files(list: &[(&str, &str)]) -> Files {
        Ok(list.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect())
    }

    fn with(followed: Option<[usize; 2]>) -> Review {
        let after = files(&[("SKILL.md", TEXT), ("rule.json", RULE)]);
        let follow = |_: &Skill| {
            followed.map(|[places, followed]| Followed {
                commits: 100,
                in_commits: Adherence { places, followed },
                broken: Vec::new(),
                in_files: Adherence { places, followed },
            })
        };
        review("skills/sign-in", None, Some(&after), &follow, &mut |_| None)
    }

    fn verdict(review: &Review, name: &str) -> Option<bool> {
        review.checks.iter().find(|check| check.name == name).expect("a check").passed
    }

    #[test]
    fn a_rule_that_the_team_breaks_is_not_the_teams() {
        assert_eq!(verdict(&with(Some([40, 38])), "followed"), Some(true));
        assert_eq!(verdict(&with(Some([4, 0])), "followed"), None, "too few to tell");
        assert_eq!(verdict(&with(None), "followed"), None);
        let against = with(Some([40, 10]));
        assert_eq!((verdict(&against, "followed"), against.passed), (Some(false), false));
    }

    #[test]
    fn a_refused_skill_is_not_checked_further() {
        let hidden = TEXT.replace("We say", "We\u{200b} say");
        let after = files(&[("SKILL.md", &hidden)]);
        let review =
            review("skills/sign-in", None, Some(&after), &|_| panic!("not looked at"), &mut |_| None);
        assert!(!review.passed && !review.findings.is_empty());
        assert_eq!(review.checks.len(), 2);
    }

    #[test]
    fn removed_and_unreadable_skills_are_reported() {
        let before = files(&[("SKILL.md", TEXT)]);
        let removed = review("skills/a", Some(&before), None, &|_| None, &mut |_| None);
        assert_eq!((removed.change, removed.passed), (Change::Removed, true));
        let retired =
            TEXT.replacen("description", "metadata:\n  housestyle.retired: \"2026-11-23\"\ndescription", 1);
        let retired = files(&[("SKILL.md", &retired), ("rule.json", RULE)]);
        let retired =
            review("skills/sign-in", Some(&before), Some(&retired), &|_| panic!("not asked"), &mut |_| None);
        assert_eq!((retired.change, retired.passed), (Change::Retired, true));
        let broken = files(&[("SKILL.md", "no frontmatter")]);
        let broken = review("skills/a", Some(&before), Some(&broken), &|_| None, &mut |_| None);
        assert_eq!((broken.change, broken.passed), (Change::Changed, false));
        let linked = review(
            "skills/a",
            None,
            Some(&Err(FolderError::Link { path: "a.md".to_owned() })),
            &|_| None,
            &mut |_| None,
        );
        assert!(!linked.passed && linked.checks[0].finding.starts_with("a.md is a symbolic link"));
    }
}
