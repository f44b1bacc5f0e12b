//! How each language writes comments and strings, as far as a scanner needs to know.

use crate::Language;

/// One way to write a string.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quote {
    pub(super) open: &'static str,
    pub(super) close: Close,
    /// Whether it goes on after a line's end; if not, the line's end closes it, as nobody types the rest of a file
    /// into a string.
    pub(super) multiline: bool,
    /// Whether a backslash takes the next character with it.
    pub(super) escape: bool,
    /// The start of code inside the string, and the pair of brackets that bound this code.
    pub(super) hole: Option<(&'static str, u8, u8)>,
}

/// The end of a string or a comment.
#[derive(Clone, Copy, Debug)]
pub(super) enum Close {
    /// This text.
    Text(&'static str),
    /// A quote and this many `#`, as in Rust.
    Hashes(usize),
    /// Two `]` with this many `=` between them, as in Lua.
    Long(usize),
}

/// A part of a language's syntax that needs a rule of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Special {
    None,
    JavaScript,
    Lua,
    Python,
    Rust,
    Shell,
}

/// The rules of one language.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) line_comment: Option<&'static str>,
    /// Whether a line comment must begin a word: `a#b` is a word in a shell, and a URL's fragment in YAML.
    pub(super) line_comment_at_word: bool,
    pub(super) block_comment: Option<(&'static str, &'static str)>,
    pub(super) nested: bool,
    /// Tried in this order.
    pub(super) quotes: Vec<Quote>,
    pub(super) special: Special,
}

const fn quote(mark: &'static str) -> Quote {
    Quote { open: mark, close: Close::Text(mark), multiline: false, escape: true, hole: None }
}

const fn long(mark: &'static str) -> Quote {
    Quote { multiline: true, ..quote(mark) }
}

const DOUBLE: Quote = quote("\"");
const SINGLE: Quote = quote("'");
const TRIPLE: Quote = long("\"\"\"");
const TEMPLATE: Quote = Quote { hole: Some(("${", b'{', b'}')), ..long("`") };

/// Returns the rules of a language; `None` where nothing is known.
pub(super) fn of(language: Language) -> Option<Rules> {
    if !language.is_known() {
        return None;
    }
    let (special, quotes) = match language.id() {
        "rust" => (Special::Rust, vec![long("\"")]),
        "python" => (Special::Python, vec![TRIPLE, long("'''"), DOUBLE, SINGLE]),
        "typescript" | "typescriptreact" | "javascript" | "javascriptreact" | "vue" | "svelte" => {
            (Special::JavaScript, vec![DOUBLE, SINGLE, TEMPLATE])
        }
        "go" => (Special::None, vec![DOUBLE, SINGLE, Quote { escape: false, ..long("`") }]),
        "java" | "kotlin" | "csharp" | "groovy" => (Special::None, vec![TRIPLE, DOUBLE, SINGLE]),
        "scala" | "swift" | "julia" | "elixir" => (Special::None, vec![TRIPLE, DOUBLE]),
        "lua" => (Special::Lua, vec![DOUBLE, SINGLE]),
        "shellscript" => {
            let command = Some(("$(", b'(', b')'));
            let raw = Quote { escape: false, ..long("'") };
            let ansi = Quote { open: "$'", close: Close::Text("'"), ..long("'") };
            (Special::Shell, vec![Quote { hole: command, ..long("\"") }, ansi, raw])
        }
        "toml" => (Special::None, vec![TRIPLE, long("'''"), DOUBLE, SINGLE]),
        "dart" => (Special::None, vec![TRIPLE, long("'''"), DOUBLE, SINGLE]),
        // Text between tags is full of apostrophes.
        "html" | "xml" | "makefile" | "ini" | "ignore" | "diff" | "git-rebase" | "csv" | "vim" => {
            (Special::None, Vec::new())
        }
        // An apostrophe quotes an expression, or belongs to a name.
        "haskell" | "ocaml" | "fsharp" | "lisp" | "clojure" | "matlab" | "erlang" | "yaml" | "dockerfile" => {
            (Special::None, vec![DOUBLE])
        }
        _ => (Special::None, vec![DOUBLE, SINGLE]),
    };
    let words = ["shellscript", "fish", "yaml", "makefile", "dockerfile", "ini", "ignore", "git-rebase"];
    Some(Rules {
        line_comment: language.line_comment(),
        line_comment_at_word: words.contains(&language.id()) || language.id() == "vim",
        block_comment: language.block_comment(),
        nested: matches!(language.id(), "rust" | "swift" | "kotlin" | "scala" | "haskell" | "ocaml"),
        quotes,
        special,
    })
}
