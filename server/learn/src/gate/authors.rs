//! Whether one author carries the gain: the same figure without each of them in turn.

use std::collections::BTreeSet;

use super::evidence::EditResult;
use super::judge::WithoutAuthor;

/// Returns for each author the gain on the edits of all other authors, worst first; empty where there is one author
/// only.
pub(super) fn without_each(
    edits: &[EditResult],
    gain: impl Fn(&mut dyn Iterator<Item = &EditResult>) -> Option<f64>,
) -> Vec<WithoutAuthor> {
    let authors: BTreeSet<&str> = edits.iter().map(|edit| edit.author.as_str()).collect();
    if authors.len() < 2 {
        return Vec::new();
    }
    let mut found: Vec<WithoutAuthor> = authors
        .into_iter()
        .map(|author| WithoutAuthor {
            author: author.to_owned(),
            edits: edits.iter().filter(|edit| edit.author == author).count(),
            gain: gain(&mut edits.iter().filter(|edit| edit.author != author)),
        })
        .collect();
    found.sort_by(|a, b| a.gain.unwrap_or(0.0).total_cmp(&b.gain.unwrap_or(0.0)));
    found
}
