//! A remote whose host only the repository names: no token of the environment goes there, whatever a forge's tool says.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::e2e::binary::housestyle;

/// Tells tokens of its environment for any host, as some tools do; a token of its own for one host alone.
const TOOL: &str = "#!/bin/sh\nenv >> \"$SEEN\"\nif [ -n \"$GITLAB_TOKEN$GH_ENTERPRISE_TOKEN\" ]; then echo \"$GITLAB_TOKEN$GH_ENTERPRISE_TOKEN\"; exit; fi\n\
                    case \"$*\" in *echo*) echo lab-secret;; esac\n";
const SKILL: &str =
    "---\nname: sgn\ndescription: Ask is_empty, not len. Use when writing Rust.\n---\n\nText.\n";

fn git(folder: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"];
    let output =
        Command::new("git").args(identity).args(arguments).current_dir(folder).output().expect("git runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn no_token_goes_to_a_host_that_only_the_repository_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |path: &str| folder.path().join(path);
    for name in ["gh", "glab"] {
        fs::create_dir_all(at("tools")).expect("made");
        fs::write(at("tools").join(name), TOOL).expect("written");
        fs::set_permissions(at("tools").join(name), fs::Permissions::from_mode(0o755)).expect("set");
    }
    fs::create_dir_all(at("work/skills/sgn")).expect("made");
    let work = at("work");
    git(&work, &["init", "--quiet", "--initial-branch", "main"]);
    git(&work, &["commit", "--quiet", "--allow-empty", "--message", "Begin"]);
    fs::write(at("work/skills/sgn/SKILL.md"), SKILL).expect("written");
    for (host, tool) in [
        ("github.evil.test", "gh"),
        ("gitlab.evil.test", "glab"),
        ("gitlab.echo.test", "glab"), // its tool knows the environment's token from somewhere else
    ] {
        let _ = fs::remove_file(at("seen"));
        let address = format!("git@{host}:o/r.git");
        let _ = Command::new("git").args(["remote", "remove", "origin"]).current_dir(&work).output();
        git(&work, &["remote", "add", "origin", &address]);
        git(&work, &["update-ref", "refs/remotes/origin/main", "main"]);
        git(&work, &["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
        let path = format!("{}:{}", at("tools").display(), std::env::var("PATH").expect("a path"));
        let mut command = Command::new(housestyle());
        command.args(["skill", "review", "--comment", "--without-model", "--workspace"]).arg(&work);
        command.env("HOUSESTYLE_HOME", at("home")).env("PATH", path).env("SEEN", at("seen"));
        command.env("GITLAB_TOKEN", "lab-secret").env("GH_ENTERPRISE_TOKEN", "ent-secret");
        command.env("HTTPS_PROXY", "http://127.0.0.1:9").env("GITLAB_HOST", "gitlab.com");
        let output = command.output().expect("it runs");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains("is set, but nothing says that it is for"), "{host}: {error}");
        let seen = fs::read_to_string(at("seen")).unwrap_or_else(|_| panic!("{tool} was not asked: {error}"));
        for word in ["lab-secret", "ent-secret", "GITLAB_HOST"] {
            assert!(!seen.contains(word), "{tool} saw {word}");
        }
    }
}
