//! Cuts what a model says to the user where it should write code: a fence around the code, a sentence, its thoughts.
//!
//! Models that are trained for chat do so. A fence or a sentence counts in code alone, and not inside a string or a
//! comment of the suggestion itself, nor where the document has text of that kind.

use housestyle_text::Language;
use housestyle_text::syntax::Scope;

use super::{Context, Verdict};
use crate::cursor_context::CursorContext;
use crate::lines::{indent_width, is_blank, is_word, starting_word};
use crate::reason::Reason;

/// What begins or ends a model's thoughts.
const THOUGHTS: &[&str] = &[
    "<think>",
    "</think>",
    "<thinking>",
    "</thinking>",
    "<thought>",
    "</thought>",
    "<reasoning>",
    "</reasoning>",
    "[THINK]",
    "[/THINK]",
    "◁think▷",
    "◁/think▷",
    "<seed:think",
    "</seed:think",
];
/// Languages in which sentences are ordinary text.
const TEXTS: &[&str] =
    &["html", "xml", "vue", "svelte", "yaml", "ini", "csv", "ignore", "diff", "git-rebase", "just"];
/// Languages that can hold markup with text.
const MARKUP: &[&str] = &["javascript", "javascriptreact", "typescript", "typescriptreact", "php"];
/// Languages with here-documents.
const HEREDOCS: &[&str] = &["shellscript", "ruby", "perl", "php", "terraform", "dockerfile", "makefile"];
/// What begins and what ends a string of several lines, in languages where [`Scope`] does not tell.
const LONG_STRINGS: &[(&str, &str, &str)] = &[
    ("bazel", "\"\"\"", "\"\"\""),
    ("nim", "\"\"\"", "\"\"\""),
    ("fsharp", "\"\"\"", "\"\"\""),
    ("graphql", "\"\"\"", "\"\"\""),
    ("groovy", "'''", "'''"),
    ("nix", "''", "''"),
    ("powershell", "@\"", "\"@"),
    ("powershell", "@'", "'@"),
];
/// What English sentences about an answer begin with, in lower case.
const OPENERS: &[&str] = &[
    "here is ",
    "here's ",
    "here are ",
    "sure, ",
    "sure! ",
    "certainly",
    "of course",
    "okay, ",
    "i'm sorry",
    "i am sorry",
    "i apologize",
    "i cannot ",
    "i can't ",
    "as an ai ",
    "to complete ",
    "to fix ",
    "to implement ",
    "the code ",
    "the function ",
    "the following ",
    "this code ",
    "this function ",
    "you can ",
    "let me ",
    "let's ",
    "below is ",
    "in this code",
    "based on ",
];
/// The fewest words of a sentence.
const WORDS: usize = 3;
/// The fewest characters of a sentence that has no spaces.
const WIDE: usize = 4;

pub(super) fn judge(context: &Context<'_>, text: &str) -> Verdict {
    let cursor = context.cursor;
    let is_code = cursor.scope == Scope::Code && cursor.language.is_known();
    let mut start = 0;
    for piece in text.split_inclusive('\n') {
        let (line, before) = (piece.trim(), &text[..start]);
        let in_code = || is_code && (is_fence(cursor, line) || is_sentence(cursor, line));
        let is_chat = is_thought(cursor, line) || (in_code() && !in_literal(cursor, before));
        if is_chat {
            return Verdict::left(before, Reason::Chat);
        }
        start += piece.len();
    }
    Verdict::Keep
}

fn is_thought(cursor: &CursorContext, line: &str) -> bool {
    let Some(tag) = THOUGHTS.iter().find(|tag| line.starts_with(**tag)) else { return false };
    cursor.scope != Scope::String && !around(cursor).any(|line| line.contains(*tag))
}

fn is_fence(cursor: &CursorContext, line: &str) -> bool {
    let fence = ["```", "~~~"].into_iter().find(|fence| line.starts_with(fence));
    fence.is_some_and(|fence| !around(cursor).any(|line| line.trim_start().starts_with(fence)))
}

/// Returns whether a line is a sentence, in a place where none belongs.
fn is_sentence(cursor: &CursorContext, line: &str) -> bool {
    if TEXTS.contains(&cursor.language.id()) || is_blank(line) {
        return false;
    }
    let lower = line.to_lowercase().replace('’', "'");
    let opens = OPENERS.iter().any(|opener| lower.starts_with(opener));
    let wide = line.chars().filter(|c| *c >= '\u{2E80}' && c.is_alphabetic()).count();
    let is_long = line.split_whitespace().count() >= WORDS || wide >= WIDE;
    let is_sentence = opens || (begins_sentence(line) && ends_sentence(line));
    // The look around costs most.
    is_long && is_sentence && has_only_words(line) && !holds_text(cursor)
}

/// Returns whether a line begins as a sentence does. A straight quotation mark begins a string.
fn begins_sentence(line: &str) -> bool {
    let line = line.trim_start_matches(['¡', '¿', '*', '“', '„', '«']);
    line.starts_with(|c: char| c.is_alphabetic() && !c.is_lowercase())
}

fn ends_sentence(line: &str) -> bool {
    let line = line.trim_end_matches(['*', '"', '\'', '”', '»', ')']);
    line.ends_with(['.', ':', '!', '?', '…', '。', '：', '！', '？', '।'])
}

/// Returns whether a line consists of words and the marks of a sentence.
fn has_only_words(line: &str) -> bool {
    let is_word = |word: &str| {
        let bare = word.trim_matches(|c: char| ",;:.!?*_()\"".contains(c));
        let quoted = bare.len() > 2 && bare.starts_with('`') && bare.ends_with('`');
        match bare {
            "" => matches!(word, ":" | "!" | "?"),
            bare => quoted || bare.chars().all(|c| c.is_alphanumeric() || "'-".contains(c) || !c.is_ascii()),
        }
    };
    line.chars().any(char::is_alphabetic) && line.split_whitespace().all(is_word)
}

/// Returns whether the document itself has sentences at the cursor: markup, a here-document, documentation.
fn holds_text(cursor: &CursorContext) -> bool {
    let above = cursor.line_above().map(str::trim).unwrap_or_default();
    let markup = MARKUP.contains(&cursor.language.id());
    let tag = markup && (is_tag(above) || enclosing_line(cursor).is_some_and(is_tag));
    let words = above.split_whitespace().count() >= WORDS && has_only_words(above);
    let sentence = words && (begins_sentence(above) || ends_sentence(above));
    let closed = cursor.line_below().is_some_and(|below| below.trim_start().starts_with("</"));
    let open = is_text_open(cursor.language, cursor.above.iter().rev().map(String::as_str));
    tag || sentence || closed || open || cursor.above.iter().any(|line| line.starts_with('='))
}

/// Returns the nearest line above that is indented less than the cursor's text, trimmed.
fn enclosing_line(cursor: &CursorContext) -> Option<&str> {
    // An empty line may not be indented yet.
    let above = cursor.line_above().filter(|_| cursor.is_line_start()).map_or(0, indent_width);
    let own = indent_width(&cursor.indent).max(above);
    let mut above = cursor.above.iter().filter(|line| !is_blank(line));
    above.find(|line| indent_width(line) < own).map(|line| line.trim())
}

/// Returns whether a line ends with a tag, or begins with one.
fn is_tag(line: &str) -> bool {
    let ends = line.ends_with('>') && !line.ends_with("=>");
    ends || line.starts_with('<') && line.contains('>')
}

/// Returns whether lines leave a here-document open, or another string of several lines.
fn is_text_open<'a>(language: Language, lines: impl Iterator<Item = &'a str>) -> bool {
    let mut end = None;
    for line in lines {
        end = match end {
            Some(end) => (!ends_text(line, end)).then_some(end),
            None => end_of_text(language, line),
        };
    }
    end.is_some()
}

/// Returns what ends the text of several lines that a line begins, if the line begins one.
fn end_of_text(language: Language, line: &str) -> Option<&str> {
    let language = language.id();
    let long = |(id, open, _): &&(&str, &str, &str)| *id == language && line.matches(open).count() % 2 == 1;
    if let Some((_, _, end)) = LONG_STRINGS.iter().find(long) {
        return Some(end);
    }
    let word = |(at, _): (usize, &str)| heredoc_word(&line[at..], language == "php");
    HEREDOCS.contains(&language).then(|| line.match_indices("<<").find_map(word)).flatten()
}

/// Returns the word that ends the here-document which begins at `<<`, or at the `<<<` of PHP.
fn heredoc_word(rest: &str, is_php: bool) -> Option<&str> {
    let rest = rest.strip_prefix(if is_php { "<<<" } else { "<<" })?;
    let marked = rest.trim_start_matches(['-', '~']);
    let word = starting_word(marked.trim_start_matches(['"', '\'']));
    // A lower-case word right behind `<<` is an operand.
    let is_marked = marked.len() < rest.len() || !rest.starts_with(word);
    (is_marked || word.starts_with(char::is_uppercase)).then_some(word).filter(|word| !word.is_empty())
}

fn ends_text(line: &str, end: &str) -> bool {
    match line.trim_start().strip_prefix(end) {
        Some(rest) if end.starts_with(is_word) => !rest.starts_with(is_word),
        _ => !end.starts_with(is_word) && line.contains(end),
    }
}

/// Returns whether the suggestion's own text before a line leaves a string or a comment open.
fn in_literal(cursor: &CursorContext, before: &str) -> bool {
    let text = format!("{}{before}", cursor.head);
    let odd = |mark: &str| text.matches(mark).count() % 2 == 1;
    let comment = cursor.language.block_comment();
    let comment = comment.is_some_and(|(open, close)| text.rfind(open) > text.rfind(close));
    odd("\"") || odd("'''") || odd("`") || comment || is_text_open(cursor.language, text.lines())
}

fn around(cursor: &CursorContext) -> impl Iterator<Item = &String> {
    cursor.above.iter().chain(&cursor.below).chain([&cursor.head])
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::judge;

    const PYTHON: &str = "def f(x):\n    ‸\n";

    #[test]
    fn fences() {
        check(judge, "a.js", "function f() {\n  ‸\n}\n", "```js\nreturn 1;\n```", "✗chat");
        check(judge, "a.py", PYTHON, "```", "✗chat");
        check(judge, "a.py", PYTHON, "\n~~~python\nreturn x", "✗chat");
        check(judge, "a.py", PYTHON, "return x\n```\nIt returns x.", "return x\n");
    }

    #[test]
    fn fences_that_belong_there_stay() {
        for (path, fixture, text) in [
            ("a.md", "Use it:\n\n‸", "```rust"),
            ("a.md", "```py\nx = 1\n‸", "```"),
            ("a.py", "def f():\n    ‸", "\"\"\"Adds.\n\n    ```\n    f()\n    ```\n    \"\"\""),
            ("a.js", "‸", "x = `\n```\n`;"),
            ("a.yml", "body: |\n  ```sh\n  ls\n  ‸", "```"),
        ] {
            check(judge, path, fixture, text, text);
        }
    }

    #[test]
    fn thoughts() {
        check(judge, "a.py", PYTHON, "<think>\nok\n</think>\nreturn x", "✗chat");
        check(judge, "a.py", PYTHON, "return x\n</think>", "return x\n");
        check(judge, "a.md", "Some words ‸", "<thinking>The user", "✗chat");
        check(judge, "a.py", PYTHON, "[THINK]The user", "✗chat");
        check(judge, "a.py", "s.replace('<think>', '')\n‸", "<think>", "<think>");
        check(judge, "a.py", "s.replace(‸", "'<think>', '')", "'<think>', '')");
        for tag in ["thinking", "thought", "reasoning", "/thinking", "/thought", "/reasoning"] {
            check(judge, "a.tsx", "<p>\n  ‸\n</p>", &format!("<{tag}>"), "✗chat");
        }
        for tag in ["[/THINK]", "◁think▷", "◁/think▷", "<seed:think>", "</seed:think>"] {
            check(judge, "a.py", PYTHON, tag, "✗chat");
        }
    }

    #[test]
    fn tags_and_names_that_resemble_thoughts_stay() {
        for tag in ["<Reasoning>", "</Reasoning>", "<Think>", "<think-box>", "<ThinkingDots />", "<thinker>"]
        {
            check(judge, "a.tsx", "<p>\n  ‸\n</p>", tag, tag);
        }
        check(judge, "a.toml", "‸", "[think]", "[think]");
        check(judge, "a.py", PYTHON, "[think] = f(x)", "[think] = f(x)");
    }

    #[test]
    fn sentences_to_the_user() {
        for text in [
            "Here is the completed code:",
            "Here's the function you asked for",
            "Sure! Here is the code:",
            "I'm sorry, but I can't help with that.",
            "I’m sorry, I cannot see the file",
            "To complete the function, we return the sum.",
            "The function `f` returns `x` twice.",
            "**This adds the two numbers.**",
            "Hier ist der vollständige Code:",
            "Voici le code complet :",
            "¡Claro! Aquí está el código:",
            "Вот готовый код:",
            "以下是完整的代码：",
            "यह पूरा कोड है।",
        ] {
            for (path, fixture) in [
                ("a.py", PYTHON),
                ("a.rs", "fn f() {\n    ‸\n}\n"),
                ("a.ts", "const x = ‸\n"),
                ("a.go", "package main\n\n‸\n"),
                ("a.py", "from a import b\n‸\n"),
                ("a.c", "#include <a.h>\n‸\n"),
                ("a.sql", "select 1;\n‸\n"),
                ("a.tsx", "const x = 1;\n‸\n"),
            ] {
                check(judge, path, fixture, text, "✗chat");
            }
        }
        check(judge, "a.py", PYTHON, "return x\n\nThis returns the argument.", "return x\n\n");
    }

    #[test]
    fn sentences_in_texts_of_several_lines_stay() {
        let text = "Please log in to go on.";
        for (path, fixture) in [
            ("a.sh", "cat <<EOF\nUsage: $0 [options]\n‸\nEOF\n"),
            ("a.sh", "cat <<-'END'\n\tUsage: $0 [options]\n\t‸\n"),
            ("a.rb", "puts <<~EOS\n  Usage: #{$0} [options]\n\n  a | b\n  ‸\nEOS\n"),
            ("a.pl", "print <<\"EOT\";\nHello ${name},\n‸\nEOT\n"),
            ("a.php", "$s = <<<EOT\nHello ${name},\n‸\nEOT;\n"),
            ("a.tf", "x = <<-EOT\n  Hello ${var.name},\n  ‸\n  EOT\n"),
            ("a.toml", "text = \"\"\"\nHello ${name},\n‸\n\"\"\"\n"),
            ("a.toml", "text = '''\nHello ${name},\n‸\n'''\n"),
            ("a.nix", "text = ''\n  Hello ${name},\n  ‸\n'';\n"),
            ("a.fs", "let s = \"\"\"\nHello {name},\n‸\n"),
            ("a.ps1", "$s = @\"\nHello $name,\n‸\n\"@\n"),
            ("a.tsx", "<p>\n  Hello {name},\n  ‸\n  {bye}\n</p>\n"),
            ("a.jsx", "<p\n  id=\"a\"\n>\n  Hello {name},\n  ‸\n  {bye}\n</p>\n"),
            ("a.jsx", "<p>\n  Hello {name},\n‸\n  {bye}\n</p>\n"),
        ] {
            check(judge, path, fixture, text, text);
        }
    }

    #[test]
    fn a_text_of_several_lines_ends() {
        for (path, fixture) in [
            ("a.sh", "cat <<EOF\nUsage: $0\nEOF\n‸\n"),
            ("a.rb", "x = y <<z\n‸\n"),
            ("a.rb", "puts <<~EOS\n  Usage: #{$0}\nEOS\n‸\n"),
            ("a.php", "$s = <<<EOT\nHello ${name},\nEOT;\n‸\n"),
            ("a.cpp", "cout <<\"Hello\";\nx = 1;\n‸\n"),
            ("a.toml", "text = \"\"\"\nHello ${name},\n\"\"\"\n‸\n"),
            ("a.nix", "text = ''\n  Hello ${name},\n'';\n‸\n"),
            ("a.ps1", "$s = @\"\nHello $name,\n\"@\n‸\n"),
            ("a.tsx", "const x = (\n  <p>\n    Hello {name},\n  </p>\n);\n‸\n"),
            ("a.tsx", "<ul>\n  {items.map((item) => {\n    ‸\n  })}\n</ul>\n"),
        ] {
            check(judge, path, fixture, "Here is the completed code:", "✗chat");
        }
    }

    #[test]
    fn sentences_in_strings_of_one_line_stay() {
        for (path, fixture, text) in [
            ("a.py", PYTHON, "\"\"\"Return the sum of two numbers.\"\"\""),
            ("a.py", PYTHON, "\"\"\"Return the sum of two numbers.\"\"\"\n    return 1"),
            ("a.py", "raise ValueError(\n    ‸\n", "\"The value must be positive.\")"),
            ("a.py", "raise ValueError(\n    ‸\n)\n", "'The value must be positive.'"),
            ("a.json", "[\n  ‸\n]\n", "\"Please log in to go on.\""),
            ("a.json", "[\n  ‸\n]\n", "\"Please log in to go on.\",\n  \"This adds the two numbers.\""),
            ("a.rs", "fn f() {\n    g(\n        ‸\n", "\"Here is the file:\","),
            ("a.go", "panic(\n\t‸\n", "\"The value must be positive.\")"),
            ("a.java", "throw new E(\n    ‸\n", "\"The value must be positive.\");"),
            ("a.ts", "const x = ‸\n", "\"The value must be positive.\""),
        ] {
            check(judge, path, fixture, text, text);
        }
    }

    #[test]
    fn sentences_and_words_that_belong_there_stay() {
        for (path, fixture, text) in [
            ("a.md", "‸", "Here is the completed code:"),
            ("a.rs", "// ‸", "Here is the completed code:"),
            ("a.html", "<p>\n  ‸\n</p>", "Please log in to go on."),
            ("a.tsx", "<p>\n  ‸\n</p>", "Please log in to go on."),
            ("a.yml", "text: |\n  ‸", "Please log in to go on."),
            ("a.py", PYTHON, "\"\"\"Adds.\n\n    This adds the numbers.\n    \"\"\""),
            ("a.c", "‸", "/*\nThis adds the numbers.\n*/\nint x;"),
            ("a.rb", "text = <<~EOS\n  ‸", "Please log in to go on."),
            ("a.rb", "‸", "text = <<~EOS\n  Please log in to go on.\nEOS"),
            ("a.pl", "=head1 NAME\n\n‸", "This adds the numbers."),
            ("a.klingon", "‸", "This adds the numbers."),
            ("a.sql", "‸", "SELECT name FROM users WHERE active"),
            ("a.hs", "x = ‸", "Foo a b c d e"),
            ("a.dockerfile", "‸", "RUN pip install ."),
            ("a.py", "‸", "for item in items:"),
            ("a.sh", "‸", "echo The code is here"),
            ("a.swift", "‸", "case Foo, Bar:"),
        ] {
            check(judge, path, fixture, text, text);
        }
    }
}
