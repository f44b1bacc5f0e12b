//! One call to a forge's REST interface, and the meaning of its answer.

use housestyle_workspace::display::visible;
use housestyle_workspace::forges::Kind;
use serde_json::Value;
use ureq::http::{Method, Request};
use ureq::{Agent, Body};

use super::error::ForgeError;
use super::hosts::Endpoint;
use super::token::Token;
use crate::http::agent;

/// Most bytes of an answer.
const MOST_BYTES: u64 = 16 << 20;
/// Most characters of a forge's error message.
const MOST_MESSAGE: usize = 400;

/// A client of a forge's REST interface.
pub struct Client {
    /// The endpoint.
    pub endpoint: Endpoint,
    token: Token,
    agent: Agent,
}

impl Client {
    /// Returns a client of the forge; nothing is sent yet.
    pub fn new(endpoint: Endpoint, token: Token) -> Client {
        Client { endpoint, token, agent: agent() }
    }

    /// Gets a document.
    ///
    /// # Errors
    /// When there is no network, or the forge says no.
    pub fn get(&self, path: &str) -> Result<Value, ForgeError> {
        self.call(Method::GET, path, None)
    }

    /// Sends a document.
    ///
    /// # Errors
    /// When there is no network, or the forge says no.
    pub fn send(&self, method: Method, path: &str, document: &Value) -> Result<Value, ForgeError> {
        self.call(method, path, Some(document))
    }

    fn call(&self, method: Method, path: &str, document: Option<&Value>) -> Result<Value, ForgeError> {
        let host = || self.endpoint.host.clone();
        let unreachable = |source| ForgeError::Unreachable { host: host(), source };
        let authorization = match self.endpoint.kind {
            Kind::GitHub | Kind::GitLab => format!("Bearer {}", self.token.secret),
            Kind::Gitea => format!("token {}", self.token.secret),
        };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.endpoint.api))
            .header("Authorization", authorization)
            .header("Accept", "application/json");
        if self.endpoint.kind == Kind::GitHub {
            request = request.header("X-GitHub-Api-Version", "2022-11-28");
        }
        let answer = match document {
            Some(document) => {
                let request = request.header("Content-Type", "application/json").body(document.to_string());
                self.run(request.map_err(|error| unreachable(error.into()))?)
            }
            None => self.run(request.body(()).map_err(|error| unreachable(error.into()))?),
        };
        let mut answer = answer.map_err(|error| unreachable(error.into()))?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(MOST_BYTES).read_to_string();
        let text = text.map_err(|error| unreachable(error.into()))?;
        let found: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        let message = error_message(&found, &text);
        let source_of_token = self.token.source.clone();
        let what = format!("repository {}", self.endpoint.repository);
        Err(match status {
            200..=299 if found != Value::Null => return Ok(found),
            300..=399 => ForgeError::Moved { host: host(), what },
            401 => ForgeError::Unauthorized { host: host(), source_of_token, message },
            403 => ForgeError::Forbidden { host: host(), source_of_token, message },
            404 => ForgeError::NotFound { host: host(), source_of_token, what },
            400 | 409 | 422 => ForgeError::Refused { host: host(), status, message },
            _ => ForgeError::Answer { host: host(), status, message },
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

/// Returns a forge's error message on one line; each forge has its own format.
fn error_message(document: &Value, text: &str) -> String {
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
    let message = if parts.is_empty() { text.to_owned() } else { parts.join("; ") };
    let line: String =
        message.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MOST_MESSAGE).collect();
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
    fn each_forge_has_its_own_error_format() {
        let github = json!({ "message": "Validation Failed", "errors": [
            { "field": "head", "code": "invalid" }, { "message": "A pull request already exists for o:b." } ] });
        let expected = "Validation Failed; head invalid; A pull request already exists for o:b.";
        assert_eq!(error_message(&github, ""), expected);
        let gitlab = json!({ "message": ["Another open merge request already exists"] });
        assert_eq!(error_message(&gitlab, ""), "Another open merge request already exists");
        let fields = json!({ "message": { "base": ["is not there"] } });
        assert_eq!(error_message(&fields, ""), "base is not there");
        assert_eq!(error_message(&Value::Null, "<html>\n\u{1b}oops</html>"), "<html> \\u{1b}oops</html>");
        assert_eq!(escaped("a/b c"), "a%2Fb%20c");
    }
}
