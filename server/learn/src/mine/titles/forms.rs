//! Forms in words: a closed table.

use housestyle_skills::FormKind;

use super::Wording;

/// Returns a form in words.
pub(super) fn of_form(kind: FormKind) -> Wording {
    let (name, title, rule, good, bad) = match kind {
        FormKind::HeadingSentenceCase => (
            "heading-sentence-case",
            "Headings in sentence case",
            "Headings have a capital at their start and at names, nowhere else.",
            "## Set up the server",
            "## Set Up the Server",
        ),
        FormKind::HeadingTitleCase => (
            "heading-title-case",
            "Headings in title case",
            "Every word of a heading has a capital, but for short ones.",
            "## Set Up the Server",
            "## Set up the server",
        ),
        FormKind::ListItemFullStop => (
            "list-item-full-stop",
            "List items end in a full stop",
            "An item of a list ends in a full stop.",
            "- Reads the file once.",
            "- Reads the file once",
        ),
        FormKind::ListItemNoStop => (
            "list-item-no-stop",
            "List items end without a full stop",
            "An item of a list has no full stop at its end.",
            "- Reads the file once",
            "- Reads the file once.",
        ),
        FormKind::ListMarkDash => (
            "list-mark-dash",
            "Lists are marked with a dash",
            "Items of lists without numbers begin with a dash.",
            "- one",
            "* one",
        ),
        FormKind::ListMarkStar => (
            "list-mark-star",
            "Lists are marked with a star",
            "Items of lists without numbers begin with a star.",
            "* one",
            "- one",
        ),
        FormKind::ChangelogImperative => (
            "changelog-imperative",
            "Changelog entries in the imperative",
            "An entry of the changelog says what the change does, in the imperative.",
            "- Add a limit",
            "- Added a limit",
        ),
        FormKind::ChangelogPast => (
            "changelog-past",
            "Changelog entries in the past tense",
            "An entry of the changelog says what was done, in the past tense.",
            "- Added a limit",
            "- Add a limit",
        ),
        FormKind::DocThirdPerson => (
            "doc-third-person",
            "Function docs in the third person",
            "What documents a function says what it does, in the third person.",
            "Returns the sum.",
            "Return the sum.",
        ),
        FormKind::DocImperative => (
            "doc-imperative",
            "Function docs in the imperative",
            "What documents a function begins with a verb in the imperative.",
            "Return the sum.",
            "Returns the sum.",
        ),
        FormKind::DocFullStop => (
            "doc-full-stop",
            "Docs begin with a sentence and its full stop",
            "The first paragraph of what documents something ends in a full stop.",
            "Returns the sum.",
            "Returns the sum",
        ),
        FormKind::DocNoStop => (
            "doc-no-stop",
            "The first line of docs has no full stop",
            "The first paragraph of what documents something has no full stop at its end.",
            "Returns the sum",
            "Returns the sum.",
        ),
        FormKind::DocstringFirstLine => (
            "docstring-first-line",
            "Docstrings begin behind their quotes",
            "A docstring of several lines begins on the line of its opening quotes.",
            "\"\"\"Return the sum.\n\nOf all.\n\"\"\"",
            "\"\"\"\nReturn the sum.\n\nOf all.\n\"\"\"",
        ),
        FormKind::DocstringNextLine => (
            "docstring-next-line",
            "Docstrings begin below their quotes",
            "A docstring of several lines begins on the line after its opening quotes.",
            "\"\"\"\nReturn the sum.\n\nOf all.\n\"\"\"",
            "\"\"\"Return the sum.\n\nOf all.\n\"\"\"",
        ),
        FormKind::CommentCapital => (
            "comment-capital",
            "Comments begin with a capital",
            "A comment on lines of its own begins with a capital.",
            "Reads the file once",
            "reads the file once",
        ),
        FormKind::CommentLowercase => (
            "comment-lowercase",
            "Comments begin with a small letter",
            "A comment on lines of its own begins with a small letter.",
            "reads the file once",
            "Reads the file once",
        ),
        FormKind::CommentFullStop => (
            "comment-full-stop",
            "Comments end in a full stop",
            "A comment on lines of its own ends in a full stop.",
            "Reads the file once.",
            "Reads the file once",
        ),
        FormKind::CommentNoStop => (
            "comment-no-stop",
            "Comments end without a full stop",
            "A comment on lines of its own has no full stop at its end.",
            "Reads the file once",
            "Reads the file once.",
        ),
        FormKind::QuotesDouble => (
            "quotes-double",
            "Strings in double quotes",
            "Strings are in double quotes, unless they hold one.",
            "\"text\"",
            "'text'",
        ),
        FormKind::QuotesSingle => (
            "quotes-single",
            "Strings in single quotes",
            "Strings are in single quotes, unless they hold one.",
            "'text'",
            "\"text\"",
        ),
    };
    let [name, title, rule, good, bad] = [name, title, rule, good, bad].map(str::to_owned);
    Wording { name, title, rule, about: Vec::new(), pair: [good, bad] }
}
