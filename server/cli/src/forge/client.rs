//! One call to a forge's REST interface, and what its answer means.

use serde_json::Value;
use ureq::http::{Method, Request};
use ureq::{Agent, Body};

use super::error::ForgeError;
use super::hosts::{Kind, Place};
use super::token::Token;
use crate::http::agent;
use crate::output::visible;

/// Most bytes of an answer.
const MOST_BYTES: u64 = 16 << 20;
/// Most characters of what a forge says against something.
const MOST_SAID: usize = 400;

/// A forge that can be asked.
pub(crate) struct Client {
    /// Where it is.
    pub(crate) place: Place,
    token: Token,
    agent: Agent,
}

impl Client {
    /// Returns a client of the forge; nothing is sent yet.
    pub(crate) fn new(place: Place, token: Token) -> Client {
        Client { place, token, agent: agent() }
    }

    /// Asks for something.
    ///
    /// # Errors
    /// When there is no network, or the forge says no.
    pub(crate) fn get(&self, path: &str) -> Result<Value, ForgeError> {
        self.call(Method::GET, path, None)
    }

    /// Sends a document.
    ///
    /// # Errors
    /// When there is no network, or the forge says no.
    pub(crate) fn send(&self, method: Method, path: &str, document: &Value) -> Result<Value, ForgeError> {
        self.call(method, path, Some(document))
    }

    fn call(&self, method: Method, path: &str, document: Option<&Value>) -> Result<Value, ForgeError> {
        let host = || self.place.host.clone();
        let unreachable = |problem: String| ForgeError::Unreachable { host: host(), problem };
        let authorization = match self.place.kind {
            Kind::GitHub | Kind::GitLab => format!("Bearer {}", self.token.secret),
            Kind::Gitea => format!("token {}", self.token.secret),
        };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.place.api))
            .header("Authorization", authorization)
            .header("Accept", "application/json");
        if self.place.kind == Kind::GitHub {
            request = request.header("X-GitHub-Api-Version", "2022-11-28");
        }
        let answer = match document {
            Some(document) => {
                let request = request.header("Content-Type", "application/json").body(document.to_string());
                self.run(request.map_err(|error| unreachable(error.to_string()))?)
            }
            None => self.run(request.body(()).map_err(|error| unreachable(error.to_string()))?),
        };
        let mut answer = answer.map_err(|error| unreachable(error.to_string()))?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(MOST_BYTES).read_to_string();
        let text = text.map_err(|error| unreachable(error.to_string()))?;
        let found: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        let said = said(&found, &text);
        let source_of_token = self.token.source.clone();
        let what = format!("repository {}", self.place.repository);
        Err(match status {
            200..=299 if found != Value::Null => return Ok(found),
            300..=399 => ForgeError::Moved { host: host(), what },
            401 => ForgeError::Unauthorized { host: host(), source_of_token, said },
            403 => ForgeError::Forbidden { host: host(), source_of_token, said },
            404 => ForgeError::NotFound { host: host(), source_of_token, what },
            400 | 409 | 422 => ForgeError::Refused { host: host(), status, said },
            _ => ForgeError::Answer { host: host(), status, said },
        })
    }

    /// A redirect is not followed: it would send a document somewhere else, or turn it into a question.
    fn run(
        &self,
        request: Request<impl ureq::AsSendBody>,
    ) -> Result<ureq::http::Response<Body>, ureq::Error> {
        let request =
            self.agent.configure_request(request).max_redirects(0).max_redirects_will_error(false).build();
        self.agent.run(request)
    }
}

/// Returns what a forge says, on one line: each has its own way.
fn said(document: &Value, text: &str) -> String {
    let mut parts = Vec::new();
    collect(&document["message"], &mut parts);
    collect(&document["error"], &mut parts);
    if let Some(errors) = document["errors"].as_array() {
        for error in errors {
            match error["message"].as_str() {
                Some(message) => parts.push(message.to_owned()),
                None => {
                    let words = ["field", "code"].map(|key| error[key].as_str().unwrap_or_default());
                    parts.push(words.join(" ").trim().to_owned());
                }
            }
        }
    }
    parts.retain(|part| !part.is_empty());
    let said = if parts.is_empty() { text.to_owned() } else { parts.join("; ") };
    let line: String =
        said.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MOST_SAID).collect();
    if line.is_empty() { "nothing more is said".to_owned() } else { visible(&line) }
}

/// Collects the texts of a message that may be a text, a list, or texts by field.
fn collect(value: &Value, parts: &mut Vec<String>) {
    match value {
        Value::String(text) => parts.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|value| collect(value, parts)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            let mut below = Vec::new();
            collect(value, &mut below);
            parts.extend(below.iter().map(|text| format!("{name} {text}")));
        }),
        _ => {}
    }
}

/// Returns a text as a part of an address.
pub(crate) fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_forge_says_no_in_its_own_way() {
        let github = json!({ "message": "Validation Failed", "errors": [
            { "field": "head", "code": "invalid" }, { "message": "A pull request already exists for o:b." } ] });
        let expected = "Validation Failed; head invalid; A pull request already exists for o:b.";
        assert_eq!(said(&github, ""), expected);
        let gitlab = json!({ "message": ["Another open merge request already exists"] });
        assert_eq!(said(&gitlab, ""), "Another open merge request already exists");
        let fields = json!({ "message": { "base": ["is not there"] } });
        assert_eq!(said(&fields, ""), "base is not there");
        assert_eq!(said(&Value::Null, "<html>\n\u{1b}oops</html>"), "<html> \\u{1b}oops</html>");
        assert_eq!(escaped("a/b c"), "a%2Fb%20c");
    }
}
