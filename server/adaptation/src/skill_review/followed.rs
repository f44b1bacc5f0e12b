//! A team's adherence to a rule, from its own history: occurrences in new text, and broken ones in its files.

use std::ops::Range;

use crate::skill_effect::COMMITS;
use housestyle_review::History;
use housestyle_skills::{RuleFile, Source};
use housestyle_text::Language;
use housestyle_workspace::skills::read::is_skill;
use serde::Serialize;

use crate::error::Error;

/// Files that are larger, in bytes, are passed over.
const BYTES: usize = 512 * 1024;
/// Most broken occurrences in a review.
const PLACES: usize = 3;

/// How often a rule applies, and how often it is followed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Adherence {
    /// Places where it applies.
    pub places: usize,
    /// Those that follow it.
    pub followed: usize,
}

impl Adherence {
    /// Returns the 95 % interval of the share that follows it, after Wilson.
    pub fn interval(&self) -> [f64; 2] {
        if self.places == 0 {
            return [0.0, 1.0];
        }
        const Z: f64 = 1.96;
        let (n, share) = (self.places as f64, self.followed as f64 / self.places as f64);
        let middle = share + Z * Z / (2.0 * n);
        let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        [middle - half, middle + half].map(|bound| (bound / (1.0 + Z * Z / n)).clamp(0.0, 1.0))
    }

    fn count(&mut self, followed: bool) {
        self.places += 1;
        self.followed += usize::from(followed);
    }
}

/// An occurrence that a rule would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BrokenOccurrence {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The lines as they are.
    pub before: String,
    /// The lines as the rule would have them.
    pub after: String,
}

/// A team's adherence to a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Followed {
    /// Number of commits that were read.
    pub commits: usize,
    /// Adherence in the text of these commits.
    #[serde(rename = "later")]
    pub in_commits: Adherence,
    /// Adherence in the files of HEAD.
    #[serde(rename = "here")]
    pub in_files: Adherence,
    /// The first occurrences in the files that the rule would change for certain.
    pub broken: Vec<BrokenOccurrence>,
}

/// Counts adherence in the newest commits and in the files of HEAD.
///
/// # Errors
/// When the history cannot be read.
pub fn adherence(history: &History, file: &RuleFile) -> Result<Followed, Error> {
    let mut found = Followed {
        commits: 0,
        in_commits: Adherence::default(),
        in_files: Adherence::default(),
        broken: Vec::new(),
    };
    for index in history.len().saturating_sub(COMMITS)..history.len() {
        let commit = history.read(index)?.commit;
        found.commits += 1;
        for change in &commit.files {
            let language = Language::from_path(&change.path);
            if change.new.len() > BYTES || change.new.is_empty() || !file.scope.holds(&change.path, language)
            {
                continue;
            }
            let source = Source::new(&change.path, &change.new, language);
            for place in file.rule.occurrences(&source, None) {
                if change.hunks.iter().any(|hunk| touches(&place.range, &hunk.new)) {
                    found.in_commits.count(place.followed);
                }
            }
        }
    }
    let files = history.files(|head| {
        let language = Language::from_path(&head.path);
        if head.text.len() > BYTES || is_skill(&head.path) || !file.scope.holds(&head.path, language) {
            return;
        }
        let source = Source::new(&head.path, &head.text, language);
        for place in file.rule.occurrences(&source, None) {
            found.in_files.count(place.followed);
            let Some(fix) = place.fix.as_deref().filter(|_| !place.followed && found.broken.len() < PLACES)
            else {
                continue;
            };
            found.broken.push(changed(&head.path, &head.text, &place.range, fix));
        }
    });
    files?;
    Ok(found)
}

fn touches(place: &Range<usize>, hunk: &Range<usize>) -> bool {
    place.start < hunk.end && hunk.start < place.end
}

/// Returns a place with its whole lines, before and after a fix.
fn changed(path: &str, text: &str, range: &Range<usize>, fix: &str) -> BrokenOccurrence {
    let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[range.end..].find('\n').map_or(text.len(), |at| range.end + at);
    let lines = |text: &str| text.trim_end_matches('\r').to_owned();
    BrokenOccurrence {
        path: path.to_owned(),
        line: text[..range.start].matches('\n').count() + 1,
        before: lines(&text[start..end]),
        after: lines(&format!("{}{fix}{}", &text[start..range.start], &text[range.end..end])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fix_is_shown_with_its_lines() {
        let text = "one\r\n  let a = b.len() == 0;\r\nthree\n";
        let at = text.find("b.len()").expect("there");
        let place = changed("a.rs", text, &(at..at + 12), "b.is_empty()");
        let shown = (place.line, place.before.as_str(), place.after.as_str());
        assert_eq!(shown, (2, "  let a = b.len() == 0;", "  let a = b.is_empty();"));
    }

    #[test]
    fn intervals_are_wide_where_little_is_known() {
        let [low, high] = Adherence { places: 5, followed: 5 }.interval();
        assert!((0.5..0.6).contains(&low) && high > 0.999, "{low} {high}");
        let [low, high] = Adherence { places: 500, followed: 450 }.interval();
        assert!((0.86..0.88).contains(&low) && (0.92..0.93).contains(&high), "{low} {high}");
        assert_eq!(Adherence::default().interval(), [0.0, 1.0]);
    }
}
