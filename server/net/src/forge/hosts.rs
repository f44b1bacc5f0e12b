//! Which forge runs at a host, where its REST interface is, and whether the environment's token is meant for it.
//!
//! A token goes to a host that is known, that the user's own file names, or that the environment names beside it. What a
//! repository says in its own files counts for nothing here: it could send the token anywhere.

use housestyle_workspace::forges::{Hosts, Kind};

use super::address::Address;
use super::error::ForgeError;

/// The endpoint of a repository's forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The kind of forge.
    pub kind: Kind,
    /// The host.
    pub host: String,
    /// The address of its REST interface, without a slash at the end.
    pub api: String,
    /// The repository there: `owner/name`, with more groups in front at a GitLab.
    pub repository: String,
    /// Whether the environment's token is meant for it.
    pub is_named: bool,
}

/// Well-known hosts.
const KNOWN: [(&str, Kind, &str); 4] = [
    ("github.com", Kind::GitHub, "https://api.github.com"),
    ("gitlab.com", Kind::GitLab, "https://gitlab.com/api/v4"),
    ("codeberg.org", Kind::Gitea, "https://codeberg.org/api/v1"),
    ("gitea.com", Kind::Gitea, "https://gitea.com/api/v1"),
];

/// Returns the endpoint of an address.
///
/// # Errors
/// When the kind of forge is unknown, or the connection would be without TLS.
pub(crate) fn endpoint(
    address: &Address,
    hosts: &Hosts,
    variable: &dyn Fn(&str) -> Option<String>,
    config: &str,
) -> Result<Endpoint, ForgeError> {
    let host = address.host.as_str();
    let found = match hosts.get(host) {
        Some(named) => Some((named.kind, named.api.clone(), true)),
        None => known_host(host).or_else(|| named_by(host, variable)).or_else(|| guessed(host)),
    };
    let (kind, api, is_named) =
        found.ok_or_else(|| ForgeError::UnknownKind { host: host.to_owned(), config: config.to_owned() })?;
    if api.is_none() && address.is_plain && !is_loopback(host) {
        return Err(ForgeError::Plain { host: host.to_owned() });
    }
    let scheme = if address.is_plain { "http" } else { "https" };
    let api = api.unwrap_or_else(|| match kind {
        Kind::GitHub if host.ends_with(".ghe.com") => format!("https://api.{host}"),
        Kind::GitHub => format!("{scheme}://{host}/api/v3"),
        Kind::GitLab => format!("{scheme}://{host}/api/v4"),
        Kind::Gitea => format!("{scheme}://{host}/api/v1"),
    });
    Ok(Endpoint {
        kind,
        host: host.to_owned(),
        api: api.trim_end_matches('/').to_owned(),
        repository: address.path.clone(),
        is_named,
    })
}

type KnownForge = (Kind, Option<String>, bool);

fn known_host(host: &str) -> Option<KnownForge> {
    let (_, kind, api) = KNOWN.iter().find(|(name, _, _)| *name == host)?;
    Some((*kind, Some((*api).to_owned()), true))
}

/// Returns the forge that the environment names: in its own jobs, or for its own command-line tool.
fn named_by(host: &str, variable: &dyn Fn(&str) -> Option<String>) -> Option<KnownForge> {
    let names_host = |name: &str| {
        let value = variable(name)?;
        let value = value.split_once("://").map_or(value.as_str(), |(_, rest)| rest);
        (value.trim_end_matches('/').eq_ignore_ascii_case(host)).then_some(())
    };
    if names_host("GITHUB_SERVER_URL").is_some() {
        // Forgejo's and Gitea's jobs have the variables of GitHub's.
        let is_gitea = ["GITEA_ACTIONS", "FORGEJO_ACTIONS"].iter().any(|name| variable(name).is_some());
        let kind = if is_gitea { Kind::Gitea } else { Kind::GitHub };
        return Some((kind, variable("GITHUB_API_URL"), true));
    }
    if names_host("CI_SERVER_URL").is_some() || names_host("CI_SERVER_HOST").is_some() {
        return Some((Kind::GitLab, variable("CI_API_V4_URL"), true));
    }
    let tools = [
        ("GH_HOST", Kind::GitHub),
        ("GITLAB_HOST", Kind::GitLab),
        ("GITEA_SERVER_URL", Kind::Gitea),
        ("FORGEJO_SERVER_URL", Kind::Gitea),
    ];
    tools.iter().find(|(name, _)| names_host(name).is_some()).map(|(_, kind)| (*kind, None, true))
}

/// Returns what a host's name suggests. That is enough to ask a tool for its token, not to send another one there.
fn guessed(host: &str) -> Option<KnownForge> {
    if host.ends_with(".ghe.com") {
        return Some((Kind::GitHub, None, false));
    }
    let names = [
        ("github", Kind::GitHub),
        ("gitlab", Kind::GitLab),
        ("gitea", Kind::Gitea),
        ("forgejo", Kind::Gitea),
    ];
    let first = host.split('.').next()?;
    names.iter().find(|(name, _)| first.contains(name)).map(|(_, kind)| (*kind, None, false))
}

fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "localhost" || name == "[::1]" || name.starts_with("127.")
}

#[cfg(test)]
mod tests {
    use housestyle_workspace::forges::ForgeHost;

    use super::*;

    fn find(address: &str, hosts: &Hosts, variables: &[(&str, &str)]) -> Result<Endpoint, ForgeError> {
        let address = Address::parse(address).expect("an address");
        let variable = |name: &str| variables.iter().find(|set| set.0 == name).map(|set| set.1.to_owned());
        endpoint(&address, hosts, &variable, "housestyle.toml")
    }

    #[track_caller]
    fn check(address: &str, variables: &[(&str, &str)], expected: (Kind, &str, bool)) {
        let found = find(address, &Hosts::new(), variables).expect("a forge");
        assert_eq!((found.kind, found.api.as_str(), found.is_named), expected, "{address}");
    }

    #[test]
    fn the_host_names_the_forge() {
        check("git@github.com:o/r.git", &[], (Kind::GitHub, "https://api.github.com", true));
        check("https://gitlab.com/a/b/c", &[], (Kind::GitLab, "https://gitlab.com/api/v4", true));
        check("https://codeberg.org/o/r", &[], (Kind::Gitea, "https://codeberg.org/api/v1", true));
        check("https://team.ghe.com/o/r", &[], (Kind::GitHub, "https://api.team.ghe.com", false));
        check("git@gitlab.corp.net:o/r", &[], (Kind::GitLab, "https://gitlab.corp.net/api/v4", false));
        check("git@forgejo.corp.net:o/r", &[], (Kind::Gitea, "https://forgejo.corp.net/api/v1", false));
    }

    #[test]
    fn jobs_and_tools_name_their_host() {
        let github =
            [("GITHUB_SERVER_URL", "https://code.corp.net"), ("GITHUB_API_URL", "https://code.corp.net/x")];
        check("https://code.corp.net/o/r", &github, (Kind::GitHub, "https://code.corp.net/x", true));
        let forgejo = [("GITHUB_SERVER_URL", "https://code.corp.net/"), ("FORGEJO_ACTIONS", "true")];
        check("https://code.corp.net/o/r", &forgejo, (Kind::Gitea, "https://code.corp.net/api/v1", true));
        let gitlab = [("CI_SERVER_HOST", "code.corp.net"), ("CI_API_V4_URL", "https://code.corp.net/api/v4")];
        check("git@code.corp.net:o/r", &gitlab, (Kind::GitLab, "https://code.corp.net/api/v4", true));
        check(
            "git@code.corp.net:o/r",
            &[("GH_HOST", "code.corp.net")],
            (Kind::GitHub, "https://code.corp.net/api/v3", true),
        );
    }

    #[test]
    fn an_unknown_host_is_an_error_that_asks_for_the_kind() {
        let error = find("git@code.corp.net:o/r", &Hosts::new(), &[]).expect_err("unknown").to_string();
        assert!(error.contains("[forge.\"code.corp.net\"]"), "{error}");
        let error = find("http://gitlab.corp.net/o/r", &Hosts::new(), &[]).expect_err("plain").to_string();
        assert!(error.contains("without TLS"), "{error}");
        let host = ForgeHost { kind: Kind::GitHub, api: Some("http://127.0.0.1:1/".to_owned()) };
        let hosts = Hosts::from([("127.0.0.1:1".to_owned(), host)]);
        let found = find("http://127.0.0.1:1/o/r", &hosts, &[]).expect("named");
        assert_eq!((found.api.as_str(), found.is_named), ("http://127.0.0.1:1", true));
    }
}
