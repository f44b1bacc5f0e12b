//! The packed form against candle's conversion, and every instruction set against the portable one.

use proptest::prelude::*;

use super::*;
use crate::random::SplitMix64;
use crate::simd::Isa;

const TYPES: [DType; 8] =
    [DType::Q4_0, DType::Q4_1, DType::Q5_0, DType::Q5_1, DType::Q8_0, DType::Q4_K, DType::Q5_K, DType::Q6_K];

/// Random blocks whose f16 scales are finite and about `size`.
fn random_rows(dtype: DType, elems: usize, size: f32, seed: u64) -> Vec<u8> {
    let mut random = SplitMix64::new(seed);
    let mut bytes: Vec<u8> = (0..dtype.row_bytes(elems)).map(|_| random.next_u64() as u8).collect();
    let halves: &[usize] = match dtype {
        DType::Q4_0 | DType::Q5_0 | DType::Q8_0 => &[0],
        DType::Q6_K => &[208],
        _ => &[0, 2],
    };
    for block in bytes.chunks_exact_mut(dtype.block_bytes()) {
        for at in halves {
            let v = half::f16::from_f32(random.signed() * size);
            block[*at..at + 2].copy_from_slice(&v.to_le_bytes());
        }
    }
    bytes
}

fn random_values(n: usize, scale: f32, seed: u64) -> Vec<f32> {
    let mut random = SplitMix64::new(seed);
    (0..n).map(|_| random.signed() * scale).collect()
}

fn quantized(isa: Isa, x: &[f32], cols: usize) -> Activations {
    let mut acts = Activations::default();
    acts.resize(x.len() / cols, cols);
    for (r, x) in x.chunks_exact(cols).enumerate() {
        // SAFETY: a row of `cols` values, and one thread.
        unsafe { quantize(isa, 0, cols / GROUP, x.as_ptr(), r, &acts) };
    }
    acts
}

/// All products, (n, rows).
fn products(isa: Isa, w: &Packed, acts: &Activations) -> Vec<f32> {
    let mut out = vec![f32::NAN; acts.rows() * w.rows];
    for t in 0..w.tiles() {
        let mut tile = vec![f32::NAN; acts.rows() * TILE];
        multiply(isa, w, t, acts, &mut tile);
        for (r, tile) in tile.chunks_exact(TILE).enumerate() {
            let rows = TILE.min(w.rows - t * TILE);
            out[r * w.rows + t * TILE..][..rows].copy_from_slice(&tile[..rows]);
        }
    }
    out
}

fn pack(dtype: DType, bytes: &[u8], rows: usize, cols: usize) -> Packed {
    let pool = Pool::new(2).expect("threads");
    Packed::new(&pool, dtype, Kind::of(dtype).expect("a kernel"), bytes, rows, cols).expect("memory")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_kernel_gives_the_exact_product_and_all_give_the_same(
        which in 0usize..TYPES.len(), blocks in 1usize..5, rows in 1usize..40, n in 1usize..20,
        scale in prop_oneof![Just(0.0f32), Just(1e-6), Just(1.0), Just(3e4)],
        size in prop_oneof![Just(1e-4f32), Just(0.1), Just(20.0)], seed in any::<u64>(),
    ) {
        let dtype = TYPES[which];
        let cols = blocks * dtype.block_elems();
        let bytes = random_rows(dtype, rows * cols, size, seed);
        let x = random_values(cols * n, scale, seed);
        let w = pack(dtype, &bytes, rows, cols);
        let mut values = vec![0.0; rows * cols];
        dtype.to_f32(&bytes, &mut values);
        let acts = quantized(Isa::Scalar, &x, cols);
        let expected = products(Isa::Scalar, &w, &acts);
        for r in 0..n {
            let a = acts.dequantized(r);
            for (i, row) in values.chunks_exact(cols).enumerate() {
                let got = f64::from(expected[r * rows + i]);
                let exact: f64 = row.iter().zip(&a).map(|(w, a)| f64::from(*w) * f64::from(*a)).sum();
                // The K formats' scales are halves here: relative to the largest weight of a group.
                let tolerance = match dtype {
                    DType::Q4_K | DType::Q5_K | DType::Q6_K => {
                        1e-3 * row.iter().zip(&a).map(|(_, a)| f64::from(a.abs())).sum::<f64>()
                            * row.iter().fold(0.0, |m: f64, w| m.max(f64::from(w.abs())))
                    }
                    _ => 2e-5 * row.iter().zip(&a).map(|(w, a)| f64::from((w * a).abs())).sum::<f64>(),
                };
                prop_assert!(
                    (got - exact).abs() <= tolerance + 1e-12,
                    "{dtype:?} ({rows}, {cols}) x {n}: row {i} of {r}: {got} for {exact}"
                );
            }
        }
        for isa in Isa::available() {
            let acts = quantized(isa, &x, cols);
            prop_assert_eq!(&products(isa, &w, &acts), &expected, "{:?} {:?}", isa, dtype);
            // One row alone gives the same bits as among others.
            let alone = quantized(isa, &x[(n - 1) * cols..], cols);
            prop_assert_eq!(&products(isa, &w, &alone), &expected[(n - 1) * rows..], "{:?} {:?}", isa, dtype);
        }
    }
}

#[test]
fn rows_of_eight_bits_come_back_as_they_were() {
    let (rows, cols) = (37, 96);
    let bytes = random_rows(DType::Q8_0, rows * cols, 2.0, 9);
    let w = pack(DType::Q8_0, &bytes, rows, cols);
    let (mut expected, mut got) = (vec![0.0; rows * cols], vec![f32::NAN; cols]);
    DType::Q8_0.to_f32(&bytes, &mut expected);
    for (r, expected) in expected.chunks_exact(cols).enumerate() {
        w.row_f32(r, &mut got);
        let bits = |row: &[f32]| row.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&got), bits(expected), "row {r}");
    }
}

#[test]
fn nan_and_infinite_activations_stay_visible() {
    for isa in Isa::available() {
        for (at, bad) in [(5, f32::NAN), (60, f32::NAN), (40, f32::INFINITY), (8, f32::NEG_INFINITY)] {
            let w = pack(DType::Q8_0, &random_rows(DType::Q8_0, 64, 0.1, 3), 1, 64);
            let mut x = vec![1.0; 64];
            x[at] = bad;
            assert!(!products(isa, &w, &quantized(isa, &x, 64))[0].is_finite(), "{isa:?} {at} {bad}");
        }
    }
}

#[test]
fn normalised_rows_are_those_of_the_formula() {
    let cols = 96;
    let x = random_values(cols, 3.0, 4);
    let weight = random_values(cols, 1.0, 5);
    let rms = (x.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / cols as f64 + 1e-5).sqrt();
    for isa in Isa::available() {
        let mut acts = Activations::default();
        acts.resize(1, cols);
        let mut normed = vec![f32::NAN; cols];
        // SAFETY: `cols` values each, and one thread.
        unsafe { rms_norm_quantize(isa, x.as_ptr(), weight.as_ptr(), 1e-5, 0, normed.as_mut_ptr(), &acts) };
        let back = acts.dequantized(0);
        for i in 0..cols {
            let exact = f64::from(x[i]) / rms * f64::from(weight[i]);
            assert!((f64::from(normed[i]) - exact).abs() < 1e-5, "{isa:?} {i}");
            assert!((f64::from(back[i]) - exact).abs() < 0.02, "{isa:?} {i}");
        }
    }
}

#[test]
fn unpacked_weights_are_those_of_the_file() {
    let pool = Pool::new(2).expect("threads");
    for dtype in TYPES {
        let (rows, cols) = (37, 512);
        let bytes = random_rows(dtype, rows * cols, 0.5, 7);
        let kind = Kind::of(dtype).expect("a kernel");
        let w = Packed::new(&pool, dtype, kind, &bytes, rows, cols).expect("memory");
        let mut exact = vec![0.0; rows * cols];
        for (row, out) in bytes.chunks_exact(dtype.row_bytes(cols)).zip(exact.chunks_exact_mut(cols)) {
            dtype.to_f32(row, out);
        }
        let largest = exact.iter().fold(0.0f32, |m, v| m.max(v.abs()));
        let mut first: Option<Vec<f32>> = None;
        for isa in Isa::available() {
            let mut all = vec![0.0; 448 * 48];
            for t in 0..w.tiles() {
                unpack(isa, &w, t, 64..512, 48, &mut all[t * TILE..]);
            }
            for (i, exact) in exact.iter().enumerate().filter(|(i, _)| i % cols >= 64) {
                let got = all[(i % cols - 64) * 48 + i / cols];
                assert!((got - exact).abs() < 2e-3 * largest, "{dtype:?} {isa:?} {i}: {got} for {exact}");
            }
            assert_eq!(*first.get_or_insert(all.clone()), all, "{dtype:?} {isa:?}");
        }
    }
}

#[test]
fn packing_makes_the_bytes_of_the_layout_of_cached_files() {
    // Of the first version with cached files. Where these change, LAYOUT in `packed_cache/mod.rs` has to be raised, or
    // files of before would be taken for weights.
    let expected = [
        0xa1d4_c0a0_cfef_93dc,
        0x408e_0b38_8fcd_dc2f,
        0x6aca_1255_5cf2_c8da,
        0x6765_7c82_4238_5177,
        0xec46_a3fd_ff2a_fe64,
        0x6f07_e6a9_25a5_2499,
        0x3b51_e7a4_ef12_d9aa,
        0x85ac_c150_127e_f049,
    ];
    let pool = Pool::new(1).expect("a thread");
    let got = TYPES.map(|dtype| {
        let (rows, cols) = (37, 512);
        let bytes = random_rows(dtype, rows * cols, 1.0, 5);
        let kind = Kind::of(dtype).expect("a kernel");
        let packed = Packed::new(&pool, dtype, kind, &bytes, rows, cols).expect("memory");
        // FNV-1a.
        packed.areas().concat().iter().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        })
    });
    assert_eq!(got, expected, "{got:#x?}");
}
