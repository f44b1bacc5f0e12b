//! The name, title and text of a rule, from closed templates.

use housestyle_skills::{FormKind, MOST_NAME, Name, NameKind, Rule, RuleFile, kebab};

use super::pattern_words::{language, sides};

/// A rule in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wording {
    /// A name in the form of skills.
    pub(super) name: String,
    /// The rule in a few words.
    pub(super) title: String,
    /// The rule as a sentence.
    pub(super) rule: String,
    /// An example that follows the rule, and one that does not.
    pub(super) pair: [String; 2],
}

/// Returns a rule in words.
pub(super) fn wording(file: &RuleFile) -> Wording {
    match &file.rule {
        Rule::Form(form) => of_form(form.of),
        Rule::Term(term) => {
            let quoted: Vec<String> = term.avoid.iter().map(|word| format!("\"{word}\"")).collect();
            Wording {
                name: named("term", &term.prefer, &term.prefer),
                title: format!("Write \"{}\", not {}", term.prefer, quoted.join(" or ")),
                rule: format!(
                    "In prose, comments and docstrings write \"{}\", not {}.",
                    term.prefer,
                    quoted.join(" or ")
                ),
                pair: [term.prefer.clone(), term.avoid.join("\n")],
            }
        }
        Rule::Rewrite(rewrite) => {
            let [good, bad] = sides(rewrite);
            let over = |link: &str| {
                if bad.is_empty() || bad.eq_ignore_ascii_case(&good) {
                    String::new()
                } else {
                    format!(" {link} {bad}")
                }
            };
            let choice = format!("{}{}", if good.is_empty() { "this form" } else { &good }, over("to"));
            let language = language(&file.scope).unwrap_or_default();
            Wording {
                name: named(
                    &format!("{language} prefer"),
                    &format!("{good}{}", over("over")),
                    &rewrite.prefer,
                ),
                title: format!("Prefer {choice}"),
                rule: "Write code of the first form, not of the second. A name with a dollar sign stands for any \
                       expression; the same name twice stands for the same text."
                    .to_owned(),
                pair: [rewrite.prefer.clone(), rewrite.avoid.join("\n")],
            }
        }
        Rule::Name(name) => of_name(name),
    }
}

/// Returns a name of a kind and some words; where these give none, of the kind and a number that stands for the whole text.
fn named(kind: &str, words: &str, text: &str) -> String {
    let words = if words.contains(|c: char| c.is_ascii_alphanumeric()) { words } else { &number(text) };
    let name = kebab(&format!("{kind} {words}")).unwrap_or_else(|| format!("rule-{}", number(text)));
    name.strip_suffix("-over").unwrap_or(&name).to_owned()
}

/// Returns a name with a number that stands for the rule, for rules that would have the same name.
pub(super) fn numbered(name: &str, file: &RuleFile) -> String {
    let number = number(&file.text());
    let room = name.get(..MOST_NAME - number.len() - 1).map_or(name, |cut| cut.trim_end_matches('-'));
    format!("{room}-{number}")
}

/// Returns six digits that are the same for the same text, and hardly for another.
fn number(text: &str) -> String {
    let sum = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{:06x}", (sum ^ (sum >> 32)) & 0xff_ffff)
}

fn of_name(name: &Name) -> Wording {
    let what = match name.of {
        NameKind::Test => "tests",
        NameKind::Constructor => "constructors",
        NameKind::Error => "errors",
    };
    let (prefix, suffix) = (&name.prefix, &name.suffix);
    let title = match (prefix.is_empty(), suffix.is_empty()) {
        (false, true) => format!("Names of {what} begin with {prefix}"),
        (true, false) => format!("Names of {what} end with {suffix}"),
        _ => format!("Names of {what} begin with {prefix} and end with {suffix}"),
    };
    Wording {
        name: named(&format!("name-{what}"), &format!("{prefix} {suffix}"), &title),
        rule: format!("{title}."),
        title,
        pair: [format!("{prefix}Example{suffix}"), "Example".to_owned()],
    }
}

fn of_form(kind: FormKind) -> Wording {
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
    Wording { name, title, rule, pair: [good, bad] }
}
