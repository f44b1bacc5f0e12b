//! `housestyle skill reject` and `housestyle skill set`: what the user says of a skill, on this machine alone.

use serde_json::json;

use super::find;
use crate::args::SetArgs;
use crate::commands::memory::now;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{print, print_json, visible};
use crate::skills::list::Depth;
use crate::skills::{Mode, Store};

/// Rejects a candidate.
pub(super) fn reject(context: &Context, name: &str) -> Result<(), Failure> {
    let rejected = Store::of(context).reject(name, now())?;
    if context.global.json {
        return print_json(&json!({ "rejected": name, "evidence": rejected.evidence }));
    }
    print(&format!(
        "{} is rejected; it is proposed again only once more than {} edits speak for it.",
        visible(name),
        rejected.evidence.saturating_mul(2).saturating_sub(1)
    ))
}

/// Switches a skill for this user.
pub(super) fn set(context: &Context, args: &SetArgs) -> Result<(), Failure> {
    let entry = find(context, &args.which.name, Depth::States)?;
    let team = entry.skill.as_ref().map(|skill| Mode::of_team(&skill.metadata)).unwrap_or_default();
    if args.mode < team {
        return Err(Failure::Usage(format!(
            "the team has {} {}: you can only be stricter; to change it for all, change `housestyle.mode` in {}/SKILL.md",
            entry.name,
            team.word(),
            entry.folder.as_deref().unwrap_or("its folder")
        )));
    }
    Store::of(context).set_mode(&entry.name, args.mode)?;
    if context.global.json {
        return print_json(&json!({ "name": entry.name, "mode": args.mode }));
    }
    print(&format!("{} is {} for you.", visible(&entry.name), args.mode.word()))
}
