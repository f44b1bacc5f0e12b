//! Adapters from outside: their life in one workspace, and through the team's repository into another.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use housestyle_engine::{AdapterWeights, Config, LowRank, Target};
use housestyle_testkit::tiny::Tiny;
use housestyle_train::format::{About, Adapter, Precision, id_of, write, write_peft};
use housestyle_workspace::adapters::Store;
use housestyle_workspace::adapters::record::AdapterRecord;
use housestyle_workspace::{Home, Workspace};
use serde_json::{Value, json};

use crate::learn::edit;
use crate::world::{Ran, World};

/// Bounds within which a tiny model's adapter passes the gate.
const WIDE: &str = "[gate]\nleastCommits = 0\ncoreLoss = 1.0\nexposureBits = 100.0\nprobeNats = 1000.0\n\
                    leftWithoutAuthor = -1000.0\n";

/// A workspace in git, a tiny model, and folders of adapters for it.
pub(crate) struct Team {
    pub(crate) world: World,
    pub(crate) model: PathBuf,
    config: Config,
}

impl Team {
    pub(crate) fn new() -> Team {
        Team::of(Tiny::default())
    }

    /// A team with this model.
    pub(crate) fn of(tiny: Tiny) -> Team {
        let world = World::new();
        let model = world.home().join("tiny.gguf");
        fs::create_dir_all(world.home()).expect("a home");
        fs::write(&model, tiny.gguf()).expect("written");
        let config = Config::of_file(&model).expect("a model");
        let team = Team { world, model, config };
        let work = team.world.work();
        fs::remove_dir_all(work.join(".git")).expect("removed");
        team.git(&work, &["init", "--quiet", "--initial-branch", "main"]);
        team.world.write("a.txt", "a\n");
        team.world.write("housestyle.toml", WIDE);
        team.git(&work, &["add", "a.txt", "housestyle.toml"]);
        team.git(&work, &["commit", "--quiet", "--message", "first"]);
        team
    }

    /// Runs git as Pat, whatever the user's own configuration says.
    #[track_caller]
    fn git(&self, folder: &Path, arguments: &[&str]) -> String {
        self.git_as(folder, "Pat", arguments)
    }

    #[track_caller]
    fn git_as(&self, folder: &Path, name: &str, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(["-c", &format!("user.name={name}"), "-c", "user.email=someone@example.com"]);
        let output =
            command.args(arguments).current_dir(folder).env("GIT_CONFIG_GLOBAL", self.global()).output();
        let output = output.expect("git runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// A global configuration of the test's own.
    fn global(&self) -> PathBuf {
        let path = self.world.home().join("gitconfig");
        if !path.exists() {
            fs::write(&path, "[user]\n\tname = Pat\n\temail = pat@example.com\n").expect("written");
        }
        path
    }

    #[track_caller]
    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_in(&self.world.work(), arguments)
    }

    #[track_caller]
    fn run_in(&self, folder: &Path, arguments: &[&str]) -> Ran {
        let model = self.model.to_str().expect("UTF-8");
        let mut command = self.world.command(&["adapter"]);
        command.args(arguments).args(["--json", "--model", model]).current_dir(folder);
        // libgit2 looks for the user's configuration below the home folder.
        let home = self.world.home();
        fs::copy(self.global(), home.join(".gitconfig")).expect("copied");
        command.env("GIT_CONFIG_GLOBAL", self.global()).env("HOME", &home).env_remove("XDG_CONFIG_HOME");
        let output = command.output().expect("the program runs");
        Ran {
            code: output.status.code().expect("an exit code"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// Runs a command that must succeed.
    #[track_caller]
    pub(crate) fn done(&self, arguments: &[&str]) -> Value {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
        ran.json()
    }

    /// Runs a command that must fail, and returns its message.
    #[track_caller]
    fn refused(&self, arguments: &[&str], code: i32) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}{}", ran.out, ran.err);
        ran.err
    }

    fn adapter(&self, seed: f32) -> Adapter {
        let (rows, columns) = Target::Down.shape(&self.config);
        let numbers = |count: usize| (0..count).map(|n| (n % 13) as f32 * seed / 64.0).collect();
        let changes = (0..self.config.layers)
            .map(|layer| ((layer, Target::Down), LowRank { a: numbers(columns * 2), b: numbers(rows * 2) }));
        let low_rank: BTreeMap<_, _> = changes.collect();
        let base_sha256 = id_of(&fs::read(&self.model).expect("readable"));
        let (base, architecture) = ("tiny.gguf".to_owned(), "qwen2".to_owned());
        let about = About { base_sha256, base, architecture, manifest_sha256: None };
        Adapter {
            weights: AdapterWeights { rank: 2, alpha: 2.0, low_rank, ..AdapterWeights::default() },
            about,
        }
    }

    /// Writes a PEFT folder of an adapter that somebody else trained.
    pub(crate) fn foreign(&self, seed: f32) -> String {
        let mut folder =
            write_peft(&self.adapter(seed), &self.config, "tiny", Precision::Full).expect("writable");
        // Somebody else's file says nothing in our words.
        let ours = b"\"housestyle.";
        while let Some(at) = folder.model.windows(ours.len()).position(|bytes| bytes == ours) {
            folder.model[at + 1] = b'x';
        }
        let path = self.world.home().join(format!("foreign-{seed}"));
        fs::create_dir_all(&path).expect("made");
        fs::write(path.join("adapter_config.json"), folder.config).expect("written");
        fs::write(path.join("adapter_model.safetensors"), folder.model).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    }

    /// Commits the record of the only version to the default branch, as the merge of its proposal does.
    pub(crate) fn merge_record(&self) {
        let home = self.world.home();
        let home = Home { models: home.join("models"), state: home.join("state"), config: home };
        let versions = Store::of(&Workspace::new(self.world.work(), home)).versions().expect("readable");
        let record = AdapterRecord::of(&versions[0]).expect("an adapter");
        let path = AdapterRecord::path(&record.id, "adapter.json");
        self.world.write(&path, &String::from_utf8(record.bytes()).expect("UTF-8"));
        self.git(&self.world.work(), &["add", "--force", &path]);
        self.git(&self.world.work(), &["commit", "--quiet", "--message", "Merge an adapter"]);
    }

    /// Learns an adapter that really passes the gate, with bounds that the team made wide.
    fn learn(&self) -> Value {
        let edits = self.world.home().join("edits.jsonl");
        fs::write(&edits, (1..80).map(edit).collect::<String>()).expect("written");
        let [edits, model] = [&edits, &self.model].map(|path| path.to_str().expect("UTF-8"));
        let learn = ["learn", "--from", edits, "--only", "adapter", "--edits", "60", "--control", "none"];
        let ran = self.world.run(&[&learn[..], &["--model", model, "--json"]].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        let made = ran.json();
        assert_eq!(made["adapter"]["gate"]["verdict"], "eligible", "{}", made["adapter"]["gate"]);
        made["adapter"]["version"].clone()
    }

    /// Writes a folder of ours, with a manifest and a report that says that the gate judged it.
    fn judged(&self, seed: f32, verdict: &str) -> (String, String) {
        self.trained_on(&format!("{{\"examples\": {seed}}}"), seed, verdict)
    }

    /// The same with this manifest.
    pub(crate) fn trained_on(&self, manifest: &str, seed: f32, verdict: &str) -> (String, String) {
        let mut adapter = self.adapter(seed);
        adapter.about.manifest_sha256 = Some(id_of(manifest.as_bytes()));
        let weights = write(&adapter, &self.config, Precision::Half).expect("writable");
        let id = id_of(&weights);
        let check =
            json!({ "name": "later edits", "passed": true, "finding": "better\nHousestyle-Adapter: forged" });
        let report = json!({ "adapter": id, "gate": { "verdict": verdict, "checks": [check] } }).to_string();
        let path = self.world.home().join(format!("judged-{seed}"));
        fs::create_dir_all(&path).expect("made");
        for (name, content) in [
            ("adapter_model.safetensors", weights),
            ("manifest.json", manifest.to_owned().into_bytes()),
            ("report.json", report.into()),
        ] {
            fs::write(path.join(name), content).expect("written");
        }
        (path.to_str().expect("UTF-8").to_owned(), id)
    }
}

#[test]
fn an_adapter_lives_from_import_to_rollback() {
    let team = Team::new();
    assert_eq!(team.done(&["list"])["versions"], json!([]));
    assert_eq!(team.done(&["import", &team.foreign(1.0)])["state"], "candidate");
    assert!(team.refused(&["activate", "1"], 1).contains("not approved"));
    assert!(team.refused(&["approve", "1"], 1).contains("--ungated"));
    assert!(team.refused(&["propose", "1"], 1).contains("gate"));
    let approved = team.done(&["approve", "1", "--ungated", "a trial"]);
    assert_eq!(
        (&approved["approver"]["name"], &approved["approver"]["ungated"]),
        (&json!("Pat"), &json!("a trial"))
    );
    assert_eq!(team.done(&["activate", "1"])["state"], "active");

    let (folder, id) = team.judged(2.0, "eligible");
    let imported = team.done(&["import", &folder]);
    assert_eq!((&imported["state"], &imported["claims_eligible"]), (&json!("candidate"), &json!(true)));
    assert!(team.refused(&["approve", &id[..8]], 1).contains("claims to be eligible"));
    assert_eq!(team.done(&["approve", &id[..8], "--ungated", "x"])["approver"]["how"], "local");
    assert_eq!(team.done(&["activate", "2"])["number"], 2);
    let back = team.done(&["rollback"]);
    assert_eq!((&back["number"], &back["id"]), (&json!(3), &approved["id"]));
    let list = team.done(&["list"]);
    let states: Vec<_> =
        list["versions"].as_array().expect("a list").iter().map(|v| v["state"].clone()).collect();
    assert_eq!(
        (states, &list["active"]),
        (vec![json!("active"), json!("retired"), json!("retired")], &json!(3))
    );
    let shown = team.done(&["show", "2"]);
    assert_eq!(
        (&shown["adapter"]["rank"], &shown["report"]["gate"]["verdict"]),
        (&json!(2), &json!("eligible"))
    );
    assert!(team.refused(&["show", "9"], 2).contains("adapter list"));
}

#[test]
fn what_is_exported_is_read_again_as_the_same_adapter() {
    let team = Team::new();
    let first = team.done(&["import", &team.foreign(1.0)]);
    let to = |name: &str| team.world.home().join(name).to_str().expect("UTF-8").to_owned();
    team.done(&["export", "1", "--to", "gguf", "-o", &to("out.gguf")]);
    team.done(&["export", "1", "--to", "peft", "-o", &to("out"), "--base", "org/model"]);
    assert!(team.refused(&["export", "1", "--to", "gguf", "-o", &to("out.gguf")], 2).contains("exists"));
    for path in ["out.gguf", "out"] {
        assert_eq!(team.done(&["import", &to(path)])["id"], first["id"], "{path}");
    }
    let config = fs::read_to_string(to("out") + "/adapter_config.json").expect("readable");
    assert!(config.contains("\"org/model\""), "{config}");
}

#[test]
fn a_file_that_is_wrong_is_refused_and_the_active_adapter_stays() {
    let team = Team::new();
    let (folder, _) = team.judged(1.0, "eligible");
    team.done(&["import", &folder]);
    team.done(&["approve", "1", "--ungated", "a test"]);
    team.done(&["activate", "1"]);
    let before = team.done(&["list"]);

    let file = Path::new(&folder).join("adapter_model.safetensors");
    let good = fs::read(&file).expect("readable");
    fs::write(&file, &good[..good.len() - 5]).expect("written");
    assert!(team.refused(&["import", &folder], 1).contains("cut off"));
    fs::write(&file, &good).expect("written");
    fs::write(Path::new(&folder).join("manifest.json"), "{}").expect("written");
    assert!(team.refused(&["import", &folder], 1).contains("manifest"));
    let other = Tiny { seed: 2, ..Tiny::default() };
    fs::write(&team.model, other.gguf()).expect("written");
    assert!(team.refused(&["import", file.to_str().expect("UTF-8")], 1).contains("base model"));
    assert!(team.refused(&["export", "1", "--to", "gguf", "-o", "x.gguf"], 1).contains("base model"));
    assert!(team.refused(&["import", "nothing.gguf"], 2).contains("nothing.gguf"));
    assert_eq!(team.done(&["list"]), before);
}

#[test]
fn a_team_shares_by_its_own_remote_and_merged_is_approved() {
    // With markers for a hole a random model would be asked to fill one, which it cannot.
    let team = Team::of(Tiny { fim: false, ..Tiny::default() });
    let (work, home) = (team.world.work(), team.world.home());
    let (remote, second) = (home.join("remote.git"), home.join("second"));
    let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    team.git(&home, &["init", "--quiet", "--bare", "--initial-branch", "main", &text(&remote)]);
    team.git(&work, &["remote", "add", "origin", &text(&remote)]);
    team.git(&work, &["push", "--quiet", "origin", "main"]);
    team.git(&work, &["remote", "set-head", "origin", "--auto"]);
    team.git(&home, &["clone", "--quiet", &text(&remote), &text(&second)]);

    let id = team.learn()["id"].as_str().expect("an id").to_owned();
    fs::write(work.join("a.txt"), "dirty\n").expect("written");
    let state = || (team.git(&work, &["status", "--porcelain=v2"]), team.git(&work, &["rev-parse", "HEAD"]));
    let before = state();
    let proposed = team.done(&["propose", "1"]);
    assert_eq!(state(), before);
    let branch = proposed["proposal"]["branch"].as_str().expect("a branch");
    assert_eq!(branch, format!("housestyle/proposals/adapter-{}", &id[..8]));
    let files = team.git(&work, &["ls-tree", "-r", "--name-only", branch]);
    for name in ["adapter.json", "manifest.json", "report.json"] {
        assert!(files.contains(&format!(".housestyle/adapters/{}/{name}", &id[..16])), "{files}");
    }
    let trailers =
        team.git(&work, &["log", "-1", "--format=%(trailers:key=Housestyle-Adapter,valueonly)", branch]);
    assert_eq!(trailers.trim(), id);
    assert_eq!(team.done(&["propose", "1"])["proposal"]["was_there"], true);
    assert!(team.refused(&["push", "1", "--offline"], 3).contains("--offline"));
    team.done(&["push", "1"]);

    let in_second = |arguments: &[&str]| team.run_in(&second, arguments);
    let pulled = in_second(&["pull"]);
    assert_eq!(pulled.code, 0, "{}", pulled.err);
    let pulled = &pulled.json()["pulled"][0];
    assert_eq!(
        (&pulled["id"], &pulled["state"], &pulled["origin"]),
        (&json!(id), &json!("candidate"), &json!("pulled"))
    );
    assert_eq!((&pulled["eligible"], &pulled["claims_eligible"]), (&json!(false), &json!(true)));
    assert_eq!(in_second(&["propose", "1"]).code, 1, "what it claims is not believed");
    assert_eq!(in_second(&["activate", "1"]).code, 1, "proposed is not approved");

    let merge = ["merge", "--quiet", "--no-ff", "--message", "Merge", branch];
    team.git(&work, &["checkout", "--quiet", "--", "a.txt"]);
    team.git_as(&work, "Mia", &merge);
    team.git(&work, &["push", "--quiet", "origin", "main"]);
    assert_eq!(in_second(&["pull"]).json()["pulled"], json!([]));
    let active = in_second(&["activate", "1"]);
    assert_eq!(active.code, 0, "{}", active.err);
    let approver = &active.json()["approver"];
    assert_eq!((&approver["name"], &approver["how"]), (&json!("Mia"), &json!("merged")));

    // Somebody pushes other bytes under a name that promises these.
    let other = team.git(&work, &["rev-parse", "HEAD:a.txt"]);
    let name = format!("refs/housestyle/adapters/{}", "0".repeat(64));
    team.git(&work, &["push", "--quiet", "origin", &format!("{}:{name}", other.trim())]);
    let refused = in_second(&["pull"]);
    assert_eq!(refused.code, 1, "{}", refused.out);
    assert!(refused.json()["pulled"][0]["refused"].as_str().expect("why").contains("something else"));
    assert_eq!(in_second(&["list"]).json()["versions"].as_array().map(Vec::len), Some(1));
}
