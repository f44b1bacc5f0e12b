//! `housestyle skill review`: what people and their CI are told of a pull request that touches skills.

use std::fs;

use housestyle_complete::Settings;
use housestyle_complete::eval::Difference;
use housestyle_review::{Folder, History, changed, default_name};
use housestyle_skills::{RULE_FILE, SKILL_FILE, Skill};
use serde_json::json;

use crate::args::{Arm, SkillReviewArgs};
use crate::backend::{Backend, Learned};
use crate::commands::complete::unhurried;
use crate::commands::memory::now;
use crate::config::Configuration;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{print, print_json, visible};
use crate::progress::Progress;
use crate::skills::read::{LIMITS, ROOTS};
use crate::skills::review::{Files, Report, Review, later, markdown, measured, review};
use crate::skills::store::{Effect, Store};
use crate::{forge, git, user_git};

/// What is looked at to judge a skill, opened once.
pub(super) struct Looking {
    history: Option<History>,
    settings: Settings,
    model: Option<Box<dyn Learned>>,
}

impl Looking {
    /// Opens the history of the workspace. One that cannot be read is told, and is no reason to say no.
    pub(super) fn of(context: &Context) -> Result<Looking, Failure> {
        let settings = unhurried(Configuration::load(context).checked()?);
        let history = git::open(context, &settings, None);
        let history = history.inspect_err(|failure| eprintln!("housestyle: {failure}")).ok();
        Ok(Looking { history, settings, model: None })
    }

    /// Takes a model, where there is one: in most jobs there is none, which is told in the report.
    fn with_model(mut self, context: &Context, backend: &Backend) -> Result<Looking, Failure> {
        let mut model = match backend.open(context) {
            Ok(model) => model,
            Err(Failure::Environment(why)) if *backend == Backend::Local => {
                context.verbose(|| why);
                return Ok(self);
            }
            Err(failure) => return Err(failure),
        };
        if let Some(local) = model.local() {
            local.take_part(Arm::Starter)?;
        }
        self.model = Some(model);
        Ok(self)
    }
}

/// Reviews one skill.
pub(super) fn about(
    looking: &mut Looking,
    folder: &str,
    before: Option<&Files>,
    after: Option<&Files>,
) -> Review {
    let Looking { history, settings, model } = looking;
    let history = history.as_ref();
    let follow = |skill: &Skill| {
        let found = later(history?, skill.rule.as_ref()?);
        found.inspect_err(|failure| eprintln!("housestyle: {failure}")).ok()
    };
    let mut measure = |skill: &Skill| {
        let found = measured(history?, skill, settings, &mut **model.as_mut()?, &mut Progress::new());
        found.inspect_err(|failure| eprintln!("housestyle: {failure}")).ok().flatten()
    };
    review(folder, before, after, &follow, &mut measure)
}

/// Reviews what HEAD changes.
pub(super) fn run(context: &Context, args: &SkillReviewArgs) -> Result<(), Failure> {
    let found = changed(&context.workspace, args.base.as_deref(), &ROOTS, SKILL_FILE, LIMITS)?;
    let mut looking = Looking::of(context)?;
    let has_rule = |folder: &Folder| {
        folder.files.as_ref().is_ok_and(|files| files.iter().any(|(path, _)| path == RULE_FILE))
    };
    // A model takes seconds to open: only where there is something to measure.
    if !args.without_model && found.folders.iter().filter_map(|folder| folder.after.as_ref()).any(has_rule) {
        looking = looking.with_model(context, &args.backend.backend)?;
    }
    let files = |folder: &Option<Folder>| folder.as_ref().map(|folder| folder.files.clone());
    let reviews: Vec<Review> = found
        .folders
        .iter()
        .map(|folder| {
            let (before, after) = (files(&folder.before), files(&folder.after));
            about(&mut looking, &folder.path, before.as_ref(), after.as_ref())
        })
        .collect();
    note_effects(context, &reviews);
    let report = Report::of(&found.base, &found.head, reviews);
    let page = markdown(&report);
    if let Some(file) = &args.output {
        fs::write(file, &page)
            .map_err(|error| Failure::Environment(format!("{}: {error}", file.display())))?;
    }
    let mut document = json!(report);
    let commented = if args.comment { Some(comment(context, args, &page)?) } else { None };
    if context.global.json {
        document["comment"] = json!(commented);
        print_json(&document)?;
    } else if args.output.is_none() {
        print(visible(&page).trim_end())?;
    }
    if let Some(was_there) = commented {
        eprintln!("housestyle: the comment is {}", if was_there { "brought up to date" } else { "written" });
    }
    match report.passed {
        true => Ok(()),
        false => {
            let bad = report.skills.iter().filter(|review| !review.passed).count();
            Err(Failure::CheckSaidNo(format!("{bad} of {} skills do not pass", report.skills.len())))
        }
    }
}

/// Notes what a model made of each skill: two bad measurements running are a reason to retire one. What cannot be noted is
/// told, and changes no verdict.
fn note_effects(context: &Context, reviews: &[Review]) {
    let store = Store::of(context);
    for review in reviews {
        let Some(effect) = review.measured.as_ref().and_then(|measured| measured.effect.as_ref()) else {
            continue;
        };
        let Difference { diff, ci95 } = effect.first_line_exact;
        let noted = Effect { time: now(), diff, ci95, places: effect.cases as u64 };
        if let Err(error) = store.note_effect(&review.name, noted) {
            eprintln!("housestyle: the effect of {} is not noted: {error}", review.name);
        }
    }
}

/// Writes the report as a comment on the pull request. Returns whether there was one to write anew.
fn comment(context: &Context, args: &SkillReviewArgs, page: &str) -> Result<bool, Failure> {
    user_git::network(context, &args.remote)?;
    let address = user_git::address(context, &args.remote)?;
    let client = forge::of(context, &args.remote, &address, &Configuration::load(context).forges)?;
    let variable = |name: &str| std::env::var(name).ok();
    let number = match number_of_job(&variable) {
        Some(number) => Some(number),
        None => {
            let branch = user_git::run(context, &["symbolic-ref", "--quiet", "--short", "HEAD"]).ok();
            let base = default_name(&context.workspace)?;
            match branch.zip(base) {
                Some((branch, base)) => forge::number(&client, &branch, &base)?,
                None => None,
            }
        }
    };
    let number = number.ok_or_else(|| {
        let why =
            "no open pull request of the current branch: `housestyle skill propose NAME --open` opens one";
        Failure::Usage(why.to_owned())
    })?;
    Ok(forge::comment(&client, number, page)?)
}

/// Returns the number of the pull request that a job runs for, as forges tell their jobs.
fn number_of_job(variable: &dyn Fn(&str) -> Option<String>) -> Option<u64> {
    if let Some(number) = variable("CI_MERGE_REQUEST_IID") {
        return number.parse().ok();
    }
    variable("GITHUB_REF")?.strip_prefix("refs/pull/")?.split('/').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_tell_their_pull_request() {
        let job = |name: &'static str, value: &'static str| {
            number_of_job(&move |asked: &str| (asked == name).then(|| value.to_owned()))
        };
        assert_eq!(job("GITHUB_REF", "refs/pull/12/merge"), Some(12));
        assert_eq!(job("GITHUB_REF", "refs/heads/main"), None);
        assert_eq!(job("CI_MERGE_REQUEST_IID", "7"), Some(7));
        assert_eq!(job("OTHER", "7"), None);
    }
}
