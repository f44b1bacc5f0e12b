//! The kernels beside what the machine can do: `cargo bench -p housestyle-engine`.
//!
//! `read` is the roof of products with one row: how fast memory is read that no cache holds. `one tile` is the
//! roof of products with many rows: how fast the kernel is when all its weights are in the first cache.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use housestyle_engine::DType;
use housestyle_engine::bench::{Attention, Product, instruction_sets};

/// Larger than any cache of the machines that this runs on.
const LARGE: usize = 256 << 20;
/// Rows and columns of a feed-forward layer of the default model, some layers of it.
const SHAPE: (usize, usize) = (65_536, 896);
const TYPES: [DType; 3] = [DType::Q5_0, DType::Q4_1, DType::Q8_0];

fn read(c: &mut Criterion) {
    let words = vec![1u64; LARGE / 8];
    let mut group = c.benchmark_group("read");
    group.throughput(Throughput::Bytes(LARGE as u64)).sample_size(10);
    for threads in [1, 2] {
        group.bench_function(format!("{threads} threads"), |b| {
            b.iter(|| {
                std::thread::scope(|scope| {
                    for part in words.chunks(words.len().div_ceil(threads)) {
                        scope.spawn(move || {
                            let mut sums = [0u64; 32];
                            for some in part.as_chunks::<32>().0 {
                                sums.iter_mut().zip(some).for_each(|(sum, x)| *sum ^= x);
                            }
                            black_box(sums)
                        });
                    }
                });
            });
        });
    }
    group.finish();
}

fn vector(c: &mut Criterion) {
    let mut group = c.benchmark_group("one row");
    group.sample_size(10);
    for isa in instruction_sets().into_iter().skip(1) {
        for dtype in TYPES {
            let Some(mut product) = Product::new(isa, 2, dtype, SHAPE.0, SHAPE.1, 1) else { continue };
            group.throughput(Throughput::Bytes(product.bytes() as u64));
            group.bench_function(BenchmarkId::new(format!("{dtype:?}"), isa), |b| b.iter(|| product.run()));
        }
    }
    group.finish();
}

fn matrix(c: &mut Criterion) {
    let mut group = c.benchmark_group("many rows");
    group.sample_size(10);
    for isa in instruction_sets() {
        for dtype in TYPES {
            for n in [2, 4, 8, 16, 64] {
                // The portable kernel is an oracle; its speed with one number of rows is enough.
                if isa == "portable" && n != 64 {
                    continue;
                }
                let Some(mut product) = Product::new(isa, 2, dtype, 4864, SHAPE.1, n) else { continue };
                group.throughput(Throughput::Elements(product.multiplications() as u64));
                group.bench_function(BenchmarkId::new(format!("{dtype:?} x {n}"), isa), |b| {
                    b.iter(|| product.run())
                });
            }
        }
        if let Some(mut product) = Product::new(isa, 1, DType::Q5_0, 16, 512, 64) {
            group.throughput(Throughput::Elements(product.multiplications() as u64));
            group.bench_function(BenchmarkId::new("one tile", isa), |b| b.iter(|| product.run()));
        }
    }
    group.finish();
}

fn attention(c: &mut Criterion) {
    let mut group = c.benchmark_group("attention");
    for isa in instruction_sets() {
        for positions in [512, 2048] {
            let mut attention = Attention::new(isa, 2, 7, 64, positions);
            group.throughput(Throughput::Bytes(attention.bytes() as u64));
            group
                .bench_function(BenchmarkId::new(positions.to_string(), isa), |b| b.iter(|| attention.run()));
        }
    }
    group.finish();
}

criterion_group! {
    name = kernels;
    config = Criterion::default()
        .warm_up_time(std::time::Duration::from_millis(300))
        .measurement_time(std::time::Duration::from_secs(1));
    targets = read, vector, matrix, attention
}
criterion_main!(kernels);
