//! `housestyle skill`: the team's rules, as people see and judge them.

mod change;
mod lint;
mod list;
mod mine;
mod propose;
mod retire;
mod review;
mod show;
mod unneeded;

pub(crate) use mine::LATER;

use crate::args::{SkillAction, SkillArgs};
use crate::config::Configuration;
use crate::context::Context;
use crate::failure::Failure;
use crate::skills::list::{Depth, all};
use crate::skills::store::StoreError;
use crate::skills::{Entry, Store};

/// Runs `housestyle skill …`.
pub(crate) fn run(context: &Context, args: &SkillArgs) -> Result<(), Failure> {
    match &args.action {
        SkillAction::Mine(args) => mine::run(context, args),
        SkillAction::List => list::run(context),
        SkillAction::Show(which) => show::run(context, &which.name),
        SkillAction::Lint(args) => lint::run(context, args),
        SkillAction::Propose(args) => propose::run(context, args),
        SkillAction::Review(args) => review::run(context, args),
        SkillAction::Reject(which) => change::reject(context, &which.name),
        SkillAction::Set(args) => change::set(context, args),
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let text = error.to_string();
        match error {
            StoreError::Unknown { .. } => Failure::Usage(text),
            StoreError::Damaged { .. } => Failure::CheckSaidNo(text),
            _ => Failure::Environment(text),
        }
    }
}

/// Returns all skills of the workspace, and whether it is trusted.
pub(crate) fn entries(context: &Context, depth: Depth) -> Result<(Vec<Entry>, bool), Failure> {
    let trusted = Configuration::load(context).checked()?.trusted;
    Ok((all(&context.workspace, &Store::of(context), trusted, depth)?, trusted))
}

/// Returns the skill of a name.
pub(crate) fn find(context: &Context, name: &str, depth: Depth) -> Result<Entry, Failure> {
    let (entries, trusted) = entries(context, depth)?;
    let found = entries.into_iter().find(|entry| entry.name == name);
    found.ok_or_else(|| {
        Failure::Usage(match trusted {
            true => format!("there is no skill {name:?} in this workspace: see `housestyle skill list`"),
            false => "this workspace is not trusted (setting `trusted`): its skills are not read".to_owned(),
        })
    })
}
