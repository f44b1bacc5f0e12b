//! Which languages have backticks, regular expressions between slashes, and escapes outside of strings.

/// Returns whether backticks quote. Lisps have single ones, and OCaml writes variants with them.
pub(super) fn has_backticks(language: &str) -> bool {
    !matches!(language, "clojure" | "lisp" | "ocaml")
}

/// Returns whether `/…/` is a regular expression.
pub(super) fn has_regexes(language: &str) -> bool {
    matches!(
        language,
        "javascript"
            | "javascriptreact"
            | "typescript"
            | "typescriptreact"
            | "vue"
            | "svelte"
            | "ruby"
            | "perl"
            | "groovy"
            | "awk"
    )
}

/// Returns whether a backslash takes the next character with it in code, too: in a regular expression (`/\)/`), a
/// character (`\(`) or a word (`a\'b`).
pub(super) fn escapes_code(language: &str) -> bool {
    has_regexes(language) || matches!(language, "clojure" | "elixir" | "lisp" | "shellscript")
}
