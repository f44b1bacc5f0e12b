//! What a document's prompts remember: the notes that hold, the team's skills, and the user's last edits elsewhere.
//!
//! Notes are asked for at each request, so that one that was forgotten is gone with the next. Edits are chosen when
//! the user comes to a place, and stay as they are while the user works there: what they are written before must not
//! be read again at each key. So are the skills that are told.

use std::sync::Arc;

use housestyle_complete::Memory;
use housestyle_complete::memory::Note;
use housestyle_complete::skills::Skills;
use housestyle_text::{Offset, Snapshot, secrets};

use crate::convert;
use crate::server::Server;
use crate::session::Session;

/// Lines from the place where edits were chosen at which another one begins: most of what is read is new there anyway.
const FAR: usize = 40;

/// What one document's prompts remember.
#[derive(Debug, Clone, Default)]
pub(crate) struct Remembered {
    /// Notes and edits.
    pub(crate) memory: Arc<Memory>,
    /// The line for which the edits were chosen.
    line: Option<usize>,
    /// The line for which the skills that are told were chosen.
    told_at: Option<usize>,
    /// Whether the document's own changes may be remembered elsewhere; not asked yet where that is missing.
    follow: Option<bool>,
}

impl Remembered {
    /// Returns whether the document's changes may be remembered elsewhere.
    pub(crate) fn follows(&self) -> bool {
        self.follow == Some(true)
    }

    /// Forgets what was decided under other settings.
    pub(crate) fn settings_changed(&mut self) {
        (self.line, self.told_at, self.follow) = (None, None, None);
    }
}

/// Asks which notes hold for a document, and, once, whether its changes may be remembered. Never call it with the
/// session locked: files are looked at.
pub(crate) fn look(server: &Server, uri: &str) {
    let session = server.session();
    let folder = convert::folder_of(uri, &session.folders);
    let Some(document) = session.documents.get(uri) else { return };
    let asks = document.remembered.follow.is_none() && session.remembers_edits(&document.snapshot);
    let allowed = session.settings.trusted && may_follow(&session, &document.snapshot);
    drop(session);
    let notes = (server.notes)(uri, folder.as_deref());
    let follow = asks.then(|| allowed && !(server.ignored)(uri, folder.as_deref()));
    let mut guard = server.session();
    let session = &mut *guard;
    let Some(document) = session.documents.get_mut(uri) else { return };
    document.remembered.follow = follow.or(document.remembered.follow);
    if document.remembered.memory.notes != notes {
        put_notes(session, uri, notes);
    }
}

fn may_follow(session: &Session, snapshot: &Snapshot) -> bool {
    let secret = |path| secrets::is_secret_path(path) || session.settings.disabled_by(path).is_some();
    !snapshot.path().is_some_and(secret)
}

/// Lets other notes hold. What was made with those before is given to nobody any more.
fn put_notes(session: &mut Session, uri: &str, notes: Arc<Vec<Note>>) {
    session.recent.forget(uri);
    let Some(document) = session.documents.get_mut(uri) else { return };
    Arc::make_mut(&mut document.remembered.memory).notes = notes;
    if let Some(run) = document.run.take().filter(|run| !run.flight.is_awaited()) {
        run.flight.cancel.cancel();
    }
}

/// Lets other skills hold for a document, and returns whether they are others. What was made with those before is given to
/// nobody any more.
pub(crate) fn put_skills(session: &mut Session, uri: &str, skills: Arc<Skills>) -> bool {
    let Some(document) = session.documents.get_mut(uri) else { return false };
    if document.remembered.memory.skills == skills {
        return false;
    }
    let memory = Arc::make_mut(&mut document.remembered.memory);
    (memory.skills, memory.selected_skills) = (skills, Vec::new());
    document.remembered.told_at = None;
    if let Some(run) = document.run.take().filter(|run| !run.flight.is_awaited()) {
        run.flight.cancel.cancel();
    }
    session.recent.forget(uri);
    true
}

/// Returns what a prompt for a place remembers; chooses edits and skills anew where the user came from elsewhere.
pub(crate) fn at(session: &mut Session, uri: &str, cursor: Offset) -> Arc<Memory> {
    let Some(document) = session.documents.get(uri) else { return Arc::default() };
    let on = session.remembers_edits(&document.snapshot);
    let here = session.chosen_for.as_deref() == Some(uri);
    let line = document.snapshot.line_of(cursor);
    let stays = here && document.remembered.line.is_some_and(|chosen| chosen.abs_diff(line) < FAR);
    let edits = match (on, stays) {
        (true, true) => None,
        (true, false) => {
            session.trail.came_to(uri);
            Some(session.trail.elsewhere(&document.snapshot, cursor))
        }
        (false, _) => Some(Vec::new()),
    };
    if on && !here {
        session.chosen_for = Some(uri.to_owned());
    }
    let Some(document) = session.documents.get_mut(uri) else { return Arc::default() };
    let remembered = &mut document.remembered;
    if let Some(edits) = edits {
        remembered.line = Some(line);
        if remembered.memory.edits != edits {
            Arc::make_mut(&mut remembered.memory).edits = edits;
        }
    }
    let stays = remembered.told_at.is_some_and(|chosen| chosen.abs_diff(line) < FAR);
    if !remembered.memory.skills.is_empty() && !stays {
        remembered.told_at = Some(line);
        let mut memory = Memory::clone(&remembered.memory);
        memory.select_skills(&document.snapshot, cursor, &session.settings);
        if memory.selected_skills != remembered.memory.selected_skills {
            remembered.memory = Arc::new(memory);
        }
    }
    Arc::clone(&remembered.memory)
}

#[cfg(test)]
mod tests {
    use housestyle_complete::settings::SettingsSource;
    use housestyle_text::{Change, Encoding, Position};
    use serde_json::json;

    use super::*;
    use crate::documents::Document;

    /// A session with two documents of so many lines that not all of one is seen from a place.
    fn session(edit_tokens: u32) -> Session {
        let mut session = Session::new(SettingsSource::default());
        session.set_initial(&json!({ "memory": { "editTokens": edit_tokens } }));
        for name in ["a", "b"] {
            let text: String = (0..400).map(|n| format!("let {name}{n} = {n};\n")).collect();
            let document = Document::open(&text, 1, "rust", Some(format!("{name}.rs")));
            session.documents.insert(name.to_owned(), document);
        }
        session
    }

    /// Types at a line's start, and asks what is remembered there.
    fn edit(session: &mut Session, uri: &str, line: u32, text: &str) -> Vec<String> {
        let document = session.documents.get_mut(uri).expect("open");
        let before = document.snapshot.clone();
        let at = Position::new(line, 0);
        document.apply(Change { range: Some((at, at)), text: text.to_owned() }, Encoding::Utf8, 2);
        session.trail.changed(uri, &before, &document.snapshot);
        asked(session, uri, line as usize)
    }

    fn asked(session: &mut Session, uri: &str, line: usize) -> Vec<String> {
        let cursor = session.documents[uri].snapshot.line_start(line);
        at(session, uri, cursor).edits.iter().map(|edit| edit.added.join("|")).collect()
    }

    #[test]
    fn edits_are_chosen_where_the_user_comes_to_and_stay_while_the_user_works_there() {
        let mut session = session(256);
        assert_eq!(edit(&mut session, "a", 10, "x"), [""; 0]);
        assert_eq!(edit(&mut session, "b", 10, "y"), ["xlet a10 = 10;"]);
        // A second edit of the same place, and one near it: nothing else is remembered.
        assert_eq!(edit(&mut session, "b", 20, "z"), ["xlet a10 = 10;"]);
        // Far away in the same file, and back in the other one.
        assert_eq!(asked(&mut session, "b", 300), ["xlet a10 = 10;", "ylet b10 = 10;"]);
        let all = ["xlet a10 = 10;", "ylet b10 = 10;", "zlet b20 = 20;"];
        assert_eq!(asked(&mut session, "a", 300), all);
        // What is seen there is not told again.
        assert_eq!(asked(&mut session, "a", 12), all[1..]);
    }

    #[test]
    fn without_a_budget_nothing_is_remembered() {
        let mut session = session(0);
        edit(&mut session, "a", 10, "x");
        assert_eq!(edit(&mut session, "b", 10, "y"), [""; 0]);
    }
}
