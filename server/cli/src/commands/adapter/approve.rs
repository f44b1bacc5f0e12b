//! `adapter approve` and `adapter activate`: who says yes, and that only then anything changes.

use housestyle_workspace::Configuration;
use housestyle_workspace::adapters::{Approver, How, Store, Version, merge_of};
use housestyle_workspace::clock::now;

use super::{id, print_change};
use crate::args::AdapterApproveArgs;
use crate::failure::Failure;
use crate::invocation::Invocation;

/// Approves a version: by its merge, else in the user's name for this machine.
pub(super) fn approve(
    invocation: &Invocation,
    store: &Store,
    args: &AdapterApproveArgs,
) -> Result<(), Failure> {
    let version = store.find(&args.which.id)?;
    id(&version, "approve")?;
    let (approver, what) = match merge_of(invocation.workspace.root(), &version) {
        Some(approver) => (approver, "is approved by its merge"),
        None => {
            if args.ungated.is_none() {
                // A broken file may hold stricter bounds.
                Configuration::load(&invocation.workspace).checked()?;
            }
            let (name, email) = housestyle_workspace::identity(&invocation.workspace)?;
            let how = How::Local { ungated: args.ungated.clone() };
            (Approver { name, email, time: now(), how }, "is approved for this machine, not for the team")
        }
    };
    let version = store.approve(version.number, approver)?;
    print_change(invocation, &version, what)
}

/// Makes an approved version the active one. Merged is approved: a merge that was fetched counts at once.
pub(super) fn activate(invocation: &Invocation, store: &Store, version: &Version) -> Result<(), Failure> {
    let by_merge = |approver: &Approver| matches!(approver.how, How::Merged { .. });
    // A record that was merged once more has another merge.
    if version.approver.as_ref().is_none_or(by_merge)
        && let Some(approver) = merge_of(invocation.workspace.root(), version)
        && version.approver.as_ref() != Some(&approver)
    {
        store.approve(version.number, approver)?;
    }
    let version = store.activate(version.number)?;
    print_change(invocation, &version, "is active")
}
