//! Drops a text of one visible character that nobody asked for; when somebody asked, a letter or digit may stay.

use super::{Context, Verdict};
use crate::job::Trigger;
use crate::lines::visible;
use crate::reason::Reason;

pub(super) fn judge(context: &Context<'_>, text: &str) -> Verdict {
    let asked = context.trigger == Trigger::Invoked && text.chars().any(char::is_alphanumeric);
    if visible(text) >= 2 || asked { Verdict::Keep } else { Verdict::Drop(Reason::TooShort) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::judge;

    #[test]
    fn one_character_is_too_little() {
        check(judge, "a.rs", "let x = ‸", "5", "✗too-short");
        check(judge, "a.rs", "let x = ‸", "5;", "5;");
        check(judge, "a.txt", "这‸", "是", "是");
        check(judge, "a.md", "End‸", ".", "✗too-short");
    }
}
