//! `housestyle skill reject` and `housestyle skill set`: a user's decisions on a skill, on this machine alone.

use housestyle_workspace::clock::now;
use housestyle_workspace::skills::entry::Mode;
use housestyle_workspace::skills::list::Depth;
use housestyle_workspace::skills::store::Store;
use serde_json::json;

use super::find;
use crate::args::SetArgs;
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{print, print_json, visible};

/// Rejects a candidate.
pub(super) fn reject(invocation: &Invocation, name: &str) -> Result<(), Failure> {
    let rejected = Store::of(&invocation.workspace).reject(name, now())?;
    if invocation.flags.json {
        return print_json(&json!({ "rejected": name, "evidence": rejected.evidence }));
    }
    print(&format!(
        "{} is rejected; it is proposed again only once more than {} edits speak for it.",
        visible(name),
        rejected.evidence.saturating_mul(2).saturating_sub(1)
    ))
}

/// Switches a skill for this user.
pub(super) fn set(invocation: &Invocation, args: &SetArgs) -> Result<(), Failure> {
    let entry = find(invocation, &args.which.name, Depth::States)?;
    let team = entry.skill.as_ref().map(|skill| Mode::of_team(&skill.metadata)).unwrap_or_default();
    let mode = Mode::from(args.mode);
    if mode < team {
        return Err(Failure::Usage(format!(
            "the team has {} {}: you can only be stricter; to change it for all, change `housestyle.mode` in {}/SKILL.md",
            entry.name,
            team.word(),
            entry.folder.as_deref().unwrap_or("its folder")
        )));
    }
    Store::of(&invocation.workspace).set_mode(&entry.name, mode)?;
    if invocation.flags.json {
        return print_json(&json!({ "name": entry.name, "mode": mode }));
    }
    print(&format!("{} is {} for you.", visible(&entry.name), mode.word()))
}
