//! `adapter approve` and `adapter activate`: who says yes, and that only then anything changes.

use housestyle_review::{Merged, ReviewError, merged};
use housestyle_workspace::Configuration;
use housestyle_workspace::adapters::record::AdapterRecord;
use housestyle_workspace::adapters::{Approver, How, Store, Version};
use housestyle_workspace::clock::now;
use housestyle_workspace::notice;

use super::print_change;
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
    if version.id.is_none() {
        return Err(Failure::Usage(format!(
            "version {} is no adapter: there is nothing to approve",
            version.number
        )));
    }
    let (approver, what) = match merge_of(invocation, &version) {
        Some(approver) => (approver, "is approved by its merge"),
        None => {
            if args.ungated.is_none() {
                // A broken file may hold stricter bounds.
                Configuration::load(&invocation.workspace).checked()?;
            }
            let (name, email) = housestyle_review::identity(invocation.workspace.root())?;
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
        && let Some(approver) = merge_of(invocation, version)
        && version.approver.as_ref() != Some(&approver)
    {
        store.approve(version.number, approver)?;
    }
    let version = store.activate(version.number)?;
    print_change(invocation, &version, "is active")
}

/// Returns who merged the record of a version, as far as this clone knows.
fn merge_of(invocation: &Invocation, version: &Version) -> Option<Approver> {
    let record = AdapterRecord::of(version)?;
    let path = AdapterRecord::path(&record.id, "adapter.json");
    // Without a repository there is no merge; the local way remains.
    let found = merged(invocation.workspace.root(), &path, &record.bytes());
    if let Err(error @ (ReviewError::NoDefault(_) | ReviewError::Budget(_))) = &found {
        notice::warn(error);
    }
    let Merged { commit, branch, name, email, time } = found.ok().flatten()?;
    let time = u64::try_from(time).unwrap_or(0);
    Some(Approver { name, email, time, how: How::Merged { commit, branch } })
}
