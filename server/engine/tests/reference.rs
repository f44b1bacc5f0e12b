//! The forward pass against the same model written with candle's tensors.

use candle_core::{D, Device, Tensor};
use candle_nn::ops::{silu, softmax};
use housestyle_engine::{Engine, FAMILIES};
use housestyle_testkit::tiny::{HEADS, KV_HEADS, LAYERS, Tiny};
use std::collections::HashMap;

/// Logits after the last of `tokens` (vocab): everything at once, no cache, f32.
fn reference(tiny: &Tiny, tokens: &[u32]) -> candle_core::Result<Vec<f32>> {
    let dev = Device::Cpu;
    let mut weights = HashMap::new();
    for (name, dims, values) in tiny.weights() {
        let shape: Vec<usize> = dims.into_iter().rev().collect();
        weights.insert(name, Tensor::from_vec(values, shape, &dev)?);
    }
    let w = |name: &str| &weights[name];
    let (n, head_dim) = (tokens.len(), tiny.head_dim());
    // Not by the engine's table, which is what this is to prove.
    let halves = match tiny.architecture {
        "qwen2" | "qwen3" => true,
        "llama" => false,
        other => panic!("no reference for {other}"),
    };
    let norm = |x: &Tensor, weight: &Tensor| -> candle_core::Result<Tensor> {
        let mean = x.sqr()?.mean_keepdim(D::Minus1)?;
        x.broadcast_div(&(mean + 1e-6)?.sqrt()?)?.broadcast_mul(weight)
    };
    // (heads, n, head_dim) by position
    let rotate = |x: &Tensor| -> candle_core::Result<Tensor> {
        let half = head_dim / 2;
        let angle = |p: usize, i: usize| p as f64 * 10_000f64.powf(-2.0 * i as f64 / head_dim as f64);
        let table = |f: fn(f64) -> f64| -> candle_core::Result<Tensor> {
            let v: Vec<f32> = (0..n).flat_map(|p| (0..half).map(move |i| f(angle(p, i)) as f32)).collect();
            Tensor::from_vec(v, (1, n, half), &dev)
        };
        let (cos, sin) = (table(f64::cos)?, table(f64::sin)?);
        let heads = x.dim(0)?;
        let (a, b) = if halves {
            (x.narrow(2, 0, half)?, x.narrow(2, half, half)?)
        } else {
            let pairs = x.reshape((heads, n, half, 2))?;
            (pairs.narrow(3, 0, 1)?.squeeze(3)?, pairs.narrow(3, 1, 1)?.squeeze(3)?)
        };
        let ra = (a.broadcast_mul(&cos)? - b.broadcast_mul(&sin)?)?;
        let rb = (a.broadcast_mul(&sin)? + b.broadcast_mul(&cos)?)?;
        if halves {
            Tensor::cat(&[ra, rb], 2)
        } else {
            Tensor::stack(&[ra, rb], 3)?.reshape((heads, n, head_dim))
        }
    };
    let mask: Vec<f32> =
        (0..n).flat_map(|i| (0..n).map(move |j| if j <= i { 0.0 } else { f32::NEG_INFINITY })).collect();
    let mask = Tensor::from_vec(mask, (1, n, n), &dev)?;

    let mut x = w("token_embd.weight").index_select(&Tensor::new(tokens, &dev)?, 0)?;
    for i in 0..LAYERS {
        let part = |p: &str| w(&format!("blk.{i}.{p}.weight"));
        let h = norm(&x, part("attn_norm"))?;
        let project = |p: &str, heads: usize| -> candle_core::Result<Tensor> {
            let mut y = h.matmul(&part(p).t()?)?;
            if let Some(bias) = weights.get(&format!("blk.{i}.{p}.bias")) {
                y = y.broadcast_add(bias)?;
            }
            y = y.reshape((n, heads, head_dim))?;
            if let Some(weight) = weights.get(&format!("blk.{i}.{p}_norm.weight")) {
                y = norm(&y, weight)?;
            }
            y.transpose(0, 1)?.contiguous()
        };
        let q = rotate(&project("attn_q", HEADS)?)?.contiguous()?;
        let repeat = |t: Tensor| -> candle_core::Result<Tensor> {
            let by = HEADS / KV_HEADS;
            t.unsqueeze(1)?.expand((KV_HEADS, by, n, head_dim))?.reshape((HEADS, n, head_dim))?.contiguous()
        };
        let k = repeat(rotate(&project("attn_k", KV_HEADS)?)?)?;
        let v = repeat(project("attn_v", KV_HEADS)?)?;
        let scores = (q.matmul(&k.transpose(1, 2)?)? / (head_dim as f64).sqrt())?.broadcast_add(&mask)?;
        let mixed =
            softmax(&scores, D::Minus1)?.matmul(&v)?.transpose(0, 1)?.reshape((n, HEADS * head_dim))?;
        x = (x + mixed.matmul(&part("attn_output").t()?)?)?;
        let h = norm(&x, part("ffn_norm"))?;
        let gated = (silu(&h.matmul(&part("ffn_gate").t()?)?)? * h.matmul(&part("ffn_up").t()?)?)?;
        x = (x + gated.matmul(&part("ffn_down").t()?)?)?;
    }
    let last = norm(&x.narrow(0, n - 1, 1)?, w("output_norm.weight"))?;
    let output = w(if tiny.tied { "token_embd.weight" } else { "output.weight" });
    last.matmul(&output.t()?)?.squeeze(0)?.to_vec1()
}

fn far(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn logits(engine: &mut Engine, tokens: &[u32]) -> Vec<f32> {
    engine.logits(tokens, &|| false).expect("valid tokens").expect("not aborted").to_vec()
}

#[test]
fn logits_are_those_of_candle_for_every_family() {
    for (family, tied) in FAMILIES.iter().flat_map(|family| [(family, false), (family, true)]) {
        let tiny = Tiny { architecture: family.name, tied, ..Tiny::default() };
        let mut engine = super::open(&tiny);
        // Longer than a chunk, so that the cache is read across chunks.
        let tokens: Vec<u32> = (0..150).map(|i| (i * 37 + 11) % 250).collect();
        for n in [1, 2, 63, 64, 65, 150] {
            let expected = reference(&tiny, &tokens[..n]).expect("candle");
            let got = logits(&mut engine, &tokens[..n]);
            let d = far(&expected, &got);
            assert!(d < 2e-3, "{}, tied {tied}, {n} tokens: logits differ by {d}", family.name);
            engine.reset();
        }
    }
}

#[test]
fn a_cached_prefix_gives_the_same_as_a_fresh_start() {
    let mut engine = super::open(&Tiny::default());
    let long: Vec<u32> = (0..100).map(|i| (i * 7) % 200).collect();
    let mut branch = long[..40].to_vec();
    branch.extend([9, 8, 7]);
    let fresh = logits(&mut engine, &branch);
    engine.reset();
    logits(&mut engine, &long);
    let cached = logits(&mut engine, &branch);
    assert!(far(&fresh, &cached) < 1e-4, "the cache changes the answer");
    let again = logits(&mut engine, &branch);
    assert!(far(&fresh, &again) < 1e-4, "the same prompt twice");
}

#[test]
fn quantised_weights_stay_close() {
    for (family, tied) in FAMILIES.iter().flat_map(|family| [(family, false), (family, true)]) {
        let tiny = Tiny { architecture: family.name, tied, quantized: true, ..Tiny::default() };
        let tokens: Vec<u32> = (0..30).map(|i| (i * 5 + 3) % 250).collect();
        let expected = reference(&tiny, &tokens).expect("candle");
        let got = logits(&mut super::open(&tiny), &tokens);
        let d = far(&expected, &got);
        assert!(d < 0.15, "{}, tied {tied}: Q8_0 moves the logits by {d}", family.name);
    }
}
