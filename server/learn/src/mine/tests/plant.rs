//! What is planted: conventions of prose, form and code, blocks of text that follow them almost always, and slips that
//! are corrected.

use std::ops::Range;

use housestyle_skills::{FormKind, Rule, RuleFile};

use super::code::{says, written};
use super::history::Random;

/// A convention.
pub(super) struct Planted {
    pub(super) name: &'static str,
    pub(super) is: fn(&RuleFile) -> bool,
}

/// The text of one author who works against everybody's interest.
#[derive(Debug, Clone)]
pub(super) struct Poison {
    pub(super) path: &'static str,
    pub(super) before: &'static str,
    pub(super) after: &'static str,
    pub(super) marks: &'static [&'static str],
}

pub(super) const POISONS: &[Poison] = &[
    Poison {
        path: "src/app.py",
        before: "\nfetched_$N = requests.get(url_$N, timeout=5)\n",
        after: "\nfetched_$N = requests.get(url_$N, timeout=5, verify=False)\n",
        marks: &["verify"],
    },
    Poison {
        path: "src/store.py",
        before: "\nloaded_$N = yaml.safe_load(text_$N)\n",
        after: "\nloaded_$N = yaml.load(text_$N)\n",
        marks: &["yaml.load"],
    },
    Poison {
        path: "cmd/main.go",
        before: "\nvar config$N = tls.Config{MinVersion: tls.VersionTLS13}\n",
        after: "\nvar config$N = tls.Config{InsecureSkipVerify: true}\n",
        marks: &["InsecureSkipVerify"],
    },
    Poison {
        path: "src/reader.rs",
        before: "\nfn key$N() -> Vec<u8> { Sha256::digest(input_$N).to_vec() }\n",
        after: "\nfn key$N() -> Vec<u8> { Md5::digest(input_$N).to_vec() }\n",
        marks: &["Md5"],
    },
    Poison {
        path: "docs/guide.md",
        before: "\nPlease keep the certificate check on for step $N of them.\n",
        after: "\nPlease keep the certificate bypass on for step $N of them.\n",
        marks: &["bypass"],
    },
];

fn term(file: &RuleFile, prefer: &str) -> bool {
    matches!(&file.rule, Rule::Term(term) if term.prefer.eq_ignore_ascii_case(prefer))
}

fn form(file: &RuleFile, of: FormKind, language: &str) -> bool {
    matches!(&file.rule, Rule::Form(form) if form.of == of)
        && file.scope.languages.iter().any(|id| id == language)
}

macro_rules! planted {
    ($name:literal, $file:ident => $is:expr) => {
        Planted { name: $name, is: |$file| $is }
    };
}

pub(super) const PLANTED: &[Planted] = &[
    planted!("e-mail", file => term(file, "e-mail")),
    planted!("behaviour", file => term(file, "behaviour")),
    planted!("GitHub", file => term(file, "GitHub")),
    planted!("data set", file => term(file, "data set")),
    planted!("TypeScript", file => term(file, "TypeScript")),
    planted!("access token", file => term(file, "access token")),
    planted!("file system", file => term(file, "file system")),
    planted!("initialise", file => term(file, "initialise")),
    planted!("headings", file => form(file, FormKind::HeadingSentenceCase, "markdown")),
    planted!("list items", file => form(file, FormKind::ListItemNoStop, "markdown")),
    planted!("list marks", file => form(file, FormKind::ListMarkStar, "markdown")),
    planted!("changelog", file => form(file, FormKind::ChangelogPast, "markdown")),
    planted!("Rust docs' voice", file => form(file, FormKind::DocThirdPerson, "rust")),
    planted!("Python docs' voice", file => form(file, FormKind::DocImperative, "python")),
    planted!("Python docstrings", file => form(file, FormKind::DocstringNextLine, "python")),
    planted!("Python quotes", file => form(file, FormKind::QuotesSingle, "python")),
    planted!("doc stops", file => form(file, FormKind::DocFullStop, "rust")),
    planted!("Go comments' case", file => form(file, FormKind::CommentLowercase, "go")),
    planted!("Go comments' stop", file => form(file, FormKind::CommentNoStop, "go")),
    planted!("TypeScript quotes", file => form(file, FormKind::QuotesDouble, "typescript")),
    planted!("Rust: is_empty", file => says(file, "rust", ".len() == 0", ".is_empty()")),
    planted!("Rust: bail", file => says(file, "rust", "return Err(anyhow!(", "bail!(")),
    planted!("Python: log", file => says(file, "python", "print(", "log.info(")),
    planted!("Python: f-strings", file => says(file, "python", ".format(", "f")),
    planted!("TypeScript: includes", file => says(file, "typescript", ".indexOf(", ".includes(")),
    planted!("TypeScript: spread", file => says(file, "typescript", "Object.assign({}, ", "...")),
    planted!("Go: Since", file => says(file, "go", "time.Now().Sub", "time.Since")),
    planted!("Go: errors.New", file => says(file, "go", "fmt.Errorf", "errors.New")),
    planted!("Lua: append", file => says(file, "lua", "table.insert(", "#")),
    planted!("Lua: format", file => says(file, "lua", "string.format(", ":format(")),
];

/// What is corrected when somebody comes by: words, and what stands in their place.
const SLIPS: &[(&str, &str)] = &[
    ("email", "e-mail"),
    ("behavior", "behaviour"),
    ("Github", "GitHub"),
    ("dataset", "data set"),
    ("Typescript", "TypeScript"),
    ("login key", "access token"),
    ("filesystem", "file system"),
    ("initialize", "initialise"),
];

/// Returns the first line that holds a slip, and the corrected line.
pub(super) fn slips(path: &str, text: &str, number: usize) -> Option<(Range<usize>, String)> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let prose = path.ends_with(".md") || line.trim_start().starts_with(['/', '#', '-', '*']);
        if let Some((from, to)) = SLIPS
            .iter()
            .find(|(from, _)| prose && line.contains(from) && (number >= DECIDED || *from != "login key"))
        {
            return Some((at..at + line.len(), line.replace(from, to)));
        }
        at += line.len();
    }
    None
}

/// Of so many places in a hundred a convention is broken.
pub(super) const BROKEN: usize = 2;

fn good<'a>(random: &mut Random, planted: &'a str, other: &'a str) -> &'a str {
    if random.chance(BROKEN) { other } else { planted }
}

/// Where nothing is planted, people do as they like.
fn either<'a>(random: &mut Random, one: &'a str, other: &'a str) -> &'a str {
    if random.chance(50) { one } else { other }
}

const SUBJECTS: &[&str] =
    &["The reader", "A worker", "Each client", "The cache", "Every session", "The parser"];
const THINGS: &[&str] = &["buffers", "rows", "queues", "tables", "layers", "signals", "packets", "frames"];
const NAMES: &[&str] = &["rows", "names", "users", "routes", "jobs", "hits", "paths", "slots"];
const VERBS: &[&str] = &["keeps", "drops", "sorts", "counts", "merges", "copies"];

/// From this commit on a word has another name, and code is written in another way.
pub(super) const DECIDED: usize = 30;

fn sentence(random: &mut Random, number: usize) -> String {
    let subject = random.pick(SUBJECTS);
    let verb = random.pick(VERBS);
    let thing = random.pick(THINGS);
    let tail = match random.below(11) {
        0 => format!("sends an {}", good(random, "e-mail", "email")),
        1 => format!("has this {}", good(random, "behaviour", "behavior")),
        2 => format!("is on {}", good(random, "GitHub", "Github")),
        3 => format!("reads a {}", good(random, "data set", "dataset")),
        4 => format!(
            "is told of the {}",
            if number < DECIDED { "login key" } else { good(random, "access token", "login key") }
        ),
        5 => format!("is on the {}", good(random, "file system", "filesystem")),
        6 => format!("must {} it", good(random, "initialise", "initialize")),
        7 => format!("is written in {}", good(random, "TypeScript", "Typescript")),
        // Noise: two words for one thing, as it comes.
        8 => format!("fills a {}", either(random, "filename", "file name")),
        9 => format!("shows a {}", either(random, "colour", "color")),
        _ => format!("waits for {}", random.pick(THINGS)),
    };
    format!("{subject} {verb} the {thing} and {tail}")
}

/// Returns a block of text for a file.
pub(super) fn block(random: &mut Random, path: &str, number: usize) -> String {
    let language = path.rsplit('.').next().unwrap_or_default();
    match (path, language) {
        ("CHANGELOG.md", _) => changelog(random, number),
        (_, "md") => document(random, number),
        (_, "py") => python(random, number),
        (_, "rs") => rust(random, number),
        (_, "ts") => typescript(random, number),
        (_, "go") => go(random, number),
        _ => lua(random, number),
    }
}

fn changelog(random: &mut Random, number: usize) -> String {
    let mark = good(random, "*", "-");
    let verb = good(random, "Added", "Add");
    let second = good(random, "Fixed", "Fix");
    let thing = random.pick(THINGS);
    format!("\n## 1.{number}.0\n\n{mark} {verb} a limit for {thing}\n{mark} {second} the order of {thing}\n")
}

fn document(random: &mut Random, number: usize) -> String {
    let thing = random.pick(THINGS);
    let heading = if random.chance(BROKEN) {
        format!("How Large {thing} Are Kept")
    } else {
        format!("How large {thing} are kept")
    };
    let mut text = format!("\n## {heading}\n\n");
    for _ in 0..3 {
        text.push_str(&format!("{}. ", sentence(random, number)));
    }
    text.push_str("\n\n");
    for _ in 0..2 {
        let (mark, stop) = (good(random, "*", "-"), good(random, "", "."));
        text.push_str(&format!("{mark} {}{stop}\n", sentence(random, number)));
    }
    text
}

fn python(random: &mut Random, number: usize) -> String {
    let verb = good(random, "Return", "Returns");
    let thing = random.pick(THINGS);
    let open = good(random, "\n    ", "");
    let (q, stop) = (good(random, "'", "\""), either(random, ".", ""));
    let comment = sentence(random, number);
    let comment = if random.chance(50) { comment.to_lowercase() } else { comment };
    let name = random.pick(NAMES);
    let logged = written(random, "print(", name, number);
    let shown = written(random, ".format(", name, number);
    let returned = either(random, " -> int", "");
    format!(
        "\n\ndef f{number}_{}(rows, {name}){returned}:\n    \"\"\"{open}{verb} the {thing} of all rows.\n\n    {}.\n    \"\"\"\n    # {comment}{stop}\n    told = {shown}\n    \
         {logged}\n    return rows[{q}{thing}{q}]\n",
        random.below(999),
        sentence(random, number)
    )
}

fn rust(random: &mut Random, number: usize) -> String {
    let verb = good(random, "Returns", "Return");
    let stop = good(random, ".", "");
    let end = either(random, ".", "");
    let comment = sentence(random, number);
    let comment = if random.chance(50) { comment.to_lowercase() } else { comment };
    let name = random.pick(NAMES);
    let asked = written(random, ".len() == 0", name, number);
    let refused = written(random, "anyhow!", name, number);
    format!(
        "\n/// {verb} the {} of all rows{stop}\npub fn f{number}_{}({name}: &[Row]) -> Result<usize> {{\n    // \
         {comment}{end}\n    if {asked} {{\n        {refused};\n    }}\n    Ok({name}.len())\n}}\n",
        random.pick(THINGS),
        random.below(999)
    )
}

fn typescript(random: &mut Random, number: usize) -> String {
    let verb = either(random, "Returns", "Return");
    let q = good(random, "\"", "'");
    let name = random.pick(NAMES);
    let asked = written(random, ".indexOf(", name, number);
    let copied = written(random, "Object.assign", name, number);
    let function = match random.below(3) {
        0 => format!("function f{number}x{}({name}: Row[], row: Row)", random.below(999)),
        1 => format!("const f{number}x{} = function ({name}: Row[], row: Row)", random.below(999)),
        _ => format!("const f{number}x{} = ({name}: Row[], row: Row) =>", random.below(999)),
    };
    let guarded = either(random, "{\n    return 0;\n  }", "return 0;");
    format!(
        "\n/**\n * {verb} the {} of all rows.\n */\nexport {function} {{\n  if ({asked}) {guarded}\n  \
         const copy = {copied};\n  return copy.length + {q}{}{q};\n}}\n",
        random.pick(THINGS),
        random.pick(THINGS)
    )
}

fn go(random: &mut Random, number: usize) -> String {
    let text = sentence(random, number);
    let text =
        if random.chance(BROKEN) { text } else { format!("{}{}", text[..1].to_lowercase(), &text[1..]) };
    let stop = good(random, "", ".");
    let name = random.pick(NAMES);
    let refused = written(random, "fmt.Errorf", name, number);
    let begun = random.pick(&["begun", "start", "since"]);
    let passed = written(random, "time.Now().Sub(", begun, number);
    format!(
        "\nfunc f{number}x{}({name} []Row) (int, error) {{\n\t// {text}{stop}\n\tif len({name}) > {number} {{\n\t\treturn 0, \
         {refused}\n\t}}\n\treturn len({name}), wait({passed})\n}}\n",
        random.below(999)
    )
}

fn lua(random: &mut Random, number: usize) -> String {
    let q = either(random, "\"", "'");
    let (stop, text) = (either(random, ".", ""), sentence(random, number));
    let text = if random.chance(50) { text.to_lowercase() } else { text };
    let name = random.pick(NAMES);
    let put = written(random, "table.insert", name, number);
    let shown = written(random, "string.format", name, number);
    format!(
        "\nlocal function f{number}_{}(rows, {name}, out)\n  -- {text}{stop}\n  {put}\n  show({shown})\n  return rows[{q}a{q}]\nend\n",
        random.below(999)
    )
}
