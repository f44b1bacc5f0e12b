//! Matches a path against a glob: `?`, `*` within a name, `**` across names. Nothing else, no case.

use std::collections::BTreeSet;

/// Returns whether `pattern` matches `path`, which is parted by `/`. A pattern without `/` is matched against the
/// path's last name alone.
pub fn matches(pattern: &str, path: &str) -> bool {
    let text = if pattern.contains('/') { path } else { path.rsplit('/').next().unwrap_or(path) };
    let fold = |text: &str| text.to_lowercase().chars().collect::<Vec<char>>();
    let pattern = fold(pattern.trim_start_matches('/'));
    walk(&pattern, &fold(text))
}

/// Returns patterns that match, below a folder, the files that `pattern` matches seen from above. The folder's path is
/// relative, with `/` between its parts.
pub fn below(pattern: &str, folder: &str) -> Vec<String> {
    if !pattern.contains('/') {
        return vec![pattern.to_owned()];
    }
    let pattern: Vec<char> = pattern.trim_start_matches('/').to_lowercase().chars().collect();
    let mut places = BTreeSet::from([0]);
    let mut previous = '/';
    for character in folder.to_lowercase().chars().chain(['/']) {
        let skipped = past_stars(&pattern, places, previous);
        places = skipped.into_iter().filter_map(|at| step(&pattern, at, character)).collect();
        previous = character;
    }
    // The leading slash says that a pattern is for the path, also where its rest has none.
    places
        .into_iter()
        .map(|at| pattern[at..].iter().fold("/".to_owned(), |all, c| all + &c.to_string()))
        .collect()
}

/// Adds the places behind the stars at `places`: a star may match nothing.
fn past_stars(pattern: &[char], places: BTreeSet<usize>, previous: char) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut open: Vec<usize> = places.into_iter().collect();
    while let Some(at) = open.pop() {
        if found.insert(at) && pattern.get(at) == Some(&'*') {
            let is_double = pattern.get(at + 1) == Some(&'*');
            let after = at + if is_double { 2 } else { 1 };
            open.push(after);
            if is_double && previous == '/' && pattern.get(after) == Some(&'/') {
                open.push(after + 1);
            }
        }
    }
    found
}

/// Returns the place after one character; `None` where the pattern wants another one.
fn step(pattern: &[char], at: usize, character: char) -> Option<usize> {
    match *pattern.get(at)? {
        '*' if pattern.get(at + 1) == Some(&'*') || character != '/' => Some(at),
        '*' => None,
        '?' => (character != '/').then_some(at + 1),
        wanted => (wanted == character).then_some(at + 1),
    }
}

/// Linear but for one pair of marks, one a kind of star: on a mismatch the last star takes one character more.
fn walk(pattern: &[char], text: &[char]) -> bool {
    let (mut p, mut t) = (0, 0);
    // Where to go on when things do not match: after the star, and how far it reached.
    let mut single: Option<(usize, usize)> = None;
    let mut double: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') if pattern.get(p + 1) == Some(&'*') => {
                p += 2;
                // `**/` also matches no directory at all.
                if pattern.get(p) == Some(&'/') && (t == 0 || text[t - 1] == '/') {
                    p += 1;
                }
                (double, single) = (Some((p, t)), None);
                continue;
            }
            Some('*') => {
                p += 1;
                single = Some((p, t));
                continue;
            }
            Some(&c) if c == text[t] || (c == '?' && text[t] != '/') => {
                (p, t) = (p + 1, t + 1);
                continue;
            }
            _ => {}
        }
        if let Some((after, reached)) = single.filter(|(_, reached)| text[*reached] != '/') {
            (p, t, single) = (after, reached + 1, Some((after, reached + 1)));
        } else if let Some((after, reached)) = double {
            (p, t, single, double) = (after, reached + 1, None, Some((after, reached + 1)));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::{below, matches};

    #[test]
    fn patterns() {
        let cases = [
            ("*.pem", "a/b.pem", true),
            ("*.pem", "a/b.PEM", true),
            ("*.pem", "b.pem.txt", false),
            (".env*", "x/.env.local", true),
            (".env*", "x/env", false),
            ("secrets.*", "secrets.yml", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("src/*.rs", "src/a.rs", true),
            ("src/*.rs", "src/a/b.rs", false),
            ("src/**/*.rs", "src/a/b.rs", true),
            ("src/**/*.rs", "src/b.rs", true),
            ("src/**", "src/a/b/c", true),
            ("**/gen/*", "a/b/gen/x", true),
            ("**/gen/*", "gen/x", true),
            ("/gen/*", "gen/x", true),
            ("*a*b*c", "xxaxxbxxc", true),
            ("*a*b*c", "xxaxxbxx", false),
            ("", "", true),
            ("", "a", false),
            ("*", "é", true),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(matches(pattern, path), expected, "{pattern:?} on {path:?}");
        }
    }

    #[test]
    fn a_pattern_holds_below_a_folder_as_it_does_from_above() {
        let patterns = [
            "*.pem",
            "/a/*",
            "a/b/*",
            "a/b/c.rs",
            "a/**",
            "**/c.rs",
            "a/**/c.rs",
            "**/b/**",
            "a/?/c.rs",
            "b/*",
            "A/B/C/d.rs",
            "*/b/c.rs",
            "**a**/x",
            "a/b",
            "a/bc/*",
        ];
        for pattern in patterns {
            for path in ["c.rs", "x", "k.pem", "c/d.rs", "b/c.rs", "a/b/c.rs", "C.rs"] {
                let found = below(pattern, "a/b").iter().any(|pattern| matches(pattern, path));
                assert_eq!(found, matches(pattern, &format!("a/b/{path}")), "{pattern:?} on {path:?}");
            }
        }
        assert!(
            below(&"**/".repeat(500), &"a/".repeat(500)).len() < 2000,
            "as many as the pattern has places"
        );
    }

    #[test]
    fn many_stars_end_soon() {
        assert!(!matches(&"*a".repeat(40), &"a".repeat(10_000).replace("aaaa", "aaab").replace('a', "b")));
    }
}
