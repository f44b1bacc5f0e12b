//! The Hugging Face hub as a source: one `HEAD` returns digest and size, ranged `GET`s return the bytes.
//!
//! The hub names the SHA-256 of a large file in `X-Linked-Etag`, its size in `X-Linked-Size` and the
//! commit in `X-Repo-Commit` of the first answer, before it redirects to its storage.

use housestyle_workspace::Progress;
use housestyle_workspace::digest::is_sha256;
use housestyle_workspace::models::catalogue::{Entry, Hub};
use housestyle_workspace::models::store::Store;
use ureq::{Agent, Body, http};

use super::error::SourceError;
use super::partial_file::PartialFile;
use super::unavailable::Unavailable;
use crate::http::agent;

/// So often in a row a connection may break without having brought a byte.
const MOST_EMPTY_ATTEMPTS: usize = 3;

/// The hub's description of a file.
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

    /// Returns the name of the source, for people and for the note of a partial file.
    pub(super) fn source(&self, hub: &Hub, published: &Published) -> String {
        format!("{}/{}/{} sha256 {}", self.endpoint, hub.repository, hub.file, published.sha256)
    }

    /// Asks the hub for digest and size of a file.
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
                .map_err(|error| self.unreached(error))?;
            let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
            let status = answer.status();
            if !(status.is_success() || status.is_redirection()) {
                return Err(Unavailable::Status { url, status }.into());
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
        Err(Unavailable::Unnamed { url }.into())
    }

    /// Brings the bytes that are missing from `partial`.
    ///
    /// # Errors
    /// When connections break again and again, or the disk fails. The bytes so far are stored for the next try.
    pub(super) fn fetch(
        &self,
        found: &Published,
        partial: &mut PartialFile,
        bar: &mut dyn Progress,
    ) -> Result<(), SourceError> {
        let mut empty_attempts = 0;
        while partial.length() < found.size {
            let before = partial.length();
            let trouble = match self.range(found, before) {
                Ok((answer, from)) => {
                    if from != before {
                        partial.cut(from)?; // a server that knows no ranges starts over
                    }
                    match partial.append(&mut answer.into_reader(), &mut |length| bar.at(length)) {
                        Ok(()) => Unavailable::EndedEarly,
                        Err(SourceError::Unavailable(why)) => why,
                        Err(fatal) => return Err(fatal),
                    }
                }
                Err(SourceError::Unavailable(why)) => why,
                Err(fatal) => return Err(fatal),
            };
            if partial.length() > before {
                empty_attempts = 0;
            } else {
                empty_attempts += 1;
            }
            if partial.length() < found.size && empty_attempts >= MOST_EMPTY_ATTEMPTS {
                partial.sync()?;
                return Err(Unavailable::Broken { last: Box::new(trouble) }.into());
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
            .map_err(|error| self.unreached(error))?;
        match answer.status() {
            http::StatusCode::PARTIAL_CONTENT => Ok((answer.into_body(), start)),
            http::StatusCode::OK => Ok((answer.into_body(), 0)),
            status => Err(Unavailable::Status { url: found.url.clone(), status }.into()),
        }
    }

    fn resolve(&self, hub: &Hub, revision: &str) -> String {
        format!("{}/{}/resolve/{revision}/{}", self.endpoint, hub.repository, hub.file)
    }

    fn unreached(&self, error: ureq::Error) -> Unavailable {
        Unavailable::Request { endpoint: self.endpoint.clone(), source: Box::new(error) }
    }
}

/// Opens the partial file for the hub's file.
pub(super) fn open_partial_file(
    client: &HubClient,
    store: &Store,
    entry: &Entry,
    found: &Published,
) -> Result<PartialFile, SourceError> {
    Ok(PartialFile::open(store, entry, &client.source(&entry.hub, found), found.size)?)
}

/// Takes the quotes and the weakness mark off an entity tag.
fn unquoted(tag: &str) -> &str {
    tag.trim_start_matches("W/").trim_matches('"')
}
