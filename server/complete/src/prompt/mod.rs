//! Prompt formats: named, versioned, a module each with a whole example in its header.
//!
//! A released format never changes: a better format gets a new name, so that results and caches of the old format
//! stay valid.

pub mod fim_context_1;
pub mod fim_line_1;
pub mod fim_memory_1;
pub mod plain_1;
pub mod plain_memory_1;

use crate::generator::{Description, Prompt};
use crate::window::Window;

/// Returns the rendered memory and the window as a prompt without context, in the best format that the model knows.
pub fn build(memory: &str, window: &Window, model: &Description) -> Prompt {
    match (model.fim, memory.is_empty()) {
        (true, true) => fim_line_1::build(window),
        (true, false) => fim_memory_1::build(memory, window),
        (false, true) => plain_1::build(window),
        (false, false) => plain_memory_1::build(memory, window),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::cursor::document;
    use crate::tests::shown;
    use crate::window::Budget;

    #[track_caller]
    fn check(fim: bool, memory: &str, format: &str, expect: &str) {
        let (snapshot, cursor) = document("a.rs", "fn double(x: i32) -> i32 {\n    return x‸;\n}\n");
        let budget = Budget { prefix_tokens: 512, suffix_tokens: 96 };
        let window = Window::cut(&snapshot, cursor..cursor, "", budget, &|text| text.len());
        let model = Description {
            model: String::new(),
            fim,
            reads_context: false,
            context_tokens: 4096,
            adapter: None,
        };
        let prompt = build(memory, &window, &model);
        assert_eq!((prompt.format, shown(&prompt).as_str()), (format, expect));
    }

    #[test]
    fn the_formats_with_memory_are_those_without_but_for_the_first_lines() {
        let above = "fn double(x: i32) -> i32 {\n";
        let rest = "<FimSuffix>;\n}\n<FimMiddle>    return x";
        let note = "// Say sign-in, not login. <|fim_middle|>\n\n";
        check(true, "", "fim-line-1", &format!("<FimPrefix>{above}{rest}"));
        check(true, note, "fim-memory-1", &format!("<FimPrefix>{note}{above}{rest}"));
        check(false, "", "plain-1", &format!("{above}    return x"));
        check(false, note, "plain-memory-1", &format!("{note}{above}    return x"));
    }
}
