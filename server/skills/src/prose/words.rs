//! Words of people: text between white space, without punctuation, where it is no code.

use std::ops::Range;

use super::marks::masked;

/// A word, or code and the like in the place of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Without the punctuation around it.
    pub range: Range<usize>,
    /// Whether it is a word of people: letters, hyphens, apostrophes. Else code, a path, a number, something quoted.
    pub plain: bool,
    /// Whether a sentence begins with it.
    pub first: bool,
    /// Whether only white space of the same line parts it from the word before.
    pub joined: bool,
}

/// Punctuation before a word.
const BEFORE: &[char] = &['(', '[', '*', '“', '‘', '_', '~', '>', '|', '"', '\'', '«', '¡', '¿'];
/// Punctuation after a word.
const AFTER: &[char] =
    &['.', ',', ';', ':', '!', '?', ')', ']', '*', '”', '’', '_', '~', '|', '"', '\'', '»', '…'];

/// Returns the words of lines. In a doc, `name:` at a line's start is no word.
pub(crate) fn words(text: &str, lines: &[Range<usize>], is_doc: bool) -> Vec<Word> {
    let mut found: Vec<Word> = Vec::new();
    let mut ends_sentence = true;
    for line in lines {
        let own = text.get(line.clone()).unwrap_or_default();
        let masks = masked(own);
        let (mut is_joined, mut at) = (false, 0);
        for chunk in own.split_whitespace() {
            let start = own[at..].find(chunk).map_or(at, |found| at + found);
            at = start + chunk.len();
            let mask = masks.iter().find(|mask| mask.start < at && start < mask.end);
            // Before the target or label of a link stands its text.
            let is_link = |at: usize| own[at..].starts_with("](") || own[at..].starts_with("][");
            let link = mask.filter(|mask| mask.start > start && is_link(mask.start));
            let hidden = mask.is_some() && link.is_none();
            let chunk = link.map_or(chunk, |mask| &own[start..mask.start + 1]);
            let bare = chunk.trim_start_matches(BEFORE);
            let lead = chunk.len() - bare.len();
            let core = bare.trim_end_matches(AFTER);
            let tail = &bare[core.len()..];
            if core.is_empty() {
                is_joined = false;
                continue;
            }
            let quoted = chunk[..lead].contains(['"', '\'', '‘', '“', '_']) || tail.contains(['_', '"']);
            let named = is_doc && start == 0 && tail.starts_with(':');
            let range = line.start + start + lead..line.start + start + lead + core.len();
            found.push(Word {
                range,
                plain: !hidden && !quoted && !named && is_plain(core),
                first: ends_sentence,
                joined: is_joined && lead == 0,
            });
            is_joined = tail.is_empty();
            ends_sentence = tail.contains(['.', '!', '?', ':']);
        }
        // A mark at a line's end says nothing of a line that follows in another paragraph; a sentence goes on else.
    }
    found
}

/// Returns whether a word is made of letters alone, and is no identifier in the form of camels.
fn is_plain(core: &str) -> bool {
    let letters = core.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’'));
    let edges = core.starts_with(|c: char| c.is_alphabetic()) && core.ends_with(|c: char| c.is_alphabetic());
    let mut chars = core.chars();
    let camel = chars.next().is_some_and(char::is_lowercase) && chars.any(char::is_uppercase);
    letters && edges && !camel
}

/// Returns how many chunks a text has that hold a letter.
pub(crate) fn count_words(text: &str) -> usize {
    text.split_whitespace().filter(|chunk| chunk.contains(char::is_alphabetic)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = words(text, std::slice::from_ref(&(0..text.len())), true);
        let plain: Vec<&str> =
            found.iter().filter(|word| word.plain).map(|word| &text[word.range.clone()]).collect();
        assert_eq!(plain.join(" "), expected, "{text:?}");
    }

    #[test]
    fn code_links_paths_and_identifiers_are_no_words() {
        check("Send (an) e-mail, now.", "Send an e-mail now");
        check("Use `e-mail` or ``two words`` here", "Use or here");
        check("See [the docs](https://a.b/the c) and https://x.y/email", "See the docs and");
        check("a [known order][the label], [b][] and [c] end", "a known order and end");
        check("a [known `x[0]` order][label] `[` b `]` end", "a known order b end");
        check("[the label]: target Title", "Title");
        check("[^note]: Some words", "Some words");
        check("label] and [text](target) of [text][a", "and text of text");
        check("[[a label]] and <<label>> end", "and end");
        check(".. _the label: target", "");
        check("A |name| of |two words| here | there", "A of here there");
        check("The {{ name }} of {% if x %} b ${ c } <%= d %> end", "The of b end");
        check("call send_email() with userName or a/b.rs", "call with or");
        check("name: the \"colour\" of 3 things", "the of things");
        check("a {@link Foo bar} b <b class=\"x y\">bold", "a b");
    }
}
