//! What the user is to be told of a clone's state, once.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{notice, private};

/// A sentence that nobody has read yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct News {
    pub(super) text: String,
    /// The file that says, for all processes, that the user was told.
    pub(super) mark: Option<PathBuf>,
}

static NEWS: Mutex<Vec<News>> = Mutex::new(Vec::new());

fn waiting() -> MutexGuard<'static, Vec<News>> {
    NEWS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps a sentence for the next call of [`tell`], unless the user was told.
pub(super) fn add(text: String, mark: Option<PathBuf>) {
    if mark.as_ref().is_some_and(|mark| mark.exists()) {
        return;
    }
    let news = News { text, mark };
    let mut waiting = waiting();
    if !waiting.contains(&news) {
        waiting.push(news);
    }
}

/// Tells the user what was found since the last call: copies, state of an earlier version, git folders that cannot be
/// written to.
pub fn tell() {
    show(std::mem::take(&mut *waiting()));
}

fn show(news: Vec<News>) {
    for News { text, mark } in news {
        if mark.as_ref().is_some_and(|mark| mark.exists()) {
            continue; // by another process
        }
        notice::warn(text);
        // Where the mark cannot be written, the user is told again.
        mark.map(|mark| private::write(&mark, b"").ok());
    }
}

/// Tells, and returns, the sentences that hold a text; those of other tests wait on.
#[cfg(test)]
pub(super) fn tell_about(text: &str) -> Vec<String> {
    let mut waiting = waiting();
    let (news, others): (Vec<News>, _) = waiting.drain(..).partition(|news| news.text.contains(text));
    *waiting = others;
    drop(waiting);
    show(news.clone());
    news.into_iter().map(|news| news.text).collect()
}
