//! The learned parts of several workspaces, prepared for the model, within a budget.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use housestyle_learn::phrases::Phrases;

use super::adapter_cache::PreparedAdapter;
use super::watch::Update;

/// Most workspaces whose parts are held: each of them is looked at every second.
const MOST_WORKSPACES: usize = 16;

/// The parts that were learned in one workspace.
#[derive(Debug, Clone, Default)]
pub(super) struct Parts {
    /// The team's adapter; where there is none, the starter takes part.
    pub(super) adapter: Option<PreparedAdapter>,
    /// The team's phrases.
    pub(super) phrases: Option<Arc<Phrases>>,
}

impl Parts {
    /// Applies a change.
    pub(super) fn update(&mut self, update: Update) {
        match update {
            Update::Adapter(adapter) => self.adapter = adapter,
            Update::Phrases(phrases) => self.phrases = phrases,
        }
    }

    /// Returns the name of the adapter.
    pub(super) fn adapter_name(&self) -> Option<&str> {
        self.adapter.as_ref().map(|prepared| prepared.name.as_str())
    }

    /// Returns whether the phrases are those of other parts.
    pub(super) fn has_phrases_of(&self, other: &Parts) -> bool {
        self.phrases.as_ref().map(Arc::as_ptr) == other.phrases.as_ref().map(Arc::as_ptr)
    }

    fn bytes(&self) -> usize {
        let adapter = self.adapter.as_ref().map_or(0, |prepared| prepared.adapter.bytes());
        adapter + self.phrases.as_ref().map_or(0, |phrases| phrases.bytes())
    }
}

/// The parts of the workspaces that were used last, by their roots.
#[derive(Debug)]
pub(super) struct PartsOfWorkspaces {
    /// The workspace used last at the end.
    list: Vec<(PathBuf, Parts)>,
    budget: usize,
}

impl PartsOfWorkspaces {
    /// Returns room for `budget` bytes of parts.
    pub(super) fn within(budget: usize) -> PartsOfWorkspaces {
        PartsOfWorkspaces { list: Vec::new(), budget }
    }

    /// Returns the parts of a workspace that is used now; `None` where they are not prepared.
    pub(super) fn used(&mut self, root: &Path) -> Option<Parts> {
        let at = self.list.iter().position(|(known, _)| known == root)?;
        let found = self.list.remove(at);
        let parts = found.1.clone();
        self.list.push(found);
        Some(parts)
    }

    /// Sets the parts of a workspace. Those of the workspaces used longest ago make room; these stay, however large they
    /// are.
    pub(super) fn set(&mut self, root: &Path, parts: Parts) {
        match self.list.iter_mut().find(|(known, _)| known == root) {
            Some((_, known)) => *known = parts,
            None => self.list.push((root.to_path_buf(), parts)),
        }
        while self.list.len() > MOST_WORKSPACES || self.bytes() > self.budget {
            let Some(oldest) = self.list.iter().position(|(known, _)| known != root) else { return };
            self.list.remove(oldest);
        }
    }

    /// Returns the parts of a workspace; `None` where they are not prepared.
    pub(super) fn of(&self, root: &Path) -> Option<Parts> {
        self.list.iter().find(|(known, _)| known == root).map(|(_, parts)| parts.clone())
    }

    fn bytes(&self) -> usize {
        self.list.iter().map(|(_, parts)| parts.bytes()).sum()
    }
}

#[cfg(test)]
mod tests {
    use housestyle_learn::phrases::Kind;

    use super::*;

    #[test]
    fn the_workspaces_used_last_keep_their_parts() {
        let root = |number: usize| PathBuf::from(number.to_string());
        let mut parts = PartsOfWorkspaces::within(0);
        (0..MOST_WORKSPACES).for_each(|number| parts.set(&root(number), Parts::default()));
        assert!(parts.used(&root(0)).is_some() && parts.used(&root(MOST_WORKSPACES)).is_none());
        parts.set(&root(MOST_WORKSPACES), Parts::default());
        let here = [0, 1, 2, MOST_WORKSPACES].map(|number| parts.of(&root(number)).is_some());
        assert_eq!(here, [true, false, true, true]);
    }

    #[test]
    fn large_parts_leave_no_room_for_others() {
        let mut phrases = Phrases::new(1);
        phrases.insert("a", Kind::File, &[7, 8, 9]).expect("room");
        let large = Parts { phrases: Some(Arc::new(phrases)), adapter: None };
        let mut parts = PartsOfWorkspaces::within(2 * large.bytes() - 1);
        for root in ["a", "b"] {
            parts.set(Path::new(root), large.clone());
        }
        let has = |parts: &PartsOfWorkspaces| ["a", "b", "c"].map(|root| parts.of(Path::new(root)).is_some());
        assert_eq!(has(&parts), [false, true, false]);
        parts.set(Path::new("c"), Parts::default());
        assert_eq!(has(&parts), [false, true, true]);
    }
}
