//! Pull requests by a forge's REST interface, against the double in `tests/forge`: real repositories behind it.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::propose::{BRANCH, SKILL, Team};
use crate::world::Ran;

/// The double, with a repository `dev/demo` and one that forbids everything.
struct Double {
    team: Team,
    child: Child,
    port: u16,
}

impl Drop for Double {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Double {
    /// Starts it; nothing where there is no node to run it.
    fn start() -> Option<Double> {
        let team = Team::new();
        let root = team.world.home().join("forge");
        for name in ["demo", "forbidden"] {
            let folder = root.join(format!("dev/{name}.git"));
            let folder = folder.to_str().expect("UTF-8");
            team.git(&["init", "--quiet", "--bare", "--initial-branch=main", folder]);
            team.git(&["-C", folder, "config", "http.receivepack", "true"]);
        }
        let script: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../tests/forge/double.mjs"].iter().collect();
        let mut command = Command::new("node");
        command.arg(script).env("ROOT", &root).stdin(Stdio::piped()).stdout(Stdio::piped());
        let Ok(mut child) = command.spawn() else {
            eprintln!("node is not here: the double of a forge cannot run");
            return None;
        };
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("its port");
        let port = line.trim().parse().expect("a port");
        let double = Double { team, child, port };
        double.remote("demo");
        double.team.git(&["push", "--quiet", "origin", "main"]);
        double.team.mined(&[("say-sign-in", SKILL)]);
        Some(double)
    }

    fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn remote(&self, name: &str) {
        let _ =
            Command::new("git").args(["remote", "remove", "origin"]).current_dir(self.team.work()).output();
        let address = format!("http://dev:tok@{}/dev/{name}.git", self.host());
        self.team.git(&["remote", "add", "origin", &address]);
        // As a fetch would leave it.
        self.team.git(&["update-ref", "refs/remotes/origin/main", "main"]);
        self.team.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    }

    /// Says in the user's own file which kind of forge it is.
    fn kind(&self, kind: &str) {
        let api = match kind {
            "github" => format!("api = \"http://{}\"\n", self.host()),
            _ => String::new(), // where that kind has it
        };
        let text = format!("[forge.\"{}\"]\nkind = \"{kind}\"\n{api}", self.host());
        std::fs::write(self.team.world.home().join("housestyle.toml"), text).expect("written");
    }

    fn open(&self, variable: &str, token: &str, more: &[&str]) -> Ran {
        let arguments = [&["skill", "propose", "say-sign-in", "--open", "--json"], more].concat();
        self.team.run_with(&arguments, &[(variable, token)])
    }

    /// Changes a pull request as its people would.
    fn change(&self, number: u64, document: &str) -> Value {
        let length = document.len();
        let request = format!(
            "PATCH /repos/dev/demo/pulls/{number} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer tok\r\nUser-Agent: test\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{document}",
            self.host()
        );
        let mut stream = std::net::TcpStream::connect(self.host()).expect("connected");
        std::io::Write::write_all(&mut stream, request.as_bytes()).expect("sent");
        let answer = std::io::read_to_string(stream).expect("text");
        let (head, text) = answer.split_once("\r\n\r\n").expect("a body");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        serde_json::from_str(text).expect("JSON")
    }
}

fn outcome(ran: &Ran) -> String {
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.json()["proposed"][0]["pull_request"]["outcome"].as_str().expect("an outcome").to_owned()
}

#[test]
fn each_kind_of_forge_gets_one_pull_request_that_is_updated() {
    for (kind, variable, part) in [
        ("github", "GH_ENTERPRISE_TOKEN", "/dev/demo/pull/1"),
        ("gitlab", "GITLAB_TOKEN", "/dev/demo/-/merge_requests/1"),
        ("forgejo", "FORGEJO_TOKEN", "/dev/demo/pull/1"),
    ] {
        let Some(double) = Double::start() else { return };
        double.kind(kind);
        let ran = double.open(variable, "tok", &[]);
        assert_eq!(outcome(&ran), "opened", "{kind}");
        let document = ran.json();
        let url = document["proposed"][0]["pull_request"]["url"].as_str().expect("an address");
        assert!(url.ends_with(part), "{kind}: {url}");
        let pull = double.change(1, "{}");
        let body = pull["body"].as_str().expect("a text");
        assert!(
            body.contains("The skill passes its checks") && pull["base"]["ref"] == "main",
            "{kind}: {pull}"
        );
        assert_eq!(outcome(&double.open(variable, "tok", &[])), "unchanged", "{kind}");
        // Another content: one more commit, pushed without force, and the text anew.
        let other = SKILL.replace("Say sign-in, not login, in prose.", "Say sign-in in prose.");
        double.team.mined(&[("say-sign-in", &other)]);
        let ran = double.open(variable, "tok", &[]);
        assert_eq!(
            (outcome(&ran).as_str(), ran.json()["proposed"][0]["outcome"].as_str()),
            ("updated", Some("updated")),
            "{kind}"
        );
        // What people write around it stays; where they took it out, nothing is written.
        double.change(1, "{\"body\": \"All our own words.\"}");
        assert_eq!(outcome(&double.open(variable, "tok", &[])), "left_alone", "{kind}");
        // Closed is no; only who says so gets another one.
        double.change(1, "{\"state\": \"closed\"}");
        let ran = double.open(variable, "tok", &[]);
        assert!(ran.code == 1 && ran.err.contains("closed without a merge"), "{kind}: {}", ran.err);
        assert_eq!(outcome(&double.open(variable, "tok", &["--again"])), "opened", "{kind}");
    }
}

#[test]
fn a_forge_that_refuses_is_reported() {
    let Some(double) = Double::start() else { return };
    let ran = double.open("GITHUB_TOKEN", "tok", &[]);
    assert!(ran.code == 2 && ran.err.contains("[forge."), "{}", ran.err);
    double.kind("github");
    let ran = double.open("UNRELATED", "tok", &[]);
    assert!(ran.code == 3 && ran.err.contains("no token for"), "{}", ran.err);
    assert_eq!(double.team.git(&["branch", "--list", "housestyle/*"]), "", "nothing is half done");
    let ran = double.open("GH_ENTERPRISE_TOKEN", "wrong", &[]);
    assert!(ran.code == 3 && ran.err.contains("(401): Bad credentials"), "{}", ran.err);
    assert!(!ran.err.contains("wrong"), "{}", ran.err);
    double.remote("forbidden");
    double.team.git(&["push", "--quiet", "origin", "main"]);
    let ran = double.open("GH_ENTERPRISE_TOKEN", "tok", &[]);
    assert!(ran.code == 3 && ran.err.contains("(403): Resource not accessible"), "{}", ran.err);
    double.remote("demo");
    // Somewhere else than its interface is.
    let text = format!("[forge.\"{0}\"]\nkind = \"github\"\napi = \"http://{0}/elsewhere\"\n", double.host());
    std::fs::write(double.team.world.home().join("housestyle.toml"), text).expect("written");
    let ran = double.open("GH_ENTERPRISE_TOKEN", "tok", &[]);
    assert!(ran.code == 3 && ran.err.contains("has no repository dev/demo (404)"), "{}", ran.err);
    // Nobody at home, once the branch is pushed.
    let text = format!("[forge.\"{}\"]\nkind = \"github\"\napi = \"http://127.0.0.1:1\"\n", double.host());
    std::fs::write(double.team.world.home().join("housestyle.toml"), text).expect("written");
    let ran = double.open("GH_ENTERPRISE_TOKEN", "tok", &[]);
    assert!(ran.code == 3 && ran.err.contains("cannot be reached"), "{}", ran.err);
    double.kind("github");
    double.remote("missing");
    let ran = double.open("GH_ENTERPRISE_TOKEN", "tok", &[]);
    assert!(
        ran.code == 3 && ran.err.contains("git ls-remote failed") && !ran.err.contains("dev:tok@"),
        "{}",
        ran.err
    );
}

#[test]
fn a_review_is_one_comment_however_often_it_is_made() {
    for (kind, variable) in
        [("github", "GH_ENTERPRISE_TOKEN"), ("gitlab", "GITLAB_TOKEN"), ("gitea", "GITEA_TOKEN")]
    {
        let Some(double) = Double::start() else { return };
        double.kind(kind);
        assert_eq!(outcome(&double.open(variable, "tok", &[])), "opened");
        double.team.git(&["switch", "--quiet", BRANCH]);
        for expected in [false, true, true] {
            let ran = double.team.run_with(&["skill", "review", "--comment", "--json"], &[(variable, "tok")]);
            assert_eq!(ran.code, 0, "{kind}: {}", ran.err);
            assert_eq!(ran.json()["comment"], expected, "{kind}");
        }
    }
}

#[test]
fn a_finished_report_is_posted_from_a_folder_without_a_checkout() {
    let Some(double) = Double::start() else { return };
    double.kind("forgejo");
    assert_eq!(outcome(&double.open("FORGEJO_TOKEN", "tok", &[])), "opened");
    let folder = double.team.world.home().join("job");
    std::fs::create_dir(&folder).expect("made");
    std::fs::write(folder.join("report.md"), "# The report\n").expect("written");
    let server = format!("http://{}", double.host());
    let post = |file: &str, number: &[&str]| {
        let (file, folder) = (folder.join(file), folder.to_str().expect("UTF-8"));
        let file = file.to_str().expect("UTF-8");
        let arguments =
            [&["skill", "review", "--json", "--workspace", folder, "--post", file], number].concat();
        let job = [
            ("FORGEJO_TOKEN", "tok"),
            ("GITHUB_SERVER_URL", server.as_str()),
            ("GITHUB_REPOSITORY", "dev/demo"),
        ];
        double.team.run_with(&arguments, &job)
    };
    for expected in [false, true] {
        let ran = post("report.md", &["--number", "1"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert_eq!(ran.json()["comment"], expected);
    }
    let ran = post("absent.md", &["--number", "1"]);
    assert!(ran.code == 2 && ran.err.contains("absent.md"), "{}", ran.err);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.join("report.md"), folder.join("link.md")).expect("linked");
        let ran = post("link.md", &["--number", "1"]);
        assert!(ran.code == 2 && ran.err.contains("symbolic link"), "{}", ran.err);
    }
}
