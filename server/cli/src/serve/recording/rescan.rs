//! The scan of a journal for secrets that the rules of an older version let in.

use std::fmt::Display;
use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime};

use housestyle_journal::Stamp;
use housestyle_workspace::rescan::{self, Rescan};
use housestyle_workspace::{Workspace, notice};

/// The pause before a scan that another process held up is tried again, and how often it is tried.
const PAUSE: Duration = Duration::from_secs(60);
const TRIES: usize = 60;

/// Scans the journal of a workspace on a thread of its own, as that may take seconds. A scan that does not come to its
/// end is repeated by the next server.
pub(super) fn start(workspace: Workspace) {
    let scan = move || {
        let mut tries = 1..TRIES;
        let scanned = loop {
            match rescan::journal(&workspace, Stamp::of(SystemTime::now())) {
                Err(error) if error.is_busy() && tries.next().is_some() => thread::sleep(PAUSE),
                scanned => break scanned,
            }
        };
        match scanned {
            Ok(found) if found == Rescan::default() => {}
            Ok(found) => notice::warn(sentence(&workspace.journal(), &found)),
            Err(error) => notice::warn(format_args!("secrets may be in the journal: {error}")),
        }
    };
    drop(thread::Builder::new().name("rescan".to_owned()).spawn(scan));
}

fn sentence(journal: &Path, found: &Rescan) -> String {
    let journal = journal.display();
    let mut text = match found.suggestions {
        0 => format!("an interrupted scan of {journal} for secrets was finished"),
        count => format!(
            "{count} suggestions in {journal} hold secrets by the rules of this version, or stand near one: their texts \
             were forgotten (`housestyle audit show` lists when)"
        ),
    };
    if !found.caches.is_empty() {
        let caches = list(found.caches.iter().map(|cache| cache.display()));
        text += &format!("; texts made from them were taken out of {caches}");
    }
    if !found.stale.is_empty() {
        let versions = list(&found.stale);
        text += &format!(
            "; the adapter learned from forgotten suggestions (version {versions}), and `housestyle learn` trains one \
             without them"
        );
    }
    text
}

fn list(items: impl IntoIterator<Item = impl Display>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use housestyle_journal::{Fact, Journal, Offered, Text};
    use housestyle_lsp::{Record, TypingRecord};
    use housestyle_workspace::{Home, SettingsWatch};

    use super::super::{ModelDigest, Recorder};
    use super::*;

    #[test]
    fn a_journal_is_scanned_when_somebody_types_whatever_the_settings_say() {
        let folder = tempfile::tempdir().expect("a folder");
        let [models, state, config] = [(); 3].map(|()| folder.path().to_path_buf());
        let home = Home { models, state, config };
        let workspace = Workspace::new(folder.path().to_path_buf(), home.clone());
        let mut journal = Journal::open(&workspace.journal()).expect("a journal");
        let secret = ["password: q7Rt", "2xWp", "9LmZ\n"].concat();
        let text = Text { path: "a.yaml".to_owned(), text: secret, ..Text::default() };
        journal.append(Stamp(1), None, &Fact::Offered(Offered::default()), Some(&text)).expect("written");
        let typing = TypingRecord { root: folder.path().to_path_buf() };
        Recorder::new(home.clone(), ModelDigest::default(), SettingsWatch::start(home))
            .handle(Record::Typing(Box::new(typing)));
        let begun = Instant::now();
        while journal.forgotten(0).expect("readable").is_empty() {
            assert!(begun.elapsed() < PAUSE, "nothing was forgotten");
            thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn the_sentence_says_what_was_forgotten_and_where() {
        let journal = Path::new("state/journal.db");
        let found = Rescan {
            suggestions: 3,
            caches: vec!["state/phrases-7.bin".into()],
            stale: vec![2, 5],
            ..Rescan::default()
        };
        let text = sentence(journal, &found);
        for part in ["3 suggestions", "near one", "journal.db", "phrases-7.bin", "(version 2, 5)"] {
            assert!(text.contains(part), "{text}");
        }
        let text = sentence(journal, &Rescan { is_resumed: true, ..Rescan::default() });
        assert!(text.contains("interrupted") && !text.contains("adapter"), "{text}");
    }
}
