//! Whether the merge that approved an adapter still stands. The default branch is asked each time: a team takes an
//! approval back as it gave it, by a commit.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use housestyle_review::{
    ApprovedFile, DefaultBranch, Merged, ReviewError, approved_file, default_branch, merged,
};
use serde::Serialize;

use super::record::AdapterRecord;
use super::version::{Approver, How, Version};
use crate::notice;

/// Most bytes of a record.
const MOST_BYTES: usize = 1 << 16;

/// Why a merge does not approve an adapter now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Withdrawn {
    /// The default branch does not have the adapter's record any more.
    Revoked {
        /// The branch.
        branch: String,
        /// Git's id of the branch's newest commit.
        commit: String,
    },
    /// Nothing says which branch is the default branch.
    Unknown(String),
    /// The default branch cannot be read at the moment.
    Unread(String),
}

impl fmt::Display for Withdrawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Withdrawn::Revoked { branch, .. } => write!(f, "revoked: no longer on {branch}"),
            Withdrawn::Unknown(why) => write!(f, "{why}"),
            Withdrawn::Unread(why) => write!(f, "whether its merge still stands cannot be read: {why}"),
        }
    }
}

impl Serialize for Withdrawn {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Returns who merged the record of a version, as far as this clone knows.
pub fn merge_of(root: &Path, version: &Version) -> Option<Approver> {
    let record = AdapterRecord::of(version)?;
    let path = AdapterRecord::path(&record.id, "adapter.json");
    // Without a repository there is no merge; the local way remains.
    let found = merged(root, &path, &record.bytes());
    if let Err(error @ (ReviewError::NoDefault(_) | ReviewError::Budget(_))) = &found {
        notice::warn(error);
    }
    let Merged { commit, branch, name, email, time } = found.ok().flatten()?;
    let time = u64::try_from(time).unwrap_or(0);
    Some(Approver { name, email, time, how: How::Merged { commit, branch } })
}

/// Asks the default branch of each version that a merge approved, and notes which approvals it does not confirm. A
/// person's own approval stands beside that of a merge.
pub(super) fn ask(root: Option<&Path>, versions: &mut [Version]) {
    let mut records: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for version in versions.iter().filter(|version| is_merged(version)) {
        if let Some(record) = AdapterRecord::of(version) {
            records.entry(record.id.clone()).or_default().push(record.bytes());
        }
    }
    let answers: BTreeMap<String, Option<Withdrawn>> =
        records.into_iter().map(|(id, records)| (id.clone(), ask_for(root, &id, &records))).collect();
    for version in versions.iter_mut().filter(|version| is_merged(version)) {
        let answer = version.id.as_ref().and_then(|id| answers.get(id)).cloned().flatten();
        match version.local_approver.take_if(|_| answer.is_some()) {
            Some(person) => version.approver = Some(person),
            None => version.withdrawn = answer,
        }
    }
}

fn is_merged(version: &Version) -> bool {
    version.approver.as_ref().is_some_and(|approver| matches!(approver.how, How::Merged { .. }))
}

fn ask_for(root: Option<&Path>, id: &str, records: &[Vec<u8>]) -> Option<Withdrawn> {
    let Some(root) = root else {
        return Some(Withdrawn::Unknown("no repository is known here".to_owned()));
    };
    let path = AdapterRecord::path(id, "adapter.json");
    let found = default_branch(root)
        .and_then(DefaultBranch::known)
        .and_then(|branch| Ok((approved_file(root, &branch, &path, MOST_BYTES)?, branch)));
    match found {
        Ok((ApprovedFile::Content(content), _)) if records.contains(&content) => None,
        Ok((ApprovedFile::NotFetched, branch)) => {
            let file = format!("{}:{path}", branch.reference);
            Some(Withdrawn::Unread(format!("this partial clone lacks its record: run `git show {file}`")))
        }
        Ok((_, branch)) => Some(Withdrawn::Revoked { commit: branch.commit_id(), branch: branch.name }),
        Err(ReviewError::NoDefault(reason)) => Some(Withdrawn::Unknown(reason.to_string())),
        Err(ReviewError::NoRepository { .. }) => {
            Some(Withdrawn::Unknown("this is no git repository: no merge approves without one".to_owned()))
        }
        Err(error) => Some(Withdrawn::Unread(error.to_string())),
    }
}
