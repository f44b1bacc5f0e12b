//! Characters that a reader does not see, and that a model reads.

use unicode_general_category::{GeneralCategory, get_general_category};

/// Returns whether a character is invisible, changes how others are shown, or means nothing that people agree on: zero
/// width, bidirectional controls, tags, variation selectors beyond those of emoji, fillers, private use, unassigned.
pub fn is_hidden(c: char) -> bool {
    kind(c).is_some()
}

/// Returns the hidden characters of a text: where each stands, and its kind. A joiner that a script or an emoji needs at
/// its place hides nothing.
pub(crate) fn find(text: &str) -> impl Iterator<Item = (usize, char, &'static str)> {
    let mut before = ' ';
    text.char_indices().filter_map(move |(at, c)| {
        let last = std::mem::replace(&mut before, c);
        match c {
            '\u{fe0e}' | '\u{fe0f}' => (!is_selectable(last)).then_some((at, c, "variation selector")),
            JOINER | NON_JOINER if is_join(last, c, &text[at + c.len_utf8()..]) => None,
            c => kind(c).map(|kind| (at, c, kind)),
        }
    })
}

/// Returns whether a character may be an emoji that is younger than this program's tables.
pub(crate) fn may_be_emoji(c: char) -> bool {
    matches!(c, '\u{1f000}'..='\u{1faff}')
}

const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';

/// Returns whether a joiner stands where people write it: between the letters of a script whose letters join, such as
/// in Persian, or within a joined emoji.
fn is_join(before: char, joiner: char, after: &str) -> bool {
    let joins = |c: char| {
        matches!(c, '\u{600}'..='\u{7ff}' | '\u{8a0}'..='\u{dff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
            && matches!(
                get_general_category(c),
                GeneralCategory::OtherLetter | GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark
            )
    };
    let emoji = joiner == JOINER && !before.is_ascii() && (before == '\u{fe0f}' || is_selectable(before));
    emoji || (joins(before) && after.chars().next().is_some_and(joins))
}

/// Returns the name of a hidden character's kind.
fn kind(c: char) -> Option<&'static str> {
    Some(match c {
        '\0'..='\u{7f}' => return None,
        '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{180e}' => "zero-width character",
        '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            "control of the direction of text"
        }
        '\u{206a}'..='\u{206f}' => "deprecated format character",
        '\u{e0000}'..='\u{e007f}' => "tag character",
        '\u{e0100}'..='\u{e01ef}' | '\u{fe00}'..='\u{fe0d}' | '\u{180b}'..='\u{180d}' | '\u{180f}' => {
            "variation selector"
        }
        '\u{00ad}' | '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{2800}'
        | '\u{3164}' | '\u{ffa0}' | '\u{1d159}' => "invisible filler",
        '\u{fff9}'..='\u{fffb}' => "interlinear annotation",
        // These are shown, around the digits behind them.
        '\u{600}'..='\u{605}'
        | '\u{6dd}'
        | '\u{70f}'
        | '\u{890}'
        | '\u{891}'
        | '\u{8e2}'
        | '\u{110bd}'
        | '\u{110cd}' => return None,
        c => match get_general_category(c) {
            GeneralCategory::PrivateUse => "character of private use",
            GeneralCategory::Unassigned => "character that Unicode does not assign",
            GeneralCategory::Format => "format character",
            GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator => "separator of lines",
            _ => return None,
        },
    })
}

/// Returns whether a variation selector of emoji (U+FE0E, U+FE0F) may follow a character: a symbol, or a digit of a keycap.
pub(crate) fn is_selectable(c: char) -> bool {
    matches!(c, '#' | '*' | '0'..='9' | '\u{a9}' | '\u{ae}')
        || get_general_category(c) == GeneralCategory::OtherSymbol
        || matches!(c, '\u{203c}' | '\u{2049}' | '\u{2190}'..='\u{2bff}' | '\u{3030}' | '\u{303d}')
        || matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joiners_that_a_script_needs_hide_nothing() {
        let check = |text: &str, expected: usize| assert_eq!(find(text).count(), expected, "{text:?}");
        check("می\u{200c}شود", 0);
        check("र\u{94d}\u{200d}य क\u{94d}\u{200c}ष", 0);
        check("👩\u{200d}👩\u{200d}👧 ❤\u{fe0f}\u{200d}🔥", 0);
        check("می\u{200c} شود", 1);
        check("a\u{200d}b و\u{200c}a 忽\u{200d}略 1\u{200d}2", 4);
        check("می\u{200c}\u{200c}شود", 2);
    }
}
