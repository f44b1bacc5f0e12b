//! The control's text: of another repository, or of cases from elsewhere. What it gains is not the team's.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::Path;

use housestyle_complete::eval::{Case, parse_cases};
use housestyle_complete::{Settings, lines};
use housestyle_learn::phrases::{Kind, Phrases};
use housestyle_review::History;
use sha2::{Digest, Sha256};

use super::follow::edits;
use crate::failure::Failure;
use crate::git;
use crate::models::hex;

/// Commits of another repository that are read for its edits, the newest.
const COMMITS: usize = 400;

/// Other text, in the order in which it is used.
#[derive(Debug, Default)]
pub(crate) struct Control {
    identity: String,
    /// Files and edits that are not used up, with their paths.
    files: VecDeque<(String, String)>,
    edits: VecDeque<(String, String)>,
    /// Tokens of the first of these files that are used.
    used: usize,
}

impl Control {
    /// Reads a repository, or a file of cases.
    ///
    /// # Errors
    /// When it is neither, or holds nothing.
    pub(crate) fn read(path: &Path, settings: &Settings) -> Result<Control, Failure> {
        let wrong = |why: String| Failure::Usage(format!("--control {}: {why}", path.display()));
        let mut control = if path.is_dir() {
            Control::of_history(&git::open_at(path, settings, None)?)?
        } else {
            let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
            Control::of_cases(&parse_cases(&text).map_err(|error| wrong(error.to_string()))?)
        };
        if control.files.is_empty() && control.edits.is_empty() {
            return Err(wrong("there is no text in it".to_owned()));
        }
        let mut digest = Sha256::new();
        for (path, text) in control.files.iter().chain(&control.edits) {
            digest.update(format!("{}\n{}\n{path}{text}", path.len(), text.len()));
        }
        control.identity = hex(&digest.finalize()[..8]);
        Ok(control)
    }

    fn of_history(history: &History) -> Result<Control, Failure> {
        let mut control = Control::default();
        let told = history.files(|file| control.files.push_back((file.path, lines::unix(&file.text))));
        told.map_err(git::failure)?;
        for index in (history.len().saturating_sub(COMMITS)..history.len()).rev() {
            let commit = history.read(index).map_err(git::failure)?.commit;
            control.edits.extend(commit.files.iter().flat_map(edits).map(|edit| (edit.path, edit.text)));
        }
        Ok(control)
    }

    /// Returns the text of cases: each middle is an edit, and the last case of a path tells its file.
    pub(crate) fn of_cases(cases: &[Case]) -> Control {
        let mut control = Control::default();
        let mut files = BTreeMap::new();
        for case in cases {
            let line = case.prefix.rfind('\n').map_or(0, |at| at + 1);
            let edit = format!("{}{}\n", &case.prefix[line..], case.middle);
            control.edits.push_back((case.path.clone(), lines::unix(&edit)));
            files.insert(&case.path, format!("{}{}{}", case.prefix, case.middle, case.suffix));
        }
        control.files = files.into_iter().map(|(path, text)| (path.clone(), lines::unix(&text))).collect();
        control
    }

    /// Returns what tells this text from other.
    pub(crate) fn identity(&self) -> &str {
        &self.identity
    }

    /// Fills a cache up to so many tokens of files and of edits, as far as there is text: what a cache holds depends on
    /// how many are wanted, and not on how often it was filled.
    pub(crate) fn fill(
        &mut self,
        cache: &mut Phrases,
        files: usize,
        edits: usize,
        encode: impl Fn(&str) -> Vec<u32>,
    ) {
        let mut texts = Vec::new();
        let mut room = edits.saturating_sub(cache.len_of(Kind::Edit));
        while let Some((path, text)) = self.edits.front() {
            let tokens = encode(text);
            if tokens.len() > room {
                break;
            }
            room -= tokens.len();
            texts.push((path.clone(), Kind::Edit, tokens));
            self.edits.pop_front();
        }
        let mut room = files.saturating_sub(cache.len_of(Kind::File));
        while room > 0
            && let Some((path, text)) = self.files.front()
        {
            let mut tokens = encode(text);
            let path = path.clone();
            let more = tokens.len().saturating_sub(self.used).min(room);
            let is_whole = self.used + more >= tokens.len();
            tokens.truncate(self.used + more);
            room -= more;
            self.used += more;
            // A file takes the place of the part of it that was there.
            texts.push((path, Kind::File, tokens));
            if is_whole {
                self.files.pop_front();
                self.used = 0;
            }
        }
        // The team's own cache has room for as much.
        drop(
            cache.extend(texts.iter().map(|(path, kind, tokens)| (path.as_str(), *kind, tokens.as_slice()))),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_is_as_large_as_what_it_stands_against() {
        let case = |path: &str| {
            format!(
                "{{\"path\": \"{path}\", \"prefix\": \"one\\nlet x = \", \"suffix\": \";\\n\", \"middle\": \"12345\", \"time\": 1}}\n"
            )
        };
        let text = [case("a"), case("b"), case("a")].concat();
        let mut control = Control::of_cases(&parse_cases(&text).expect("cases"));
        assert_eq!((control.files.len(), control.edits.len()), (2, 3));
        let mut cache = Phrases::new(0);
        let bytes = |text: &str| text.bytes().map(u32::from).collect::<Vec<_>>();
        let whole = "let x = 12345\n".len();
        for (wanted, is) in [(whole + 3, whole), (2 * whole, 2 * whole), (9 * whole, 3 * whole)] {
            control.fill(&mut cache, wanted, wanted, bytes);
            assert_eq!(cache.len_of(Kind::Edit), is);
            assert_eq!(cache.len_of(Kind::File), wanted.min(2 * "one\nlet x = 12345;\n".len()));
        }
        assert_eq!(cache.documents().len(), 5);
    }
}
