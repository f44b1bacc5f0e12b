//! The token for a forge: from the environment, else from the forge's own command-line tool.

use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, Stdio};

use housestyle_workspace::forges::Kind;

use super::error::ForgeError;
use super::hosts::Endpoint;

/// A token, and where it comes from.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// The secret.
    pub secret: String,
    /// Its source, for people.
    pub source: String,
}

/// Runs a program with arguments and input, and returns what it said where it succeeded.
type Tool<'a> = dyn Fn(&str, &[&str], &str) -> Option<String> + 'a;

/// Where tokens may come from.
pub(crate) struct Sources<'a> {
    /// The environment.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The values of all variables that hold tokens, whatever host they are for.
    pub environment_tokens: &'a [String],
    /// Runs a program with arguments and input, and returns what it said where it succeeded.
    pub tool: &'a Tool<'a>,
    /// The user's own file, to be named in errors.
    pub config: &'a str,
}

/// Returns the variables of the environment that may hold a token for a host, in the order in which they count.
fn variables(kind: Kind, host: &str) -> &'static [&'static str] {
    match kind {
        Kind::GitHub if host == "github.com" => &["GH_TOKEN", "GITHUB_TOKEN"],
        Kind::GitHub => &["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"],
        Kind::GitLab => &["GITLAB_TOKEN", "GITLAB_ACCESS_TOKEN"],
        // The last one is what their own jobs have.
        Kind::Gitea => &["FORGEJO_TOKEN", "GITEA_TOKEN", "GITHUB_TOKEN"],
    }
}

/// Returns the command that logs in to a kind of forge.
fn login(kind: Kind) -> &'static str {
    match kind {
        Kind::GitHub => "gh auth login",
        Kind::GitLab => "glab auth login",
        Kind::Gitea => "tea login add",
    }
}

/// Returns the token for a forge.
///
/// # Errors
/// When there is none, or the one of the environment may be for another host.
pub(crate) fn token(endpoint: &Endpoint, sources: &Sources<'_>) -> Result<Token, ForgeError> {
    let names = variables(endpoint.kind, &endpoint.host);
    // GITHUB_TOKEN is set in every job of GitHub's: it must not reach a Gitea that is merely known.
    let is_meant =
        |name: &str| name != "GITHUB_TOKEN" || endpoint.kind == Kind::GitHub || in_job(endpoint, sources);
    let set = names.iter().copied().filter(|name| is_meant(name)).find_map(|name| {
        (sources.variable)(name).filter(|value| !value.trim().is_empty()).map(|value| (name, value))
    });
    if let Some((name, secret)) = set.as_ref().filter(|_| endpoint.is_named) {
        return Ok(Token { secret: secret.trim().to_owned(), source: (*name).to_owned() });
    }
    // Some tools answer with the environment's token for any host; that token is not meant for this one.
    let is_of_tool = |token: &Token| !sources.environment_tokens.contains(&token.secret);
    if let Some(token) = of_tool(endpoint, sources.tool).filter(is_of_tool) {
        return Ok(token);
    }
    let (host, tool) = (endpoint.host.clone(), login(endpoint.kind));
    Err(match set {
        Some((variable, _)) => ForgeError::Foreign {
            variable,
            host,
            tool,
            kind: endpoint.kind,
            config: sources.config.to_owned(),
        },
        None => ForgeError::NoToken { host, tool, variables: names[..2].join(" or ") },
    })
}

fn in_job(endpoint: &Endpoint, sources: &Sources<'_>) -> bool {
    (sources.variable)("GITHUB_SERVER_URL")
        .is_some_and(|url| url.trim_end_matches('/').ends_with(&endpoint.host))
}

/// Asks the forge's own tool, which knows for which host a token is.
fn of_tool(endpoint: &Endpoint, run: &Tool<'_>) -> Option<Token> {
    let host = endpoint.host.as_str();
    let (name, output) = match endpoint.kind {
        Kind::GitHub => ("gh", run("gh", &["auth", "token", "--hostname", host], "")?),
        Kind::GitLab => ("glab", run("glab", &["config", "get", "token", "--host", host], "")?),
        Kind::Gitea => {
            // It speaks as git's credential helpers do.
            let output =
                run("tea", &["login", "helper", "get"], &format!("protocol=https\nhost={host}\n\n"))?;
            let secret = output.lines().find_map(|line| line.strip_prefix("password="))?;
            ("tea", secret.to_owned())
        }
    };
    let secret = output.trim().to_owned();
    (!secret.is_empty()).then(|| Token { secret, source: format!("`{name}`") })
}

/// Returns the values of the environment's variables that hold tokens.
pub(crate) fn environment_tokens() -> Vec<String> {
    let tokens = std::env::vars_os().filter(|(name, _)| holds_token(name));
    let values = tokens.filter_map(|(_, value)| value.into_string().ok());
    values.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()).collect()
}

/// Returns whether a variable's name says that it holds a token.
fn holds_token(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_ascii_uppercase();
    ["TOKEN", "PASSWORD", "SECRET"].iter().any(|word| name.contains(word))
}

/// Returns whether a variable tells one of the tools which host to speak for, or that it runs in a job.
fn names_host(name: &OsStr) -> bool {
    const HOSTS: [&str; 9] = [
        "GH_HOST",
        "GH_REPO",
        "GITLAB_HOST",
        "GITLAB_URI",
        "GL_HOST",
        "GITLAB_CI",
        "GLAB_ENABLE_CI_AUTOLOGIN",
        "GITEA_SERVER_URL",
        "FORGEJO_SERVER_URL",
    ];
    HOSTS.iter().any(|host| name.eq_ignore_ascii_case(host))
}

/// Runs a tool of the user's; one that is not there has no token.
///
/// The tool answers from its own store alone: its environment holds no token and names no host, and it runs in the
/// user's home folder, where no repository's configuration counts.
pub(crate) fn run_tool(name: &str, arguments: &[&str], input: &str) -> Option<String> {
    let mut command = Command::new(name);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.current_dir(std::env::home_dir().unwrap_or_else(std::env::temp_dir));
    for (variable, _) in std::env::vars_os().filter(|(name, _)| holds_token(name) || names_host(name)) {
        command.env_remove(variable);
    }
    let mut child = command.spawn().ok()?;
    let mut stdin = child.stdin.take()?;
    let _ = stdin.write_all(input.as_bytes()); // one that does not read its input has said all there is
    drop(stdin);
    let output = child.wait_with_output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(
        kind: Kind,
        host: &str,
        is_named: bool,
        variables: &[(&str, &str)],
        tools: &[(&str, &str)],
    ) -> Result<(String, String), ForgeError> {
        let endpoint =
            Endpoint { kind, host: host.to_owned(), api: String::new(), repository: String::new(), is_named };
        let variable = |name: &str| variables.iter().find(|set| set.0 == name).map(|set| set.1.to_owned());
        let tool = |name: &str, _: &[&str], _: &str| {
            tools.iter().find(|set| set.0 == name).map(|set| set.1.to_owned())
        };
        let environment_tokens: Vec<String> = variables.iter().map(|set| set.1.trim().to_owned()).collect();
        let sources = Sources {
            variable: &variable,
            environment_tokens: &environment_tokens,
            tool: &tool,
            config: "housestyle.toml",
        };
        token(&endpoint, &sources).map(|token| (token.secret, token.source))
    }

    #[test]
    fn the_environment_goes_before_the_tool() {
        let both = ask(Kind::GitHub, "github.com", true, &[("GITHUB_TOKEN", " a ")], &[("gh", "b\n")]);
        assert_eq!(both.expect("a token"), ("a".to_owned(), "GITHUB_TOKEN".to_owned()));
        let tool = ask(Kind::GitHub, "github.com", true, &[("GH_TOKEN", "")], &[("gh", "b\n")]);
        assert_eq!(tool.expect("a token"), ("b".to_owned(), "`gh`".to_owned()));
        let tea = ask(Kind::Gitea, "codeberg.org", true, &[], &[("tea", "username=x\npassword=p\n")]);
        assert_eq!(tea.expect("a token").0, "p");
    }

    #[test]
    fn a_token_goes_nowhere_that_nobody_named() {
        let set = [("GITLAB_TOKEN", "a")];
        let error = ask(Kind::GitLab, "gitlab.evil.net", false, &set, &[]).expect_err("foreign");
        assert!(matches!(error, ForgeError::Foreign { variable: "GITLAB_TOKEN", .. }), "{error}");
        let own = ask(Kind::GitLab, "gitlab.corp.net", false, &set, &[("glab", "b")]).expect("a token");
        assert_eq!(own.0, "b");
        for host in ["gitlab.evil.net", "gitlab.com.evil.net"] {
            let error = ask(Kind::GitLab, host, false, &set, &[("glab", "a\n")]).expect_err("echoed");
            assert!(matches!(error, ForgeError::Foreign { .. }), "{error}");
        }
        let other = [("CI_JOB_TOKEN", "a")];
        let error = ask(Kind::GitHub, "github.evil.net", false, &other, &[("gh", "a")]).expect_err("echoed");
        assert!(matches!(error, ForgeError::NoToken { .. }), "{error}");
        let error =
            ask(Kind::Gitea, "codeberg.org", true, &[("GITHUB_TOKEN", "a")], &[]).expect_err("github's");
        assert!(matches!(error, ForgeError::NoToken { .. }), "{error}");
        let job = [("GITHUB_TOKEN", "a"), ("GITHUB_SERVER_URL", "https://codeberg.org")];
        assert_eq!(ask(Kind::Gitea, "codeberg.org", true, &job, &[]).expect("a token").0, "a");
    }

    #[test]
    fn a_tool_sees_no_token_and_no_host_of_the_environment() {
        for name in
            ["GH_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "gitlab_access_token", "OAUTH_TOKEN", "TEA_PASSWORD"]
        {
            assert!(holds_token(OsStr::new(name)), "{name}");
        }
        for name in ["GH_HOST", "GITLAB_CI", "Gitlab_Host"] {
            assert!(names_host(OsStr::new(name)), "{name}");
        }
        for name in ["PATH", "HOME", "GH_CONFIG_DIR", "XDG_CONFIG_HOME", "SSH_AUTH_SOCK"] {
            assert!(!holds_token(OsStr::new(name)) && !names_host(OsStr::new(name)), "{name}");
        }
    }
}
