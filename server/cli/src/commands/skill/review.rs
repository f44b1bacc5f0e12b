//! `housestyle skill review`: a report on a pull request that touches skills, for people and their CI.

use std::fs;

use housestyle_adaptation::backend::{Adaptive, Backend};
use housestyle_adaptation::evaluate::without_time_limits;
use housestyle_adaptation::skill_review::{
    Files, Report, Review, adherence, markdown, measure_skill, review,
};
use housestyle_complete::Settings;
use housestyle_complete::eval::Difference;
use housestyle_complete::generator::Capability;
use housestyle_review::{Folder, History, ReviewError, TreeBudget, changed};
use housestyle_skills::{RULE_FILE, SKILL_FILE, Skill};
use housestyle_workspace::Configuration;
use housestyle_workspace::clock::now;
use housestyle_workspace::history as commits;
use housestyle_workspace::skills::read::{LIMITS, ROOTS};
use housestyle_workspace::skills::store::{Effect, Store};
use serde_json::json;

use super::pull_request;
use crate::args::{Arm, SkillReviewArgs};
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{print, print_json, visible};
use crate::progress::Bar;

/// The history, settings and model for reviews, opened once.
pub(super) struct ReviewContext {
    history: Option<History>,
    settings: Settings,
    model: Option<Box<dyn Adaptive>>,
}

impl ReviewContext {
    /// Opens the history of the workspace. An unreadable history is a warning and fails no review.
    pub(super) fn of(invocation: &Invocation) -> Result<ReviewContext, Failure> {
        let settings = without_time_limits(Configuration::load(&invocation.workspace).checked()?);
        let history = commits::open(invocation.workspace.root(), &settings, None);
        let history = history.inspect_err(|failure| eprintln!("housestyle: {failure}")).ok();
        Ok(ReviewContext { history, settings, model: None })
    }

    /// Opens a model, where there is one: most jobs have none, and the report says so.
    fn with_model(mut self, invocation: &Invocation, backend: &Backend) -> Result<ReviewContext, Failure> {
        let mut model = match backend.open(&invocation.setup()).map_err(Failure::from) {
            Ok(model) => model,
            Err(Failure::Environment(why)) => {
                invocation.verbose(|| why);
                return Ok(self);
            }
            Err(failure) => return Err(failure),
        };
        if model.capabilities().has(Capability::Adapters) {
            model.apply(Arm::Starter)?;
        }
        self.model = Some(model);
        Ok(self)
    }
}

/// Reviews one skill.
pub(super) fn review_skill(
    context: &mut ReviewContext,
    folder: &str,
    before: Option<&Files>,
    after: Option<&Files>,
) -> Review {
    let ReviewContext { history, settings, model } = context;
    let history = history.as_ref();
    let follow = |skill: &Skill| {
        let found = adherence(history?, skill.rule.as_ref()?);
        found.inspect_err(|failure| eprintln!("housestyle: {failure}")).ok()
    };
    let mut measure = |skill: &Skill| {
        let found = measure_skill(history?, skill, settings, &mut **model.as_mut()?, &mut Bar::new());
        found.inspect_err(|failure| eprintln!("housestyle: {failure}")).ok().flatten()
    };
    review(folder, before, after, &follow, &mut measure)
}

/// Reviews what HEAD changes.
pub(super) fn run(invocation: &Invocation, args: &SkillReviewArgs) -> Result<(), Failure> {
    if let Some(report) = &args.post {
        return pull_request::post(invocation, args, report);
    }
    let (root, base) = (invocation.workspace.root(), args.base.as_deref());
    let found = changed(root, base, &ROOTS, SKILL_FILE, LIMITS, &TreeBudget::default());
    let found = found.map_err(|error| match error {
        ReviewError::NoDefault(reason) => {
            let other = "or name the branch to compare with (`--base origin/main`)";
            Failure::Usage(format!("{}: {}, {other}", reason.problem(), reason.remedy()))
        }
        error => error.into(),
    })?;
    let mut context = ReviewContext::of(invocation)?;
    let has_rule = |folder: &Folder| {
        folder.files.as_ref().is_ok_and(|files| files.iter().any(|(path, _)| path == RULE_FILE))
    };
    // A model takes seconds to open: only where there is something to measure.
    if !args.without_model && found.folders.iter().filter_map(|folder| folder.after.as_ref()).any(has_rule) {
        context = context.with_model(invocation, &args.backend.backend)?;
    }
    let files = |folder: &Option<Folder>| folder.as_ref().map(|folder| folder.files.clone());
    let reviews: Vec<Review> = found
        .folders
        .iter()
        .map(|folder| {
            let (before, after) = (files(&folder.before), files(&folder.after));
            review_skill(&mut context, &folder.path, before.as_ref(), after.as_ref())
        })
        .collect();
    note_effects(invocation, &reviews);
    let report = Report::of(&found.base, &found.head, reviews);
    let page = markdown(&report);
    if let Some(file) = &args.output {
        fs::write(file, &page)
            .map_err(|error| Failure::Environment(format!("{}: {error}", file.display())))?;
    }
    let mut document = json!(report);
    let commented = if args.comment { Some(pull_request::comment(invocation, args, &page)?) } else { None };
    if invocation.flags.json {
        document["comment"] = json!(commented);
        print_json(&document)?;
    } else if args.output.is_none() {
        print(visible(&page).trim_end())?;
    }
    if let Some(was_there) = commented {
        pull_request::report(was_there);
    }
    match report.passed {
        true => Ok(()),
        false => {
            let bad = report.skills.iter().filter(|review| !review.passed).count();
            Err(Failure::CheckSaidNo(format!("{bad} of {} skills do not pass", report.skills.len())))
        }
    }
}

/// Stores the measured effect of each skill: two bad ones in a row are a reason to retire a skill. A failure here is a
/// warning, and changes no verdict.
fn note_effects(invocation: &Invocation, reviews: &[Review]) {
    let store = Store::of(&invocation.workspace);
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
