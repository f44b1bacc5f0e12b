//! The table of languages: identifiers, file names, comment markers, and whether a language is prose.
//!
//! The table is closed. Any other identifier gives [`Language::UNKNOWN`], which has no comment marker, no closers and
//! no grammar, and is no prose. Callers then treat the text as plain characters; [`Language::is_known`] distinguishes
//! an unknown language from code without comments.

mod grammar;
mod table;

use std::fmt;

/// Everything the table says of one language.
#[derive(Debug)]
pub struct LanguageInfo {
    id: &'static str,
    name: &'static str,
    aliases: &'static [&'static str],
    extensions: &'static [&'static str],
    file_names: &'static [&'static str],
    line_comment: Option<&'static str>,
    block_comment: Option<(&'static str, &'static str)>,
    prose: bool,
    closers: &'static [&'static str],
    grammar: Option<grammar::Grammar>,
}

/// Names one language of the table; copies are free, and equal only to themselves.
#[derive(Clone, Copy)]
pub struct Language(&'static LanguageInfo);

impl Language {
    /// The language of text about which nothing is known.
    pub const UNKNOWN: Language = Language(&table::UNKNOWN);
    /// Plain text, which is prose; only what says that it is plain text is that.
    pub const PLAIN: Language = Language(&table::PLAIN);

    /// Returns the language of an identifier, be it an LSP `languageId` or a Neovim file type.
    ///
    /// Case does not count. Of a dotted file type (`yaml.ansible`) the first known part decides.
    pub fn from_id(id: &str) -> Language {
        let named = |id: &str| {
            Language::all().find(|language| {
                let mut names = language.0.aliases.iter().chain([&language.0.id]);
                names.any(|name| name.eq_ignore_ascii_case(id))
            })
        };
        named(id).or_else(|| id.split('.').find_map(named)).unwrap_or(Language::UNKNOWN)
    }

    /// Returns the language of a file by its name alone: first the whole name, then the longest known extension.
    pub fn from_path(path: &str) -> Language {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let whole = Language::all().find(|language| language.0.file_names.contains(&name));
        let extensions = name.match_indices('.').map(|(dot, _)| &name[dot + 1..]);
        whole.or_else(|| extensions.into_iter().find_map(by_extension)).unwrap_or(Language::UNKNOWN)
    }

    /// Returns the language of a document that has both an identifier and a path.
    ///
    /// The identifier decides, but for the two that mean "I do not know": one that is not in the table, and
    /// `plaintext`, which is what VS Code calls every file whose extension is not installed.
    pub fn of_document(id: &str, path: Option<&str>) -> Language {
        let declared = Language::from_id(id);
        let by_path = path.map_or(Language::UNKNOWN, Language::from_path);
        if (declared == Language::PLAIN && by_path.is_known()) || !declared.is_known() {
            by_path
        } else {
            declared
        }
    }

    /// Returns every language of the table in its order; [`Language::UNKNOWN`] is not among them.
    pub fn all() -> impl Iterator<Item = Language> {
        std::iter::once(Language::PLAIN).chain(table::LANGUAGES.iter().map(Language))
    }

    /// Returns whether the table has this language.
    pub fn is_known(self) -> bool {
        self != Language::UNKNOWN
    }

    /// Returns the identifier, as the LSP spells it where it does.
    pub fn id(self) -> &'static str {
        self.0.id
    }

    /// Returns the name for people.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// Returns what begins a comment that lasts to the end of the line.
    pub fn line_comment(self) -> Option<&'static str> {
        self.0.line_comment
    }

    /// Returns what begins and what ends a comment that may span lines.
    pub fn block_comment(self) -> Option<(&'static str, &'static str)> {
        self.0.block_comment
    }

    /// Returns whether people write sentences in it, rather than code or data.
    pub fn is_prose(self) -> bool {
        self.0.prose
    }

    /// Returns the tokens that do nothing but close: a line made of them alone ends what began above it.
    pub fn closers(self) -> &'static [&'static str] {
        self.0.closers
    }

    /// Returns the tree-sitter grammar, where one is built in.
    pub fn grammar(self) -> Option<tree_sitter::Language> {
        self.0.grammar.map(grammar::Grammar::load)
    }

    /// Returns the file extensions, without their dot.
    pub fn extensions(self) -> &'static [&'static str] {
        self.0.extensions
    }
}

fn by_extension(extension: &str) -> Option<Language> {
    let exact = Language::all().find(|language| language.0.extensions.contains(&extension));
    // `.R` and `.C` mean something of their own, `.PY` does not: an exact match comes first.
    exact.or_else(|| {
        Language::all()
            .find(|language| language.0.extensions.iter().any(|known| known.eq_ignore_ascii_case(extension)))
    })
}

impl PartialEq for Language {
    fn eq(&self, other: &Language) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for Language {}

impl std::hash::Hash for Language {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.id.hash(state);
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({})", self.0.id)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[track_caller]
    fn check_ids(ids: &[&str], expected: &str) {
        for id in ids {
            assert_eq!(Language::from_id(id).id(), expected, "from_id({id:?})");
        }
    }

    #[test]
    fn editors_disagree_on_identifiers() {
        check_ids(&["rust", "Rust", "RUST"], "rust");
        check_ids(&["typescriptreact", "tsx"], "typescriptreact");
        check_ids(&["javascriptreact", "jsx"], "javascriptreact");
        check_ids(&["sh", "bash", "zsh", "shellscript"], "shellscript");
        check_ids(&["gitcommit", "git-commit", "scminput"], "git-commit");
        check_ids(&["plaintext", "text", "txt"], "plaintext");
        check_ids(&["restructuredtext", "rst"], "restructuredtext");
        check_ids(&["latex", "tex", "plaintex"], "latex");
        check_ids(&["markdown", "pandoc", "quarto"], "markdown");
        check_ids(&["yaml", "yaml.ansible", "yaml.docker-compose"], "yaml");
        check_ids(&["cs", "csharp"], "csharp");
        check_ids(&["", ".", "klingon", "rust2"], "unknown");
    }

    #[test]
    fn files_are_known_by_name_and_extension() {
        let cases = [
            ("a/b.rs", "rust"),
            ("a\\b.PY", "python"),
            ("Makefile", "makefile"),
            ("x/Dockerfile", "dockerfile"),
            (".git/COMMIT_EDITMSG", "git-commit"),
            ("CMakeLists.txt", "cmake"),
            ("notes.txt", "plaintext"),
            ("src/App.d.ts", "typescript"),
            ("script.R", "r"),
            (".bashrc", "shellscript"),
            ("Cargo.lock", "toml"),
            ("a.rs.", "unknown"),
            ("a/b.rs/", "unknown"),
            ("noextension", "unknown"),
            ("", "unknown"),
        ];
        for (path, expected) in cases {
            assert_eq!(Language::from_path(path).id(), expected, "from_path({path:?})");
        }
    }

    #[test]
    fn a_path_helps_only_an_identifier_that_says_nothing() {
        let of = |id, path| Language::of_document(id, path).id();
        assert_eq!(of("plaintext", Some("a.zig")), "zig");
        assert_eq!(of("plaintext", Some("a.unheard")), "plaintext");
        assert_eq!(of("klingon", Some("a.rs")), "rust");
        assert_eq!(of("python", Some("a.rs")), "python");
        assert_eq!(of("klingon", None), "unknown");
    }

    #[test]
    fn of_the_unknown_nothing_is_guessed() {
        let unknown = Language::from_id("klingon");
        assert!(!unknown.is_known() && !unknown.is_prose());
        assert_eq!((unknown.line_comment(), unknown.block_comment()), (None, None));
        assert!(unknown.closers().is_empty());
    }

    #[test]
    fn grammars_fit_the_parser() {
        let mut parser = tree_sitter::Parser::new();
        let mut known = Vec::new();
        for language in Language::all() {
            if let Some(grammar) = language.grammar() {
                assert_eq!(parser.set_language(&grammar), Ok(()), "{language}");
                known.push(language.id());
            }
        }
        known.sort_unstable();
        let expected =
            "c go java javascript javascriptreact lua python rust shellscript typescript typescriptreact";
        assert_eq!(known.join(" "), expected);
    }

    #[test]
    fn the_table_is_wide_and_names_nothing_twice() {
        assert!(Language::all().count() >= 40, "{} languages", Language::all().count());
        let mut seen: HashMap<String, &str> = HashMap::new();
        for language in Language::all() {
            let info = language.0;
            let ids = info.aliases.iter().chain([&info.id]).map(|id| format!("id {id}"));
            let extensions = info.extensions.iter().map(|extension| format!(".{extension}"));
            let files = info.file_names.iter().map(|file| format!("file {file}"));
            for key in ids.chain(extensions).chain(files) {
                if let Some(other) = seen.insert(key.clone(), info.id) {
                    panic!("{key} is claimed by {other} and by {}", info.id);
                }
            }
        }
    }
}
