//! Buffers that begin at a cache line: a 64-byte vector load that crosses two lines costs twice.

/// One cache line.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// A growing buffer of plain numbers that begins at a cache line.
#[derive(Debug, Default)]
pub(crate) struct Aligned<T> {
    lines: Vec<Line>,
    len: usize,
    of: std::marker::PhantomData<T>,
}

/// Numbers without padding for which every bit pattern is a value.
pub(crate) trait Plain: Copy {}
impl Plain for i8 {}
impl Plain for u8 {}
impl Plain for f32 {}

impl<T: Plain> Aligned<T> {
    /// Makes the buffer `len` items long; new items are zero, old ones stay.
    pub(crate) fn resize(&mut self, len: usize) {
        let bytes = len * size_of::<T>();
        if self.lines.len() * 64 < bytes {
            self.lines.resize(bytes.div_ceil(64), Line([0; 64]));
        }
        self.len = len;
    }
}

impl<T: Plain> std::ops::Deref for Aligned<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: `resize` keeps at least `len` items of initialised bytes behind the pointer, which is
        // aligned for any number, and every bit pattern is a T.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.len) }
    }
}

impl<T: Plain> std::ops::DerefMut for Aligned<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above; the slice borrows the buffer exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.len) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begins_at_a_line_and_keeps_what_it_holds() {
        let mut b = Aligned::<f32>::default();
        assert!(b.is_empty());
        b.resize(3);
        b.copy_from_slice(&[1.0, 2.0, 3.0]);
        b.resize(100);
        assert_eq!((b.len(), &b[..4], b.as_ptr().addr() % 64), (100, &[1.0, 2.0, 3.0, 0.0][..], 0));
    }
}
