//! Cuts the end of a word that stands right of the cursor already, where somebody asked inside this word.
//!
//! With `get‸Value` a model writes `FirstValue()`, whose acceptance would make `getFirstValue()Value`.

use super::{Context, Verdict};
use crate::lines::{is_word, starting_word};
use crate::reason::Reason;

/// Characters that a word's end must have before a text that begins with them and goes on counts as a copy.
const COPY: usize = 3;

pub(super) fn judge(context: &Context<'_>, text: &str) -> Verdict {
    let (head, end) = (&context.cursor.head, starting_word(&context.cursor.tail));
    if end.is_empty() || !head.ends_with(is_word) {
        return Verdict::Keep;
    }
    let word = starting_word(text);
    match word.strip_suffix(end) {
        Some(rest) => Verdict::left(rest, Reason::SuffixDuplicate),
        None if word.starts_with(end) && end.chars().count() >= COPY => {
            Verdict::Drop(Reason::SuffixDuplicate)
        }
        None => Verdict::Keep,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::judge;

    #[test]
    fn the_end_of_the_word_goes() {
        check(judge, "a.js", "get‸Value", "FirstValue()", "First");
        check(judge, "a.js", "let x = get‸s(y);", "Items(z)", "Item");
        check(judge, "a.js", "con‸sole.log(x)", "sole.error(y)", "✗suffix-duplicate");
        check(judge, "a.js", "con‸sole.log(x)", "sole", "✗suffix-duplicate");
        check(judge, "a.js", "con‸sole.log(x)", "soleil()", "✗suffix-duplicate");
        check(judge, "a.py", "snake_‸case = 1", "other_case = 2", "other_");
        check(judge, "a.css", "back‸ground-color: red", "ground: blue", "✗suffix-duplicate");
        check(judge, "a.md", "A naï‸veté of", "veté in", "✗suffix-duplicate");
        check(judge, "a.md", "Ein Haupt‸satz ist", "neben", "neben");
    }

    #[test]
    fn outside_of_words_nothing_is_touched() {
        check(judge, "a.js", "get‸ Value", "Value", "Value");
        check(judge, "a.js", "get ‸Value", "Value", "Value");
        check(judge, "a.js", "get‸", "Value", "Value");
        check(judge, "a.js", "get‸sizes", "sorted_", "sorted_");
    }
}
