//! Large blocks of memory that begin at a page, or parts of a file.

use std::ops::Range;
use std::sync::Arc;

use memmap2::{Mmap, MmapMut};

use crate::error::EngineError;

/// Memory for packed weights. What is taken is zeroed, and in large pages where the system has them: a kernel
/// that streams through hundreds of megabytes waits less for address translation.
#[derive(Debug)]
pub(crate) enum Buffer {
    Empty,
    Own(MmapMut),
    /// A part of a mapped file.
    Part(Arc<Mmap>, Range<usize>),
}

impl Buffer {
    /// Takes `len` bytes.
    ///
    /// # Errors
    /// When the system has no memory left.
    pub(crate) fn new(len: usize) -> Result<Buffer, EngineError> {
        if len == 0 {
            return Ok(Buffer::Empty);
        }
        let map = MmapMut::map_anon(len).map_err(|source| EngineError::Memory { bytes: len, source })?;
        #[cfg(all(target_os = "linux", not(miri)))] // Miri does not know large pages
        let _ = map.advise(memmap2::Advice::HugePage); // a hint: kernels without large pages refuse it
        Ok(Buffer::Own(map))
    }

    /// Returns bytes of a mapped file, which are there.
    pub(crate) fn part(file: &Arc<Mmap>, bytes: Range<usize>) -> Buffer {
        Buffer::Part(Arc::clone(file), bytes)
    }

    /// Returns the bytes, to be filled; none of a file.
    pub(super) fn own(&mut self) -> &mut [u8] {
        match self {
            Buffer::Own(map) => map,
            Buffer::Empty | Buffer::Part(..) => &mut [],
        }
    }
}

impl std::ops::Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Buffer::Empty => &[],
            Buffer::Own(map) => map,
            Buffer::Part(file, bytes) => &file[bytes.clone()],
        }
    }
}
