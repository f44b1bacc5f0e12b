//! Signs a proposal's commit as the user's git would: by the user's own program, key and format.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use git2::Signature;

use crate::error::ReviewError;
use crate::git_config::GitConfig;

/// Returns the signature of a commit's content, or nothing where the user does not sign.
pub(super) fn sign(
    config: &GitConfig,
    content: &str,
    committer: &Signature<'_>,
) -> Result<Option<String>, ReviewError> {
    if !config.is_set("commit.gpgsign")? {
        return Ok(None);
    }
    let key = config.text("user.signingkey").map(str::to_owned);
    let signature = match config.text("gpg.format").unwrap_or("openpgp") {
        "openpgp" => {
            let program = program(config, &["gpg.openpgp.program", "gpg.program"], "gpg");
            openpgp(&program, &key.unwrap_or_else(|| committer.to_string()), content)
        }
        "x509" => {
            let program = program(config, &["gpg.x509.program"], "gpgsm");
            openpgp(&program, &key.unwrap_or_else(|| committer.to_string()), content)
        }
        "ssh" => {
            let program = program(config, &["gpg.ssh.program"], "ssh-keygen");
            match key.or_else(|| default_key(config)) {
                Some(key) => ssh(&program, config, &key, content),
                None => Err(refused(&program, "gpg.format is ssh, and user.signingkey names no key")),
            }
        }
        other => Err(refused(other, "gpg.format is neither openpgp, x509 nor ssh")),
    };
    Ok(Some(signature?.replace('\r', "").trim_end().to_owned()))
}

fn refused(program: &str, said: &str) -> ReviewError {
    ReviewError::Sign { program: program.to_owned(), said: said.to_owned() }
}

/// Returns a mapper of the system's errors while `program` runs.
fn outside(program: &str) -> impl Fn(std::io::Error) -> ReviewError {
    move |source| ReviewError::SignNotRun { program: program.to_owned(), source }
}

fn program(config: &GitConfig, names: &[&str], default: &str) -> String {
    let found = names.iter().find_map(|name| config.path(name));
    found.map_or_else(|| default.to_owned(), |path| path.to_string_lossy().into_owned())
}

/// Signs with a program that takes gpg's arguments.
fn openpgp(program: &str, key: &str, content: &str) -> Result<String, ReviewError> {
    let mut command = Command::new(program);
    command.args(["--status-fd=2", "-bsau", key]);
    let output = fed(&mut command, content).map_err(outside(program))?;
    let said = String::from_utf8_lossy(&output.stderr);
    // The exit status alone has been wrong: git looks for this line, too.
    if !output.status.success() || !said.contains("[GNUPG:] SIG_CREATED ") {
        return Err(refused(program, said.trim()));
    }
    String::from_utf8(output.stdout).map_err(|_| refused(program, "its signature is no text"))
}

fn fed(command: &mut Command, content: &str) -> std::io::Result<Output> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ends early says why on stderr, which is better to tell than the broken pipe.
        let _ = stdin.write_all(content.as_bytes());
    }
    child.wait_with_output()
}

/// Signs with a program that takes ssh-keygen's arguments.
fn ssh(program: &str, config: &GitConfig, key: &str, content: &str) -> Result<String, ReviewError> {
    let outside = outside(program);
    let folder = tempfile::tempdir().map_err(&outside)?;
    let literal = key.strip_prefix("key::").or_else(|| key.starts_with("ssh-").then_some(key));
    let file = match literal {
        Some(key) => {
            let file = folder.path().join("key.pub");
            fs::write(&file, format!("{key}\n")).map_err(&outside)?;
            file
        }
        // Expanded here, as `~/` is git's to understand.
        None => config.path("user.signingkey").unwrap_or_else(|| Path::new(key).to_path_buf()),
    };
    let buffer = folder.path().join("commit");
    fs::write(&buffer, content).map_err(&outside)?;
    let mut command = Command::new(program);
    command.args(["-Y", "sign", "-n", "git", "-f"]).arg(&file);
    if literal.is_some() {
        command.arg("-U"); // the private half is with the agent
    }
    let output = command.arg(&buffer).stdin(Stdio::null()).output().map_err(&outside)?;
    if !output.status.success() {
        return Err(refused(program, String::from_utf8_lossy(&output.stderr).trim()));
    }
    fs::read_to_string(buffer.with_extension("sig")).map_err(&outside)
}

/// Returns the key that the user's command names where none is set.
fn default_key(config: &GitConfig) -> Option<String> {
    let command = config.text("gpg.ssh.defaultkeycommand")?;
    let mut words = command.split_whitespace();
    let output = Command::new(words.next()?).args(words).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let is_key = |line: &&str| line.starts_with("ssh-") || line.starts_with("key::");
    text.lines().map(str::trim).find(is_key).map(str::to_owned)
}
