//! Exclusions that a repository states itself: `linguist-generated` and `linguist-vendored` in `.gitattributes`.

use housestyle_text::glob;

use super::Exclusion;

/// Lines of a file that set one of the attributes, at most.
const MOST_LINES: usize = 1000;
/// Bytes of a pattern, at most.
const MOST_PATTERN: usize = 256;

/// The attributes, each with the reason that it gives.
const ATTRIBUTES: [(&str, Exclusion); 2] =
    [("linguist-generated", Exclusion::Generated), ("linguist-vendored", Exclusion::Vendored)];

/// For each of [`ATTRIBUTES`] whether it is set; `None` where nothing is said.
type States = [Option<bool>; ATTRIBUTES.len()];

/// One `.gitattributes`: what it says about the files in its folder and below.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributes {
    /// Patterns relative to the folder, in the order of the file.
    lines: Vec<(String, States)>,
}

impl Attributes {
    /// Reads the text of a `.gitattributes`. Macros and other attributes say nothing.
    pub fn parse(text: &str) -> Attributes {
        Attributes { lines: text.lines().filter_map(line).take(MOST_LINES).collect() }
    }

    /// Returns what the last line says that matches a path, for each attribute.
    fn states(&self, path: &str) -> States {
        let matching = self.lines.iter().filter(|(pattern, _)| glob::matches(pattern, path));
        matching.fold(States::default(), |before, (_, states)| over(before, *states))
    }
}

/// Returns the reason to leave a file out that the repository states. `files` are the `.gitattributes` of the folders above
/// the file, the root's first: each with its folder, which is empty or ends with a slash.
pub fn by_attributes<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a Attributes)>,
    path: &str,
) -> Option<Exclusion> {
    let states = files.into_iter().fold(States::default(), |before, (folder, attributes)| {
        path.strip_prefix(folder).map_or(before, |below| over(before, attributes.states(below)))
    });
    let set = ATTRIBUTES.iter().zip(states).find(|(_, state)| *state == Some(true));
    set.map(|((_, reason), _)| *reason)
}

/// Returns states with later ones put over them.
fn over(before: States, later: States) -> States {
    let mut states = before;
    for (state, later) in states.iter_mut().zip(later) {
        *state = later.or(*state);
    }
    states
}

/// Reads a line; `None` where it sets none of the attributes.
fn line(line: &str) -> Option<(String, States)> {
    let line = line.trim();
    let (pattern, rest) = match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => line.split_once(char::is_whitespace)?,
    };
    if pattern.starts_with(['#', '!', '[']) || pattern.len() > MOST_PATTERN {
        return None;
    }
    let mut states = States::default();
    for word in rest.split_whitespace() {
        let (name, is_set) = match word.split_once('=') {
            Some((name, value)) => (name, value != "false"),
            None => (word.trim_start_matches(['-', '!']), !word.starts_with(['-', '!'])),
        };
        for ((known, _), state) in ATTRIBUTES.iter().zip(&mut states) {
            if *known == name {
                *state = Some(is_set);
            }
        }
    }
    (states != States::default()).then(|| (pattern.to_owned(), states))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(files: &[(&str, &str)], path: &str, expected: Option<Exclusion>) {
        let parsed: Vec<(&str, Attributes)> =
            files.iter().map(|(folder, text)| (*folder, Attributes::parse(text))).collect();
        let files = parsed.iter().map(|(folder, attributes)| (*folder, attributes));
        assert_eq!(by_attributes(files, path), expected, "{path}");
    }

    #[test]
    fn marked_files_are_left_out() {
        let generated = Some(Exclusion::Generated);
        let root = [(
            "",
            "# ours\n*.rb text linguist-generated\napi/** linguist-generated=true\nlib/x.c linguist-vendored\n",
        )];
        check(&root, "a.rb", generated);
        check(&root, "deep/down/a.rb", generated);
        check(&root, "api/v1/client.ts", generated);
        check(&root, "lib/x.c", Some(Exclusion::Vendored));
        check(&root, "x.c", None);
        check(&root, "a.py", None);
        check(&[("", "\"with blank.ts\" linguist-generated\n")], "with blank.ts", generated);
        check(&[("", "/only.ts linguist-generated\r\n")], "only.ts", generated);
        check(&[("", "/only.ts linguist-generated\r\n")], "sub/only.ts", None);
    }

    #[test]
    fn the_last_word_counts_and_the_deeper_file() {
        let generated = Some(Exclusion::Generated);
        let lines = |second: &str| format!("*.ts linguist-generated\n{second}\n");
        check(&[("", &lines("hand.ts -linguist-generated"))], "hand.ts", None);
        check(&[("", &lines("hand.ts linguist-generated=false"))], "hand.ts", None);
        check(&[("", &lines("hand.ts !linguist-generated"))], "hand.ts", None);
        check(&[("", &lines("hand.ts text"))], "hand.ts", generated);
        let below = [("", "*.ts linguist-generated"), ("web/", "*.ts -linguist-generated")];
        check(&below, "web/a.ts", None);
        check(&below, "a.ts", generated);
        check(&[("web/", "/a.ts linguist-generated")], "web/a.ts", generated);
        check(&[("web/", "/a.ts linguist-generated")], "other/a.ts", None);
    }

    #[test]
    fn other_lines_say_nothing() {
        for line in [
            "",
            "*.ts",
            "#*.ts linguist-generated",
            "!*.ts linguist-generated",
            "[attr]made linguist-generated",
            "*.ts made",
            "*.ts linguist-language=Text",
            "\"*.ts linguist-generated",
        ] {
            check(&[("", line)], "a.ts", None);
        }
        check(&[("", &format!("{} linguist-generated", "*".repeat(300)))], "a.ts", None);
        check(&[("", &"*.x linguist-generated\n".repeat(2000))], "a.x", Some(Exclusion::Generated));
    }
}
