//! The Hugging Face hub as a source: one `HEAD` tells digest and size, ranged `GET`s bring the bytes.
//!
//! The hub names the SHA-256 of a large file in `X-Linked-Etag`, its size in `X-Linked-Size` and the
//! commit in `X-Repo-Commit` of the first answer, before it redirects to its storage.

use ureq::{Agent, Body, http};

use super::catalogue::{Entry, Hub};
use super::digest::is_sha256;
use super::error::SourceError;
use super::part::Part;
use super::store::Store;
use crate::http::agent;
use crate::progress::Progress;

/// So often in a row a connection may break without having brought a byte.
const BARREN: usize = 3;

/// What the hub says about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Published {
    /// SHA-256 of the content.
    pub(super) sha256: String,
    /// Bytes.
    pub(super) size: u64,
    /// Where to `GET` it, with the commit where the hub named one.
    url: String,
}

/// The hub.
#[derive(Debug)]
pub(super) struct HubClient {
    endpoint: String,
    agent: Agent,
}

impl HubClient {
    /// Returns a client of `endpoint`, such as `https://huggingface.co`.
    pub(super) fn new(endpoint: &str) -> HubClient {
        HubClient { endpoint: endpoint.trim_end_matches('/').to_owned(), agent: agent() }
    }

    /// Returns the name of the source, for people and for the note beside a part.
    pub(super) fn source(&self, hub: &Hub, published: &Published) -> String {
        format!("{}/{}/{} sha256 {}", self.endpoint, hub.repository, hub.file, published.sha256)
    }

    /// Asks what the hub holds.
    ///
    /// # Errors
    /// When the hub cannot be reached, or does not name a digest and a size.
    pub(super) fn look_up(&self, hub: &Hub) -> Result<Published, SourceError> {
        let mut url = self.resolve(hub, "main");
        // A repository that was renamed answers with a redirect on the hub itself.
        for _ in 0..3 {
            let answer = self
                .agent
                .head(&url)
                .config()
                .max_redirects(0)
                .max_redirects_will_error(false)
                .build()
                .header("Accept-Encoding", "identity")
                .call()
                .map_err(|error| self.unavailable(&error))?;
            let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
            let status = answer.status();
            if !(status.is_success() || status.is_redirection()) {
                return Err(SourceError::Unavailable(format!("{url} answered {status}")));
            }
            let etag = header("x-linked-etag").or_else(|| header("etag")).map(unquoted);
            let size =
                header("x-linked-size").or_else(|| header("content-length").filter(|_| status.is_success()));
            if let (Some(sha256), Some(size)) =
                (etag.filter(|e| is_sha256(e)), size.and_then(|s| s.parse().ok()))
            {
                let url = header("x-repo-commit").map_or(url.clone(), |commit| self.resolve(hub, commit));
                return Ok(Published { sha256: sha256.to_owned(), size, url });
            }
            match header("location").filter(|to| status.is_redirection() && to.starts_with('/')) {
                Some(to) => url = format!("{}{to}", self.endpoint),
                None => break,
            }
        }
        Err(SourceError::Unavailable(format!("{url} names no SHA-256 and size")))
    }

    /// Brings the bytes that are missing from `part`.
    ///
    /// # Errors
    /// When connections break again and again, or the disk fails. What came is kept for the next try.
    pub(super) fn fetch(
        &self,
        found: &Published,
        part: &mut Part,
        bar: &mut Progress,
    ) -> Result<(), SourceError> {
        let mut barren = 0;
        while part.length() < found.size {
            let before = part.length();
            let trouble = match self.range(found, before) {
                Ok((answer, from)) => {
                    if from != before {
                        part.cut(from)?; // a server that knows no ranges starts over
                    }
                    match part.append(&mut answer.into_reader(), &mut |length| bar.at(length)) {
                        Ok(()) => "the connection ended early".to_owned(),
                        Err(SourceError::Unavailable(why)) => why,
                        Err(ours) => return Err(ours),
                    }
                }
                Err(SourceError::Unavailable(why)) => why,
                Err(ours) => return Err(ours),
            };
            if part.length() > before {
                barren = 0;
            } else {
                barren += 1;
            }
            if part.length() < found.size && barren >= BARREN {
                part.sync()?;
                return Err(SourceError::Unavailable(format!(
                    "{trouble}; what came is kept, pull again to go on"
                )));
            }
        }
        Ok(())
    }

    /// Asks for all bytes from `start`; returns the body and where it really starts.
    fn range(&self, found: &Published, start: u64) -> Result<(Body, u64), SourceError> {
        let answer = self
            .agent
            .get(&found.url)
            .header("Accept-Encoding", "identity")
            .header("Range", format!("bytes={start}-"))
            .call()
            .map_err(|error| self.unavailable(&error))?;
        match answer.status() {
            http::StatusCode::PARTIAL_CONTENT => Ok((answer.into_body(), start)),
            http::StatusCode::OK => Ok((answer.into_body(), 0)),
            status => Err(SourceError::Unavailable(format!("{} answered {status}", found.url))),
        }
    }

    fn resolve(&self, hub: &Hub, revision: &str) -> String {
        format!("{}/{}/resolve/{revision}/{}", self.endpoint, hub.repository, hub.file)
    }

    fn unavailable(&self, error: &ureq::Error) -> SourceError {
        SourceError::Unavailable(format!("{}: {error}", self.endpoint))
    }
}

/// Opens or goes on with the part that the hub's file fills.
pub(super) fn part_of(
    client: &HubClient,
    store: &Store,
    entry: &Entry,
    found: &Published,
) -> Result<Part, SourceError> {
    Ok(Part::open(store, entry, &client.source(&entry.hub, found), found.size)?)
}

/// Takes the quotes and the weakness mark off an entity tag.
fn unquoted(tag: &str) -> &str {
    tag.trim_start_matches("W/").trim_matches('"')
}
