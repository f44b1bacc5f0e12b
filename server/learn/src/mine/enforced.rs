//! Rules that formatters and linters enforce in a repository already: a closed table.

use housestyle_skills::{FormKind, Rule, RuleFile};

/// The rules of a row of the table.
enum What {
    /// Forms.
    Forms(&'static [FormKind]),
    /// Rewrites whose avoided pattern holds one of these.
    Avoids(&'static [&'static str]),
    /// Spelling of words.
    Terms,
}

/// A tool enforces a rule where a file of this name configures it.
struct Row {
    tool: &'static str,
    /// The file's last name begins so.
    file: &'static str,
    /// It holds one of these texts; any text will do where the list is empty.
    says: &'static [&'static str],
    /// In these languages; empty for all.
    languages: &'static [&'static str],
    what: What,
}

const SCRIPT: &[&str] = &["javascript", "javascriptreact", "typescript", "typescriptreact"];
const PYTHON: &[&str] = &["python"];
const PROSE: &[&str] = &["markdown"];
const QUOTES: &[FormKind] = &[FormKind::QuotesDouble, FormKind::QuotesSingle];
const MARKS: &[FormKind] = &[FormKind::ListMarkDash, FormKind::ListMarkStar];
const DOC_STOPS: &[FormKind] = &[FormKind::DocFullStop];
const DOC_VOICE: &[FormKind] = &[FormKind::DocImperative];
const DOC_STARTS: &[FormKind] = &[FormKind::DocstringFirstLine, FormKind::DocstringNextLine];
const CAPITALS: &[FormKind] = &[FormKind::CommentCapital, FormKind::CommentLowercase];
const STOPS: &[FormKind] = &[FormKind::CommentFullStop, FormKind::DocFullStop];

const fn row(
    tool: &'static str,
    file: &'static str,
    says: &'static [&'static str],
    languages: &'static [&'static str],
    what: What,
) -> Row {
    Row { tool, file, says, languages, what }
}

const TABLE: &[Row] = &[
    row("prettier", ".prettierrc", &[], SCRIPT, What::Forms(QUOTES)),
    row("prettier", ".prettierrc", &[], PROSE, What::Forms(MARKS)),
    row("prettier", "prettier.config", &[], SCRIPT, What::Forms(QUOTES)),
    row("prettier", "prettier.config", &[], PROSE, What::Forms(MARKS)),
    row("prettier", "package.json", &["\"prettier\""], SCRIPT, What::Forms(QUOTES)),
    row("prettier", "package.json", &["\"prettier\""], PROSE, What::Forms(MARKS)),
    row("biome", "biome.json", &[], SCRIPT, What::Forms(QUOTES)),
    row(
        "standard",
        "package.json",
        &["\"standard\"", "\"neostandard\"", "\"xo\""],
        SCRIPT,
        What::Forms(QUOTES),
    ),
    row("eslint", ".eslintrc", &["quotes", "standard", "airbnb"], SCRIPT, What::Forms(QUOTES)),
    row("eslint", "eslint.config", &["quotes", "standard", "neostandard"], SCRIPT, What::Forms(QUOTES)),
    row("eslint", ".eslintrc", &["capitalized-comments"], SCRIPT, What::Forms(CAPITALS)),
    row("eslint", "eslint.config", &["capitalized-comments"], SCRIPT, What::Forms(CAPITALS)),
    row("eslint", ".eslintrc", &["eqeqeq"], SCRIPT, What::Avoids(&["$A == $B", "$A != $B"])),
    row("eslint", "eslint.config", &["eqeqeq"], SCRIPT, What::Avoids(&["$A == $B", "$A != $B"])),
    row("eslint", ".eslintrc", &["no-var"], SCRIPT, What::Avoids(&["var "])),
    row("eslint", "eslint.config", &["no-var"], SCRIPT, What::Avoids(&["var "])),
    row("eslint", ".eslintrc", &["prefer-const"], SCRIPT, What::Avoids(&["let "])),
    row("eslint", "eslint.config", &["prefer-const", "recommended"], SCRIPT, What::Avoids(&["let "])),
    row(
        "eslint",
        ".eslintrc",
        &["node-import", "node-protocol"],
        SCRIPT,
        What::Avoids(&["from 'fs'", "from 'path'"]),
    ),
    row("black", "pyproject.toml", &["[tool.black]"], PYTHON, What::Forms(&[FormKind::QuotesDouble])),
    row(
        "black",
        ".pre-commit-config",
        &["psf/black", "ruff-format", "black-pre-commit"],
        PYTHON,
        What::Forms(&[FormKind::QuotesDouble]),
    ),
    row("ruff", "pyproject.toml", &["[tool.ruff"], PYTHON, What::Forms(QUOTES)),
    row("ruff", "ruff.toml", &[], PYTHON, What::Forms(QUOTES)),
    row("ruff", ".ruff.toml", &[], PYTHON, What::Forms(QUOTES)),
    row("ruff", "pyproject.toml", &["\"D\"", "\"D4", "\"ALL\""], PYTHON, What::Forms(DOC_STOPS)),
    row("ruff", "pyproject.toml", &["\"D\"", "\"D4", "\"ALL\""], PYTHON, What::Forms(DOC_VOICE)),
    row("ruff", "pyproject.toml", &["\"D21", "\"ALL\""], PYTHON, What::Forms(DOC_STARTS)),
    row(
        "ruff",
        "pyproject.toml",
        &["\"UP\"", "\"UP0", "\"ALL\""],
        PYTHON,
        What::Avoids(&["Optional[", "Union[", "List[", "Dict[", ".format("]),
    ),
    row("ruff", "pyproject.toml", &["\"PT\"", "\"ALL\""], PYTHON, What::Avoids(&["self.assert"])),
    row("pydocstyle", ".pydocstyle", &[], PYTHON, What::Forms(DOC_STOPS)),
    row("pydocstyle", "setup.cfg", &["[pydocstyle]"], PYTHON, What::Forms(DOC_STOPS)),
    row("flake8-quotes", "setup.cfg", &["inline-quotes"], PYTHON, What::Forms(QUOTES)),
    row("flake8-quotes", ".flake8", &["inline-quotes"], PYTHON, What::Forms(QUOTES)),
    row("markdownlint", ".markdownlint", &[], PROSE, What::Forms(MARKS)),
    row("stylua", "stylua.toml", &[], &["lua"], What::Forms(QUOTES)),
    row("stylua", ".stylua.toml", &[], &["lua"], What::Forms(QUOTES)),
    row("golangci-lint", ".golangci", &["godot"], &["go"], What::Forms(STOPS)),
    row("clippy", "Cargo.toml", &["unwrap_used"], &["rust"], What::Avoids(&[".unwrap()"])),
    row("clippy", "Cargo.toml", &["expect_used"], &["rust"], What::Avoids(&[".expect("])),
    row("clippy", "Cargo.toml", &["print_stdout"], &["rust"], What::Avoids(&["println!"])),
    row("clippy", "Cargo.toml", &["uninlined_format_args"], &["rust"], What::Avoids(&["format!(\"{}\""])),
    row("clippy", "clippy.toml", &["disallowed-methods"], &["rust"], What::Avoids(&["::"])),
    row("codespell", ".codespellrc", &[], &[], What::Terms),
    row("typos", "typos.toml", &[], &[], What::Terms),
    row("typos", "_typos.toml", &[], &[], What::Terms),
    row("cspell", "cspell", &[], &[], What::Terms),
    row("vale", ".vale.ini", &[], &[], What::Terms),
];

/// Returns the tool that enforces a rule already. `configs` are the repository's files with paths; others than those of
/// the table say nothing.
pub(super) fn enforced_by(file: &RuleFile, configs: &[(&str, &str)]) -> Option<&'static str> {
    TABLE
        .iter()
        .find(|row| speaks(row, file) && configs.iter().any(|config| says(row, *config)))
        .map(|row| row.tool)
}

fn speaks(row: &Row, file: &RuleFile) -> bool {
    let languages = &file.scope.languages;
    let held = row.languages.is_empty()
        || (!languages.is_empty() && languages.iter().all(|id| row.languages.contains(&id.as_str())));
    held && match (&row.what, &file.rule) {
        (What::Forms(kinds), Rule::Form(form)) => kinds.contains(&form.of),
        (What::Avoids(needles), Rule::Rewrite(rule)) => {
            rule.avoid.iter().any(|avoid| needles.iter().any(|needle| avoid.contains(needle)))
        }
        (What::Terms, Rule::Term(_)) => true,
        _ => false,
    }
}

fn says(row: &Row, (path, text): (&str, &str)) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with(row.file) && (row.says.is_empty() || row.says.iter().any(|said| text.contains(said)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use housestyle_skills::{FORMAT, Form, Scope};

    #[test]
    fn a_tool_counts_where_its_file_says_so() {
        let file = |of, language: &str| RuleFile {
            format: FORMAT,
            scope: Scope { languages: vec![language.to_owned()], paths: Vec::new() },
            rule: Rule::Form(Form { of }),
        };
        let quotes = file(FormKind::QuotesDouble, "python");
        assert_eq!(enforced_by(&quotes, &[("pyproject.toml", "[tool.black]\n")]), Some("black"));
        assert_eq!(enforced_by(&quotes, &[("pyproject.toml", "[project]\n")]), None);
        assert_eq!(enforced_by(&quotes, &[(".prettierrc.json", "{}")]), None);
        let script = file(FormKind::QuotesSingle, "typescript");
        assert_eq!(enforced_by(&script, &[("web/.prettierrc.json", "{}")]), Some("prettier"));
        assert_eq!(enforced_by(&file(FormKind::CommentCapital, "rust"), &[("rustfmt.toml", "")]), None);
    }
}
