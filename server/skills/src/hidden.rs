//! Characters that a reader does not see, and that a model reads.

use unicode_general_category::{GeneralCategory, get_general_category};

/// Returns whether a character is invisible, changes how others are shown, or means nothing that people agree on: zero
/// width, bidirectional controls, tags, variation selectors beyond those of emoji, fillers, private use, unassigned.
pub fn is_hidden(c: char) -> bool {
    kind(c).is_some()
}

/// Returns the name of a hidden character's kind.
pub(crate) fn kind(c: char) -> Option<&'static str> {
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
