//! The default branch gives an approval and takes it back.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::record::AdapterRecord;
use super::tests::{incoming, local};
use super::*;
use crate::home::Home;
use crate::workspace::Workspace;

/// A repository, and the adapters of its workspace.
struct Team {
    folder: tempfile::TempDir,
    store: Store,
}

impl Team {
    fn new() -> Team {
        let folder = tempfile::tempdir().expect("a folder");
        let home =
            Home { models: PathBuf::new(), state: folder.path().join("state"), config: PathBuf::new() };
        let root = folder.path().join("work");
        fs::create_dir(&root).expect("made");
        let team = Team { store: Store::of(&Workspace::new(root, home)), folder };
        team.git(&["init", "--quiet", "--initial-branch", "main"]);
        team.git(&["commit", "--quiet", "--allow-empty", "--message", "Begin"]);
        team
    }

    #[track_caller]
    fn git(&self, arguments: &[&str]) {
        let who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"];
        let run = Command::new("git").args(who).args(arguments).current_dir(self.root()).output();
        let run = run.expect("git runs");
        assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// Merges the record of a version.
    fn merge(&self, version: &Version) {
        let record = AdapterRecord::of(version).expect("an adapter");
        let file = self.root().join(AdapterRecord::path(&record.id, "adapter.json"));
        fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        fs::write(file, record.bytes()).expect("written");
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "Merge an adapter"]);
    }

    /// Adds an adapter, and activates it after its merge.
    fn activate(&self, seed: u8) -> Version {
        let version = self.store.add(&incoming(seed, false)).expect("added");
        self.merge(&version);
        let how = How::Merged { commit: "c".to_owned(), branch: "main".to_owned() };
        self.store.approve(version.number, Approver { how, ..local(None) }).expect("approved");
        self.store.activate(version.number).expect("active")
    }

    fn states(&self) -> Vec<State> {
        self.store.versions().expect("readable").iter().map(|version| version.state).collect()
    }
}

#[test]
fn a_reverted_record_revokes_and_the_version_before_is_active_again() {
    let team = Team::new();
    let first = team.activate(1);
    let second = team.activate(2);
    assert_eq!(team.store.roll_back_revoked().expect("readable"), None);
    let stamp = team.store.stamp();
    team.git(&["revert", "--no-edit", "HEAD"]);
    assert_ne!(team.store.stamp(), stamp, "a server sees it");
    assert_eq!(team.states(), [State::Retired, State::Revoked]);
    let error = team.store.serving().expect_err("revoked");
    assert!(error.ends_use() && error.to_string().contains("revoked: no longer on main"), "{error}");
    assert!(team.store.activate(2).is_err());

    let done = team.store.roll_back_revoked().expect("written").expect("revoked");
    assert_eq!((done.number, Some(done.id), done.branch.as_str()), (2, second.id, "main"));
    assert_eq!((done.rolled_back.number, &done.rolled_back.origin), (3, &Origin::RollbackTo(1)));
    assert_eq!(team.store.serving().expect("approved"), first.id);
    assert_eq!(team.store.roll_back_revoked().expect("readable"), None, "once");
    let log = fs::read_to_string(team.store.folder().join("versions.jsonl")).expect("readable");
    assert!(log.contains("\"event\":\"revoked\",\"number\":2"), "{log}");

    // Merged once more, it is approved once more; a person makes it active.
    team.merge(&team.store.find("2").expect("there"));
    assert_eq!(team.states(), [State::Retired, State::Retired, State::Active]);
    assert_eq!(team.store.activate(2).expect("approved").state, State::Active);
}

#[test]
fn where_all_before_is_taken_back_too_none_is_active() {
    let team = Team::new();
    team.activate(1);
    team.activate(2);
    team.git(&["rm", "-r", "--quiet", ".housestyle"]);
    team.git(&["commit", "--quiet", "--message", "Remove all adapters"]);
    let done = team.store.roll_back_revoked().expect("written").expect("revoked");
    assert_eq!((done.rolled_back.id, done.rolled_back.origin), (None, Origin::RollbackTo(0)));
    assert_eq!(team.store.serving().expect("none"), None);
}

#[test]
fn a_changed_record_is_no_approval() {
    let team = Team::new();
    let version = team.activate(1);
    let record = AdapterRecord::of(&version).expect("an adapter");
    let file = team.root().join(AdapterRecord::path(&record.id, "adapter.json"));
    let other = AdapterRecord { report_sha256: None, ..record };
    fs::write(&file, other.bytes()).expect("written");
    assert_eq!(team.states(), [State::Active], "the work tree decides nothing");
    team.git(&["commit", "--quiet", "--all", "--message", "Change the record"]);
    assert_eq!(team.states(), [State::Revoked]);
}

#[test]
fn what_a_person_approved_on_this_machine_stays() {
    let team = Team::new();
    let version = team.store.add(&incoming(1, false)).expect("added");
    team.store.approve(1, local(Some("a trial"))).expect("approved");
    team.activate(1);
    team.git(&["revert", "--no-edit", "HEAD"]);
    assert_eq!(team.store.serving().expect("approved"), version.id);
    assert_eq!(team.store.find("1").expect("there").approver, Some(local(Some("a trial"))));
    assert_eq!(team.store.roll_back_revoked().expect("readable"), None);
}

#[test]
fn an_unknown_default_branch_approves_nothing_and_takes_nothing_back() {
    let team = Team::new();
    let version = team.activate(1);
    team.git(&["branch", "other"]);
    let error = team.store.serving().expect_err("nobody says which branch counts");
    assert!(error.ends_use() && error.to_string().contains("git config housestyle.branch"), "{error}");
    assert_eq!(team.states(), [State::Unapproved]);
    assert_eq!(team.store.roll_back_revoked().expect("readable"), None);
    team.git(&["config", "housestyle.branch", "main"]);
    assert_eq!(team.store.serving().expect("approved"), version.id);
    fs::remove_dir_all(team.root().join(".git")).expect("removed");
    assert!(team.store.serving().expect_err("no repository").ends_use());
}

#[test]
fn a_branch_that_cannot_be_read_leaves_what_is_in_use() {
    let team = Team::new();
    team.activate(1);
    let objects = team.root().join(".git/objects");
    let away = team.root().join(".git/away");
    fs::rename(&objects, &away).expect("renamed");
    fs::create_dir(&objects).expect("made");
    let error = team.store.serving().expect_err("unreadable");
    assert!(!error.ends_use(), "{error}");
    assert_eq!(team.store.roll_back_revoked().expect("readable"), None);
    fs::remove_dir(&objects).expect("removed");
    fs::rename(&away, &objects).expect("renamed");
    assert!(team.store.serving().is_ok());
}

#[test]
fn a_pointer_that_cannot_be_written_is_told_and_noted_once() {
    let team = Team::new();
    let first = team.activate(1);
    team.activate(2);
    team.git(&["revert", "--no-edit", "HEAD"]);
    let unfinished = team.store.folder().join(format!("active.json.{}.new", std::process::id()));
    fs::create_dir(&unfinished).expect("made");
    let lines = || {
        let log = fs::read_to_string(team.store.folder().join("versions.jsonl")).expect("readable");
        (log.lines().count(), log.matches("\"event\":\"revoked\"").count())
    };
    let (before, _) = lines();
    for _ in 0..3 {
        let error = team.store.roll_back_revoked().expect_err("not written");
        assert!(matches!(error, StoreError::File { operation: "write", .. }), "{error}");
        assert_eq!(lines(), (before + 3, 1), "a revocation, a copy, and its activation");
    }
    assert!(team.store.serving().is_err(), "it serves no longer");
    fs::remove_dir(&unfinished).expect("removed");
    let done = team.store.roll_back_revoked().expect("written").expect("revoked");
    assert_eq!((done.rolled_back.number, done.rolled_back.id), (3, first.id.clone()));
    assert_eq!(lines(), (before + 3, 1));
    assert_eq!(team.store.serving().expect("approved"), first.id);

    // The next revert is another cause.
    team.merge(&team.store.find("2").expect("there"));
    team.store.activate(2).expect("approved");
    team.git(&["revert", "--no-edit", "HEAD"]);
    let done = team.store.roll_back_revoked().expect("written").expect("revoked");
    assert_eq!((done.rolled_back.number, lines().1), (4, 2));

    // So it is with what a person asks for.
    fs::create_dir(&unfinished).expect("made");
    let (before, _) = lines();
    for _ in 0..3 {
        team.store.activate(1).expect_err("not written");
        assert_eq!(lines().0, before + 1);
    }
}

#[test]
fn the_adapter_in_use_is_asked_about_wherever_the_pointer_leads() {
    let team = Team::new();
    let id = team.activate(1).id.expect("an adapter");
    let other = team.store.add(&incoming(2, false)).expect("added");
    let pointer = team.store.folder().join("active.json");
    for forged in [serde_json::json!({ "version": 2, "id": other.id }).to_string(), "{".to_owned()] {
        fs::write(&pointer, forged).expect("written");
        team.store.confirm(&id).expect("its merge stands");
    }
    team.git(&["revert", "--no-edit", "HEAD"]);
    assert!(team.store.confirm(&id).expect_err("revoked").ends_use());
    assert!(team.store.confirm(&other.id.expect("an adapter")).is_err(), "nobody approved it");
    fs::write(team.store.folder().join("versions.jsonl"), "{\n").expect("written");
    assert!(matches!(team.store.confirm(&id), Err(StoreError::Corrupt { .. })));
}
