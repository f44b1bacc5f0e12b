//! Pull requests and their comments, in the words of each forge.

use housestyle_workspace::forges::Kind;
use serde_json::{Value, json};
use ureq::http::Method;

use super::client::{Client, escaped};
use super::error::ForgeError;

/// Pages of pull requests or comments that are looked through.
const MOST_PAGES: usize = 10;
/// How many of them a page has.
const PAGE: usize = 50;

/// A pull request to open.
#[derive(Debug, Clone)]
pub struct PullRequestDraft<'a> {
    /// The branch that is to be merged.
    pub branch: &'a str,
    /// The branch that it is to be merged into.
    pub base: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its text, in Markdown.
    pub body: &'a str,
}

/// The state of a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It is open.
    Open,
    /// It was closed without a merge.
    Closed,
    /// It was merged.
    Merged,
}

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PullRequest {
    pub(super) number: u64,
    pub(super) url: String,
    pub(super) state: State,
    pub(super) body: String,
}

impl Client {
    /// Returns the pull requests of a branch into another, newest first.
    pub(super) fn pulls(&self, branch: &str, base: &str) -> Result<Vec<PullRequest>, ForgeError> {
        let repository = &self.endpoint.repository;
        let of_base = |found: &&Value| match self.endpoint.kind {
            Kind::GitLab => found["source_branch"] == branch && found["target_branch"] == base,
            _ => found["head"]["ref"] == branch && found["base"]["ref"] == base,
        };
        let mut pulls = Vec::new();
        for page in 1..=MOST_PAGES {
            let path = match self.endpoint.kind {
                Kind::GitHub => {
                    let owner = repository.split('/').next().unwrap_or_default();
                    let head = escaped(&format!("{owner}:{branch}"));
                    format!("/repos/{repository}/pulls?state=all&head={head}&per_page={PAGE}&page={page}")
                }
                Kind::Gitea => {
                    format!("/repos/{repository}/pulls?state=all&sort=recentupdate&limit={PAGE}&page={page}")
                }
                Kind::GitLab => {
                    let (id, branch) = (escaped(repository), escaped(branch));
                    format!(
                        "/projects/{id}/merge_requests?state=all&source_branch={branch}&per_page={PAGE}&page={page}"
                    )
                }
            };
            let found = self.get(&path)?;
            let list = found.as_array().map(Vec::as_slice).unwrap_or_default();
            pulls.extend(list.iter().filter(of_base).filter_map(|pull| self.pull(pull)));
            if list.len() < PAGE {
                break;
            }
        }
        pulls.sort_by_key(|pull| std::cmp::Reverse(pull.number));
        Ok(pulls)
    }

    fn pull(&self, found: &Value) -> Option<PullRequest> {
        let text = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
        let state = |is_merged: bool, is_open: bool| match (is_merged, is_open) {
            (true, _) => State::Merged,
            (false, true) => State::Open,
            (false, false) => State::Closed,
        };
        Some(match self.endpoint.kind {
            Kind::GitLab => PullRequest {
                number: found["iid"].as_u64()?,
                url: text("web_url"),
                state: state(found["state"] == "merged", found["state"] == "opened"),
                body: text("description"),
            },
            _ => PullRequest {
                number: found["number"].as_u64()?,
                url: text("html_url"),
                state: state(
                    found["merged_at"].is_string() || found["merged"] == true,
                    found["state"] == "open",
                ),
                body: text("body"),
            },
        })
    }

    /// Opens a pull request.
    pub(super) fn create(&self, draft: &PullRequestDraft<'_>) -> Result<PullRequest, ForgeError> {
        let PullRequestDraft { branch, base, title, body } = draft;
        let (path, document) = match self.endpoint.kind {
            Kind::GitLab => (
                format!("/projects/{}/merge_requests", escaped(&self.endpoint.repository)),
                json!({ "source_branch": branch, "target_branch": base, "title": title, "description": body }),
            ),
            _ => (
                format!("/repos/{}/pulls", self.endpoint.repository),
                json!({ "head": branch, "base": base, "title": title, "body": body }),
            ),
        };
        let made = self.send(Method::POST, &path, &document)?;
        self.pull(&made).ok_or_else(|| self.odd(&made))
    }

    /// Replaces a pull request's text.
    pub(super) fn rewrite(&self, number: u64, body: &str) -> Result<(), ForgeError> {
        let repository = &self.endpoint.repository;
        match self.endpoint.kind {
            Kind::GitLab => {
                let path = format!("/projects/{}/merge_requests/{number}", escaped(repository));
                self.send(Method::PUT, &path, &json!({ "description": body }))
            }
            _ => {
                let path = format!("/repos/{repository}/pulls/{number}");
                self.send(Method::PATCH, &path, &json!({ "body": body }))
            }
        }
        .map(drop)
    }

    /// Writes a comment, or writes the one anew that begins with `mark`. Returns whether it was there.
    pub(super) fn comment(&self, number: u64, mark: &str, body: &str) -> Result<bool, ForgeError> {
        let repository = &self.endpoint.repository;
        let list = match self.endpoint.kind {
            Kind::GitLab => format!("/projects/{}/merge_requests/{number}/notes", escaped(repository)),
            _ => format!("/repos/{repository}/issues/{number}/comments"),
        };
        let size = if self.endpoint.kind == Kind::Gitea { "limit" } else { "per_page" };
        let mut existing = None;
        for page in 1..=MOST_PAGES {
            let found = self.get(&format!("{list}?{size}={PAGE}&page={page}"))?;
            let comments = found.as_array().map(Vec::as_slice).unwrap_or_default();
            let ours = |comment: &&Value| comment["body"].as_str().is_some_and(|body| body.starts_with(mark));
            existing = comments.iter().find(ours).and_then(|comment| comment["id"].as_u64());
            if existing.is_some() || comments.len() < PAGE {
                break;
            }
        }
        let document = json!({ "body": body });
        match (existing, self.endpoint.kind) {
            (Some(id), Kind::GitLab) => self.send(Method::PUT, &format!("{list}/{id}"), &document)?,
            (Some(id), _) => {
                self.send(Method::PATCH, &format!("/repos/{repository}/issues/comments/{id}"), &document)?
            }
            (None, _) => self.send(Method::POST, &list, &document)?,
        };
        Ok(existing.is_some())
    }

    fn odd(&self, document: &Value) -> ForgeError {
        let message: String = document.to_string().chars().take(200).collect();
        ForgeError::Answer { host: self.endpoint.host.clone(), status: 201, message }
    }
}
