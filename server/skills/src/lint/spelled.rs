//! Words whose letters stand apart: `i g n o r e`, `i.g.n.o.r.e`, or one letter a line.

use super::Found;
use super::fold::{fold, is_accent};
use super::text::Lines;

/// Most characters between two letters of a word.
const GAP: usize = 5;
/// Fewest letters that are looked at.
const FEWEST: usize = 4;
/// Parts of words of orders. An alphabet, a row of keys or the columns of a table holds none of them.
const WORDS: &[&str] = &[
    "ignore",
    "disregard",
    "override",
    "bypass",
    "previous",
    "instruction",
    "password",
    "credential",
    "execute",
    "systemprompt",
    "donottell",
    "ignorier",
    "missacht",
    "anweisung",
    "passwort",
    "ignora",
    "consigne",
    "motdepasse",
    "instruccion",
    "contrasena",
    "игнориру",
    "инструкци",
    "указани",
    "忽略",
    "无视",
    "無視",
    "指令",
    "指示",
];

/// Refuses letters that stand apart and spell a word of orders.
pub(super) fn check(path: &str, text: &str, lines: &Lines, found: &mut Found) {
    let mut run = Run::default();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if is_accent(c) {
            continue;
        }
        if !c.is_alphanumeric() {
            run.gap += 1;
            continue;
        }
        let mut alone = true;
        while chars.next_if(|(_, next)| next.is_alphanumeric() || is_accent(*next)).is_some_and(
            |(_, next)| {
                alone &= is_accent(next);
                true
            },
        ) {}
        if !alone || run.gap > GAP {
            run.end(path, lines, found);
        }
        if alone {
            run.start.get_or_insert(at);
            run.letters.extend(fold(c));
        }
        run.gap = 0;
    }
    run.end(path, lines, found);
}

/// Single letters one after the other.
#[derive(Default)]
struct Run {
    letters: String,
    start: Option<usize>,
    gap: usize,
}

impl Run {
    fn end(&mut self, path: &str, lines: &Lines, found: &mut Found) {
        let letters = std::mem::take(&mut self.letters);
        let Some(start) = self.start.take().filter(|_| letters.chars().count() >= FEWEST) else { return };
        let spells = |word: &&&str| letters.contains(&word.chars().flat_map(fold).collect::<String>());
        if let Some(word) = WORDS.iter().find(spells) {
            let text =
                format!("letters that stand apart spell {word:?}: nobody reads them so, but machines do");
            found.refuse("override", path, lines.number(start), text);
        }
    }
}
