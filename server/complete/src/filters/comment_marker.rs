//! Takes away a comment marker which the model repeats after one that stands there already.
//!
//! After `// ` models like to begin with `// ` again: `// // Returns`.

use super::{Context, Verdict};
use crate::reason::Reason;

pub(super) fn judge(context: &Context<'_>, text: &str) -> Verdict {
    let Some(marker) = context.cursor.language.line_comment() else { return Verdict::Keep };
    let head = context.cursor.head.trim();
    let bare = text.trim_start_matches(' ');
    // Only where nothing but the marker stands: `///` and `//!` are markers of their own.
    if !head.starts_with(marker) || head.chars().any(char::is_alphanumeric) {
        return Verdict::Keep;
    }
    let Some(rest) = bare.strip_prefix(head).filter(|rest| !rest.starts_with(marker)) else {
        return Verdict::Keep;
    };
    let rest = if context.cursor.head.ends_with(' ') { rest.trim_start_matches(' ') } else { rest };
    Verdict::left(rest, Reason::PrefixEcho)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::judge;

    #[test]
    fn one_marker_is_enough() {
        check(judge, "a.rs", "// ‸", "// Returns x", "Returns x");
        check(judge, "a.rs", "///‸", "/// Returns x", " Returns x");
        check(judge, "a.py", "    # ‸", "# a", "a");
        check(judge, "a.rs", "// ‸", "Returns x", "Returns x");
        check(judge, "a.rs", "// see ‸", "// there", "// there");
        check(judge, "a.rs", "// ‸", "//", "✗prefix-echo");
    }
}
