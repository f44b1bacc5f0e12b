//! Large blocks of memory that begin at a page.

use memmap2::MmapMut;

/// Zeroed memory, in large pages where the system has them: a kernel that streams through hundreds of
/// megabytes waits less for address translation.
#[derive(Debug)]
pub(crate) struct Buffer(Option<MmapMut>);

impl Buffer {
    /// Takes `len` bytes.
    ///
    /// # Panics
    /// When the system has no memory left, as any allocation does.
    pub(crate) fn new(len: usize) -> Buffer {
        if len == 0 {
            return Buffer(None);
        }
        let Ok(map) = MmapMut::map_anon(len) else {
            std::alloc::handle_alloc_error(
                std::alloc::Layout::array::<u8>(len).unwrap_or(std::alloc::Layout::new::<u8>()),
            )
        };
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage); // a hint: kernels without large pages refuse it
        Buffer(Some(map))
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
