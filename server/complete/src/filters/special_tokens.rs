//! Cuts before the text of a special token, such as `<|fim_middle|>`.
//!
//! Generators leave special tokens out, but a model can also spell one out, letter by letter. Even in a document
//! that is about such tokens none is ever suggested.

use super::{Context, Verdict};
use crate::reason::Reason;

/// The words in `<|…|>`, `<…>` or `<｜…｜>` that are special to some model that we know of.
const WORDS: &[&str] = &[
    "fim_prefix",
    "fim_suffix",
    "fim_middle",
    "fim_pad",
    "fim-prefix",
    "fim-suffix",
    "fim-middle",
    "file_sep",
    "repo_name",
    "reponame",
    "filename",
    "gh_stars",
    "endoftext",
    "im_start",
    "im_end",
    "eot_id",
    "eom_id",
    "start_header_id",
    "end_header_id",
    "begin_of_text",
    "end_of_text",
    "finetune_right_pad_id",
    "python_tag",
    "jupyter_start",
    "jupyter_text",
    "jupyter_code",
    "jupyter_output",
    "jupyter_script",
    "empty_output",
    "issue_start",
    "issue_comment",
    "issue_closed",
    "commit_before",
    "commit_after",
    "commit_msg",
    "cursor",
    "fim▁begin",
    "fim▁hole",
    "fim▁end",
    "begin▁of▁sentence",
    "end▁of▁sentence",
    "object_ref_start",
    "object_ref_end",
    "box_start",
    "box_end",
    "quad_start",
    "quad_end",
    "vision_start",
    "vision_end",
    "vision_pad",
    "image_pad",
    "video_pad",
    "eot",
    "eof_token",
    "pad",
    "unk",
    "bos",
    "eos",
];
/// Of these, only the form with bars is special: without, they are ordinary tags or type parameters.
const ONLY_WITH_BARS: &[&str] = &["cursor", "eot", "pad", "unk", "bos", "eos", "filename"];

pub(super) fn judge(_: &Context<'_>, text: &str) -> Verdict {
    match text.match_indices('<').map(|(at, _)| at).find(|at| is_special(&text[*at + 1..])) {
        Some(at) => Verdict::left(&text[..at], Reason::SpecialToken),
        None => Verdict::Keep,
    }
}

/// Returns whether what follows a `<` makes it a special token, or the beginning of one at the text's end.
fn is_special(text: &str) -> bool {
    let bare = text.trim_start_matches(['|', '｜']);
    let bars = bare.len() < text.len();
    WORDS.iter().filter(|word| bars || !ONLY_WITH_BARS.contains(word)).any(|word| {
        let close = if bars { &["|>", "｜>"][..] } else { &[">"][..] };
        match bare.strip_prefix(word) {
            Some(after) => {
                close.iter().any(|close| after.starts_with(close) || (bars && close.starts_with(after)))
            }
            None => bars && !bare.is_empty() && word.starts_with(bare),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::judge;

    #[test]
    fn special_tokens_are_cut() {
        let check = |text, expect| check(judge, "a.rs", "let x = ‸", text, expect);
        check("5;<|fim_middle|>6", "5;");
        check("5;<fim_prefix>", "5;");
        check("5;<|im_end", "5;");
        check("5;<|im_end|", "5;");
        check("<|endoftext|>", "✗special-token");
        check("5;<｜fim▁hole｜>", "5;");
        check("5;<file_sep>", "5;");
    }

    #[test]
    fn what_only_looks_like_it_stays() {
        let check = |text| check(judge, "a.rs", "let x = ‸", text, text);
        check("a<b || c>d;");
        check("Vec::<eos>::new()");
        check("f(<|_| 5|>)");
        check("a <| b");
        check("x < |y| z");
        check("<filename>");
    }
}
