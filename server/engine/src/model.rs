//! The decoder of the Llama family: weights by name, and the forward pass.

use std::sync::Arc;

use memmap2::Mmap;
use rayon::prelude::*;

use crate::cache::KvCache;
use crate::config::{Config, Rope};
use crate::dtype::DType;
use crate::error::EngineError;
use crate::gguf::Gguf;
use crate::matrix::{Lhs, Matrix};
use crate::ops;
use crate::quant::Isa;

/// All weights. Matrices stay in the mapped file.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) config: Config,
    pub(crate) vocab: usize,
    embedding: Matrix, // (vocab, dim)
    layers: Vec<Layer>,
    norm: Vec<f32>, // (dim)
    output: Matrix, // (vocab, dim); the embedding itself where the file has no output matrix
    /// (rope_dim / 2) rotation per position, in radians.
    frequencies: Vec<f32>,
    isa: Isa,
}

#[derive(Debug)]
struct Layer {
    attn_norm: Vec<f32>,      // (dim)
    q: Matrix,                // (heads * head_dim, dim)
    k: Matrix,                // (kv_heads * head_dim, dim)
    v: Matrix,                // (kv_heads * head_dim, dim)
    q_bias: Option<Vec<f32>>, // (heads * head_dim)
    k_bias: Option<Vec<f32>>, // (kv_heads * head_dim)
    v_bias: Option<Vec<f32>>, // (kv_heads * head_dim)
    o: Matrix,                // (dim, heads * head_dim)
    ffn_norm: Vec<f32>,       // (dim)
    gate: Matrix,             // (hidden, dim)
    up: Matrix,               // (hidden, dim)
    down: Matrix,             // (dim, hidden)
}

/// Buffers of a forward pass, kept between passes. Two models never share one.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    x: Vec<f32>,             // (n, dim) residual stream
    normed: Vec<f32>,        // (n, dim)
    q: Vec<f32>,             // (n, heads * head_dim)
    k: Vec<f32>,             // (n, kv_dim)
    v: Vec<f32>,             // (n, kv_dim)
    mixed: Vec<f32>,         // (n, heads * head_dim)
    gate: Vec<f32>,          // (n, hidden)
    up: Vec<f32>,            // (n, hidden)
    delta: Vec<f32>,         // (n, dim)
    angles: Vec<(f32, f32)>, // (n, rope_dim / 2) cosine and sine
    lhs: Lhs,
    lhs_wide: Lhs,
    /// (m, vocab) logits of the last pass that asked for them.
    pub(crate) logits: Vec<f32>,
}

impl Model {
    /// Finds all weights in a parsed file and checks their shapes.
    pub(crate) fn load(gguf: &Gguf<'_>, file: &Arc<Mmap>) -> Result<Model, EngineError> {
        let config = Config::read(gguf)?;
        let find = Finder { gguf, file };
        let (dim, kv, heads) = (config.dim, config.kv_dim(), config.heads * config.head_dim);
        let embedding = find.matrix("token_embd.weight", None, dim)?;
        let vocab = embedding.rows;
        let output = match gguf.tensor("output.weight") {
            Some(_) => find.matrix("output.weight", Some(vocab), dim)?,
            None => embedding.clone(),
        };
        let mut layers = Vec::with_capacity(config.layers);
        for i in 0..config.layers {
            let name = |part: &str| format!("blk.{i}.{part}");
            layers.push(Layer {
                attn_norm: find.vector(&name("attn_norm.weight"), dim)?,
                q: find.matrix(&name("attn_q.weight"), Some(heads), dim)?,
                k: find.matrix(&name("attn_k.weight"), Some(kv), dim)?,
                v: find.matrix(&name("attn_v.weight"), Some(kv), dim)?,
                q_bias: find.optional(&name("attn_q.bias"), heads)?,
                k_bias: find.optional(&name("attn_k.bias"), kv)?,
                v_bias: find.optional(&name("attn_v.bias"), kv)?,
                o: find.matrix(&name("attn_output.weight"), Some(dim), heads)?,
                ffn_norm: find.vector(&name("ffn_norm.weight"), dim)?,
                gate: find.matrix(&name("ffn_gate.weight"), Some(config.hidden), dim)?,
                up: find.matrix(&name("ffn_up.weight"), Some(config.hidden), dim)?,
                down: find.matrix(&name("ffn_down.weight"), Some(dim), config.hidden)?,
            });
        }
        let half = config.rope_dim / 2;
        let mut frequencies: Vec<f32> = (0..half)
            .map(|i| {
                let exponent = -2.0 * i as f64 / config.rope_dim as f64;
                (f64::from(config.rope_base).powf(exponent) / f64::from(config.rope_scale)) as f32
            })
            .collect();
        // Llama 3 stretches each frequency by a factor of its own.
        if let Some(factors) = find.optional("rope_freqs.weight", half)? {
            frequencies.iter_mut().zip(factors).for_each(|(f, by)| *f /= by);
        }
        let norm = find.vector("output_norm.weight", dim)?;
        Ok(Model { config, vocab, embedding, layers, norm, output, frequencies, isa: Isa::detect() })
    }

    /// Evaluates `tokens` after those in the cache, and leaves the logits of the last `want` of them
    /// in `scratch.logits` (want, vocab); returns whether it came to the end.
    ///
    /// `abort` is asked before every layer. If it says so, the cache holds what it held before, and
    /// the logits are none. Token ids must be below the vocabulary, and the cache must have room: the
    /// caller checks both.
    pub(crate) fn forward(
        &self,
        tokens: &[u32],
        want: usize,
        cache: &mut KvCache,
        s: &mut Scratch,
        abort: &(dyn Fn() -> bool + Sync),
    ) -> bool {
        let c = &self.config;
        let n = tokens.len();
        let start = cache.tokens().len();
        resize(&mut s.x, n * c.dim);
        for (token, x) in tokens.iter().zip(s.x.chunks_exact_mut(c.dim)) {
            self.embedding.row_f32(*token as usize, x);
        }
        cache.reserve(n);
        s.angles.clear();
        for position in start..start + n {
            let angle = |f: &f32| (position as f32 * f).sin_cos();
            s.angles.extend(self.frequencies.iter().map(angle).map(|(sin, cos)| (cos, sin)));
        }
        s.logits.clear();
        for (i, layer) in self.layers.iter().enumerate() {
            if abort() {
                return false;
            }
            self.attention(i, layer, n, start, cache, s);
            self.feed_forward(layer, n, s);
        }
        cache.commit(tokens);
        if want > 0 {
            let last = &s.x[(n - want) * c.dim..];
            resize(&mut s.normed, want * c.dim);
            ops::rms_norm(last, &self.norm, c.eps, &mut s.normed);
            resize(&mut s.logits, want * self.vocab);
            s.lhs.changed();
            self.output.mul(self.isa, &s.normed, &mut s.lhs, &mut s.logits);
        }
        true
    }

    fn attention(
        &self,
        i: usize,
        layer: &Layer,
        n: usize,
        start: usize,
        cache: &mut KvCache,
        s: &mut Scratch,
    ) {
        let c = &self.config;
        let (width, kv) = (c.heads * c.head_dim, c.kv_dim());
        resize(&mut s.normed, n * c.dim);
        ops::rms_norm(&s.x, &layer.attn_norm, c.eps, &mut s.normed);
        s.lhs.changed();
        resize(&mut s.q, n * width);
        resize(&mut s.k, n * kv);
        resize(&mut s.v, n * kv);
        for (matrix, bias, out) in [
            (&layer.q, &layer.q_bias, &mut s.q),
            (&layer.k, &layer.k_bias, &mut s.k),
            (&layer.v, &layer.v_bias, &mut s.v),
        ] {
            matrix.mul(self.isa, &s.normed, &mut s.lhs, out);
            if let Some(bias) = bias {
                out.chunks_exact_mut(bias.len()).for_each(|row| add(row, bias));
            }
        }
        self.rotate(&mut s.q, c.heads, &s.angles);
        self.rotate(&mut s.k, c.kv_heads, &s.angles);
        cache.store(i, &s.k, &s.v);

        resize(&mut s.mixed, n * width);
        let (keys, values) = cache.layer(i);
        let scale = 1.0 / (c.head_dim as f32).sqrt();
        // One task a query position and key head: the query heads that share it read the same rows.
        let group = c.heads / c.kv_heads * c.head_dim;
        let tasks = s.mixed.par_chunks_exact_mut(group).zip(s.q.par_chunks_exact(group)).enumerate();
        tasks.with_min_len(if n == 1 { 1 } else { 4 }).for_each_init(
            Vec::new,
            |scores: &mut Vec<f32>, (task, (out, q))| {
                let (row, head) = (task / c.kv_heads, task % c.kv_heads);
                let seen = start + row + 1;
                for (q, out) in q.chunks_exact(c.head_dim).zip(out.chunks_exact_mut(c.head_dim)) {
                    scores.clear();
                    scores.extend((0..seen).map(|j| {
                        let at = j * kv + head * c.head_dim;
                        ops::dot(self.isa, q, &keys[at..at + c.head_dim]) * scale
                    }));
                    ops::softmax(scores);
                    out.fill(0.0);
                    for (j, p) in scores.iter().enumerate() {
                        let at = j * kv + head * c.head_dim;
                        ops::add_scaled(self.isa, out, *p, &values[at..at + c.head_dim]);
                    }
                }
            },
        );
        resize(&mut s.delta, n * c.dim);
        s.lhs_wide.changed();
        layer.o.mul(self.isa, &s.mixed, &mut s.lhs_wide, &mut s.delta);
        add(&mut s.x, &s.delta);
    }

    fn feed_forward(&self, layer: &Layer, n: usize, s: &mut Scratch) {
        let c = &self.config;
        ops::rms_norm(&s.x, &layer.ffn_norm, c.eps, &mut s.normed);
        s.lhs.changed();
        resize(&mut s.gate, n * c.hidden);
        resize(&mut s.up, n * c.hidden);
        layer.gate.mul(self.isa, &s.normed, &mut s.lhs, &mut s.gate);
        layer.up.mul(self.isa, &s.normed, &mut s.lhs, &mut s.up);
        ops::swiglu(&mut s.gate, &s.up);
        s.lhs_wide.changed();
        layer.down.mul(self.isa, &s.gate, &mut s.lhs_wide, &mut s.delta);
        add(&mut s.x, &s.delta);
    }

    /// Rotates the heads of each row of x (n, heads * head_dim) by its position (Su et al., 2021).
    fn rotate(&self, x: &mut [f32], heads: usize, angles: &[(f32, f32)]) {
        let c = &self.config;
        let half = c.rope_dim / 2;
        for (row, angles) in x.chunks_exact_mut(heads * c.head_dim).zip(angles.chunks_exact(half.max(1))) {
            for head in row.chunks_exact_mut(c.head_dim) {
                for (i, (cos, sin)) in angles.iter().enumerate().take(half) {
                    let (a, b) = match c.rope {
                        Rope::Interleaved => (2 * i, 2 * i + 1),
                        Rope::Halves => (i, i + half),
                    };
                    (head[a], head[b]) = (head[a] * cos - head[b] * sin, head[a] * sin + head[b] * cos);
                }
            }
        }
    }
}

fn resize(v: &mut Vec<f32>, n: usize) {
    v.resize(n, 0.0);
}

fn add(x: &mut [f32], y: &[f32]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x += y);
}

struct Finder<'a> {
    gguf: &'a Gguf<'a>,
    file: &'a Arc<Mmap>,
}

impl Finder<'_> {
    /// Finds a matrix (rows, cols); `rows` is `None` where any number will do.
    fn matrix(&self, name: &str, rows: Option<usize>, cols: usize) -> Result<Matrix, EngineError> {
        let field = || format!("tensor {name}");
        let info = self.gguf.tensor(name).ok_or_else(|| EngineError::gguf(field(), "missing"))?;
        let fits = info.dims.len() == 2 && info.dims[0] == cols && rows.is_none_or(|r| info.dims[1] == r);
        if !fits || u32::try_from(info.dims[1]).is_err() {
            let rows = rows.map_or("any".to_owned(), |r| r.to_string());
            return Err(EngineError::gguf(
                field(),
                format!("shape {:?}, expected [{cols}, {rows}] by the metadata", info.dims),
            ));
        }
        Ok(Matrix {
            file: Arc::clone(self.file),
            bytes: info.bytes.clone(),
            dtype: info.dtype,
            rows: info.dims[1],
            cols,
        })
    }

    fn vector(&self, name: &str, len: usize) -> Result<Vec<f32>, EngineError> {
        self.optional(name, len)?.ok_or_else(|| EngineError::gguf(format!("tensor {name}"), "missing"))
    }

    fn optional(&self, name: &str, len: usize) -> Result<Option<Vec<f32>>, EngineError> {
        let Some(info) = self.gguf.tensor(name) else { return Ok(None) };
        let field = format!("tensor {name}");
        if info.dims != [len] {
            return Err(EngineError::gguf(field, format!("shape {:?}, expected [{len}]", info.dims)));
        }
        if !matches!(info.dtype, DType::F32 | DType::F16 | DType::BF16) {
            return Err(EngineError::gguf(field, format!("a vector of type {:?}", info.dtype)));
        }
        let mut out = vec![0.0; len];
        info.dtype.to_f32(&self.file[info.bytes.clone()], &mut out);
        Ok(Some(out))
    }
}
