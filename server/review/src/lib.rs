//! Git: history into edits, proposals into commits.
