//! Drops a text that ends the line at once: the model found it complete.

use super::{Context, Verdict};
use crate::lines;
use crate::mode::Extent;
use crate::reason::Reason;
use crate::stop::Ended;

pub(super) fn judge(context: &Context<'_>, text: &str) -> Verdict {
    if context.plan.extent == Extent::Block || !lines::is_blank(text) {
        return Verdict::Keep;
    }
    match context.ended {
        Ended::Line if !context.cursor.is_line_start() => Verdict::Drop(Reason::LineComplete),
        _ => Verdict::Keep,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check_ended;
    use super::judge;
    use crate::stop::Ended;

    #[test]
    fn nothing_before_the_break() {
        check_ended(judge, "a.rs", "let x = 5;‸", "", Ended::Line, "✗line-complete");
        check_ended(judge, "a.rs", "let x = 5;‸", " ", Ended::Line, "✗line-complete");
        check_ended(judge, "a.rs", "let x = ‸", "5;", Ended::Line, "5;");
        check_ended(judge, "a.rs", "let x = ‸", "", Ended::Model, "");
    }
}
