//! The table itself: one entry a language, in the order in which a name or an extension is looked up.

use super::LanguageInfo;
use super::grammar::Grammar;

const BRACES: &[&str] = &["}", ")", "]", ";", ","];
const BRACKETS: &[&str] = &[")", "]", "}", ","];
const END: &[&str] = &["end", "}", ")", "]", ",", ";"];
const SHELL: &[&str] = &["fi", "done", "esac", ";;", "}", ")"];
const TAGS: &[&str] = &["</", "/>", ">", "}", ")", "]", ";", ","];

pub(super) static UNKNOWN: LanguageInfo = code("unknown", "Unknown");
pub(super) static PLAIN: LanguageInfo =
    prose("plaintext", "Plain text").aliases(&["text", "txt"]).files(&["txt"]);

pub(super) static LANGUAGES: &[LanguageInfo] = &[
    // Code
    code("rust", "Rust").files(&["rs"]).c_comments().grammar(Grammar::Rust).closers(BRACES),
    code("python", "Python")
        .aliases(&["py"])
        .files(&["py", "pyi", "pyw"])
        .named(&["SConstruct", "SConscript", "wscript"])
        .line("#")
        .grammar(Grammar::Python)
        .closers(BRACKETS),
    code("typescript", "TypeScript")
        .aliases(&["ts"])
        .files(&["ts", "mts", "cts"])
        .c_comments()
        .grammar(Grammar::TypeScript)
        .closers(BRACES),
    code("typescriptreact", "TypeScript JSX")
        .aliases(&["tsx", "typescript.tsx"])
        .files(&["tsx"])
        .c_comments()
        .grammar(Grammar::Tsx)
        .closers(TAGS),
    code("javascript", "JavaScript")
        .aliases(&["js"])
        .files(&["js", "mjs", "cjs"])
        .c_comments()
        .grammar(Grammar::JavaScript)
        .closers(BRACES),
    code("javascriptreact", "JavaScript JSX")
        .aliases(&["jsx", "javascript.jsx"])
        .files(&["jsx"])
        .c_comments()
        .grammar(Grammar::JavaScript)
        .closers(TAGS),
    code("go", "Go").aliases(&["golang"]).files(&["go"]).c_comments().grammar(Grammar::Go).closers(BRACES),
    code("java", "Java").files(&["java"]).c_comments().grammar(Grammar::Java).closers(BRACES),
    code("c", "C").files(&["c", "h"]).c_comments().grammar(Grammar::C).closers(BRACES),
    code("cpp", "C++")
        .aliases(&["c++", "cuda", "cuda-cpp"])
        .files(&["cpp", "cc", "cxx", "C", "hpp", "hh", "hxx", "ipp", "inl", "cu", "cuh"])
        .c_comments()
        .closers(BRACES),
    code("csharp", "C#").aliases(&["cs", "c#"]).files(&["cs", "csx"]).c_comments().closers(BRACES),
    code("objective-c", "Objective-C")
        .aliases(&["objc", "objective-cpp", "objcpp"])
        .files(&["m", "mm"])
        .c_comments()
        .closers(BRACES),
    code("lua", "Lua")
        .aliases(&["luau"])
        .files(&["lua", "luau"])
        .line("--")
        .block("--[[", "]]")
        .grammar(Grammar::Lua)
        .closers(END),
    code("shellscript", "Shell")
        .aliases(&["sh", "bash", "zsh", "ksh", "dash"])
        .files(&["sh", "bash", "zsh", "ksh", "bats"])
        .named(&[".bashrc", ".bash_profile", ".zshrc", ".zshenv", ".zprofile", ".profile", "PKGBUILD"])
        .line("#")
        .grammar(Grammar::Bash)
        .closers(SHELL),
    code("fish", "Fish").files(&["fish"]).line("#").closers(END),
    code("powershell", "PowerShell")
        .aliases(&["ps1"])
        .files(&["ps1", "psm1", "psd1"])
        .line("#")
        .block("<#", "#>")
        .closers(BRACES),
    code("ruby", "Ruby")
        .aliases(&["rb"])
        .files(&["rb", "rake", "gemspec", "ru"])
        .named(&["Gemfile", "Rakefile", "Podfile", "Vagrantfile"])
        .line("#")
        .closers(END),
    code("php", "PHP").files(&["php", "phtml"]).c_comments().closers(BRACES),
    code("swift", "Swift").files(&["swift"]).c_comments().closers(BRACES),
    code("kotlin", "Kotlin").aliases(&["kt"]).files(&["kt", "kts"]).c_comments().closers(BRACES),
    code("scala", "Scala").files(&["scala", "sc", "sbt"]).c_comments().closers(BRACES),
    code("groovy", "Groovy")
        .files(&["groovy", "gradle", "gvy"])
        .named(&["Jenkinsfile"])
        .c_comments()
        .closers(BRACES),
    code("dart", "Dart").files(&["dart"]).c_comments().closers(BRACES),
    code("zig", "Zig").aliases(&["zir"]).files(&["zig", "zon"]).line("//").closers(BRACES),
    code("haskell", "Haskell")
        .aliases(&["lhaskell"])
        .files(&["hs"])
        .line("--")
        .block("{-", "-}")
        .closers(BRACKETS),
    code("ocaml", "OCaml").files(&["ml", "mli"]).block("(*", "*)").closers(END),
    code("fsharp", "F#")
        .aliases(&["f#"])
        .files(&["fs", "fsi", "fsx"])
        .line("//")
        .block("(*", "*)")
        .closers(BRACKETS),
    code("elixir", "Elixir").aliases(&["eelixir"]).files(&["ex", "exs"]).line("#").closers(END),
    code("erlang", "Erlang").files(&["erl", "hrl"]).line("%").closers(END),
    code("clojure", "Clojure").files(&["clj", "cljs", "cljc", "edn"]).line(";").closers(BRACKETS),
    code("lisp", "Lisp")
        .aliases(&["scheme", "racket", "elisp", "emacs-lisp", "commonlisp"])
        .files(&["lisp", "cl", "el", "scm", "rkt"])
        .line(";")
        .closers(BRACKETS),
    code("r", "R").files(&["R", "r"]).named(&[".Rprofile"]).line("#").closers(BRACES),
    code("julia", "Julia").files(&["jl"]).line("#").block("#=", "=#").closers(END),
    code("perl", "Perl").aliases(&["perl6", "raku"]).files(&["pl", "pm", "raku"]).line("#").closers(BRACES),
    code("nim", "Nim").files(&["nim", "nims", "nimble"]).line("#").block("#[", "]#").closers(BRACKETS),
    code("vim", "Vim script").aliases(&["viml"]).files(&["vim"]).named(&[".vimrc"]).line("\"").closers(&[
        "endfunction",
        "endif",
        "endfor",
        "endwhile",
        "endtry",
        "}",
        ")",
        "]",
    ]),
    code("sql", "SQL")
        .aliases(&["mysql", "plsql", "postgres"])
        .files(&["sql"])
        .line("--")
        .block("/*", "*/")
        .closers(&["end", ")", ";", ","]),
    code("nix", "Nix").files(&["nix"]).line("#").block("/*", "*/").closers(BRACES),
    code("terraform", "Terraform")
        .aliases(&["hcl", "tf", "terraform-vars"])
        .files(&["tf", "tfvars", "hcl"])
        .line("#")
        .block("/*", "*/")
        .closers(BRACES),
    code("proto", "Protocol Buffers")
        .aliases(&["proto3", "protobuf"])
        .files(&["proto"])
        .c_comments()
        .closers(BRACES),
    code("graphql", "GraphQL").files(&["graphql", "gql"]).line("#").closers(BRACES),
    code("solidity", "Solidity").files(&["sol"]).c_comments().closers(BRACES),
    code("gleam", "Gleam").files(&["gleam"]).line("//").closers(BRACES),
    code("awk", "AWK").files(&["awk"]).line("#").closers(BRACES),
    code("matlab", "MATLAB").aliases(&["octave"]).files(&["mlx"]).line("%").closers(END),
    // Build files
    code("makefile", "Makefile")
        .aliases(&["make", "automake"])
        .files(&["mk", "mak"])
        .named(&["Makefile", "makefile", "GNUmakefile", "Makefile.am"])
        .line("#")
        .closers(&["endif", "endef", ")"]),
    code("cmake", "CMake")
        .files(&["cmake"])
        .named(&["CMakeLists.txt"])
        .line("#")
        .block("#[[", "]]")
        .closers(&["endif()", "endforeach()", "endfunction()", "endmacro()", ")"]),
    code("dockerfile", "Dockerfile")
        .aliases(&["docker", "containerfile"])
        .files(&["dockerfile"])
        .named(&["Dockerfile", "Containerfile"])
        .line("#"),
    code("just", "Justfile").files(&["just"]).named(&["justfile", "Justfile"]).line("#"),
    code("bazel", "Starlark")
        .aliases(&["starlark", "bzl"])
        .files(&["bzl", "bazel", "star"])
        .named(&["BUILD", "WORKSPACE"])
        .line("#")
        .closers(BRACKETS),
    // Data and markup
    code("json", "JSON")
        .files(&["json", "webmanifest"])
        .named(&["composer.lock", ".babelrc"])
        .closers(BRACKETS),
    code("jsonc", "JSON with comments")
        .aliases(&["json5"])
        .files(&["jsonc", "json5", "code-workspace"])
        .named(&["tsconfig.json", "jsconfig.json"])
        .c_comments()
        .closers(BRACKETS),
    code("jsonl", "JSON Lines").files(&["jsonl", "ndjson"]).closers(BRACKETS),
    code("yaml", "YAML")
        .aliases(&["yml", "dockercompose", "github-actions-workflow", "helm"])
        .files(&["yaml", "yml"])
        .named(&[".clang-format", ".clang-tidy"])
        .line("#")
        .closers(BRACKETS),
    code("toml", "TOML")
        .files(&["toml"])
        .named(&["Cargo.lock", "uv.lock", "poetry.lock"])
        .line("#")
        .closers(BRACKETS),
    code("ini", "INI")
        .aliases(&["dosini", "properties", "gitconfig", "editorconfig", "dotenv", "confini", "desktop"])
        .files(&["ini", "cfg", "conf", "properties", "service", "desktop", "env"])
        .named(&[".editorconfig", ".gitconfig", ".gitmodules", ".npmrc", ".env"])
        .line("#"),
    code("ignore", "Ignore file")
        .aliases(&["gitignore", "dockerignore"])
        .named(&[".gitignore", ".dockerignore", ".npmignore", ".prettierignore"])
        .line("#"),
    code("html", "HTML")
        .aliases(&["htmldjango", "handlebars", "htmlangular", "jinja-html"])
        .files(&["html", "htm", "xhtml"])
        .block("<!--", "-->")
        .closers(TAGS),
    code("vue", "Vue").files(&["vue"]).block("<!--", "-->").closers(TAGS),
    code("svelte", "Svelte").files(&["svelte"]).block("<!--", "-->").closers(TAGS),
    code("xml", "XML")
        .aliases(&["xsl", "svg"])
        .files(&["xml", "xsd", "xsl", "svg", "plist", "csproj"])
        .block("<!--", "-->")
        .closers(TAGS),
    code("css", "CSS").files(&["css"]).block("/*", "*/").closers(BRACES),
    code("scss", "SCSS")
        .aliases(&["less", "sass"])
        .files(&["scss", "less", "sass"])
        .c_comments()
        .closers(BRACES),
    code("diff", "Diff").aliases(&["patch", "gitdiff"]).files(&["diff", "patch"]),
    code("git-rebase", "Git rebase").aliases(&["gitrebase"]).named(&["git-rebase-todo"]).line("#"),
    code("csv", "CSV").aliases(&["tsv"]).files(&["csv", "tsv"]),
    // Prose
    prose("markdown", "Markdown")
        .aliases(&["md", "mdx", "pandoc", "quarto", "rmd", "vimwiki", "instructions", "prompt", "chatagent"])
        .files(&["md", "markdown", "mdx", "mdown", "qmd", "Rmd"])
        .block("<!--", "-->"),
    prose("git-commit", "Commit message")
        .aliases(&["gitcommit", "scminput", "jjdescription", "hgcommit", "svn"])
        .files(&["jjdescription"])
        .named(&["COMMIT_EDITMSG", "MERGE_MSG", "TAG_EDITMSG", "SQUASH_MSG", "PULLREQ_EDITMSG"])
        .line("#"),
    prose("restructuredtext", "reStructuredText").aliases(&["rst", "rest"]).files(&["rst", "rest"]),
    prose("latex", "LaTeX")
        .aliases(&["tex", "plaintex", "context"])
        .files(&["tex", "ltx", "sty", "cls"])
        .line("%"),
    prose("asciidoc", "AsciiDoc").aliases(&["asciidoctor", "adoc"]).files(&["adoc", "asciidoc"]).line("//"),
    prose("typst", "Typst").files(&["typ"]).line("//").block("/*", "*/"),
    prose("org", "Org").aliases(&["orgmode"]).files(&["org"]),
    prose("mail", "Mail").aliases(&["email"]).files(&["eml"]),
    prose("help", "Vim help").aliases(&["vimdoc"]),
    prose("textile", "Textile").files(&["textile"]),
    prose("norg", "Neorg").files(&["norg"]),
];

const fn code(id: &'static str, name: &'static str) -> LanguageInfo {
    LanguageInfo {
        id,
        name,
        aliases: &[],
        extensions: &[],
        file_names: &[],
        line_comment: None,
        block_comment: None,
        prose: false,
        closers: &[],
        grammar: None,
    }
}

const fn prose(id: &'static str, name: &'static str) -> LanguageInfo {
    LanguageInfo { prose: true, ..code(id, name) }
}

impl LanguageInfo {
    const fn aliases(self, aliases: &'static [&'static str]) -> LanguageInfo {
        LanguageInfo { aliases, ..self }
    }

    const fn files(self, extensions: &'static [&'static str]) -> LanguageInfo {
        LanguageInfo { extensions, ..self }
    }

    const fn named(self, file_names: &'static [&'static str]) -> LanguageInfo {
        LanguageInfo { file_names, ..self }
    }

    const fn line(self, marker: &'static str) -> LanguageInfo {
        LanguageInfo { line_comment: Some(marker), ..self }
    }

    const fn block(self, open: &'static str, close: &'static str) -> LanguageInfo {
        LanguageInfo { block_comment: Some((open, close)), ..self }
    }

    const fn c_comments(self) -> LanguageInfo {
        self.line("//").block("/*", "*/")
    }

    const fn grammar(self, grammar: Grammar) -> LanguageInfo {
        LanguageInfo { grammar: Some(grammar), ..self }
    }

    const fn closers(self, closers: &'static [&'static str]) -> LanguageInfo {
        LanguageInfo { closers, ..self }
    }
}
