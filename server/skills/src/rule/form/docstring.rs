//! Documentation: how its first paragraph ends, where a docstring begins.

use std::ops::Range;

use super::{FormSite, Side, stop};
use crate::prose::{PieceKind, touching};
use crate::source::Source;

/// Returns how first paragraphs end.
pub(super) fn stops(source: &Source<'_>, within: Option<&Range<usize>>) -> Vec<FormSite> {
    let docs = touching(source.pieces(), within).iter();
    docs.filter(|piece| matches!(piece.kind, PieceKind::Doc { .. }))
        .filter_map(|piece| stop::site(source, piece.lines.get(..piece.summary)?))
        .collect()
}

/// Returns the starts of Python's docstrings of several lines, from their quotes to the end of their first line.
pub(super) fn starts(source: &Source<'_>, within: Option<&Range<usize>>) -> Vec<FormSite> {
    let mut found = Vec::new();
    if source.language.id() != "python" {
        return found;
    }
    for piece in touching(source.pieces(), within) {
        let (PieceKind::Doc { .. }, Some(first)) = (piece.kind, piece.lines.first()) else { continue };
        let own = source.slice(piece.range.clone());
        if !own.contains('\n') {
            continue;
        }
        let before = source.slice(piece.range.start..first.start);
        let quotes = before.trim_end();
        let range = piece.range.start + quotes.len()..first.end;
        let line_text = source.slice(first.clone());
        let line =
            source.text.get(..piece.range.start).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
        let indent: String = line.chars().take_while(|c| c.is_whitespace()).collect();
        let side = if before.contains('\n') { Side::Second } else { Side::First };
        let fixes = [Some(line_text.to_owned()), Some(format!("\n{indent}{line_text}"))];
        found.push(FormSite { range, has: Some(side), fixes });
    }
    found
}
