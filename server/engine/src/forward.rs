//! The forward pass of a decoder-only transformer, of any family of the table.
//!
//! Every number depends on the tokens before it alone, not on how they were divided into passes: kernels
//! and attention take their sums in one order. So a token evaluated alone, in a chunk of the prompt or as
//! a draft gives the same bits.

use crate::adapter::{Adapter, Change, Delta};
use crate::attention::{self, PART, Query};
use crate::family::{Activation, Rope};
use crate::kv_cache::KvCache;
use crate::matrix::Lhs;
use crate::model::{Layer, Model};
use crate::ops;
use crate::packed::{self, GROUP, TILE};
use crate::pool::Shared;
use crate::product::{FEW, Term};
use crate::scratch::{Scratch, ThreadScratch, Want, resize};
use crate::target::Target;

/// A row of so many activations is work for several threads.
const WIDE: usize = 2048;

/// The changes of a layer's matrices, by [`Target`].
type Changes = [Option<Change>; 7];
const NO_CHANGES: Changes = [const { None }; 7];

impl Model {
    /// Evaluates `tokens` after those in the cache, and leaves the output `want` of the last ones in the scratch
    /// memory; returns whether it came to the end.
    ///
    /// It asks `abort` before every layer. If that returns true, the cache is as it was before, and
    /// there are no logits. Token ids must be below the vocabulary, and the cache must have room: the
    /// caller checks both.
    pub(crate) fn forward(
        &self,
        tokens: &[u32],
        want: Want,
        adapter: Option<&Adapter>,
        cache: &mut KvCache,
        s: &mut Scratch,
        abort: &dyn Fn() -> bool,
    ) -> bool {
        let c = &self.config;
        let n = tokens.len();
        let start = cache.tokens().len();
        s.threads.resize_with(self.pool.threads(), ThreadScratch::default);
        resize(&mut s.x, n * c.dim);
        for (token, x) in tokens.iter().zip(s.x.chunks_exact_mut(c.dim)) {
            self.embed(*token as usize, x);
        }
        cache.reserve(n);
        s.angles.clear();
        for position in start..start + n {
            let angle = |f: &f64| (position as f64 * f).sin_cos();
            s.angles.extend(self.frequencies.iter().map(angle).map(|(sin, cos)| (cos as f32, sin as f32)));
        }
        cache.reserve(n);
        s.logits.clear();
        s.best.clear();
        // Of the last layer, only the rows whose logits are wanted go on after keys and values.
        let mut rows = n;
        for (i, layer) in self.layers.iter().enumerate() {
            if abort() {
                return false;
            }
            let changes = adapter.map_or(&NO_CHANGES, |a| a.layer(i));
            self.keys_and_values(i, layer, changes, n, start, cache, s);
            if i + 1 == self.layers.len() {
                let dropped = n - want.rows();
                s.x.drain(..dropped * c.dim);
                s.q.drain(..dropped * c.q_dim());
                rows = want.rows();
            }
            if rows > 0 {
                self.attention(i, layer, changes, rows, start + n - rows, cache, s);
                self.feed_forward(layer, changes, rows, s);
            }
        }
        cache.commit(tokens);
        self.output(want, s);
        true
    }

    /// Computes queries, keys and values of a layer from the residual stream, and stores the latter two.
    #[allow(clippy::too_many_arguments)] // one step of the pass, with everything it works on
    fn keys_and_values(
        &self,
        i: usize,
        layer: &Layer,
        changes: &Changes,
        n: usize,
        start: usize,
        cache: &mut KvCache,
        s: &mut Scratch,
    ) {
        let c = &self.config;
        let (width, kv) = (c.q_dim(), c.kv_dim());
        let targets = [Target::Query, Target::Key, Target::Value];
        let changes = targets.map(|t| changes[t as usize].as_ref());
        self.normalise(&layer.attn_norm, n, changes.iter().any(Option::is_some), s);
        resize(&mut s.q, n * width);
        resize(&mut s.k, n * kv);
        resize(&mut s.v, n * kv);
        let x = Lhs { quantized: &s.narrow, plain: &s.normed, n };
        let deltas = self.narrow_side(changes, &s.normed, n, &mut s.low);
        let matrices = [(&layer.q, &layer.q_bias), (&layer.k, &layer.k_bias), (&layer.v, &layer.v_bias)];
        let terms: [Term<'_>; 3] = std::array::from_fn(|i| Term {
            matrix: matrices[i].0,
            bias: matrices[i].1.as_deref(),
            delta: deltas[i],
        });
        self.product(&terms, x, &mut s.threads, &mut [&mut s.q, &mut s.k, &mut s.v], false);

        let shape = cache.shape();
        let (keys, values) = cache.layer_mut(i);
        let (keys_len, values_len) = (keys.len(), values.len());
        let (keys, values) = (Shared::new(keys), Shared::new(values));
        let (q, k) = (Shared::new(&mut s.q), Shared::new(&mut s.k));
        let (v, angles) = (&s.v, &s.angles);
        let half = c.rope_dim / 2;
        let scale = 1.0 / (c.head_dim as f32).sqrt();
        self.each_row(n, &|r| {
            // SAFETY: each row is one task's, and each position has places of its own in the cache, which has
            // room for all (`reserve`).
            unsafe {
                let (q, k) = (q.slice(r * width, width), k.slice(r * kv, kv));
                let angles = &angles[r * half..(r + 1) * half];
                self.normalise_heads(q, layer.q_norm.as_deref());
                self.normalise_heads(k, layer.k_norm.as_deref());
                self.rotate(q, angles);
                self.rotate(k, angles);
                q.iter_mut().for_each(|q| *q *= scale);
                let (keys, values) = (keys.part(0, keys_len), values.part(0, values_len));
                attention::store(self.isa, k.as_ptr(), v[r * kv..].as_ptr(), shape, start + r, keys, values);
            }
        });
    }

    #[allow(clippy::too_many_arguments)] // one step of the pass, with everything it works on
    fn attention(
        &self,
        i: usize,
        layer: &Layer,
        changes: &Changes,
        n: usize,
        start: usize,
        cache: &KvCache,
        s: &mut Scratch,
    ) {
        let c = &self.config;
        let width = c.q_dim();
        let group = c.heads / c.kv_heads;
        let shape = cache.shape();
        let len = attention::partial_len(shape);
        let parts = (start + n).div_ceil(PART);
        resize(&mut s.mixed, n * width);
        // One row is divided by parts of the positions, many by rows.
        let together = if n == 1 { 1 } else { parts };
        resize(&mut s.partial, c.heads * parts * len * usize::from(n == 1));
        let rows_a_task = 4.min(n);
        let row_tasks = n.div_ceil(rows_a_task);
        let (mixed, partial) = (Shared::new(&mut s.mixed), Shared::new(&mut s.partial));
        let threads = Shared::new(&mut s.threads);
        let q = &s.q;
        let finish = |row: usize, head: usize, merged: &[f32]| {
            let inverse = 1.0 / merged[shape.value_width() + 1];
            // SAFETY: each head of each row is written once.
            let out = unsafe { mixed.slice(row * width + head * c.head_dim, c.head_dim) };
            out.iter_mut().zip(merged).for_each(|(o, m)| *o = m * inverse);
        };
        self.pool.run(c.kv_heads * row_tasks * (parts / together), &|thread, task| {
            // SAFETY: a thread's number is used by one thread at a time.
            let w = unsafe { &mut threads.slice(thread, 1)[0] };
            let (kv_head, task) = (task % c.kv_heads, task / c.kv_heads);
            let (rows, parts) = if n == 1 {
                (0..1, task..task + 1)
            } else {
                (task * rows_a_task..((task + 1) * rows_a_task).min(n), 0..parts)
            };
            resize(&mut w.partial, rows.len() * group * len);
            resize(&mut w.tiles, rows.len() * group * len);
            w.tiles.fill(0.0);
            for part in parts {
                w.queries.clear();
                for (j, row) in rows.clone().enumerate() {
                    let seen = start + row + 1;
                    for h in 0..if seen > part * PART { group } else { 0 } {
                        w.queries.push(Query {
                            q: q[row * width + (kv_head * group + h) * c.head_dim..].as_ptr(),
                            seen,
                            out: w.partial[(j * group + h) * len..].as_mut_ptr(),
                        });
                    }
                }
                // SAFETY: the queries' places were just sized; the cache holds all positions up to theirs.
                unsafe {
                    attention::attend(
                        self.isa,
                        cache.layer(i),
                        shape,
                        kv_head,
                        part * PART,
                        &w.queries,
                        &mut w.scores,
                    );
                }
                if n == 1 {
                    for (h, from) in w.partial.chunks_exact(len).enumerate() {
                        // SAFETY: each part of each head has a place of its own.
                        unsafe {
                            partial
                                .slice(((kv_head * group + h) * (start + n).div_ceil(PART) + part) * len, len)
                        }
                        .copy_from_slice(from);
                    }
                    continue;
                }
                for (query, (merged, partial)) in
                    w.tiles.chunks_exact_mut(len).zip(w.partial.chunks_exact(len)).enumerate()
                {
                    if start + rows.start + query / group + 1 > part * PART {
                        attention::merge(shape, merged, partial);
                    }
                }
            }
            if n > 1 {
                for (query, merged) in w.tiles.chunks_exact(len).enumerate() {
                    finish(rows.start + query / group, kv_head * group + query % group, merged);
                }
            }
        });
        if n == 1 {
            let mut merged = vec![0.0; len];
            for head in 0..c.heads {
                merged.fill(0.0);
                for part in s.partial[head * parts * len..(head + 1) * parts * len].chunks_exact(len) {
                    attention::merge(shape, &mut merged, part);
                }
                finish(0, head, &merged);
            }
        }
        if width.is_multiple_of(GROUP) {
            s.heads.resize(n, width);
            let (mixed, heads) = (&s.mixed, &s.heads);
            self.each_row(n, &|r| {
                // SAFETY: a row of `width`, and each row is one task's.
                unsafe {
                    packed::quantize(self.isa, 0, width / GROUP, mixed[r * width..].as_ptr(), r, heads)
                };
            });
        }
        let x = Lhs { quantized: &s.heads, plain: &s.mixed, n };
        let [delta] = self.narrow_side([changes[Target::Output as usize].as_ref()], &s.mixed, n, &mut s.low);
        let term = Term { delta, ..Term::from(&layer.o) };
        self.product(&[term], x, &mut s.threads, &mut [&mut s.x], true);
    }

    fn feed_forward(&self, layer: &Layer, changes: &Changes, n: usize, s: &mut Scratch) {
        let c = &self.config;
        let [gate, up, down] = Target::MLP.map(|t| changes[t as usize].as_ref());
        self.normalise(&layer.ffn_norm, n, gate.is_some() || up.is_some(), s);
        let x = Lhs { quantized: &s.narrow, plain: &s.normed, n };
        let quantized = c.hidden.is_multiple_of(GROUP);
        if quantized {
            s.wide.resize(n, c.hidden);
        }
        let keep = self.plain || down.is_some();
        resize(&mut s.hidden, if keep { n * c.hidden } else { 0 });
        let deltas = self.narrow_side([gate, up], &s.normed, n, &mut s.low);
        let (hidden, wide) = (Shared::new(&mut s.hidden), &s.wide);
        let threads = Shared::new(&mut s.threads);
        // A task is a group of the next product's activations: two tiles of gate and of up.
        let tiles = layer.gate.tiles();
        self.pool.run(tiles.div_ceil(2), &|thread, task| {
            // SAFETY: a thread's number is used by one thread at a time.
            let w = unsafe { &mut threads.slice(thread, 1)[0] };
            resize(&mut w.tiles, n * GROUP * 2);
            resize(&mut w.partial, n * TILE);
            let (gates, ups) = w.tiles.split_at_mut(n * GROUP);
            for (matrix, delta, all) in
                [(&layer.gate, deltas[0], &mut *gates), (&layer.up, deltas[1], &mut *ups)]
            {
                let both = 2 * task..(2 * task + 2).min(tiles);
                if let Some(delta) = delta {
                    both.clone().for_each(|t| delta.ask(self.isa, t));
                }
                for (half, t) in both.enumerate() {
                    matrix.tile(self.isa, t, x, &mut w.row, &mut w.partial);
                    if let Some(delta) = delta {
                        delta.add(self.isa, t, &mut w.partial);
                    }
                    for (to, from) in all.chunks_exact_mut(GROUP).zip(w.partial.chunks_exact(TILE)) {
                        to[half * TILE..(half + 1) * TILE].copy_from_slice(from);
                    }
                }
            }
            match c.family.activation {
                Activation::Silu => ops::swiglu(self.isa, gates, ups),
            }
            for (r, gate) in gates.chunks_exact(GROUP).enumerate() {
                if quantized {
                    // SAFETY: a whole group, and each is one task's.
                    unsafe { packed::quantize(self.isa, task, 1, gate.as_ptr(), r, wide) };
                }
                if keep {
                    let some = GROUP.min(c.hidden - task * GROUP);
                    // SAFETY: these elements are this task's.
                    unsafe { hidden.slice(r * c.hidden + task * GROUP, some) }.copy_from_slice(&gate[..some]);
                }
            }
        });
        let x = Lhs { quantized: &s.wide, plain: &s.hidden, n };
        let [delta] = self.narrow_side([down], &s.hidden, n, &mut s.low);
        let term = Term { delta, ..Term::from(&layer.down) };
        self.product(&[term], x, &mut s.threads, &mut [&mut s.x], true);
    }

    /// Computes the narrow side (n, rank) of some changes of matrices that are multiplied with x (n, in).
    fn narrow_side<'a, const N: usize>(
        &self,
        changes: [Option<&'a Change>; N],
        x: &[f32],
        n: usize,
        low: &'a mut Vec<f32>,
    ) -> [Option<Delta<'a>>; N] {
        let ranks: usize = changes.iter().flatten().map(|change| change.rank()).sum();
        resize(low, n * ranks);
        let shared = Shared::new(low);
        if let [Some(change)] = &changes[..]
            && n <= FEW
            && change.cols() >= WIDE
        {
            let cols = change.cols();
            self.pool.run(n * ranks, &|_, task| {
                let (r, j) = (task / ranks, task % ranks);
                // SAFETY: each place is one task's.
                change.reduce(self.isa, j, &x[r * cols..(r + 1) * cols], unsafe { shared.slice(task, 1) });
            });
        } else if ranks > 0 {
            self.each_row(n, &|r| {
                let mut at = r * ranks;
                for change in changes.iter().flatten() {
                    // SAFETY: each row's places are one task's.
                    let out = unsafe { shared.slice(at, change.rank()) };
                    change.reduce(self.isa, 0, &x[r * change.cols()..(r + 1) * change.cols()], out);
                    at += change.rank();
                }
            });
        }
        let low = &*low;
        let mut at = 0;
        changes.map(|change| {
            let change = change?;
            let delta = Delta { change, low: &low[at..], stride: ranks };
            at += change.rank();
            Some(delta)
        })
    }

    /// Normalises each head of a row, where the family does so: weight (head_dim).
    fn normalise_heads(&self, row: &mut [f32], weight: Option<&[f32]>) {
        let Some(weight) = weight else { return };
        for head in row.chunks_exact_mut(self.config.head_dim) {
            ops::rms_norm_in_place(head, weight, self.config.eps);
        }
    }

    /// Rotates the heads of a row by its position (Su et al., 2021).
    fn rotate(&self, row: &mut [f32], angles: &[(f32, f32)]) {
        let (half, rope) = (angles.len(), self.config.family.rope);
        for head in row.chunks_exact_mut(self.config.head_dim) {
            for (i, (cos, sin)) in angles.iter().enumerate() {
                let (a, b) = match rope {
                    Rope::Interleaved => (2 * i, 2 * i + 1),
                    Rope::Halves => (i, i + half),
                };
                (head[a], head[b]) = (head[a] * cos - head[b] * sin, head[a] * sin + head[b] * cos);
            }
        }
    }
}
