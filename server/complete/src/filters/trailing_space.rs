//! Cuts white space at the text's end. Before other text on the line one space may stay.

use super::{Context, Verdict};
use crate::reason::Reason;

pub(super) fn judge(context: &Context<'_>, text: &str) -> Verdict {
    let trimmed = text.trim_end();
    let parts_words = context.cursor.tail.starts_with(|c: char| !c.is_whitespace())
        && text[trimmed.len()..].starts_with(' ');
    let keep = trimmed.len() + usize::from(parts_words);
    if keep == text.len() { Verdict::Keep } else { Verdict::left(&text[..keep], Reason::Blank) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::judge;

    #[test]
    fn nothing_invisible_at_the_end() {
        check(judge, "a.rs", "let x = ‸", "5; \n\n", "5;");
        check(judge, "a.rs", "let x = ‸", "5;", "5;");
        check(judge, "a.rs", "a ‸b", "+  ", "+ ");
        check(judge, "a.rs", "a ‸ b", "+ ", "+");
        check(judge, "a.rs", "‸", " \n ", "✗blank");
    }
}
