//! Matches a path against a glob: `?`, `*` within a name, `**` across names. Nothing else, no case.

/// Returns whether `pattern` matches `path`, which is parted by `/`. A pattern without `/` is matched against the
/// path's last name alone.
pub fn matches(pattern: &str, path: &str) -> bool {
    let text = if pattern.contains('/') { path } else { path.rsplit('/').next().unwrap_or(path) };
    let fold = |text: &str| text.to_lowercase().chars().collect::<Vec<char>>();
    let pattern = fold(pattern.trim_start_matches('/'));
    walk(&pattern, &fold(text))
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
    use super::matches;

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
    fn many_stars_end_soon() {
        assert!(!matches(&"*a".repeat(40), &"a".repeat(10_000).replace("aaaa", "aaab").replace('a', "b")));
    }
}
