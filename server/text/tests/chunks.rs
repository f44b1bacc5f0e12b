//! Related chunks, compared with a dumb search after random edits of files; and the bounds of an index.

use std::collections::{BTreeMap, HashSet};

use housestyle_text::chunks::{
    Bounds, CHUNK_LINES, Choice, Chunk, ChunkIndex, ChunkedFile, MOST_CHARACTERS, Query, STEP_LINES,
};
use housestyle_text::{Language, Offset, Snapshot};
use proptest::prelude::*;

/// Files by path.
type Files = BTreeMap<String, String>;

/// Returns the words of a text: names and their parts, in lower case.
fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
        let mut parts = vec![String::new()];
        for c in name.chars() {
            let begins = c.is_uppercase() && parts.last().is_some_and(|part| !part.is_empty());
            if c == '_' || begins {
                parts.push(String::new());
            }
            if c != '_' {
                parts.last_mut().expect("one").push(c);
            }
        }
        found.push(name.to_owned());
        found.extend(parts.into_iter().filter(|part| part.len() < name.len()));
    }
    found.retain(|word| word.len() >= 3);
    found.into_iter().map(|word| word.to_lowercase()).collect()
}

/// A chunk with its words.
struct Piece {
    chunk: Chunk,
    words: Vec<String>,
    is_own: bool,
}

/// Returns the chunks of a text.
fn pieces(path: &str, text: &str, is_own: bool) -> Vec<Piece> {
    let lines: Vec<&str> = text.strip_suffix('\n').unwrap_or(text).split('\n').map(str::trim_end).collect();
    let mut found = Vec::new();
    let mut first = 0;
    while first == 0 || first + STEP_LINES < lines.len() {
        let part = &lines[first..(first + CHUNK_LINES).min(lines.len())];
        if part.iter().map(|line| line.trim().len()).sum::<usize>() >= 30 {
            let text = part.join("\n").trim_end_matches('\n').to_owned();
            let range = first..first + text.split('\n').count();
            let chunk = Chunk { path: path.to_owned(), lines: range, text, score: 0.0 };
            found.push(Piece { chunk, words: words(&part.join("\n")), is_own });
        }
        first += STEP_LINES;
    }
    found
}

/// Searches all chunks of all files, in the most direct way.
fn search(files: &Files, path: &str, text: &str, line: usize, window: (usize, usize)) -> Vec<Chunk> {
    let lines: Vec<&str> = text.split('\n').collect();
    let mut counts: Vec<(String, f32)> = Vec::new();
    let current = [lines[line]; 4].join(" ");
    let around = [&lines[line.saturating_sub(10)..line], &[current.as_str()]].concat();
    let around = [&around, &lines[line + 1..(line + 4).min(lines.len())]].concat();
    for word in around.iter().flat_map(|line| words(line)) {
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count = (*count + 1.0).min(4.0),
            None => counts.push((word, 1.0)),
        }
    }
    let mut all: Vec<Piece> = files.iter().flat_map(|(path, text)| pieces(path, text, false)).collect();
    all.extend(pieces(path, text, true));
    let mean = all.iter().map(|piece| piece.words.len() as u64).sum::<u64>() as f32 / all.len() as f32;
    let count = |piece: &Piece, word: &str| piece.words.iter().filter(|held| *held == word).count();
    let weights: Vec<f32> = counts
        .iter()
        .map(|(word, weight)| {
            let holding = all.iter().filter(|piece| count(piece, word) > 0).count() as f32;
            let rarity = ((all.len() as f32 - holding + 0.5) / (holding + 0.5)).ln_1p();
            if holding == 0.0 { 0.0 } else { rarity * weight }
        })
        .collect();
    let sum: f32 = weights.iter().sum();
    for piece in &mut all {
        let hold = 1.2 * (1.0 - 0.5 + 0.5 * piece.words.len() as f32 / mean);
        let mut score = 0.0;
        for ((word, _), weight) in counts.iter().zip(&weights) {
            let count = count(piece, word).min(4) as f32;
            if count > 0.0 {
                score += weight * (count * (1.2 + 1.0) / (count + hold));
            }
        }
        let same = Language::from_path(&piece.chunk.path) == Language::from_path(path);
        piece.chunk.score = score / sum * if same { 1.0 } else { 0.3 };
    }
    let mut found: Vec<Piece> = all;
    found.retain(|piece| piece.chunk.score > 0.12 && (piece.is_own || piece.chunk.path != path));
    found.sort_by(|a, b| b.chunk.score.total_cmp(&a.chunk.score).then(a.chunk.path.cmp(&b.chunk.path)));
    let mut shown: HashSet<String> =
        lines[window.0..window.1].iter().map(|line| line.trim().to_owned()).collect();
    let mut chosen: Vec<Chunk> = Vec::new();
    for Piece { chunk, is_own, .. } in found.into_iter().take(80) {
        let there = || chosen.iter().filter(|other| other.path == chunk.path);
        let text: Vec<&str> = chunk.text.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect();
        let known = text.iter().filter(|line| shown.contains(**line)).count();
        let in_window = chunk.lines.clone().filter(|line| (window.0..window.1).contains(line)).count();
        if chosen.len() == 6
            || there().count() == 3
            || there().any(|other| other.lines.start.abs_diff(chunk.lines.start) < CHUNK_LINES)
            || 2 * known >= text.len()
            || is_own && 2 * in_window >= chunk.lines.len()
        {
            continue;
        }
        shown.extend(text.iter().map(|line| (*line).to_owned()));
        chosen.push(chunk);
    }
    chosen.reverse();
    chosen
}

const PATHS: [&str; 6] = ["a.rs", "src/b.rs", "src/c.rs", "d.py", "e.md", "f.rs"];
const NAMES: [&str; 24] = [
    "open",
    "read_file",
    "getUser",
    "user",
    "Größe",
    "größe",
    "count",
    "next_line",
    "line",
    "self",
    "return",
    "index",
    "chunks",
    "parse",
    "token",
    "Token",
    "error",
    "path",
    "file",
    "text",
    "мир",
    "x",
    "ab",
    "value",
];

fn line() -> impl Strategy<Value = String> {
    let words = prop::collection::vec(prop::sample::select(&NAMES[..]), 0..7);
    (0..3usize, words).prop_map(|(indent, words)| "    ".repeat(indent) + &words.join(" "))
}

fn text() -> impl Strategy<Value = String> {
    let lines =
        prop_oneof![4 => prop::collection::vec(line(), 0..70), 1 => prop::collection::vec(line(), 0..3)];
    (lines, any::<bool>()).prop_map(|(lines, ends)| lines.join("\n") + if ends { "\n" } else { "" })
}

#[derive(Debug, Clone)]
enum Edit {
    Insert(usize, String),
    Remove(usize),
    Compact,
    Ask { file: usize, text: String, line: prop::sample::Index, above: usize, below: usize },
}

fn edit() -> impl Strategy<Value = Edit> {
    let file = || 0..PATHS.len();
    prop_oneof![
        4 => (file(), text()).prop_map(|(file, text)| Edit::Insert(file, text)),
        2 => file().prop_map(Edit::Remove),
        1 => Just(Edit::Compact),
        3 => (file(), text(), any::<prop::sample::Index>(), 0..12usize, 0..12usize)
            .prop_map(|(file, text, line, above, below)| Edit::Ask { file, text, line, above, below }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_index_finds_what_a_search_of_all_chunks_finds(edits in prop::collection::vec(edit(), 1..40)) {
        let (mut index, mut files) = (ChunkIndex::new(Bounds::default()), Files::new());
        for edit in edits {
            match edit {
                Edit::Insert(file, text) => {
                    prop_assert!(index.insert(ChunkedFile::new(PATHS[file], &text)));
                    files.insert(PATHS[file].to_owned(), text);
                }
                Edit::Remove(file) => {
                    prop_assert_eq!(index.remove(PATHS[file]), files.remove(PATHS[file]).is_some());
                }
                Edit::Compact => index = index.compacted(),
                Edit::Ask { file, text, line, above, below } => {
                    let lines: Vec<&str> = text.split('\n').collect();
                    let line = line.index(lines.len());
                    let window = (line.saturating_sub(above), (line + below + 1).min(lines.len()));
                    let document = Snapshot::new(&text, 0, Language::from_path(PATHS[file])).with_path(PATHS[file]);
                    let window_bytes = document.line_start(window.0)..document.line_end(window.1 - 1);
                    let query = Query::new(&document, document.line_end(line), window_bytes);
                    // A window does not hold a line of which it shows nothing.
                    let window = (window.0, window.1 - usize::from(lines[window.1 - 1].is_empty()));
                    let found = index.best(&query, Choice::default());
                    prop_assert_eq!(found, search(&files, PATHS[file], &text, line, window));
                }
            }
            let counts = index.counts();
            prop_assert_eq!(counts.files, files.len());
            let chunks: usize = files.iter().map(|(path, text)| pieces(path, text, false).len()).sum();
            prop_assert_eq!(counts.chunks, chunks);
        }
    }
}

/// Returns the chunks for the place `‸` of a Rust document, of which the whole text is shown.
fn ask(index: &ChunkIndex, text: &str) -> Vec<Chunk> {
    let cursor = Offset(text.find('‸').expect("a cursor"));
    let document = Snapshot::new(&text.replace('‸', ""), 0, Language::from_id("rust")).with_path("own.rs");
    index.best(&Query::new(&document, cursor, Offset(0)..Offset(document.len())), Choice::default())
}

fn index(files: &[(&str, &str)]) -> ChunkIndex {
    let mut index = ChunkIndex::new(Bounds::default());
    for (path, text) in files {
        assert!(index.insert(ChunkedFile::new(path, text)), "{path}");
    }
    index
}

fn paths(chunks: &[Chunk]) -> Vec<&str> {
    chunks.iter().map(|chunk| chunk.path.as_str()).collect()
}

#[test]
fn the_best_chunk_stands_last() {
    let index = index(&[
        ("a.rs", "fn other_things() { unrelated_things_of_this_file(); }"),
        ("b.rs", "let retries = client.max_retries(); // and more words, and more"),
        ("c.rs", "let mut budget = RetryBudget::new(client.max_retries());"),
    ]);
    assert_eq!(paths(&ask(&index, "let budget = RetryBudget::new(client.‸)")), ["b.rs", "c.rs"]);
    assert_eq!(ask(&index, "‸"), []);
    assert_eq!(ask(&ChunkIndex::default(), "let budget = RetryBudget::new(‸)"), []);
}

#[test]
fn other_languages_count_less() {
    let text = "budget for retries of each client";
    let longer = format!("// {text}, and many more words for the whole program");
    let index = index(&[("a.py", text), ("b.rs", &longer)]);
    assert_eq!(paths(&ask(&index, "// budget for retries of each client‸")), ["a.py", "b.rs"]);
}

#[test]
fn the_own_file_takes_part_as_it_stands_in_the_editor() {
    let index = index(&[("own.rs", "the retry budget of the client as it stands on the disk")]);
    let far = "fn retry_budget(client: &Client) -> Budget { client.budget() }\n";
    let filler: String = (0..60).map(|n| format!("// filler {n} of the file\n")).collect();
    let text = format!("{far}{filler}let budget = retry_budget(client);\n");
    let document = Snapshot::new(&text, 0, Language::from_id("rust")).with_path("own.rs");
    let cursor = Offset(text.len() - 2);
    let ask = |from: usize| {
        index.best(&Query::new(&document, cursor, Offset(from)..Offset(text.len())), Choice::default())
    };
    let found = ask(text.len() - 300);
    assert_eq!((paths(&found), found[0].lines.clone()), (vec!["own.rs"], 0..10));
    assert!(found[0].text.starts_with(far.trim_end()));
    assert_eq!(ask(0), []);
}

#[test]
fn copies_and_what_the_window_shows_are_left_out() {
    let shown = "let budget = RetryBudget::new(client);\nlet client = budget.client();\n";
    let copy = "let retries = RetryBudget::of(client, budget);\nreturn retries.budget(client);\n";
    let index = index(&[("a.rs", shown), ("b.rs", copy), ("c.rs", copy), ("d.rs", &copy.repeat(40))]);
    assert_eq!(paths(&ask(&index, &format!("{shown}RetryBudget::‸"))).len(), 1);
}

#[test]
fn a_file_gives_three_chunks_and_an_index_six() {
    let text: String =
        (0..100).map(|n| format!("let budget_{n} = RetryBudget::new(client, {n});\n")).collect();
    // Copies would be left out.
    let [b, c] = ["retries", "left"].map(|name| text.replace("budget_", name));
    let files = [("a.rs", text.as_str()), ("b.rs", &b), ("c.rs", &c)];
    let several = |n: usize| index(&files[..n]);
    let found = ask(&several(1), "RetryBudget::new(client‸)");
    assert_eq!(found.len(), 3);
    assert!(found.windows(2).all(|pair| pair[0].lines.start.abs_diff(pair[1].lines.start) >= CHUNK_LINES));
    assert_eq!(ask(&several(3), "RetryBudget::new(client‸)").len(), 6);
}

#[test]
fn what_is_beyond_the_bounds_is_left_out() {
    let text = "let budget = RetryBudget::new(client);\n".repeat(12);
    let file = |path: &str| ChunkedFile::new(path, &text);
    let check = |bounds: Bounds, expected: usize| {
        let mut index = ChunkIndex::new(bounds);
        let inserted = ["a", "b", "c", "a"].into_iter().filter(|path| index.insert(file(path))).count();
        assert_eq!(
            (index.counts().files, inserted),
            (expected, expected + usize::from(expected > 0)),
            "{bounds:?}"
        );
        index
    };
    let bounds = Bounds::default();
    check(bounds, 3);
    check(Bounds { files: 2, ..bounds }, 2);
    check(Bounds { chunks: 5, ..bounds }, 2);
    check(Bounds { bytes: text.len() * 2, ..bounds }, 2);
    check(Bounds { bytes: 3, ..bounds }, 0);
    let mut small = check(Bounds { words: 2, ..bounds }, 3);
    assert_eq!(small.counts().words, 2);
    // A file that became too large is not found as it was.
    let mut index = ChunkIndex::new(Bounds { bytes: text.len(), ..bounds });
    assert!(index.insert(file("a")) && !index.insert(ChunkedFile::new("a", &text.repeat(2))));
    assert_eq!(index.counts().files, 0);
    assert!(small.remove("a") && small.remove("b") && small.remove("c"));
    assert_eq!(small.compacted().counts(), ChunkIndex::default().counts());
}

#[test]
fn a_huge_line_costs_little_and_is_cut() {
    let huge = "retry budget of the client ".repeat(40_000);
    let index = index(&[("a.rs", &huge)]);
    assert!(index.counts().bytes <= MOST_CHARACTERS);
    let found = ask(&index, &format!("{huge}‸{huge}"));
    assert_eq!(paths(&found), [""; 0], "the window shows it");
    let found = ask(&index, "let retry = budget.client()‸");
    assert!(found.len() == 1 && found[0].text.len() <= MOST_CHARACTERS);
}

#[test]
fn waste_of_changed_files_is_left_behind() {
    let text: String =
        (0..20_000).map(|n| format!("let budget_{n} = RetryBudget::new(client, {n});\n")).collect();
    let mut index = ChunkIndex::default();
    assert!(!index.is_wasteful());
    for _ in 0..10 {
        assert!(index.insert(ChunkedFile::new("a.rs", &text)));
    }
    assert!(index.is_wasteful());
    let compacted = index.compacted();
    assert!(!compacted.is_wasteful());
    assert_eq!(compacted.counts(), index.counts());
    assert_eq!(ask(&compacted, "budget_77 = RetryBudget‸"), ask(&index, "budget_77 = RetryBudget‸"));
    assert_eq!(
        compacted.files().map(|(path, text)| (path, text.len())).collect::<Vec<_>>(),
        [("a.rs", text.len() - 1)]
    );
}
