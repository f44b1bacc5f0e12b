//! `housestyle skill`: the team's rules, as people see and judge them.

mod change;
mod lint;
mod list;
mod mine;
mod propose;
mod pull_request;
mod retire;
mod review;
mod show;
mod unneeded;

use housestyle_review::TreeBudget;
use housestyle_workspace::Configuration;
use housestyle_workspace::notice;
use housestyle_workspace::skills::entry::Entry;
use housestyle_workspace::skills::list::{Depth, SkillList, all};
use housestyle_workspace::skills::store::Store;

use crate::args::{SkillAction, SkillArgs};
use crate::failure::Failure;
use crate::invocation::Invocation;

/// Runs `housestyle skill …`.
pub(crate) fn run(invocation: &Invocation, args: &SkillArgs) -> Result<(), Failure> {
    match &args.action {
        SkillAction::Mine(args) => mine::run(invocation, args),
        SkillAction::List => list::run(invocation),
        SkillAction::Show(which) => show::run(invocation, &which.name),
        SkillAction::Lint(args) => lint::run(invocation, args),
        SkillAction::Propose(args) => propose::run(invocation, args),
        SkillAction::Review(args) => review::run(invocation, args),
        SkillAction::Reject(which) => change::reject(invocation, &which.name),
        SkillAction::Set(args) => change::set(invocation, args),
    }
}

/// Returns all skills of the workspace, and whether it is trusted.
pub(crate) fn skills(invocation: &Invocation, depth: Depth) -> Result<(SkillList, bool), Failure> {
    let trusted = Configuration::load(&invocation.workspace).checked()?.trusted;
    let budget = TreeBudget::default();
    let store = Store::of(&invocation.workspace);
    let list = all(invocation.workspace.root(), &store, trusted, depth, &budget)?;
    budget.check().unwrap_or_else(notice::warn);
    Ok((list, trusted))
}

/// Returns the skill of a name.
pub(crate) fn find(invocation: &Invocation, name: &str, depth: Depth) -> Result<Entry, Failure> {
    let (list, trusted) = skills(invocation, depth)?;
    let found = list.entries.into_iter().find(|entry| entry.name == name);
    found.ok_or_else(|| {
        Failure::Usage(match trusted {
            true => format!("there is no skill {name:?} in this workspace: see `housestyle skill list`"),
            false => "this workspace is not trusted (setting `trusted`): its skills are not read".to_owned(),
        })
    })
}
