//! The packed-weight cache: packed weights in a file, so that the next start maps them instead of packing again.
//!
//! The model's own header says which areas the matrices have, in which order and how long; the cache says nothing
//! of that, so it cannot be wrong about it. Its header names the model, the layout and the length, and holds a hash of
//! samples of the areas. The engine ignores a file that does not fit to the last byte, and the next write replaces
//! it. The engine trusts the weights in it as it trusts the model's: whoever can write one of the two files can
//! write the other.

mod write;

use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use memmap2::Mmap;

use crate::gguf::Gguf;
use crate::packed::Buffer;

pub(crate) use write::Writer;

const MAGIC: u64 = u64::from_le_bytes(*b"HSPACKED");
/// Of the bytes that packing makes and of their order in the file: raised whenever one of the two changes, as
/// a test that pins them will say.
const LAYOUT: u64 = 1;
/// Bytes before the first area.
const HEADER: usize = 4096;
/// Areas begin at multiples of this: a line of any cache.
const ALIGN: usize = 128;
/// From one sample to the next; reading them also brings the pages in.
const STEP: usize = 64 << 10;
/// Bytes of a sample.
const SAMPLE: usize = 64;
/// Samples of a model's weights.
const PROBES: usize = 16;

/// A hash of words, which finds accidents; not one that withstands intent.
#[derive(Debug, Clone, Copy)]
struct Sum(u64);

impl Sum {
    const NEW: Sum = Sum(0xcbf2_9ce4_8422_2325);

    fn word(self, word: u64) -> Sum {
        let x = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Sum(x ^ (x >> 29))
    }

    fn bytes(self, bytes: &[u8]) -> Sum {
        let (words, rest) = bytes.as_chunks::<8>();
        let sum = words.iter().fold(self, |sum, word| sum.word(u64::from_le_bytes(*word)));
        rest.iter().fold(sum, |sum, byte| sum.word(u64::from(*byte))).word(bytes.len() as u64)
    }

    /// Adds the samples of bytes that stand at `at` (a multiple of [`STEP`]) in the file. The header, which
    /// is written last, is none of them.
    fn samples(self, at: usize, bytes: &[u8]) -> Sum {
        let first = if at == 0 { STEP.min(bytes.len()) } else { 0 };
        bytes[first..].chunks(STEP).fold(self, |sum, part| sum.bytes(&part[..SAMPLE.min(part.len())]))
    }
}

/// Which model file, as it is now: its size, the time of its last change, its header, and samples of its
/// weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key(u64);

impl Key {
    /// Returns the key of an opened file.
    pub(crate) fn of(file: &File, gguf: &Gguf<'_>, bytes: &[u8]) -> Key {
        let about = file.metadata();
        let changed = about.and_then(|about| about.modified()).ok();
        let since = changed.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        let sum =
            Sum::NEW.word(bytes.len() as u64).word(since.as_secs()).word(u64::from(since.subsec_nanos()));
        let mut starts: Vec<usize> = gguf.tensors().map(|(_, tensor)| tensor.bytes.start).collect();
        starts.sort_unstable();
        let header = &bytes[..starts.first().copied().unwrap_or(bytes.len()).min(bytes.len())];
        let every = starts.len().div_ceil(PROBES).max(1);
        let probe = |sum: Sum, start: &usize| sum.bytes(&bytes[*start..bytes.len().min(start + SAMPLE)]);
        Key(starts.iter().step_by(every).fold(sum.bytes(header), probe).0)
    }
}

/// Returns the first bytes of a file of packed weights.
fn header(key: Key, length: usize, samples: Sum) -> [u8; 48] {
    let words = [MAGIC, LAYOUT, key.0, length as u64, samples.0];
    let check = words.iter().fold(Sum::NEW, |sum, word| sum.word(*word));
    let mut bytes = [0; 48];
    for (bytes, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(words.into_iter().chain([check.0])) {
        *bytes = word.to_le_bytes();
    }
    bytes
}

/// Returns the bytes of an area of length `len` after the first `at` bytes of the file.
fn area(at: usize, len: usize) -> Option<Range<usize>> {
    let start = at.checked_next_multiple_of(ALIGN)?;
    Some(start..start.checked_add(len)?)
}

/// A file of packed weights, which are handed out in order.
#[derive(Debug)]
pub(crate) struct PackedCache {
    file: Arc<Mmap>,
    at: usize,
}

impl PackedCache {
    /// Maps a file of packed weights; `None` where there is none, or not of this model and whole.
    pub(crate) fn open(path: &Path, key: Key) -> Option<PackedCache> {
        // Opening something else, a pipe for example, could wait for ever.
        if !std::fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() >= HEADER as u64) {
            return None;
        }
        let file = File::open(path).ok()?;
        // SAFETY: the mapping is read-only, and such a file is replaced by renaming only. That nobody
        // shortens it is asked for in the documentation of `Engine::open`, as for the model itself.
        let file = unsafe { Mmap::map(&file) }.ok()?;
        // Large pages where the system has them for files.
        #[cfg(target_os = "linux")]
        let _ = file.advise(memmap2::Advice::HugePage);
        let expected = header(key, file.len(), Sum::NEW.samples(0, &file));
        file.starts_with(&expected).then(|| PackedCache { file: Arc::new(file), at: HEADER })
    }

    /// Returns the next area; `None` when it is not all there.
    pub(crate) fn take(&mut self, len: usize) -> Option<Buffer> {
        let bytes = area(self.at, len)?;
        self.file.get(bytes.clone())?;
        self.at = bytes.end;
        Some(Buffer::part(&self.file, bytes))
    }

    /// Returns whether all of the file was handed out.
    pub(crate) fn is_used_up(&self) -> bool {
        self.at == self.file.len()
    }
}
