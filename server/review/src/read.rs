//! Reads what one commit changed: files with their texts before and after, and the hunks between them.

use git2::{
    Delta, Diff, DiffDelta, DiffFile, DiffFindOptions, DiffOptions, FileMode, Mailmap, ObjectType, Oid,
    Patch, Repository,
};
use housestyle_learn::exclusions::{Exclusion, ExclusionCounts, MAX_BYTES, by_path, by_text};
use housestyle_learn::{Commit, FileChange, Hunk, Origin};

use crate::attributes::TreeAttributes;
use crate::mailmap;

/// Most files of a commit among which renames are detected; with more they count as moved lines.
const RENAME_FILES: usize = 200;

/// Reads commits of one repository.
pub(crate) struct Reader<'a> {
    pub(crate) repository: &'a Repository,
    pub(crate) forbidden: &'a dyn Fn(&str) -> bool,
    pub(crate) mailmap: Option<&'a Mailmap>,
}

impl Reader<'_> {
    /// Returns the changes of a commit since its first parent, and its excluded files, counted by reason.
    pub(crate) fn read(&self, id: Oid) -> Result<(Commit, ExclusionCounts), git2::Error> {
        let commit = self.repository.find_commit(id)?;
        let mut counts = ExclusionCounts::default();
        let before = match commit.parent_count() {
            0 => None,
            _ => Some(commit.parent(0)?.tree()?),
        };
        let after = commit.tree()?;
        let diff = self.diff(before.as_ref(), &after)?;
        let attributes = TreeAttributes::new(self.repository, &after);
        let mut files = Vec::new();
        for index in 0..diff.deltas().len() {
            match self.file(&diff, index, &attributes)? {
                Ok(Some(file)) => files.push(file),
                Ok(None) => {}
                Err(reason) => counts.add(reason),
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let commit = Commit {
            id: id.to_string(),
            author: mailmap::address(self.mailmap, &commit.author()),
            time: commit.time().seconds(),
            is_first: before.is_none(),
            files,
        };
        Ok((commit, counts))
    }

    fn diff(&self, before: Option<&git2::Tree<'_>>, after: &git2::Tree<'_>) -> Result<Diff<'_>, git2::Error> {
        let mut options = DiffOptions::new();
        options.context_lines(0).interhunk_lines(0).indent_heuristic(true).skip_binary_check(true);
        let mut diff = self.repository.diff_tree_to_tree(before, Some(after), Some(&mut options))?;
        if diff.deltas().len() <= RENAME_FILES {
            let mut find = DiffFindOptions::new();
            find.renames(true).copies(true).rename_limit(RENAME_FILES);
            // A blob that a partial clone lacks makes this fail; renames then count as moved lines.
            if diff.find_similar(Some(&mut find)).is_err() {
                return self.repository.diff_tree_to_tree(before, Some(after), Some(&mut options));
            }
        }
        Ok(diff)
    }

    /// Returns one file's change, `None` where its text stayed as it was, or the reason to exclude the file.
    fn file(
        &self,
        diff: &Diff<'_>,
        index: usize,
        attributes: &TreeAttributes<'_>,
    ) -> Result<Result<Option<FileChange>, Exclusion>, git2::Error> {
        let Some(delta) = diff.get_delta(index) else { return Ok(Ok(None)) };
        let (old, new) = match self.texts(&delta, attributes) {
            Ok(texts) => texts,
            Err(reason) => return Ok(Err(reason)),
        };
        let side = if delta.status() == Delta::Deleted { delta.old_file() } else { delta.new_file() };
        let path_of =
            |side: DiffFile<'_>| String::from_utf8_lossy(side.path_bytes().unwrap_or_default()).into_owned();
        let origin = match delta.status() {
            Delta::Renamed => Some(Origin::Renamed(path_of(delta.old_file()))),
            Delta::Copied => Some(Origin::Copied),
            _ => None,
        };
        let path = path_of(side);
        let mut options = DiffOptions::new();
        options.context_lines(0).interhunk_lines(0).indent_heuristic(true).force_text(true);
        let patch = Patch::from_buffers(old.as_bytes(), None, new.as_bytes(), None, Some(&mut options))?;
        let (starts_old, starts_new) = (line_starts(&old), line_starts(&new));
        let mut hunks = Vec::with_capacity(patch.num_hunks());
        for number in 0..patch.num_hunks() {
            let (hunk, _) = patch.hunk(number)?;
            hunks.push(Hunk {
                old: bytes(&starts_old, hunk.old_start(), hunk.old_lines()),
                new: bytes(&starts_new, hunk.new_start(), hunk.new_lines()),
            });
        }
        if hunks.is_empty() {
            return Ok(Ok(None));
        }
        let blob = (delta.status() != Delta::Deleted).then(|| delta.new_file().id().to_string());
        drop(patch);
        Ok(Ok(Some(FileChange { path, origin, blob, old, new, hunks })))
    }

    /// Returns a file's text before and after, empty where there is none.
    fn texts(
        &self,
        delta: &DiffDelta<'_>,
        attributes: &TreeAttributes<'_>,
    ) -> Result<(String, String), Exclusion> {
        let mut texts = [String::new(), String::new()];
        let is_added = matches!(delta.status(), Delta::Added | Delta::Untracked);
        for (n, side) in [delta.old_file(), delta.new_file()].into_iter().enumerate() {
            let absent = if n == 0 { is_added } else { delta.status() == Delta::Deleted };
            if absent {
                continue;
            }
            // The path that a file came from says nothing of what it is now.
            let is_own_path = n == 1 || delta.status() == Delta::Deleted;
            let path = side.path_bytes().unwrap_or_default();
            let attributes = is_own_path.then_some(attributes);
            (_, texts[n]) = self.writing(path, i32::from(side.mode()), side.id(), attributes)?;
        }
        let [old, new] = texts;
        Ok((old, new))
    }

    /// Returns a file's path and text, or the reason to exclude it. `attributes` are those of its tree; `None` where the path
    /// is not the file's own.
    pub(crate) fn writing(
        &self,
        path: &[u8],
        mode: i32,
        id: Oid,
        attributes: Option<&TreeAttributes<'_>>,
    ) -> Result<(String, String), Exclusion> {
        let path = self.named(path, mode, attributes)?;
        Ok((path.to_owned(), self.text(path, id)?))
    }

    /// Returns a file's path, or the reason to exclude the file that path, mode and attributes show.
    pub(crate) fn named<'p>(
        &self,
        path: &'p [u8],
        mode: i32,
        attributes: Option<&TreeAttributes<'_>>,
    ) -> Result<&'p str, Exclusion> {
        let path = str::from_utf8(path).map_err(|_| Exclusion::PathNotUtf8)?;
        let plain = [FileMode::Blob, FileMode::BlobExecutable, FileMode::BlobGroupWritable];
        if !plain.map(i32::from).contains(&mode) {
            return Err(Exclusion::NotAFile);
        }
        if (self.forbidden)(path) {
            return Err(Exclusion::Forbidden);
        }
        if let Some(attributes) = attributes
            && let Some(reason) = by_path(path).or_else(|| attributes.exclusion(path))
        {
            return Err(reason);
        }
        Ok(path)
    }

    /// Returns a file's text, or the reason to exclude the file that its size and bytes show.
    pub(crate) fn text(&self, path: &str, id: Oid) -> Result<String, Exclusion> {
        let database = self.repository.odb().map_err(|_| Exclusion::Missing)?;
        let (size, kind) = database.read_header(id).map_err(|_| Exclusion::Missing)?;
        if kind != ObjectType::Blob {
            return Err(Exclusion::NotAFile);
        }
        // Before it is read: it may be larger than memory.
        if size > MAX_BYTES {
            return Err(Exclusion::TooLarge);
        }
        let blob = self.repository.find_blob(id).map_err(|_| Exclusion::Missing)?;
        by_text(path, blob.content()).map(str::to_owned)
    }
}

/// Returns where each line begins, and where the text ends.
fn line_starts(text: &str) -> Vec<usize> {
    let mut starts = vec![0];
    starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    if starts.last() != Some(&text.len()) {
        starts.push(text.len());
    }
    starts
}

/// Returns the bytes of `count` lines from line `start`, which git counts from 1, and from 0 where `count` is 0: then
/// it is the line before the place.
fn bytes(starts: &[usize], start: u32, count: u32) -> std::ops::Range<usize> {
    let last = starts.len() - 1;
    let first = if count == 0 { start as usize } else { (start as usize).saturating_sub(1) };
    starts[first.min(last)]..starts[(first + count as usize).min(last)]
}
