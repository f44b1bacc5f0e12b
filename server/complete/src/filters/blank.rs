//! Drops a text in which nothing is visible.

use super::{Context, Verdict};
use crate::lines::is_blank;
use crate::reason::Reason;

pub(super) fn judge(_: &Context<'_>, text: &str) -> Verdict {
    match text {
        "" => Verdict::Drop(Reason::ModelSilent),
        text if is_blank(text) => Verdict::Drop(Reason::Blank),
        _ => Verdict::Keep,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::judge;

    #[test]
    fn invisible_texts() {
        check(judge, "a.rs", "‸", "", "✗model-silent");
        check(judge, "a.rs", "‸", " \n\t", "✗blank");
        check(judge, "a.rs", "‸", "x", "x");
    }
}
