//! Activations quantised to i8, one scale per group of 32.

use super::GROUP;
use super::aligned::Aligned;

/// (rows, cols) activations: `x ≈ d * q`.
#[derive(Debug, Default)]
pub(crate) struct Activations {
    rows: usize,
    cols: usize,
    /// (rows, cols)
    pub(crate) q: Aligned<i8>,
    /// (rows, cols / 32) scales.
    pub(crate) d: Vec<f32>,
    /// (rows, cols / 32) scale times the sum of the group's quants.
    pub(crate) s: Vec<f32>,
    /// (rows, cols) the quants plus 128, for kernels that multiply unsigned with signed bytes.
    #[cfg(target_arch = "x86_64")]
    pub(crate) shifted: Aligned<u8>,
    /// (rows, cols / 4) each scale eight times, for the same kernels.
    #[cfg(target_arch = "x86_64")]
    pub(crate) spread: Aligned<f32>,
}

impl Activations {
    /// Quantises `x` of shape (rows, cols) for the kernels of `isa`; cols must be a multiple of 32.
    pub(crate) fn quantize(&mut self, isa: super::Isa, x: &[f32], cols: usize) {
        let _ = isa; // only one of the instruction sets wants more
        assert!(cols > 0 && cols.is_multiple_of(GROUP) && x.len().is_multiple_of(cols));
        self.rows = x.len() / cols;
        self.cols = cols;
        self.q.resize(x.len());
        self.d.resize(x.len() / GROUP, 0.0);
        self.s.resize(x.len() / GROUP, 0.0);
        let groups = x.as_chunks::<GROUP>().0.iter().zip(self.q.as_chunks_mut::<GROUP>().0);
        for ((xs, qs), (d, s)) in groups.zip(self.d.iter_mut().zip(&mut self.s)) {
            (*d, *s) = quantize_group(xs, qs);
        }
        #[cfg(target_arch = "x86_64")]
        if isa == super::Isa::Vnni && self.rows > 1 {
            self.shifted.resize(x.len());
            self.shifted.iter_mut().zip(self.q.iter()).for_each(|(s, q)| *s = *q as u8 ^ 0x80);
            self.spread.resize(x.len() / 4);
            for (d, spread) in self.d.iter().zip(self.spread.as_chunks_mut::<8>().0) {
                *spread = [*d; 8];
            }
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn cols(&self) -> usize {
        self.cols
    }

    #[cfg(test)]
    pub(crate) fn dequantized(&self, row: usize) -> Vec<f32> {
        (0..self.cols)
            .map(|c| f32::from(self.q[row * self.cols + c]) * self.d[(row * self.cols + c) / GROUP])
            .collect()
    }
}

fn quantize_group(xs: &[f32; GROUP], qs: &mut [i8; GROUP]) -> (f32, f32) {
    let mut largest = 0.0f32;
    let mut sum = 0.0f32;
    for x in xs {
        largest = largest.max(x.abs());
        sum += x;
    }
    if !sum.is_finite() || largest > f32::MAX / 2.0 {
        // NaN or infinity: keep it visible in the result instead of clamping it to something.
        *qs = [1; GROUP];
        return (f32::NAN, f32::NAN);
    }
    let d = largest / 127.0;
    let inverse = if d > 0.0 && d.is_normal() { 1.0 / d } else { 0.0 };
    let d = if inverse == 0.0 { 0.0 } else { d };
    let mut total = 0i32;
    for (q, x) in qs.iter_mut().zip(xs) {
        let v = round(x * inverse);
        *q = v as i8;
        total = total.wrapping_add(v);
    }
    (d, d * total as f32)
}

/// Rounds to the nearest integer, ties to even; |x| must be below 2^22.
///
/// Adding 1.5 * 2^23 leaves the integer in the low bits of the sum. Every vector unit can do that,
/// while the standard library's rounding is a call for each value on processors without SSE4.1.
fn round(x: f32) -> i32 {
    const SHIFT: f32 = 12_582_912.0;
    (x + SHIFT).to_bits().wrapping_sub(SHIFT.to_bits()) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_as_the_standard_library_does() {
        for i in -127_000..=127_000 {
            let x = i as f32 / 1000.0;
            assert_eq!(round(x), x.round_ties_even() as i32, "{x}");
        }
    }
}
