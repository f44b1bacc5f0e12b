//! `textDocument/completion`: the same text in a menu, for editors without ghost text.

use housestyle_complete::lines;
use housestyle_text::Snapshot;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types as lsp;

use crate::commands::ACCEPTED;
use crate::convert;
use crate::params::CompletionParams;
use crate::request;
use crate::resolution::{Answer, Resolution};
use crate::server::Server;

/// Characters of a label; menus are narrow.
const LABEL: usize = 60;

/// Characters of a word that are looked at left of the cursor.
const WORD: usize = 64;

/// Answers with one item at most; incomplete, so that the editor asks again as the user types.
///
/// # Errors
/// Never.
pub(crate) async fn handle(
    server: &Server,
    params: lsp::CompletionParams,
) -> Result<Option<lsp::CompletionResponse>> {
    let completion = CompletionParams::from_plain(&params);
    let uri = completion.uri.clone();
    let items = match request::answer(server, completion).await {
        Resolution::Overtaken(_) | Resolution::Cancelled => return Ok(None),
        Resolution::Nothing(_) => Vec::new(),
        Resolution::Suggestion(answer) => {
            let session = server.session();
            let encoding = session.encoding;
            let snapshot = session.documents.get(&uri).map(|document| &document.snapshot);
            snapshot.map(|snapshot| item(snapshot, encoding, answer)).into_iter().collect()
        }
    };
    Ok(Some(lsp::CompletionResponse::List(lsp::CompletionList { is_incomplete: true, items })))
}

/// Returns an item that replaces from the start of the word at the cursor on: editors offer only what
/// begins with the word before the cursor.
fn item(snapshot: &Snapshot, encoding: housestyle_text::Encoding, answer: Answer) -> lsp::CompletionItem {
    let start = snapshot.offset_at(convert::position(answer.range.start), encoding);
    let end = snapshot.offset_at(convert::position(answer.range.end), encoding);
    let line = snapshot.line_start(snapshot.line_of(start));
    let before = snapshot.slice(line.0.max(start.0.saturating_sub(4 * WORD))..start.0);
    let characters = before.chars().rev().take(WORD);
    let word: usize = characters.take_while(|c| lines::is_word(*c)).map(char::len_utf8).sum();
    let text = format!("{}{}", &before[before.len() - word..], answer.text);
    let range = convert::range(snapshot, housestyle_text::Offset(start.0 - word), end, encoding);
    lsp::CompletionItem {
        label: label(&text),
        kind: Some(lsp::CompletionItemKind::TEXT),
        detail: Some("Housestyle".to_owned()),
        documentation: text.contains('\n').then(|| lsp::Documentation::String(text.clone())),
        filter_text: Some(text.lines().next().unwrap_or_default().to_owned()),
        insert_text_format: Some(lsp::InsertTextFormat::PLAIN_TEXT),
        text_edit: Some(lsp::CompletionTextEdit::Edit(lsp::TextEdit { range, new_text: text })),
        command: Some(lsp::Command {
            title: "Accepted".to_owned(),
            command: ACCEPTED.to_owned(),
            arguments: Some(vec![answer.id.into()]),
        }),
        ..lsp::CompletionItem::default()
    }
}

/// Returns the first line, shortened.
fn label(text: &str) -> String {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default().trim();
    let mut label: String = first.chars().take(LABEL).collect();
    if label.len() < first.len() || lines.next().is_some() {
        label.push('…');
    }
    label
}

#[cfg(test)]
mod tests {
    use housestyle_testkit::cursor;
    use housestyle_text::{Encoding, Language, Offset};

    use super::*;

    /// The label, the columns replaced and the text, for a suggestion at `‸`.
    fn check(fixture: &str, text: &str, expected: (&str, (u32, u32), &str)) {
        let (content, at) = cursor::split(fixture);
        let snapshot = Snapshot::new(&content, 1, Language::PLAIN);
        let range = convert::range(&snapshot, Offset(at), Offset(at), Encoding::Utf16);
        let answer = Answer {
            id: "1".to_owned(),
            text: text.to_owned(),
            range,
            reused: false,
            skills: Vec::new(),
            alternatives: Vec::new(),
        };
        let item = item(&snapshot, Encoding::Utf16, answer);
        let Some(lsp::CompletionTextEdit::Edit(edit)) = item.text_edit else { panic!("no edit") };
        let columns = (edit.range.start.character, edit.range.end.character);
        assert_eq!((item.label.as_str(), columns, edit.new_text.as_str()), expected, "{fixture}");
    }

    #[test]
    fn begins_at_the_word() {
        check("x = prin‸", "t(1)", ("print(1)", (4, 8), "print(1)"));
        check("x = ‸", "1", ("1", (4, 4), "1"));
        check("a\né😀ß‸", "x", ("ßx", (3, 4), "ßx"));
    }

    #[test]
    fn labels_are_one_short_line() {
        assert_eq!(label("a\nb"), "a…");
        assert_eq!(label("  a  "), "a");
        assert_eq!(label(&"é".repeat(70)), format!("{}…", "é".repeat(60)));
        assert_eq!(label(""), "");
    }
}
