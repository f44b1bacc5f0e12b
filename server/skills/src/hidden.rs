//! Characters that a reader does not see, and that a model reads.

/// Returns whether a character is invisible, or changes how others are shown: zero width, bidirectional controls, tags,
/// variation selectors beyond those of emoji, fillers.
pub(crate) fn is_hidden(c: char) -> bool {
    kind(c).is_some()
}

/// Returns the name of a hidden character's kind.
pub(crate) fn kind(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{180e}' => "zero-width character",
        '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            "control of the direction of text"
        }
        '\u{206a}'..='\u{206f}' => "deprecated format character",
        '\u{e0000}'..='\u{e007f}' => "tag character",
        '\u{e0100}'..='\u{e01ef}' | '\u{fe00}'..='\u{fe0d}' => "variation selector",
        '\u{00ad}' | '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}'
        | '\u{ffa0}' => "invisible filler",
        '\u{fff9}'..='\u{fffb}' => "interlinear annotation",
        _ => return None,
    })
}
