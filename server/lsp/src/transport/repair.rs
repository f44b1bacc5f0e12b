//! Makes parameters acceptable that are a little wrong, before strict types see them.
//!
//! A document whose `didOpen` is dropped because of a bracket in its URI would silently never get
//! a suggestion; an `initialize` refused because of one unknown capability would end the session.

use serde_json::{Map, Value, json};
use tower_lsp::ls_types::{InitializeParams, Uri};

use crate::convert;

/// Repairs the parameters of `method` in place.
pub(crate) fn params(method: &str, params: &mut Value) {
    if method == "initialize" {
        initialize(params);
        return;
    }
    if method == "workspace/didChangeWorkspaceFolders" {
        for list in ["/event/added", "/event/removed"] {
            encode_folders(params.pointer_mut(list));
        }
        return;
    }
    let Some(document) = params.get_mut("textDocument").and_then(Value::as_object_mut) else { return };
    encode_member(document, "uri");
    if matches!(method, "textDocument/didOpen" | "textDocument/didChange") {
        let version = document.entry("version").or_insert(Value::Null);
        if version.as_i64().and_then(|v| i32::try_from(v).ok()).is_none() {
            *version = json!(0);
        }
    }
    if method == "textDocument/didOpen" {
        let language = document.entry("languageId").or_insert(Value::Null);
        if !language.is_string() {
            *language = json!("");
        }
    }
}

/// Percent-encodes the URI that is a member of an object.
fn encode_member(object: &mut Map<String, Value>, key: &str) {
    if let Some(Value::String(uri)) = object.get_mut(key) {
        encode(uri);
    }
}

/// Percent-encodes the URIs of a list of folders.
fn encode_folders(folders: Option<&mut Value>) {
    let folders = folders.and_then(Value::as_array_mut).into_iter().flatten();
    folders.filter_map(Value::as_object_mut).for_each(|folder| encode_member(folder, "uri"));
}

/// Percent-encodes the characters of a URI that the grammar does not allow there; also a `%` that encodes nothing.
fn encode(uri: &mut String) {
    if uri.parse::<Uri>().is_ok() {
        return;
    }
    const ALLOWED: &[u8] = b"-._~:/?#@!$&'()*+,;=";
    let mut encoded = String::with_capacity(uri.len() + 16);
    for (at, byte) in uri.bytes().enumerate() {
        let is_escape = || convert::encoded_byte(&uri.as_bytes()[at..]).is_some();
        if byte.is_ascii_alphanumeric() || ALLOWED.contains(&byte) || is_escape() {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    *uri = encoded;
}

/// Reduces `initialize` to what can be understood of it.
fn initialize(params: &mut Value) {
    if let Some(object) = params.as_object_mut() {
        encode_member(object, "rootUri");
        encode_folders(object.get_mut("workspaceFolders"));
    }
    let readable = |value: &Value| serde_json::from_value::<InitializeParams>(value.clone()).is_ok();
    if readable(params) {
        return;
    }
    let mut reduced = json!({ "capabilities": {} });
    for key in ["processId", "rootUri", "workspaceFolders", "initializationOptions", "clientInfo"] {
        let Some(value) = params.get(key) else { continue };
        keep_if_readable(&mut reduced, &["/", key].concat(), value, &readable);
    }
    for group in ["general", "textDocument", "workspace", "window"] {
        let Some(features) = params.pointer(&format!("/capabilities/{group}")).and_then(Value::as_object)
        else {
            continue;
        };
        reduced["capabilities"][group] = json!({});
        for (feature, value) in features {
            keep_if_readable(&mut reduced, &format!("/capabilities/{group}/{feature}"), value, &readable);
        }
    }
    *params = reduced;
}

/// Sets the member at `path`, unless that makes the whole unreadable.
fn keep_if_readable(whole: &mut Value, path: &str, value: &Value, readable: &dyn Fn(&Value) -> bool) {
    let Some((parent, key)) = path.rsplit_once('/') else { return };
    let mut with = whole.clone();
    let Some(object) = with.pointer_mut(parent).and_then(Value::as_object_mut) else { return };
    object.insert(key.to_owned(), value.clone());
    if readable(&with) {
        *whole = with;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: &str, mut value: Value, expected: Value) {
        params(method, &mut value);
        assert_eq!(value, expected);
    }

    #[test]
    fn encodes_what_a_uri_may_not_hold() {
        check(
            "textDocument/didClose",
            json!({"textDocument": {"uri": "file:///a/[id] é.ts"}}),
            json!({"textDocument": {"uri": "file:///a/%5Bid%5D%20%C3%A9.ts"}}),
        );
        check(
            "textDocument/didClose",
            json!({"textDocument": {"uri": "untitled:Untitled-1"}}),
            json!({"textDocument": {"uri": "untitled:Untitled-1"}}),
        );
    }

    #[test]
    fn a_percent_sign_that_encodes_nothing_is_encoded() {
        for (uri, expected) in [
            ("file:///a/100%.txt", "file:///a/100%25.txt"),
            ("file:///a/%", "file:///a/%25"),
            ("file:///a/%4", "file:///a/%254"),
            ("file:///a/%zz b.rs", "file:///a/%25zz%20b.rs"),
            ("file:///a/%%20.rs", "file:///a/%25%20.rs"),
            ("file:///a/%20%.rs", "file:///a/%20%25.rs"),
        ] {
            let document = |uri: &str| json!({ "textDocument": { "uri": uri } });
            check("textDocument/didClose", document(uri), document(expected));
            let folders = |uri: &str| json!({ "event": { "added": [{ "uri": uri }], "removed": [] } });
            check("workspace/didChangeWorkspaceFolders", folders(uri), folders(expected));
        }
    }

    #[test]
    fn supplies_a_version_and_a_language() {
        check(
            "textDocument/didOpen",
            json!({"textDocument": {"uri": "file:///a", "languageId": null, "text": "x"}}),
            json!({"textDocument": {"uri": "file:///a", "languageId": "", "version": 0, "text": "x"}}),
        );
    }

    #[test]
    fn keeps_of_initialize_what_can_be_read() {
        let mut value = json!({
            "processId": 1,
            "capabilities": {
                "general": {"positionEncodings": ["utf-8"]},
                "textDocument": {"inlineCompletion": {}, "hover": "yes"}
            }
        });
        params("initialize", &mut value);
        assert_eq!(value.pointer("/capabilities/general/positionEncodings/0"), Some(&json!("utf-8")));
        assert!(value.pointer("/capabilities/textDocument/inlineCompletion").is_some());
        assert!(value.pointer("/capabilities/textDocument/hover").is_none());
        assert_eq!(value["processId"], 1);
    }

    #[test]
    fn nothing_odd_panics() {
        for odd in
            [json!(null), json!([]), json!("x"), json!({"textDocument": []}), json!({"capabilities": 3})]
        {
            for method in ["initialize", "textDocument/didOpen", "textDocument/didChange"] {
                params(method, &mut odd.clone());
            }
        }
    }
}
