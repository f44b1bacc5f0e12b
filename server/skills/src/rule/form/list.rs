//! Items of lists: how they end, how they are marked.

use std::ops::Range;

use super::{FormSite, Side, stop};
use crate::prose::{PieceKind, touching};
use crate::source::Source;

/// Returns the items that are sentences or could be.
pub(super) fn stops(source: &Source<'_>, within: Option<&Range<usize>>) -> Vec<FormSite> {
    let items = touching(source.pieces(), within).iter();
    items
        .filter(|piece| matches!(piece.kind, PieceKind::ListItem { .. }))
        .filter_map(|piece| stop::site(source, &piece.lines))
        .collect()
}

/// Returns the marks of items without numbers.
pub(super) fn marks(source: &Source<'_>, within: Option<&Range<usize>>) -> Vec<FormSite> {
    let mut found = Vec::new();
    for piece in touching(source.pieces(), within) {
        let PieceKind::ListItem { mark } = piece.kind else { continue };
        let has = match source.slice(mark..mark + 1) {
            "-" => Some(Side::First),
            "*" => Some(Side::Second),
            "+" => None,
            _ => continue,
        };
        let fixes = [Some("-".to_owned()), Some("*".to_owned())];
        found.push(FormSite { range: mark..mark + 1, has, fixes });
    }
    found
}
