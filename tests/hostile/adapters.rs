//! Adapters that somebody wants to have served: with a forged report, with another adapter's judgement, or after the
//! team took them back.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::time::{Duration, Instant};

use housestyle_testkit::tiny::{DIM, HIDDEN, Tiny};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::e2e::binary::housestyle;

/// Bounds within which a tiny model's adapter passes the gate.
const WIDE: &str = "[gate]\nleastCommits = 0\ncoreLoss = 1.0\nexposureBits = 100.0\nprobeNats = 1000.0\n\
                    leftWithoutAuthor = -1000.0\n";
/// Long enough for any machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A team's repository, and a tiny model.
struct Team {
    folder: TempDir,
}

impl Team {
    fn new() -> Team {
        let team = Team { folder: tempfile::tempdir().expect("a folder") };
        for folder in ["home", "work"] {
            fs::create_dir(team.at(folder)).expect("made");
        }
        // Markers for a hole would have the program ask a random model to fill one.
        fs::write(team.at("tiny.gguf"), Tiny { fim: false, ..Tiny::default() }.gguf()).expect("written");
        fs::write(team.at("gitconfig"), "[user]\n\tname = Ann\n\temail = ann@example.org\n")
            .expect("written");
        team.git("work", &["init", "--quiet", "--initial-branch", "main"]);
        team.commit("housestyle.toml", WIDE);
        team
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    #[track_caller]
    fn git(&self, folder: &str, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(self.at(folder)).env("GIT_CONFIG_GLOBAL", self.at("gitconfig"));
        let output = command.env("GIT_CONFIG_NOSYSTEM", "1").output().expect("git runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Commits a file to the branch that is checked out.
    fn commit(&self, path: &str, content: &str) {
        let file = self.at("work").join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        fs::write(file, content).expect("written");
        self.git("work", &["add", "--all"]);
        self.git("work", &["commit", "--quiet", "--message", path]);
    }

    fn command(&self, folder: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(housestyle());
        command.args(arguments).arg("--model").arg(self.at("tiny.gguf")).current_dir(self.at(folder));
        command.env("HOUSESTYLE_HOME", self.at("home")).env_remove("HOUSESTYLE_LOG");
        // The user's configuration is below the home folder for one reader, and named by a variable for another.
        fs::copy(self.at("gitconfig"), self.at("home/.gitconfig")).expect("copied");
        command.env("GIT_CONFIG_GLOBAL", self.at("gitconfig")).env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("HOME", self.at("home")).env_remove("XDG_CONFIG_HOME");
        command
    }

    fn output(&self, arguments: &[&str]) -> Output {
        self.command("work", arguments).output().expect("the program runs")
    }

    /// Runs a command that must succeed; returns its document.
    #[track_caller]
    fn done(&self, arguments: &[&str]) -> Value {
        self.done_in("work", arguments)
    }

    #[track_caller]
    fn done_in(&self, folder: &str, arguments: &[&str]) -> Value {
        let output = self.command(folder, arguments).arg("--json").output().expect("the program runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// Runs a command that must say no; returns its message.
    #[track_caller]
    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {output:?}");
        String::from_utf8(output.stderr).expect("UTF-8")
    }

    fn text(&self, arguments: &[&str]) -> String {
        String::from_utf8(self.output(arguments).stdout).expect("UTF-8")
    }

    /// Writes a folder of PEFT that nobody ever measured; returns its path.
    fn foreign(&self, seed: u8) -> String {
        let folder = self.at(&format!("foreign-{seed}"));
        fs::create_dir_all(&folder).expect("made");
        let name = |half: &str| format!("base_model.model.model.layers.0.mlp.down_proj.lora_{half}.weight");
        let a: Vec<f32> = (0..HIDDEN).map(|n| (n % 13) as f32 * f32::from(seed) / 64.0).collect();
        let b: Vec<f32> = (0..DIM).map(|n| (n % 7) as f32 * f32::from(seed) / 64.0).collect();
        let (middle, end) = (4 * a.len(), 4 * (a.len() + b.len()));
        let mut header = serde_json::to_vec(&json!({
            name("A"): { "dtype": "F32", "shape": [1, HIDDEN], "data_offsets": [0, middle] },
            name("B"): { "dtype": "F32", "shape": [DIM, 1], "data_offsets": [middle, end] },
        }))
        .expect("JSON");
        header.resize(header.len().next_multiple_of(8), b' ');
        let mut file = (header.len() as u64).to_le_bytes().to_vec();
        file.extend(header);
        file.extend(a.iter().chain(&b).flat_map(|number| number.to_le_bytes()));
        fs::write(folder.join("adapter_model.safetensors"), file).expect("written");
        let settings =
            json!({ "peft_type": "LORA", "r": 1, "lora_alpha": 1, "target_modules": ["down_proj"] });
        fs::write(folder.join("adapter_config.json"), settings.to_string()).expect("written");
        folder.to_str().expect("UTF-8").to_owned()
    }

    /// Imports an adapter of somebody else's; returns its version.
    fn import(&self, seed: u8) -> Value {
        self.done(&["adapter", "import", &self.foreign(seed)])
    }

    /// Merges the record of a version, as a team does that judged it on another machine.
    fn merge(&self, version: &Value) {
        let text = |key: &str| serde_json::to_string(&version[key]).expect("JSON");
        let record = format!(
            "{{\n  \"format\": 1,\n  \"id\": {},\n  \"base\": {},\n  \"base_sha256\": {},\n  \"manifest_sha256\": {},\n  \
             \"report_sha256\": {}\n}}\n",
            text("id"),
            text("base"),
            text("base_sha256"),
            text("manifest_sha256"),
            text("report_sha256")
        );
        self.commit(&record_of(version), &record);
    }

    /// Imports, merges and activates an adapter; returns its version.
    fn activate_merged(&self, seed: u8) -> Value {
        let version = self.import(seed);
        self.merge(&version);
        self.done(&["adapter", "activate", id(&version)])
    }

    /// Returns a version as `adapter list` has it.
    fn listed(&self, number: u64) -> Value {
        let list = self.done(&["adapter", "list"]);
        let versions = list["versions"].as_array().expect("a list");
        versions.iter().find(|version| version["number"] == number).expect("the version").clone()
    }

    fn doctor(&self) -> String {
        let report: Value = serde_json::from_slice(&self.output(&["doctor", "--json"]).stdout).expect("JSON");
        let checks = report["checks"].as_array().expect("checks");
        checks.iter().find(|check| check["name"] == "adapter").expect("the check").to_string()
    }

    /// Learns an adapter that passes the gate on this machine; returns its version.
    fn learn(&self) -> Value {
        let edits = self.cases("edits.jsonl", 1..80);
        let learn = ["learn", "--from", &edits, "--only", "adapter", "--edits", "60", "--control", "none"];
        let made = self.done(&learn);
        assert_eq!(made["adapter"]["gate"]["verdict"], "eligible", "{}", made["adapter"]["gate"]);
        made["adapter"]["version"].clone()
    }

    /// Writes edits of a team that always writes the same way, with these times.
    fn cases(&self, name: &str, times: std::ops::Range<usize>) -> String {
        let edit = |n: usize| {
            json!({ "path": format!("src/a{n}.rs"), "prefix": "let total = ", "suffix": "\n",
                    "middle": format!("total + rows[index].amount * {n};"), "time": n })
        };
        let lines: Vec<String> = times.map(|n| edit(n).to_string()).collect();
        fs::write(self.at(name), lines.join("\n")).expect("written");
        self.at(name).to_str().expect("UTF-8").to_owned()
    }

    fn weights(&self, version: &Value) -> PathBuf {
        let list = self.done(&["adapter", "list"]);
        let folder = Path::new(list["folder"].as_str().expect("a folder"));
        folder.join(id(version)).join("adapter_model.safetensors")
    }

    /// Starts a server, and waits until its model is loaded.
    fn serve(&self) -> Server<'_> {
        let mut command = self.command("work", &["serve"]);
        let file = |name: &str| File::create(self.at(name)).expect("a file");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(file("said"))
            .stderr(file("told"))
            .spawn()
            .expect("the program runs");
        let root = self.at("work").canonicalize().expect("there").to_string_lossy().replace('\\', "/");
        let root = root.trim_start_matches("//?/").trim_start_matches('/').to_owned();
        let root = format!("file:///{root}");
        let mut input = child.stdin.take().expect("a pipe");
        for message in [
            json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize",
                    "params": { "processId": null, "capabilities": {}, "rootUri": root } }),
            json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }),
        ] {
            let message = message.to_string();
            write!(input, "Content-Length: {}\r\n\r\n{message}", message.len()).expect("written");
        }
        let server = Server { team: self, child, _input: input };
        server.wait_in("said", "\"model\":\"tiny.gguf\"", 1);
        server
    }
}

/// A running server.
struct Server<'a> {
    team: &'a Team,
    child: Child,
    _input: ChildStdin,
}

impl Server<'_> {
    /// Waits until the server says something on stderr.
    #[track_caller]
    fn wait_for(&self, what: &str) {
        self.wait_in("told", what, 1);
    }

    /// Waits until a file of the server's output has a text so many times.
    #[track_caller]
    fn wait_in(&self, file: &str, what: &str, times: usize) {
        let begun = Instant::now();
        loop {
            let text = String::from_utf8_lossy(&fs::read(self.team.at(file)).expect("readable")).into_owned();
            if text.matches(what).count() >= times {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{what}: {text}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn id(version: &Value) -> &str {
    version["id"].as_str().expect("an id")
}

fn short(version: &Value) -> &str {
    &id(version)[..16]
}

fn record_of(version: &Value) -> String {
    format!(".housestyle/adapters/{}/adapter.json", short(version))
}

/// Forges a report on an adapter beside its file; `extra` is what else it says.
fn forge(folder: &str, version: &Value, gate: &Value) {
    let report = json!({ "adapter": id(version), "gate": gate, "evidence": {}, "training": {} });
    fs::write(Path::new(folder).join("report.json"), report.to_string()).expect("written");
}

#[test]
fn a_forged_report_is_a_claim() {
    let team = Team::new();
    let adapter = team.import(1);
    let folder = team.foreign(1);
    // All that a real report says, of another adapter.
    let learned = team.learn();
    let real = team.done(&["adapter", "show", id(&learned)])["report"]["gate"].clone();
    for (gate, number) in [(json!({ "verdict": "eligible" }), "3"), (real, "4")] {
        forge(&folder, &adapter, &gate);
        let told = team.text(&["adapter", "import", &folder]);
        assert!(told.contains("claims to be eligible"), "{told}");
        let version = team.listed(number.parse().expect("a number"));
        assert_eq!(
            (&version["state"], &version["eligible"]),
            (&json!("candidate"), &json!(false)),
            "{version}"
        );
        for command in ["approve", "propose"] {
            let why = team.refused(&["adapter", command, number]);
            assert!(why.contains("claims to be eligible") && why.contains("adapter eval"), "{why}");
        }
    }
    for command in [&["adapter", "list"][..], &["adapter", "show", "4"]] {
        let told = team.text(command);
        assert!(told.contains("claims to be eligible, never judged on this machine"), "{told}");
    }
    let approved = team.done(&["adapter", "approve", "4", "--ungated", "a trial"]);
    assert_eq!(approved["approver"]["ungated"], "a trial");
}

#[test]
fn a_report_on_other_bytes_is_refused() {
    let team = Team::new();
    let other = team.import(2);
    let folder = team.foreign(1);
    forge(&folder, &other, &json!({ "verdict": "eligible" }));
    assert!(team.refused(&["adapter", "import", &folder]).contains("judges adapter"));
    assert_eq!(team.done(&["adapter", "list"])["versions"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_judgement_holds_until_the_bounds_are_stricter() {
    let team = Team::new();
    let version = team.learn();
    assert_eq!((&version["state"], &version["eligible"]), (&json!("eligible"), &json!(true)));
    team.commit("housestyle.toml", &WIDE.replace("exposureBits = 100.0", "exposureBits = 9.0"));
    for command in ["approve", "propose"] {
        let why = team.refused(&["adapter", command, "1"]);
        assert!(why.contains("the bounds of the gate are stricter now (exposureBits)"), "{why}");
    }
    assert!(team.text(&["adapter", "list"]).contains("does not hold any more"));
    // It is judged anew within the stricter bounds: no exposure has more than 8 bits.
    let later = team.cases("later.jsonl", 80..100);
    let judged = team.done(&["adapter", "eval", "1", "--from", &later]);
    assert_eq!(judged["eligible"], true, "{judged}");
    team.done(&["adapter", "approve", "1"]);
}

#[test]
fn a_judgement_holds_for_one_base_model() {
    let team = Team::new();
    team.learn();
    fs::write(team.at("tiny.gguf"), Tiny { fim: false, seed: 2, ..Tiny::default() }.gguf()).expect("written");
    let why = team.refused(&["adapter", "approve", "1"]);
    assert!(why.contains("the base model is another one now"), "{why}");
}

#[test]
fn a_judgement_holds_for_exactly_these_bytes() {
    let team = Team::new();
    let (learned, other) = (team.learn(), team.import(1));
    let (own, others) = (team.weights(&learned), team.weights(&other));
    fs::copy(&others, &own).expect("replaced");
    for command in ["approve", "propose"] {
        let why = team.refused(&["adapter", command, "1"]);
        assert!(why.contains("damaged or was exchanged"), "{why}");
    }
    // Nor does the file of a judgement hold under another name.
    let judgements = own.ancestors().nth(2).expect("the folder").join("judgements");
    let file = |version: &Value| judgements.join(format!("{}.json", id(version)));
    fs::copy(file(&learned), file(&other)).expect("copied");
    assert!(team.refused(&["adapter", "approve", "2"]).contains("never before the gate"));
}

#[test]
fn what_is_pulled_is_judged_only_when_asked() {
    let team = Team::new();
    let remote = team.at("remote.git");
    let remote = remote.to_str().expect("UTF-8");
    team.git("home", &["init", "--quiet", "--bare", "--initial-branch", "main", remote]);
    team.git("work", &["remote", "add", "origin", remote]);
    team.git("work", &["push", "--quiet", "--set-upstream", "origin", "main"]);
    team.git("work", &["remote", "set-head", "origin", "--auto"]);
    team.learn();
    team.done(&["adapter", "propose", "1"]);
    team.done(&["adapter", "push", "1"]);
    team.git("home", &["clone", "--quiet", remote, team.at("second").to_str().expect("UTF-8")]);
    let pulled = team.done_in("second", &["adapter", "pull"])["pulled"][0].clone();
    assert_eq!((&pulled["eligible"], &pulled["claims_eligible"]), (&json!(false), &json!(true)), "{pulled}");
    let gate = pulled["gate"].as_str().expect("a text");
    assert_eq!(gate, "claims to be eligible, never judged on this machine");
    let propose = || team.command("second", &["adapter", "propose", "1"]).output().expect("it runs");
    assert_eq!(propose().status.code(), Some(1));
    // This history has no edits to judge it on.
    let judged = team.done_in("second", &["adapter", "pull", "--judge"])["judged"].clone();
    assert_eq!(
        (&judged[0]["eligible"], &judged[0]["gate"]),
        (&json!(false), &json!("judged here: not eligible"))
    );
    let later = team.cases("later.jsonl", 80..100);
    let judged = team.done_in("second", &["adapter", "eval", "1", "--from", &later]);
    let claimed = "judged here: eligible, on its maker's word of the edits that it learned from";
    assert_eq!((&judged["eligible"], &judged["gate"]), (&json!(true), &json!(claimed)));
    assert!(propose().status.success());
}

#[test]
fn merged_is_approved_whatever_this_machine_measured() {
    let team = Team::new();
    let version = team.activate_merged(1);
    assert_eq!((&version["state"], &version["eligible"]), (&json!("active"), &json!(false)));
    assert_eq!(version["approver"]["how"], "merged");
    let judged = team.done(&["adapter", "eval", "1", "--from", &team.cases("later.jsonl", 1..30)]);
    assert_eq!((&judged["eligible"], &judged["state"]), (&json!(false), &json!("active")), "{judged}");
    assert!(team.doctor().contains(&short(&version)[..12]));
}

#[test]
fn a_running_server_stops_what_the_team_reverts() {
    let team = Team::new();
    let first = team.activate_merged(1);
    let server = team.serve();
    let second = team.activate_merged(2);
    server.wait_for(&format!("adapter {} takes part", short(&second)));
    team.git("work", &["revert", "--no-edit", "HEAD"]);
    server.wait_for(&format!("version 2 (adapter {}) is revoked: no longer on main", short(&second)));
    server.wait_for(&format!("adapter {} takes part", short(&first)));
    assert_eq!(team.listed(2)["state"], "revoked");
    let active = team.listed(3);
    assert_eq!((&active["state"], &active["id"]), (&json!("active"), &first["id"]));
    let list = team.text(&["adapter", "list"]);
    assert!(list.contains("revoked: no longer on main") && list.contains("rollback to 1"), "{list}");
    // A removal is as good as a revert. Then nothing is left to go back to.
    team.git("work", &["rm", "-r", "--quiet", ".housestyle"]);
    team.git("work", &["commit", "--quiet", "--message", "Remove the adapters"]);
    server.wait_for("no adapter of the team's takes part from now on");
    assert!(team.doctor().contains("none of the team's is active"));
    // What was reverted by mistake is merged once more, and activated by a person.
    team.merge(&second);
    team.done(&["adapter", "activate", "2"]);
    server.wait_in("told", &format!("adapter {} takes part", short(&second)), 2);
    drop(server);
}

#[test]
fn a_rollback_that_fails_is_told_and_ends_the_use() {
    let team = Team::new();
    let version = team.activate_merged(1);
    let folder = team.weights(&version).ancestors().nth(2).expect("the folder").to_owned();
    let server = team.serve();
    // A folder in the place of the server's unfinished pointer.
    let unfinished = folder.join(format!("active.json.{}.new", server.child.id()));
    fs::create_dir(&unfinished).expect("made");
    team.git("work", &["revert", "--no-edit", "HEAD"]);
    server.wait_for("the rollback failed, and is tried again");
    server.wait_for("no adapter of the team's takes part from now on");
    fs::remove_dir(&unfinished).expect("removed");
    server.wait_for(&format!("version 1 (adapter {}) is revoked", short(&version)));
    drop(server);
    let log = fs::read_to_string(folder.join("versions.jsonl")).expect("readable");
    assert_eq!(log.matches("\"event\":\"revoked\"").count(), 1, "{log}");
    assert_eq!(log.matches("\"event\":\"added\"").count(), 2, "{log}");
}

#[test]
fn without_a_server_a_revert_is_seen_all_the_same() {
    let team = Team::new();
    let version = team.activate_merged(1);
    team.git("work", &["revert", "--no-edit", "HEAD"]);
    assert_eq!(team.listed(1)["state"], "revoked");
    assert!(!team.done(&["adapter", "list"]).to_string().contains("\"state\":\"active\""));
    assert!(team.doctor().contains("revoked: no longer on main"));
    assert!(team.refused(&["adapter", "activate", "1"]).contains("revoked: no longer on main"));
    assert!(team.text(&["adapter", "show", "1"]).contains("revoked: no longer on main"));
    // The next server rolls back when it loads.
    let server = team.serve();
    server.wait_for(&format!("version 1 (adapter {}) is revoked", short(&version)));
    drop(server);
    assert_eq!(team.done(&["adapter", "list"])["active"], 2);
}

#[test]
fn a_person_decides_for_this_machine() {
    let team = Team::new();
    team.import(1);
    team.done(&["adapter", "approve", "1", "--ungated", "a trial"]);
    let version = team.listed(1);
    team.merge(&version);
    assert_eq!(team.done(&["adapter", "approve", "1"])["approver"]["how"], "merged");
    team.done(&["adapter", "activate", "1"]);
    team.git("work", &["revert", "--no-edit", "HEAD"]);
    let active = team.listed(1);
    assert_eq!((&active["state"], &active["approver"]["ungated"]), (&json!("active"), &json!("a trial")));
}

#[test]
fn an_unknown_default_branch_ends_the_use_and_takes_nothing_back() {
    let team = Team::new();
    team.activate_merged(1);
    let server = team.serve();
    let second = team.activate_merged(2);
    server.wait_for(&format!("adapter {} takes part", short(&second)));
    team.git("work", &["branch", "other"]);
    server.wait_for("git config housestyle.branch");
    server.wait_for("no adapter of the team's takes part from now on");
    assert_eq!(team.listed(2)["state"], "unapproved");
    team.git("work", &["config", "housestyle.branch", "main"]);
    server.wait_in("told", &format!("adapter {} takes part", short(&second)), 2);
    drop(server);
    assert_eq!(
        (team.listed(2)["state"].clone(), team.done(&["adapter", "list"])["active"].clone()),
        (json!("active"), json!(2))
    );
}
