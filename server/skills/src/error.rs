//! Why a skill cannot be read or written.

use housestyle_text::Language;

/// Why a skill cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SkillError {
    /// A folder holds no SKILL.md.
    #[error("{folder} holds no SKILL.md")]
    NoFile {
        /// The folder.
        folder: String,
    },
    /// Two files would be one where case does not count.
    #[error("{folder}: {first} and {second} are one file on systems that ignore case: rename one")]
    Colliding {
        /// The folder.
        folder: String,
        /// A path.
        first: String,
        /// The other.
        second: String,
    },
    /// A file is too large.
    #[error("{folder}/{file} has {bytes} bytes, more than the {most} that are read")]
    TooLarge {
        /// The folder.
        folder: String,
        /// The file.
        file: &'static str,
        /// Its size.
        bytes: usize,
        /// The largest size that is read.
        most: usize,
    },
    /// A key of the frontmatter stands there twice: programs differ in which value they believe.
    #[error("line {line} says `{key}` again: keep one of the two, for programs differ in which they believe")]
    DoubledKey {
        /// The line of the second.
        line: usize,
        /// The key.
        key: String,
    },
    /// SKILL.md is not text.
    #[error("{folder}/SKILL.md is no UTF-8 (byte {at}): save it as UTF-8")]
    NotText {
        /// The folder.
        folder: String,
        /// The first byte that is no UTF-8, from 0.
        at: usize,
    },
    /// A file of a folder cannot be understood.
    #[error("{folder}: {source}")]
    File {
        /// The folder.
        folder: String,
        /// The problem.
        source: Box<SkillError>,
    },
    /// A SKILL.md does not begin with frontmatter.
    #[error("SKILL.md does not begin with frontmatter: its first line is to be `---`")]
    NoFrontmatter,
    /// The frontmatter has no end.
    #[error("SKILL.md: the frontmatter is not closed by a line `---` within {most} bytes")]
    Unclosed {
        /// The most bytes that are read.
        most: usize,
    },
    /// A SKILL.md has no description, so that nobody knows when the skill applies.
    #[error("SKILL.md has no description: add a line `description: what it does and when it counts`")]
    NoDescription,
    /// A rule.json is not of the form that this program knows.
    #[error("rule.json is not of the form that is known: {0}")]
    RuleForm(#[from] serde_json::Error),
    /// A rule.json has another version.
    #[error("rule.json has format {found}, and this program reads format {known}: update housestyle")]
    RuleVersion {
        /// The version in the file.
        found: u32,
        /// The version that this program reads.
        known: u32,
    },
    /// A field of a rule.json cannot be checked.
    #[error("rule.json: {field}: {problem}")]
    RuleField {
        /// The field.
        field: &'static str,
        /// The problem.
        problem: String,
    },
    /// A pattern of a rule.json cannot be used.
    #[error("rule.json: {field}: `{text}` {source}")]
    RulePattern {
        /// The field.
        field: &'static str,
        /// The beginning of the pattern.
        text: String,
        /// The problem.
        source: PatternError,
    },
    /// A document's name is no name of a skill.
    #[error("{name:?} cannot be a skill's name: use up to {most} of a-z, 0-9 and single hyphens within")]
    Name {
        /// The name.
        name: String,
        /// Most characters of a name.
        most: usize,
    },
    /// A document that is to be written has no description.
    #[error("skill {name} has no description")]
    Undescribed {
        /// The skill.
        name: String,
    },
    /// A key of a document's metadata is none.
    #[error("skill {name}: {key:?} cannot be a key of metadata: use letters, digits, `.`, `_` and `-`")]
    Key {
        /// The skill.
        name: String,
        /// The key.
        key: String,
    },
}

/// Why a text is no pattern, as a sentence without its subject.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It is empty or too long.
    #[error("has {bytes} bytes, and from 1 to {most} are read")]
    Length {
        /// Its size.
        bytes: usize,
        /// The largest size that is read.
        most: usize,
    },
    /// The language has no patterns.
    #[error("is for {language}, in which patterns are not known")]
    Language {
        /// The language.
        language: Language,
    },
    /// It has too many metavariables.
    #[error("has {count} metavariables, at most {most} are read")]
    Metavariables {
        /// How many there are.
        count: usize,
        /// How many are read.
        most: usize,
    },
    /// A name stands for one node, and for any number of them.
    #[error("`${name}` and `$$${name}` are both there: give one of them another name")]
    TwoMeanings {
        /// The name.
        name: String,
    },
    /// It matches everything.
    #[error("is a metavariable alone, which matches everything")]
    Everything,
    /// It is no code, or says nothing.
    #[error("is no {language} that can be matched, or has nothing in it but metavariables")]
    NoCode {
        /// The language.
        language: Language,
    },
}
