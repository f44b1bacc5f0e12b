//! Cuts a text to as many lines as allowed.

use super::{Context, Verdict};
use crate::lines::is_blank;
use crate::reason::Reason;

pub(super) fn judge(context: &Context<'_>, text: &str) -> Verdict {
    let (mut count, mut end) = (0, 0);
    for piece in text.split_inclusive('\n') {
        // The rest of an opening line is no line of the block.
        count += usize::from(!is_blank(piece));
        if count > context.plan.max_lines {
            return Verdict::left(text[..end].trim_end_matches('\n'), Reason::TooLong);
        }
        end += piece.len();
    }
    Verdict::Keep
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::judge;

    #[test]
    fn ten_lines_by_default() {
        let lines = |n: usize| (0..n).map(|n| format!("a{n}")).collect::<Vec<_>>().join("\n");
        check(judge, "a.py", "‸", &lines(12), &lines(10));
        check(judge, "a.py", "‸", &lines(10), &lines(10));
        check(judge, "a.py", "x = ‸", "a\nb", "a");
    }
}
