//! Lines of a text, and the places in them where people write.

use std::ops::Range;

use housestyle_complete::lines::only_closers;

use crate::random::Random;

/// Returns the lines in a range of a text, without their ends.
pub(crate) fn lines(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut at = range.start;
    text[range]
        .split_inclusive('\n')
        .map(|line| {
            let start = at;
            at += line.len();
            start..start + line.trim_end_matches(['\n', '\r']).len()
        })
        .collect()
}

/// Returns whether somebody wrote something here, and not only closed what was open.
pub(crate) fn is_writing(text: &str) -> bool {
    !only_closers(text) && text.chars().any(char::is_alphanumeric)
}

/// Returns a random byte offset behind the indentation for which `fits` returns true; it gets the character, too.
pub(crate) fn byte_in(
    line: &str,
    indent: usize,
    random: &mut Random,
    fits: impl Fn(usize, char) -> bool,
) -> Option<usize> {
    let bytes: Vec<usize> =
        line.char_indices().filter(|(at, c)| *at > indent && fits(*at, *c)).map(|(at, _)| at).collect();
    (!bytes.is_empty()).then(|| bytes[random.below(bytes.len())])
}

/// Returns whether the character `c`, which follows `before`, is a sign or begins a word.
pub(crate) fn starts_word(before: &str, c: char) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let before = before.chars().next_back();
    !c.is_whitespace() && before.is_none_or(|before| is_word(before) != is_word(c) || !is_word(c))
}
