//! The texts of a phrase cache: put in, replaced, taken out without a trace.

use std::path::Path;

use super::order::{self, BORDER};
use super::weights::Weights;
use crate::error::LearnError;

/// Most tokens that are held: 32 MiB with their positions. A repository of 10 MB has about three million.
pub const MOST_TOKENS: usize = 4 << 20;

/// The kind of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A whole file; a path has one at most.
    File,
    /// The text that an edit wrote into a file, with the line that it began in; a path may have many.
    Edit,
    /// The text of an accepted suggestion, by the journal's entry that holds it: it can be forgotten.
    Taken(i64),
}

/// A text without its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The file's path in its repository, with `/` between its parts.
    pub path: String,
    /// Its kind.
    pub kind: Kind,
    /// How many tokens it has.
    pub length: usize,
}

/// How near a text is to the place of the prediction, the farthest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Anywhere in the repository.
    Repository,
    /// A file in the same folder.
    Directory,
    /// The same file.
    File,
    /// An edit.
    Edit,
}

/// A phrase cache.
#[derive(Debug, Clone, PartialEq)]
pub struct Phrases {
    /// Identity of the vocabulary that the tokens are of, as the caller defines it.
    pub(super) vocabulary: u64,
    /// The weights of its mixture with the model.
    pub(super) weights: Weights,
    pub(super) documents: Vec<Document>,
    /// Where each document begins in `tokens`.
    pub(super) starts: Vec<u32>,
    /// A border, then the documents, each with a border behind it.
    pub(super) tokens: Vec<u32>,
    /// Positions in `tokens`, ordered as [`order::compare`] has it.
    pub(super) positions: Vec<u32>,
}

/// The scope of each document, for one path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes(pub(super) Vec<Scope>);

impl Phrases {
    /// Returns an empty cache for tokens of a vocabulary.
    pub fn new(vocabulary: u64) -> Phrases {
        Phrases {
            vocabulary,
            weights: Weights::default(),
            documents: Vec::new(),
            starts: Vec::new(),
            tokens: vec![BORDER],
            positions: Vec::new(),
        }
    }

    /// Returns which vocabulary its tokens are of.
    pub fn vocabulary(&self) -> u64 {
        self.vocabulary
    }

    /// Returns the documents in the order in which they were put in.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// Returns how many tokens are held.
    pub fn len(&self) -> usize {
        self.tokens.len() - 1 - self.documents.len()
    }

    /// Returns how many tokens of one kind of text are held.
    pub fn len_of(&self, kind: Kind) -> usize {
        self.documents.iter().filter(|d| d.kind == kind).map(|d| d.length).sum()
    }

    /// Returns whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// Returns how many bytes tokens, positions and names take.
    pub fn bytes(&self) -> usize {
        let names: usize = self.documents.iter().map(|d| d.path.len() + size_of::<Document>() + 4).sum();
        4 * (self.tokens.len() + self.positions.len()) + names
    }

    /// Returns the weights of the mixture with the model.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Sets the weights of the mixture with the model.
    pub fn set_weights(&mut self, weights: Weights) {
        self.weights = weights;
    }

    /// Puts a text in. A whole file replaces the earlier one of its path.
    ///
    /// # Errors
    /// [`LearnError::Full`] when there is no room for it; nothing is changed then.
    pub fn insert(&mut self, path: &str, kind: Kind, tokens: &[u32]) -> Result<(), LearnError> {
        if kind == Kind::File {
            let old = self.documents.iter().position(|d| d.kind == Kind::File && d.path == path);
            if let Some(old) = old {
                if self.of(old) == tokens {
                    return Ok(());
                }
                self.room(path, tokens.len(), self.documents[old].length)?;
                self.remove_where(&mut |n, _| n == old);
            }
        }
        self.room(path, tokens.len(), 0)?;
        let new = self.append(path, kind, tokens);
        order::merge(&self.tokens, &mut self.positions, new);
        Ok(())
    }

    /// Puts many texts in, which is quicker than one after the other; returns those that there was no room for.
    /// Of whole files with the same path the last one counts.
    pub fn extend<'a>(
        &mut self,
        texts: impl IntoIterator<Item = (&'a str, Kind, &'a [u32])>,
    ) -> Vec<LearnError> {
        let mut texts: Vec<_> = texts.into_iter().collect();
        let mut last: std::collections::HashMap<&str, usize> = std::collections::HashMap::new();
        for (n, (path, kind, _)) in texts.iter().enumerate() {
            if *kind == Kind::File {
                last.insert(path, n);
            }
        }
        self.remove_where(&mut |_, d| d.kind == Kind::File && last.contains_key(d.path.as_str()));
        let mut n = 0;
        texts.retain(|(path, kind, _)| {
            n += 1;
            *kind != Kind::File || last.get(path) == Some(&(n - 1))
        });
        let mut full = Vec::new();
        let mut new = Vec::new();
        for (path, kind, tokens) in texts {
            match self.room(path, tokens.len(), 0) {
                Ok(()) => new.extend(self.append(path, kind, tokens)),
                Err(error) => full.push(error),
            }
        }
        order::merge(&self.tokens, &mut self.positions, new);
        full
    }

    /// Removes all texts of a path, the file and those of edits; returns how many. The rest is as if they had never
    /// been there.
    pub fn remove(&mut self, path: &str) -> usize {
        self.remove_where(&mut |_, d| d.path == path)
    }

    /// Removes all edits but the last `most` that were put in; returns how many.
    pub fn keep_last_edits(&mut self, most: usize) -> usize {
        let edits = self.documents.iter().filter(|d| d.kind == Kind::Edit).count();
        let mut old = edits.saturating_sub(most);
        self.remove_where(&mut |_, d| {
            let goes = d.kind == Kind::Edit && old > 0;
            old -= usize::from(goes);
            goes
        })
    }

    /// Removes the texts of the journal's entries for which `deleted` returns true; returns how many. The rest is as
    /// if they had never been there.
    pub fn remove_taken(&mut self, deleted: impl Fn(i64) -> bool) -> usize {
        self.remove_where(&mut |_, d| matches!(d.kind, Kind::Taken(entry) if deleted(entry)))
    }

    /// Removes the texts for whose tokens `which` returns true; returns how many. The rest is as if they had never been
    /// there.
    pub fn remove_texts(&mut self, which: impl Fn(&[u32]) -> bool) -> usize {
        let chosen: Vec<bool> = (0..self.documents.len()).map(|n| which(self.of(n))).collect();
        self.remove_where(&mut |n, _| chosen[n])
    }

    /// Removes the documents for which `which` returns true; it gets their number, too.
    pub(super) fn remove_where(&mut self, which: &mut dyn FnMut(usize, &Document) -> bool) -> usize {
        let removes: Vec<bool> = self.documents.iter().enumerate().map(|(n, d)| which(n, d)).collect();
        let removed = removes.iter().filter(|removes| **removes).count();
        if removed == 0 {
            return 0;
        }
        // The stretches of tokens that go, and how much all up to each of them take away.
        let mut lost = 0;
        let mut holes: Vec<(u32, u32, u32)> = Vec::with_capacity(removed);
        let mut tokens = Vec::with_capacity(self.tokens.len());
        tokens.push(BORDER);
        for (document, (start, removes)) in self.documents.iter().zip(self.starts.iter().zip(&removes)) {
            let end = start + document.length as u32 + 1;
            if *removes {
                lost += end - start;
                holes.push((*start, end, lost));
            } else {
                tokens.extend_from_slice(&self.tokens[*start as usize..end as usize]);
            }
        }
        self.positions.retain_mut(|position| {
            let Some(n) = holes.partition_point(|hole| hole.0 <= *position).checked_sub(1) else {
                return true;
            };
            let inside = *position < holes[n].1;
            *position -= if inside { 0 } else { holes[n].2 };
            !inside
        });
        self.tokens = tokens;
        let mut n = 0;
        self.documents.retain(|_| {
            n += 1;
            !removes[n - 1]
        });
        self.starts.clear();
        let mut start = 1;
        for document in &self.documents {
            self.starts.push(start);
            start += document.length as u32 + 1;
        }
        removed
    }

    /// Returns how near each document is to a path.
    pub fn scopes(&self, path: &str) -> Scopes {
        let folder = Path::new(path).parent();
        let scope = |d: &Document| match d.kind {
            Kind::Edit | Kind::Taken(_) => Scope::Edit,
            Kind::File if d.path == path => Scope::File,
            Kind::File if Path::new(&d.path).parent() == folder => Scope::Directory,
            Kind::File => Scope::Repository,
        };
        Scopes(self.documents.iter().map(scope).collect())
    }

    /// Returns a document's tokens.
    pub(super) fn of(&self, document: usize) -> &[u32] {
        let start = self.starts[document] as usize;
        &self.tokens[start..start + self.documents[document].length]
    }

    /// Returns which document a position is in.
    pub(super) fn document_of(&self, position: u32) -> usize {
        self.starts.partition_point(|start| *start <= position).saturating_sub(1)
    }

    fn room(&self, path: &str, more: usize, less: usize) -> Result<(), LearnError> {
        let held = self.tokens.len() + self.documents.len() - less;
        if held.saturating_add(more) > MOST_TOKENS {
            return Err(LearnError::Full { path: path.to_owned(), tokens: more, held, most: MOST_TOKENS });
        }
        Ok(())
    }

    /// Appends a text and returns the positions that it has.
    fn append(&mut self, path: &str, kind: Kind, tokens: &[u32]) -> Vec<u32> {
        let start = self.tokens.len() as u32;
        self.starts.push(start);
        self.documents.push(Document { path: path.to_owned(), kind, length: tokens.len() });
        // No vocabulary has a token with the border's number; were there one, it would only end a phrase.
        self.tokens.extend_from_slice(tokens);
        self.tokens.push(BORDER);
        order::positions(start, tokens.len()).collect()
    }
}
