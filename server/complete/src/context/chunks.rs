//! Related chunks of other files, one section of a prompt each.
//!
//! ```text
//! src/money.rs
//! pub fn cents(units: u32) -> u32 {
//!     units * 100
//! }
//! ```

use housestyle_text::chunks::Chunk;

/// The most tokens of a section, its path included.
const MAX_TOKENS: usize = 90;
/// The fewest tokens for which a chunk is worth a section.
const MIN_TOKENS: usize = 24;

/// Returns sections of the best chunks that fit into `most` tokens together, the best one last. `chunks` come with the
/// best one last. A chunk that is too long loses its last lines.
pub(super) fn sections(chunks: &[Chunk], most: usize, count: &dyn Fn(&str) -> usize) -> Vec<String> {
    let (mut sections, mut left) = (Vec::new(), most);
    for chunk in chunks.iter().rev() {
        if left < MIN_TOKENS {
            break;
        }
        if let Some((section, tokens)) = section(chunk, left.min(MAX_TOKENS), count) {
            sections.push(section);
            left -= tokens;
        }
    }
    sections.reverse();
    sections
}

/// Returns a chunk's section and its tokens; `None` where not even the path and a line fit.
fn section(chunk: &Chunk, most: usize, count: &dyn Fn(&str) -> usize) -> Option<(String, usize)> {
    let lines: Vec<&str> = chunk.text.lines().collect();
    let first = |kept: usize| format!("{}\n{}\n", chunk.path, lines[..kept].join("\n"));
    let fitting = (1..=lines.len()).rev().map(|kept| {
        let text = first(kept);
        let tokens = count(&text);
        (text, tokens)
    });
    fitting.into_iter().find(|(_, tokens)| *tokens <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(path: &str, text: &str) -> Chunk {
        Chunk { path: path.to_owned(), lines: 0..text.lines().count(), text: text.to_owned(), score: 1.0 }
    }

    /// Counts words, so that tests can say what fits.
    fn words(text: &str) -> usize {
        text.split_whitespace().count()
    }

    #[test]
    fn the_header_shows_a_section() {
        let chunk = chunk("src/money.rs", "pub fn cents(units: u32) -> u32 {\n    units * 100\n}");
        let text = "src/money.rs\npub fn cents(units: u32) -> u32 {\n    units * 100\n}\n";
        assert_eq!(sections(&[chunk], 90, &words), [text]);
    }

    #[test]
    fn the_best_ones_stay_and_the_best_one_is_last() {
        let thirty = |name: &str| chunk(name, &format!("{name} {}", "word ".repeat(28)));
        let chunks = ["c", "b", "a"].map(thirty);
        let chosen = |most: usize| -> String {
            sections(&chunks, most, &words).iter().map(|section| &section[..1]).collect()
        };
        assert_eq!(["cba", "ba", "ba", "a", ""].map(str::len), [90, 89, 60, 59, 29].map(|n| chosen(n).len()));
        assert_eq!((chosen(90), chosen(60), chosen(30)), ("cba".to_owned(), "ba".to_owned(), "a".to_owned()));
    }

    #[test]
    fn a_long_chunk_loses_its_last_lines() {
        let lines = "one two three four five six seven eight nine ten\n".repeat(12);
        let section = sections(&[chunk("a.rs", &lines)], 1000, &words).remove(0);
        assert_eq!(section.lines().count(), 1 + 8);
        assert_eq!(sections(&[chunk("a.rs", &"word ".repeat(100))], 1000, &words), [""; 0]);
        assert_eq!(sections(&[], 1000, &words), [""; 0]);
    }
}
