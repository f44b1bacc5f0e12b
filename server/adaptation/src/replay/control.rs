//! The text of the foreign control: of another repository, or of cases from elsewhere. Its gain is not due to the team.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use housestyle_complete::eval::Case;
use housestyle_complete::{Settings, lines};
use housestyle_learn::phrases::{Kind, Phrases};
use housestyle_review::History;
use housestyle_workspace::digest::hex;
use housestyle_workspace::history;
use sha2::{Digest, Sha256};

use super::latest_texts::written_texts;
use crate::cases;
use crate::error::{CasesProblem, Error};

/// Commits of another repository that are read for its edits, the newest.
const COMMITS: usize = 400;

/// The texts of another repository, in the order in which they are used.
#[derive(Debug, Default)]
pub struct ControlTexts {
    identity: String,
    /// Files and edits that are not used up, with their paths.
    files: VecDeque<(String, String)>,
    written_texts: VecDeque<(String, String)>,
    /// Tokens of the first of these files that are used.
    used: usize,
}

impl ControlTexts {
    /// Reads a repository, or a file of cases.
    ///
    /// # Errors
    /// When it is neither, or holds nothing.
    pub fn read(path: &Path, settings: &Settings) -> Result<ControlTexts, Error> {
        let wrong =
            |problem: CasesProblem| Error::Flag { flag: "--control", path: path.to_path_buf(), problem };
        let mut control = if path.is_dir() {
            ControlTexts::of_history(&history::open(path, settings, None)?)?
        } else {
            ControlTexts::of_cases(&cases::read(path).map_err(wrong)?)
        };
        if control.files.is_empty() && control.written_texts.is_empty() {
            return Err(wrong(CasesProblem::NoText));
        }
        let mut digest = Sha256::new();
        for (path, text) in control.files.iter().chain(&control.written_texts) {
            digest.update(format!("{}\n{}\n{path}{text}", path.len(), text.len()));
        }
        control.identity = hex(&digest.finalize()[..8]);
        Ok(control)
    }

    fn of_history(history: &History) -> Result<ControlTexts, Error> {
        let mut control = ControlTexts::default();
        history.files(|file| control.files.push_back((file.path, lines::unix(&file.text))))?;
        for index in (history.len().saturating_sub(COMMITS)..history.len()).rev() {
            let commit = history.read(index)?.commit;
            control
                .written_texts
                .extend(commit.files.iter().flat_map(written_texts).map(|edit| (edit.path, edit.text)));
        }
        Ok(control)
    }

    /// Returns the text of cases: each middle is an edit, and the last case of a path gives its file.
    pub fn of_cases(cases: &[Case]) -> ControlTexts {
        let mut control = ControlTexts::default();
        let mut files = BTreeMap::new();
        for case in cases {
            let line = case.prefix.rfind('\n').map_or(0, |at| at + 1);
            let edit = format!("{}{}\n", &case.prefix[line..], case.middle);
            control.written_texts.push_back((case.path.clone(), lines::unix(&edit)));
            files.insert(&case.path, format!("{}{}{}", case.prefix, case.middle, case.suffix));
        }
        control.files = files.into_iter().map(|(path, text)| (path.clone(), lines::unix(&text))).collect();
        control
    }

    /// Returns a key that tells this text from other texts.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// Fills a cache up to this many tokens of files and of edits, as far as there is text. The content depends on
    /// these numbers alone, and not on the number of earlier calls.
    pub fn fill(
        &mut self,
        cache: &mut Phrases,
        files: usize,
        edits: usize,
        encode: impl Fn(&str) -> Vec<u32>,
    ) {
        let mut texts = Vec::new();
        let mut room = edits.saturating_sub(cache.len_of(Kind::Edit));
        while let Some((path, text)) = self.written_texts.front() {
            let tokens = encode(text);
            if tokens.len() > room {
                break;
            }
            room -= tokens.len();
            texts.push((path.clone(), Kind::Edit, tokens));
            self.written_texts.pop_front();
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
    use housestyle_complete::eval::parse_cases;

    use super::*;

    #[test]
    fn a_control_is_as_large_as_what_it_stands_against() {
        let case = |path: &str| {
            format!(
                "{{\"path\": \"{path}\", \"prefix\": \"one\\nlet x = \", \"suffix\": \";\\n\", \"middle\": \"12345\", \"time\": 1}}\n"
            )
        };
        let text = [case("a"), case("b"), case("a")].concat();
        let mut control = ControlTexts::of_cases(&parse_cases(&text).expect("cases"));
        assert_eq!((control.files.len(), control.written_texts.len()), (2, 3));
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
