//! Languages whose texts help each other.

use crate::Language;

/// Returns a name that related languages share. All prose is one family.
pub(super) fn family(language: Language) -> &'static str {
    match language.id() {
        _ if language.is_prose() => "prose",
        "javascriptreact" | "typescript" | "typescriptreact" | "svelte" | "vue" => "javascript",
        "cpp" | "objective-c" => "c",
        "kotlin" => "java",
        "scss" | "sass" | "less" => "css",
        id => id,
    }
}
