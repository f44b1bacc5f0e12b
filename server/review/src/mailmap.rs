//! One person is one person: the team's `.mailmap` says which addresses belong together.

use git2::{Commit, FileMode, Mailmap, Oid, Repository, Signature};

use crate::default_branch::find;

/// The file, in the root of a tree.
const FILE: &str = ".mailmap";
/// Most bytes of the file: some ten thousand people.
const MOST_BYTES: usize = 1 << 20;

/// Returns the mailmap at the tip of the default branch, else, where nothing says which branch that is, at `head`. The
/// work tree does not count: it may stand on any branch.
pub(crate) fn of(repository: &Repository, head: Oid) -> Option<Mailmap> {
    let default = find(repository).ok().and_then(|default| default.ok()?.commit(repository).ok());
    let commit = default.or_else(|| repository.find_commit(head).ok());
    // Git compares addresses and names without case, libgit2 with it.
    Mailmap::from_buffer(&text(repository, &commit?)?.to_lowercase()).ok()
}

fn text(repository: &Repository, commit: &Commit<'_>) -> Option<String> {
    let tree = commit.tree().ok()?;
    let entry = tree.get_name(FILE)?;
    let plain = [FileMode::Blob, FileMode::BlobExecutable].map(i32::from);
    let (size, _) = repository.odb().ok()?.read_header(entry.id()).ok()?;
    if !plain.contains(&entry.filemode()) || size > MOST_BYTES {
        return None;
    }
    Some(String::from_utf8_lossy(repository.find_blob(entry.id()).ok()?.content()).replace('\0', ""))
}

/// Returns the address of an author after the mailmap, in lower case. An address outlives changes of the name's spelling.
pub(crate) fn address(mailmap: Option<&Mailmap>, author: &Signature<'_>) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_lowercase();
    let (name, email) = (text(author.name_bytes()), text(author.email_bytes()));
    let name = if name.is_empty() { "-" } else { &name }; // libgit2 makes no signature without a name
    let known = mailmap.and_then(|mailmap| {
        let author = Signature::now(name, &email).ok()?;
        mailmap.resolve_signature(&author).ok()
    });
    known.map_or(email, |known| text(known.email_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_person_are_one() {
        let list = "# people\nAnn <ann@work.example> <Ann@Home.example>\nBo <bo@work.example> Bo B <shared@pc.example>\n\
                    <cy@work.example> <cy@old.example>\nAnn Other\n<broken\n";
        let mailmap = Mailmap::from_buffer(&list.to_lowercase()).expect("read");
        let check = |name: &str, email: &str, expected: &str| {
            assert_eq!(address(Some(&mailmap), &Signature::now(name, email).expect("a signature")), expected);
        };
        check("ann", "ann@home.EXAMPLE", "ann@work.example");
        check("Ann", "ann@work.example", "ann@work.example");
        check("BO B", "shared@pc.example", "bo@work.example");
        check("Di", "Shared@pc.example", "shared@pc.example");
        check("Cy", "cy@old.example", "cy@work.example");
    }
}
