//! The comment on a pull request that shows the report of `skill review`.

use std::path::Path;

use housestyle_net::forge::Client;
use housestyle_net::{forge, git};
use housestyle_review::{default_branch, team_remote};
use housestyle_workspace::Configuration;
use housestyle_workspace::tree_file::{self, Links};
use serde_json::json;

use crate::args::SkillReviewArgs;
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::print_json;

/// Most bytes of a finished report.
const MOST_BYTES: u64 = 16 << 20;

/// Posts a finished report. A job gives its token to this step alone, so nothing of a checkout is read here: the job's
/// variables name the repository and the pull request.
pub(super) fn post(invocation: &Invocation, args: &SkillReviewArgs, report: &Path) -> Result<(), Failure> {
    let unreadable = |why: String| Failure::Usage(format!("{}: {why}", report.display()));
    let page =
        tree_file::read(report, MOST_BYTES, Links::Refused).map_err(|error| unreadable(error.to_string()))?;
    let page = String::from_utf8(page).map_err(|_| unreadable("it is no UTF-8 text".to_owned()))?;
    let was_there = comment(invocation, args, &page)?;
    if invocation.flags.json {
        print_json(&json!({ "comment": was_there }))?;
    }
    self::report(was_there);
    Ok(())
}

/// Writes a report as a comment on the pull request. Returns whether there was one to write anew.
pub(super) fn comment(invocation: &Invocation, args: &SkillReviewArgs, page: &str) -> Result<bool, Failure> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let client = client(invocation, args, &variable)?;
    let number = match args.number.or_else(|| number_of_job(&variable)) {
        Some(number) => number,
        None => number_of_branch(invocation, &client)?,
    };
    Ok(forge::comment(&client, number, page)?)
}

/// Tells a person what became of the comment.
pub(super) fn report(was_there: bool) {
    eprintln!("housestyle: the comment is {}", if was_there { "brought up to date" } else { "written" });
}

/// Returns the forge that has the pull request.
fn client(
    invocation: &Invocation,
    args: &SkillReviewArgs,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Client, Failure> {
    let root = invocation.workspace.root();
    let of_remote = |remote: &str| -> Result<String, Failure> {
        git::network(remote, invocation.flags.offline)?;
        Ok(git::address(root, remote)?)
    };
    let (name, address) = match (&args.remote, repository_of_job(variable).filter(|_| args.post.is_some())) {
        (Some(remote), _) => (remote.clone(), of_remote(remote)?),
        (None, Some(address)) if invocation.flags.offline => {
            return Err(Failure::Usage(format!("--offline forbids the network, which {address} needs")));
        }
        (None, Some(address)) => ("of the job".to_owned(), address),
        (None, None) => {
            let remote = team_remote(root)?;
            let address = of_remote(&remote)?;
            (remote, address)
        }
    };
    let hosts = Configuration::load(&invocation.workspace).forges;
    Ok(forge::of(invocation.workspace.home(), &name, &address, &hosts)?)
}

/// Returns the number of the open pull request of the branch that is checked out.
fn number_of_branch(invocation: &Invocation, client: &Client) -> Result<u64, Failure> {
    let root = invocation.workspace.root();
    let branch = git::run(root, &["symbolic-ref", "--quiet", "--short", "HEAD"]).ok();
    let base = default_branch(root)?.known()?.name;
    let number = branch.map(|branch| forge::number(client, &branch, &base)).transpose()?.flatten();
    number.ok_or_else(|| {
        let why = "no open pull request of the current branch: `housestyle skill propose NAME --open` opens one, and \
                   `--number` names another one";
        Failure::Usage(why.to_owned())
    })
}

/// Returns the address of the repository that has the pull request of a job, from the forge's variables. A merge request
/// from a fork runs in the fork, at GitLab.
fn repository_of_job(variable: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let address =
        |server: &str, repository: &str| Some(format!("{}/{}", variable(server)?, variable(repository)?));
    address("CI_SERVER_URL", "CI_MERGE_REQUEST_PROJECT_PATH")
        .or_else(|| address("CI_SERVER_URL", "CI_PROJECT_PATH"))
        .or_else(|| address("GITHUB_SERVER_URL", "GITHUB_REPOSITORY"))
}

/// Returns the number of the pull request that a job runs for, from the forge's variables.
fn number_of_job(variable: &dyn Fn(&str) -> Option<String>) -> Option<u64> {
    if let Some(number) = variable("CI_MERGE_REQUEST_IID") {
        return number.parse().ok();
    }
    variable("GITHUB_REF")?.strip_prefix("refs/pull/")?.split('/').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ci_jobs_name_their_pull_request() {
        let job = |name: &'static str, value: &'static str| {
            number_of_job(&move |asked: &str| (asked == name).then(|| value.to_owned()))
        };
        assert_eq!(job("GITHUB_REF", "refs/pull/12/merge"), Some(12));
        assert_eq!(job("GITHUB_REF", "refs/heads/main"), None);
        assert_eq!(job("CI_MERGE_REQUEST_IID", "7"), Some(7));
        assert_eq!(job("OTHER", "7"), None);
    }

    #[test]
    fn ci_jobs_name_their_repository() {
        let job = |set: &[(&str, &str)]| {
            let value =
                |asked: &str| set.iter().find(|(name, _)| *name == asked).map(|(_, value)| value.to_string());
            repository_of_job(&value)
        };
        let github = [("GITHUB_SERVER_URL", "https://github.com"), ("GITHUB_REPOSITORY", "o/r")];
        assert_eq!(job(&github).as_deref(), Some("https://github.com/o/r"));
        let gitlab = [("CI_SERVER_URL", "https://git.x.org"), ("CI_PROJECT_PATH", "a/b/c")];
        assert_eq!(job(&gitlab).as_deref(), Some("https://git.x.org/a/b/c"));
        let fork = [gitlab[0], ("CI_PROJECT_PATH", "eve/fork"), ("CI_MERGE_REQUEST_PROJECT_PATH", "a/b/c")];
        assert_eq!(job(&fork).as_deref(), Some("https://git.x.org/a/b/c"));
        assert_eq!(job(&github[..1]), None);
    }
}
