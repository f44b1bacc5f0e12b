//! Whether libgit2 may be asked about git's lists of ignored files, where there is no git: matching a pattern with many `*`
//! could take for ever, and cannot be interrupted.

use std::path::{Path, PathBuf};

use crate::tree_file::{self, Links, ReadError};

/// Most bytes of a list.
const MOST_BYTES: u64 = 1 << 20;
/// Most steps of matching that the lists may need: about a second.
const MOST_STEPS: f64 = 1e8;

/// Why the lists are not asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListsError {
    /// A list cannot be read.
    #[error("{}: {source}", list.display())]
    Unread {
        /// The list.
        list: PathBuf,
        /// The reason.
        source: ReadError,
    },
    /// The patterns could take long.
    #[error("the patterns of its .gitignore files could take more than a second to match: use fewer `*`")]
    TooSlow,
}

/// Checks that the lists of the repository at `root` can be matched in time against a path, relative with `/`.
///
/// # Errors
/// When a list cannot be read, or matching could take long.
pub(crate) fn check(root: &Path, path: &str) -> Result<(), ListsError> {
    let mut patterns = Vec::new();
    let folders = path.match_indices('/').map(|(at, _)| root.join(&path[..at]));
    for folder in std::iter::once(root.to_path_buf()).chain(folders) {
        add(folder.join(".gitignore"), Links::Refused, &mut patterns)?;
    }
    add(root.join(".git/info/exclude"), Links::Followed, &mut patterns)?;
    if steps(&patterns, path) > MOST_STEPS { Err(ListsError::TooSlow) } else { Ok(()) }
}

/// Adds the patterns of a list, if it is there.
fn add(list: PathBuf, links: Links, patterns: &mut Vec<Pattern>) -> Result<(), ListsError> {
    match tree_file::read(&list, MOST_BYTES, links) {
        Ok(content) => patterns.extend(content.split(|byte| *byte == b'\n').filter_map(Pattern::of)),
        // Where a file stands in the place of a folder there is no list either.
        Err(ReadError::System(_)) if !list.exists() => {}
        Err(source) => return Err(ListsError::Unread { list, source }),
    }
    Ok(())
}

/// What decides how many ways there are to match a text.
#[derive(Debug, Clone, Copy, Default)]
struct Shape {
    /// The parts between `/`.
    parts: usize,
    /// The bytes of the longest part.
    longest: usize,
}

impl Shape {
    fn of(text: &[u8]) -> Shape {
        let parts = text.split(|byte| *byte == b'/').map(<[u8]>::len);
        Shape { parts: parts.clone().count(), longest: parts.max().unwrap_or_default() }
    }

    /// Returns a shape for which matching takes at least as long as for either.
    fn or(self, other: Shape) -> Shape {
        Shape { parts: self.parts.max(other.parts), longest: self.longest.max(other.longest) }
    }
}

/// The costs of a pattern.
#[derive(Debug)]
struct Pattern {
    /// Parts that are `**`: each stands for any number of whole parts.
    double_stars: usize,
    /// Of each other part the runs of `*` before its end; they stay within one part of a text.
    stars: Vec<usize>,
    /// The shape of a pattern with `!`, which is compared with the patterns before it.
    negated: Option<Shape>,
}

impl Pattern {
    fn of(line: &[u8]) -> Option<Pattern> {
        let line = line.trim_ascii();
        if matches!(line, [] | [b'#', ..]) {
            return None;
        }
        let (line, is_negated) = line.strip_prefix(b"!").map_or((line, false), |rest| (rest, true));
        let is_double = |part: &&[u8]| part.len() > 1 && part.iter().all(|byte| *byte == b'*');
        // At the end of a part a `*` takes all of the part at once.
        let end = |part: &[u8]| part.iter().rposition(|byte| *byte != b'*').map_or(0, |last| last + 1);
        let runs =
            |part: &[u8]| part[..end(part)].split(|byte| *byte != b'*').filter(|run| !run.is_empty()).count();
        let (double, single): (Vec<&[u8]>, Vec<&[u8]>) =
            line.split(|byte| *byte == b'/').partition(is_double);
        let stars = single.into_iter().map(runs).filter(|runs| *runs > 0).collect();
        let negated = is_negated.then(|| Shape::of(line));
        Some(Pattern { double_stars: double.len(), stars, negated })
    }

    /// Returns how often matching may go on behind a star: each run may end at each place after the run before. Each `**`
    /// is also tried as nothing.
    fn steps(&self, text: Shape) -> f64 {
        let within: f64 = self.stars.iter().map(|runs| ways(*runs, text.longest)).product();
        let over_parts = ways(self.double_stars, text.parts) * (self.double_stars as f64).exp2();
        over_parts * within
    }
}

/// Returns in how many ways runs of `*` can end at these places, one after the other.
fn ways(runs: usize, places: usize) -> f64 {
    (1..=runs).map(|run| (places + run) as f64 / run as f64).product()
}

/// Returns the steps that matching may need at most: git asks about the path and each folder on the way to it.
fn steps(patterns: &[Pattern], path: &str) -> f64 {
    let folders = path.match_indices('/').map(|(at, _)| at);
    let asked: Vec<Shape> =
        folders.chain([path.len()]).map(|end| Shape::of(&path.as_bytes()[..end])).collect();
    let negated: Vec<Shape> = patterns.iter().filter_map(|pattern| pattern.negated).collect();
    let longest = negated.iter().copied().fold(Shape::default(), Shape::or);
    let of_path = |pattern: &Pattern| asked.iter().map(|text| pattern.steps(*text)).sum::<f64>();
    let of_negated = |pattern: &Pattern| negated.len() as f64 * pattern.steps(longest);
    patterns.iter().map(|pattern| of_path(pattern) + of_negated(pattern)).sum()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::{Duration, Instant};

    use super::*;

    /// Far more than a second, as tests run on busy machines.
    const SLOWEST: Duration = Duration::from_secs(20);

    const PATH: &str = "server/workspace/src/skills/ignore_lists.rs";

    /// Lists as forges offer them, of the patterns with the most `*`.
    const TEMPLATES: [&str; 4] = [
        "[Ll]ibrary/\n[Uu]ser[Ss]ettings/\n/[Aa]ssets/Plugins/Editor/JetBrains*\n*.csproj\n*.pidb.meta\nsysinfo.txt\n\
         /[Aa]ssets/[Aa]ddressable[Aa]ssets[Dd]ata/*/*.bin*\n/[Aa]ssets/[Ss]treamingAssets/aa/*\n**/x/**/*.y.*\n",
        "*.rsuser\n[Dd]ebug/\n_ReSharper*/\n*.[Rr]e[Ss]harper\n[Tt]est[Rr]esult*/\n[Bb]uild[Ll]og.*\n*_wpftmp.csproj\n\
         coverage*.json\n_TeamCity*\n*.[Cc]ache\n!?*.[Cc]ache/\n**/[Pp]ackages/*\n!**/[Pp]ackages/build/\n*.vbproj.*\n\
         *- [Bb]ackup ([0-9][0-9]).rdl\n**/*.HTMLClient/GeneratedArtifacts\n**/*.DesktopClient/ModelManifest.xml\n\
         **/*.Server/ModelManifest.xml\nPublishScripts/\n~$*\n*~\n*.tlog\n.vscode/*\n!.vscode/settings.json\n",
        "logs\n*.log\nnpm-debug.log*\nyarn-error.log*\nreport.[0-9]*.[0-9]*.[0-9]*.[0-9]*.json\n**/node_modules/**\n\
         .env.*\n!.env.example\n*.tsbuildinfo\n.yarn/*\n!.yarn/patches\nvite.config.ts.timestamp-*\n.pnp.*\n",
        "*.class\n*.jar\nhs_err_pid*\nreplay_pid*\n**/target/**/generated-*/**/*.java.*\n!**/src/main/**/target/\n\
         !**/src/test/**/build/\n.idea/**/workspace.xml\n.idea/**/*.iml.*\ncmake-build-*/\n",
    ];

    #[test]
    fn common_templates_are_asked_about_long_paths() {
        let deep = format!("{}Main.java", "source/folder/".repeat(14));
        let long = format!("src/{}/{}.rs", "n".repeat(95), "m".repeat(95));
        for path in [deep, long] {
            assert!(path.len() > 190, "{path}");
            for template in TEMPLATES {
                let patterns: Vec<Pattern> =
                    template.split('\n').filter_map(|line| Pattern::of(line.as_bytes())).collect();
                let steps = steps(&patterns, &path);
                assert!(steps <= MOST_STEPS, "{steps:e} for {path}: {template}");
            }
        }
    }

    #[track_caller]
    fn check_list(list: &str, allowed: bool) {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("server")).expect("made");
        fs::write(folder.path().join("server/.gitignore"), list).expect("written");
        let found = check(folder.path(), PATH);
        assert_eq!(found.is_ok(), allowed, "{}: {found:?}", list.lines().next().unwrap_or_default());
    }

    #[test]
    fn usual_lists_are_asked() {
        check_list("", true);
        check_list("# **********\n/target/\n*.log\n!kept.log\n**/node_modules/**\n**/*.generated.*\n", true);
        let large: String = (0..2000).map(|n| format!("/build-{n}/**/*.o\n!/build-{n}/kept.o\n")).collect();
        check_list(&large[..10_000], true);
    }

    #[test]
    fn lists_that_could_take_long_are_not() {
        check_list(&format!("{}x\n", "**/".repeat(40)), false);
        check_list(&format!("{}x\n", "*a".repeat(20)), false);
        check_list(&"**/*a*b*c\n".repeat(10_000), false);
        check_list(&format!("{}{}", "*.o\n".repeat(100_000), "!x\n".repeat(100_000)), false);
        check_list(&"x".repeat(MOST_BYTES as usize + 1), false);
    }

    #[cfg(unix)]
    #[test]
    fn a_list_that_is_a_link_is_not_asked() {
        let folder = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink("/dev/zero", folder.path().join(".gitignore")).expect("linked");
        assert!(matches!(check(folder.path(), PATH), Err(ListsError::Unread { .. })));
    }

    #[test]
    fn the_bound_holds_for_what_git_does() {
        let folder = tempfile::tempdir().expect("a folder");
        let made = std::process::Command::new("git").arg("init").arg(folder.path()).output();
        assert!(made.expect("git runs").status.success());
        let families: [(&str, String); 3] = [
            ("**/a/", format!("{}b", "a/".repeat(40))),
            ("*a", format!("{}/b", "a".repeat(60))),
            ("*a*/", format!("{}b", "aaaaaaaa/".repeat(8))),
        ];
        for (part, path) in families {
            let mut asked = 0;
            for repeated in 1.. {
                let list = format!("{}/c\n", part.repeat(repeated).trim_end_matches('/'));
                fs::write(folder.path().join(".gitignore"), list).expect("written");
                if check(folder.path(), &path).is_err() {
                    break;
                }
                let began = Instant::now();
                assert!(!housestyle_review::is_ignored(folder.path(), Path::new(&path)).expect("asked"));
                assert!(began.elapsed() < SLOWEST, "{part} {repeated} times: {:?}", began.elapsed());
                asked += 1;
            }
            assert!(asked > 2, "{part} {asked} times");
        }
    }
}
