//! The words of a line, for the index: names, the parts of names, and words of prose.

/// Bytes that a word must have.
const LEAST_BYTES: usize = 3;
/// Bytes that a word may have: longer ones are data.
const MOST_BYTES: usize = 64;

/// A word as a number: a hash of its letters, whatever their case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Word(u64);

impl Word {
    fn of(text: &str) -> Word {
        // FNV-1a. Where two words share a number, a score is a little wrong, and nothing else.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        for c in text.chars() {
            if c.is_ascii() {
                add(c.to_ascii_lowercase() as u8);
            } else {
                c.to_lowercase().for_each(|c| c.encode_utf8(&mut [0; 4]).bytes().for_each(&mut add));
            }
        }
        Word(hash)
    }
}

/// Calls `each` with the words of a line, in their order.
///
/// A name counts as a whole, and each of its parts does (`getUserName` is `getusername`, `get`, `user` and `name`). Where
/// no blank parts words, as in Chinese and Japanese, each pair of neighbouring characters is a word.
pub(super) fn each_word(line: &str, mut each: impl FnMut(Word)) {
    each_text(line, |text| each(Word::of(text)));
}

fn each_text<'a>(line: &'a str, mut each: impl FnMut(&'a str)) {
    for run in line.split(|c: char| !c.is_alphanumeric() && c != '_') {
        if run.is_ascii() {
            each_of_name(run, &mut each);
            continue;
        }
        let mut rest = run;
        while let Some(first) = rest.chars().next() {
            let is_unspaced = is_unspaced(first);
            let end = rest.find(|c| self::is_unspaced(c) != is_unspaced).unwrap_or(rest.len());
            let (part, after) = rest.split_at(end);
            if is_unspaced {
                each_pair(part, &mut each);
            } else {
                each_of_name(part, &mut each);
            }
            rest = after;
        }
    }
}

/// Passes a name on, and its parts where it has several.
fn each_of_name<'a>(name: &'a str, each: &mut impl FnMut(&'a str)) {
    let name = name.trim_start_matches(char::is_numeric);
    if !is_word(name) {
        return;
    }
    each(name);
    let mut part = |part: &'a str| {
        if is_word(part) && part.len() < name.len() {
            each(part);
        }
    };
    name.split('_').for_each(|joined| each_hump(joined, &mut part));
}

/// Passes on the parts of a name that begin with capitals: `HTTPServer` is `HTTP` and `Server`.
fn each_hump<'a>(name: &'a str, each: &mut impl FnMut(&'a str)) {
    let (mut begin, mut follows_small) = (0, false);
    let mut chars = name.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let is_before_small = chars.peek().is_some_and(|(_, next)| next.is_lowercase());
        if at > begin && c.is_uppercase() && (follows_small || is_before_small) {
            each(&name[begin..at]);
            begin = at;
        }
        follows_small = !c.is_uppercase();
    }
    each(&name[begin..]);
}

/// Passes on each pair of neighbouring characters; a lone character as it is.
fn each_pair<'a>(text: &'a str, each: &mut impl FnMut(&'a str)) {
    let starts = || text.char_indices().map(|(at, _)| at);
    let ends = starts().skip(2).chain([text.len()]);
    starts().zip(ends).for_each(|(start, end)| each(&text[start..end]));
}

fn is_word(text: &str) -> bool {
    (LEAST_BYTES..=MOST_BYTES).contains(&text.len())
}

/// Returns whether a character is of a script without blanks between words.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        let mut found = Vec::new();
        each_text(line, |text| found.push(text));
        assert_eq!(found.join(" "), expected, "{line:?}");
    }

    #[test]
    fn a_name_counts_with_its_parts() {
        check("let user = getUserName(id);", "let user getUserName get User Name");
        check(
            "HTTPServer utf8Error XMLHttpRequest2",
            "HTTPServer HTTP Server utf8Error utf8 Error XMLHttpRequest2 XML Http Request2",
        );
        check(
            "max_retry_count __init__ _x SOME_CONST",
            "max_retry_count max retry count __init__ init SOME_CONST SOME CONST",
        );
        check("i64 0x1fff 1234 12px3 a.b-c", "i64 x1fff px3");
    }

    #[test]
    fn prose_of_any_script_has_words() {
        check("Die Größe paßt nicht.", "Die Größe paßt nicht");
        check("Привет, мир", "Привет мир");
        check("größenÄnderung", "größenÄnderung größen Änderung");
        check("検索する x", "検索 索す する");
        check("中", "中");
        check("用户name字段", "用户 name 字段");
        check("안녕 세계", "안녕 세계");
        check("😀 e\u{301}tat \u{feff}", "tat");
    }

    #[test]
    fn case_does_not_count_and_data_is_no_word() {
        assert_eq!(Word::of("GRÖSSE"), Word::of("grösse"));
        assert_ne!(Word::of("user"), Word::of("users"));
        check(&"aB".repeat(33), "");
        check("", "");
        check("____", "____");
    }
}
