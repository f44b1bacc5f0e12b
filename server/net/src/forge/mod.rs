//! The team's forge by its REST interface: GitHub, GitLab, Gitea and Forgejo.

mod address;
mod client;
mod error;
mod hosts;
mod pulls;
mod token;

pub use client::Client;
pub use error::ForgeError;
pub use pulls::PullRequestDraft;

use address::Address;
use hosts::endpoint;
use housestyle_workspace::Home;
use housestyle_workspace::forges::Hosts;
use pulls::{PullRequest, State};
use token::{Sources, environment_tokens, run_tool, token};

/// Where our part of a pull request's text begins and ends: what people write around it stays.
const MARKS: [&str; 2] = ["<!-- housestyle: begin -->", "<!-- housestyle: end -->"];
/// Most bytes of a text: GitHub takes 65,536 characters.
const MOST_BODY: usize = 60_000;

/// The outcome of a request to open a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenOutcome {
    /// The pull request was opened.
    Opened,
    /// The text of the open pull request was updated.
    Updated,
    /// The open pull request has this text already.
    Unchanged,
    /// People removed the marked part from the text of the open pull request: the text stays as it is.
    MarksRemoved,
}

impl OpenOutcome {
    /// Returns its name for programs.
    pub fn code(self) -> &'static str {
        match self {
            OpenOutcome::Opened => "opened",
            OpenOutcome::Updated => "updated",
            OpenOutcome::Unchanged => "unchanged",
            OpenOutcome::MarksRemoved => "left_alone",
        }
    }
}

/// Returns the forge that a remote's address leads to, with the user's token for it.
///
/// # Errors
/// When the address is no forge's, or there is no token.
pub fn of(home: &Home, remote: &str, address: &str, hosts: &Hosts) -> Result<Client, ForgeError> {
    let no_forge =
        || ForgeError::NoForge { remote: remote.to_owned(), address: crate::git::without_passwords(address) };
    let address = Address::parse(address).ok_or_else(no_forge)?;
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let config = home.config_file().display().to_string();
    let endpoint = endpoint(&address, hosts, &variable, &config)?;
    let environment_tokens = environment_tokens();
    let sources = Sources {
        variable: &variable,
        environment_tokens: &environment_tokens,
        tool: &run_tool,
        config: &config,
    };
    let token = token(&endpoint, &sources)?;
    Ok(Client::new(endpoint, token))
}

/// Opens a pull request, or brings the text of the open one up to date. Returns its address.
///
/// # Errors
/// When the forge says no, or people have closed the last one without a merge and `again` is not set.
pub fn open(
    client: &Client,
    draft: &PullRequestDraft<'_>,
    again: bool,
) -> Result<(String, OpenOutcome), ForgeError> {
    let pulls = client.pulls(draft.branch, draft.base)?;
    if let Some(pull) = pulls.iter().find(|pull| pull.state == State::Open) {
        return update(client, pull, draft);
    }
    if let Some(pull) = pulls.first().filter(|pull| pull.state == State::Closed && !again) {
        return Err(ForgeError::Closed { url: pull.url.clone() });
    }
    let body = marked(draft.body);
    match client.create(&PullRequestDraft { body: &body, ..draft.clone() }) {
        Ok(pull) => Ok((pull.url, OpenOutcome::Opened)),
        Err(refused @ ForgeError::Refused { .. }) => {
            // Somebody else opened it meanwhile?
            let pulls = client.pulls(draft.branch, draft.base)?;
            match pulls.iter().find(|pull| pull.state == State::Open) {
                Some(pull) => update(client, pull, draft),
                None => Err(refused),
            }
        }
        Err(error) => Err(error),
    }
}

fn update(
    client: &Client,
    pull: &PullRequest,
    draft: &PullRequestDraft<'_>,
) -> Result<(String, OpenOutcome), ForgeError> {
    let opening = match renewed(&pull.body, draft.body) {
        None => OpenOutcome::MarksRemoved,
        Some(body) if body == pull.body => OpenOutcome::Unchanged,
        Some(body) => {
            client.rewrite(pull.number, &body)?;
            OpenOutcome::Updated
        }
    };
    Ok((pull.url.clone(), opening))
}

/// Writes a comment on a pull request, or anew the one that is there. Returns whether one was.
///
/// # Errors
/// When the forge says no.
pub fn comment(client: &Client, number: u64, body: &str) -> Result<bool, ForgeError> {
    client.comment(number, MARKS[0], &marked(body))
}

/// Returns the number of the open pull request of a branch.
///
/// # Errors
/// When the forge says no.
pub fn number(client: &Client, branch: &str, base: &str) -> Result<Option<u64>, ForgeError> {
    let pulls = client.pulls(branch, base)?;
    Ok(pulls.iter().find(|pull| pull.state == State::Open).map(|pull| pull.number))
}

fn marked(body: &str) -> String {
    let mut body = body.trim().to_owned();
    if body.len() > MOST_BODY {
        let line = body[..body.floor_char_boundary(MOST_BODY)].rfind('\n').unwrap_or(0);
        body.truncate(line);
        body.push_str("\n\n(The rest is too long for here: `housestyle skill review` tells all of it.)");
    }
    format!("{}\n{body}\n{}", MARKS[0], MARKS[1])
}

/// Returns a text with its marked part replaced; `None` where there is none.
fn renewed(old: &str, body: &str) -> Option<String> {
    let old = old.replace("\r\n", "\n"); // forges' web pages send these
    let begin = old.find(MARKS[0])?;
    let end = begin + old[begin..].find(MARKS[1])? + MARKS[1].len();
    Some(format!("{}{}{}", &old[..begin], marked(body), &old[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_around_the_marked_part_stays() {
        let first = marked("one");
        assert_eq!(renewed(&first, "one").as_deref(), Some(first.as_str()));
        let edited = format!("Please look.\r\n{first}\nThanks.").replace('\n', "\r\n");
        let renewed_text = renewed(&edited, "two").expect("marked");
        assert!(renewed_text.starts_with("Please look.") && renewed_text.ends_with("Thanks."));
        assert!(renewed_text.contains("two") && !renewed_text.contains("one"));
        assert_eq!(renewed("all their own", "two"), None);
        assert!(marked(&"long line\n".repeat(10_000)).len() < 65_536);
    }
}
