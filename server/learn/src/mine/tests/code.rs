//! Ways to write code that are planted: what people write once they have agreed, and what they wrote before.

use std::ops::Range;

use housestyle_skills::{Rule, RuleFile};

use super::history::Random;
use super::plant::{BROKEN, DECIDED};

/// A rewrite that people agreed on. `$X` is a name.
struct Agreed {
    /// The ending of the files.
    files: &'static str,
    before: &'static str,
    after: &'static str,
}

const AGREED: &[Agreed] = &[
    Agreed { files: "rs", before: "$X.len() == 0", after: "$X.is_empty()" },
    Agreed { files: "rs", before: "return Err(anyhow!(\"no {$X}\"))", after: "bail!(\"no {$X}\")" },
    Agreed { files: "py", before: "print($X)", after: "log.info($X)" },
    Agreed { files: "py", before: "'{} of them'.format($X)", after: "f'{$X} of them'" },
    Agreed { files: "ts", before: "$X.indexOf(row) !== -1", after: "$X.includes(row)" },
    Agreed { files: "ts", before: "Object.assign({}, $X)", after: "{ ...$X }" },
    Agreed { files: "go", before: "time.Now().Sub($X)", after: "time.Since($X)" },
    Agreed { files: "go", before: "fmt.Errorf(\"no $X\")", after: "errors.New(\"no $X\")" },
    Agreed { files: "lua", before: "table.insert(out, $X)", after: "out[#out + 1] = $X" },
    Agreed { files: "lua", before: "string.format('%s', $X)", after: "('%s'):format($X)" },
];

/// Returns whether a rule says one of them: it avoids code with the one text and prefers code with the other.
pub(super) fn says(file: &RuleFile, language: &str, avoid: &str, prefer: &str) -> bool {
    let Rule::Rewrite(rewrite) = &file.rule else { return false };
    file.scope.languages.iter().any(|id| id == language)
        && rewrite.prefer.contains(prefer)
        && rewrite.avoid.iter().any(|text| text.contains(avoid))
}

/// Returns the code for the ending of a file whose former way holds a text, as people write it in that commit.
pub(super) fn written(random: &mut Random, before: &str, name: &str, number: usize) -> String {
    let agreed = AGREED.iter().find(|agreed| agreed.before.contains(before)).expect("it is planted");
    let is_old = number < DECIDED || random.chance(BROKEN);
    (if is_old { agreed.before } else { agreed.after }).replace("$X", name)
}

/// Returns the first code of a file that breaks a convention, with the code that follows it.
pub(super) fn slip(path: &str, text: &str, number: usize) -> Option<(Range<usize>, String)> {
    let files = path.rsplit('.').next().unwrap_or_default();
    let found =
        AGREED.iter().filter(|agreed| agreed.files == files && number >= DECIDED).filter_map(|agreed| {
            let (head, tail) = agreed.before.split_once("$X")?;
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            // Where nothing stands before the name, it ends where what follows begins.
            let (start, name) = if head.is_empty() {
                let end = text.find(tail)?;
                let name = &text[text[..end].rfind(|c| !is_name(c)).map_or(0, |at| at + 1)..end];
                (end - name.len(), name)
            } else {
                let all = text.match_indices(head).map(|(at, _)| (at, at + head.len()));
                all.map(|(at, from)| (at, text[from..].split(|c| !is_name(c)).next().unwrap_or_default()))
                    .find(|(at, name)| text[at + head.len() + name.len()..].starts_with(tail))?
            };
            let length = head.len() + name.len() + tail.len();
            Some((start..start + length, agreed.after.replace("$X", name)))
        });
    found.min_by_key(|(range, _)| range.start)
}
