//! Takes away a space at the beginning when one stands left of the cursor.

use super::{Context, Verdict};
use crate::lines;
use crate::reason::Reason;

pub(super) fn judge(context: &Context<'_>, text: &str) -> Verdict {
    let doubled = context.cursor.head.ends_with([' ', '\t']) && text.starts_with(' ');
    if context.cursor.is_line_start() || !doubled || lines::is_blank(text) {
        return Verdict::Keep;
    }
    Verdict::left(text.trim_start_matches(' '), Reason::Indentation)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::judge;

    #[test]
    fn one_space_is_enough() {
        check(judge, "a.rs", "let x = ‸", " 5;", "5;");
        check(judge, "a.rs", "let x =‸", " 5;", " 5;");
        check(judge, "a.rs", "fn f() {\n    ‸", "    5", "    5");
        check(judge, "a.md", "One ‸", "two", "two");
    }
}
