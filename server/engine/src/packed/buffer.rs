//! Large blocks of memory that begin at a page.

use memmap2::MmapMut;

use crate::error::EngineError;

/// Zeroed memory, in large pages where the system has them: a kernel that streams through hundreds of
/// megabytes waits less for address translation.
#[derive(Debug)]
pub(crate) struct Buffer(Option<MmapMut>);

impl Buffer {
    /// Takes `len` bytes.
    ///
    /// # Errors
    /// When the system has no memory left.
    pub(crate) fn new(len: usize) -> Result<Buffer, EngineError> {
        if len == 0 {
            return Ok(Buffer(None));
        }
        let map = MmapMut::map_anon(len).map_err(|source| EngineError::Memory { bytes: len, source })?;
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage); // a hint: kernels without large pages refuse it
        Ok(Buffer(Some(map)))
    }
}

impl std::ops::Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.as_deref().unwrap_or(&[])
    }
}

impl std::ops::DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        self.0.as_deref_mut().unwrap_or(&mut [])
    }
}
