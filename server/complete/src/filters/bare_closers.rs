//! Drops a text that only closes: `})`, `end`, `"`. It is typed faster than it is read.

use super::{Context, Verdict};
use crate::lines::{is_blank, is_closing, only_closers};
use crate::reason::Reason;

pub(super) fn judge(context: &Context<'_>, text: &str) -> Verdict {
    let closes =
        |line: &str| is_blank(line) || only_closers(line) || is_closing(line, context.cursor.language);
    if !is_blank(text) && text.lines().all(closes) {
        Verdict::Drop(Reason::BareClosers)
    } else {
        Verdict::Keep
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::judge;

    #[test]
    fn closers_alone_are_dropped() {
        check(judge, "a.rs", "foo(bar(x‸", "));", "✗bare-closers");
        check(judge, "a.rs", "fn f() {\n    ‸", "}\n}", "✗bare-closers");
        check(judge, "a.lua", "if x then\n  ‸", "end", "✗bare-closers");
        check(judge, "a.rs", "foo(‸", "x)", "x)");
        check(judge, "a.rs", "foo(‸", "[]", "[]");
    }
}
