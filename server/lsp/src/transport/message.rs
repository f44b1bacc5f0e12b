//! From the bytes of a body to a JSON-RPC message.

use serde_json::Value;
use tower_lsp::jsonrpc::{Error, Id, Request, Response};

use super::repair;

/// A message from the client.
#[derive(Debug)]
pub(crate) enum Message {
    /// A request or a notification.
    Call(Request),
    /// The answer to a request of ours.
    Answer(Response),
    /// Neither; this is what to say to it.
    Malformed(Response),
}

impl Message {
    /// Reads a body.
    pub(crate) fn parse(body: &[u8]) -> Message {
        match serde_json::from_slice(body) {
            Ok(value) => Message::from_value(value),
            Err(_) => Message::parse_error(),
        }
    }

    /// Returns what to say to bytes that are no message.
    pub(crate) fn parse_error() -> Message {
        Message::Malformed(Response::from_error(Id::Null, Error::parse_error()))
    }

    fn from_value(value: Value) -> Message {
        let Value::Object(mut object) = value else {
            return Message::Malformed(Response::from_error(Id::Null, Error::invalid_request()));
        };
        let id = match object.remove("id") {
            None => None,
            Some(id) => match serde_json::from_value::<Id>(id) {
                Ok(id) => Some(id),
                Err(_) => {
                    return Message::Malformed(Response::from_error(Id::Null, Error::invalid_request()));
                }
            },
        };
        if let Some(Value::String(method)) = object.remove("method") {
            let mut params = object.remove("params");
            if let Some(params) = &mut params {
                repair::params(&method, params);
            }
            let mut request = Request::build(method);
            if let Some(params) = params {
                request = request.params(params);
            }
            if let Some(id) = id {
                request = request.id(id);
            }
            return Message::Call(request.finish());
        }
        let id = id.unwrap_or_default();
        if let Some(error) = object.remove("error").filter(|error| !error.is_null()) {
            let error = serde_json::from_value(error).unwrap_or_else(|_| Error::internal_error());
            return Message::Answer(Response::from_error(id, error));
        }
        match object.remove("result") {
            Some(result) => Message::Answer(Response::from_ok(id, result)),
            None => Message::Malformed(Response::from_error(id, Error::invalid_request())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks how a body is read, in short.
    fn check(body: &str, expected: &str) {
        let found = match Message::parse(body.as_bytes()) {
            Message::Call(call) => {
                format!("call {} {}", call.method(), call.id().map_or("-".to_owned(), |id| id.to_string()))
            }
            Message::Answer(answer) => format!("answer {} ok={}", answer.id(), answer.is_ok()),
            Message::Malformed(response) => {
                let code = response.error().map_or(0, |error| error.code.code());
                format!("malformed {} {code}", response.id())
            }
        };
        assert_eq!(found, expected, "{body}");
    }

    #[test]
    fn tells_calls_from_answers_and_nonsense() {
        check(r#"{"jsonrpc":"2.0","id":1,"method":"a"}"#, "call a 1");
        check(r#"{"jsonrpc":"2.0","id":"x","method":"a"}"#, r#"call a "x""#);
        check(r#"{"method":"a","params":[]}"#, "call a -");
        check(r#"{"jsonrpc":"2.0","id":1,"result":null}"#, "answer 1 ok=true");
        check(r#"{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"m"}}"#, "answer 1 ok=false");
        check(r#"{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"m","more":1}}"#, "answer 1 ok=false");
        check(r#"{"jsonrpc":"2.0","id":7}"#, "malformed 7 -32600");
        check(r#"{"id":1.5,"method":"a"}"#, "malformed null -32600");
        check(r#"{"id":1,"method":7}"#, "malformed 1 -32600");
        check("[]", "malformed null -32600");
        check("{", "malformed null -32700");
        check("\u{0}", "malformed null -32700");
        check(&"[".repeat(100_000), "malformed null -32700");
    }

    #[test]
    fn bytes_that_are_no_text_are_a_parse_error() {
        assert!(matches!(Message::parse(b"{\"method\":\"\xff\"}"), Message::Malformed(_)));
    }
}
