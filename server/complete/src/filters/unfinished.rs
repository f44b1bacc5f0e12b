//! Cuts a text that a limit ended anywhere back to whole lines, or its only line to whole words.

use super::{Context, Verdict};
use crate::lines;
use crate::reason::Reason;
use crate::stop::Ended;

pub(super) fn judge(context: &Context<'_>, text: &str) -> Verdict {
    if !matches!(context.ended, Ended::MaxTokens | Ended::Deadline) || text.is_empty() {
        return Verdict::Keep;
    }
    if let Some(end) = text.rfind('\n').filter(|end| !lines::is_blank(&text[..*end])) {
        return Verdict::Shorten(text[..end].to_owned(), Reason::Unfinished);
    }
    match whole_words(text) {
        end if end == text.len() => Verdict::Keep,
        end => Verdict::left(&text[..end], Reason::Unfinished),
    }
}

/// Returns where the last word that is surely whole ends: before the last run of word characters, which may go on.
/// Chinese and Japanese have no spaces between words, so there any character may be the last.
fn whole_words(text: &str) -> usize {
    let goes_on = |c: char| (c.is_alphanumeric() && c < '\u{2E80}') || matches!(c, '_' | '\'' | '’');
    let before = text.trim_end_matches(goes_on);
    if before.len() == text.len() { text.len() } else { before.trim_end().len() }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check_ended;
    use super::judge;
    use crate::stop::Ended;

    #[test]
    fn whole_lines_stay() {
        let check = |text, expect| check_ended(judge, "a.rs", "fn f() {‸", text, Ended::MaxTokens, expect);
        check("\n    a();\n    b();\n    c(so", "\n    a();\n    b();");
        check("\n    a();\n", "\n    a();");
        check("\n    call(one, tw", "\n    call(one,");
    }

    #[test]
    fn of_one_line_whole_words_stay() {
        let check = |text, expect| check_ended(judge, "a.md", "The ‸", text, Ended::Deadline, expect);
        check("quick brown fo", "quick brown");
        check("quick brown ", "quick brown ");
        check("qui", "✗unfinished");
        check("don't", "✗unfinished");
        check("一个句", "一个句");
        check("naïve café", "naïve");
    }

    #[test]
    fn a_text_that_ended_by_itself_stays() {
        check_ended(judge, "a.md", "The ‸", "quick brown fo", Ended::Model, "quick brown fo");
    }
}
