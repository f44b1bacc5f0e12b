//! Forward and back through the frozen network with the changes of an adapter.

use std::collections::BTreeMap;
use std::sync::Mutex;

use housestyle_engine::frozen::{self, Frozen, Norm, Scratch, Weight};
use housestyle_engine::{Activation, Rope, Target, View};

use crate::attention::{self, Heads, ThreadScratch};
use crate::example::Example;
use crate::loss;
use crate::parameters::Parameters;
use crate::rows::{self, Rotation};

/// The loss of an example.
#[derive(Debug, Clone, PartialEq)]
pub struct ExampleLoss {
    /// The loss of each learned token, in nats.
    pub losses: Vec<f64>,
}

impl ExampleLoss {
    /// Returns the sum of the losses, in nats.
    pub fn sum(&self) -> f64 {
        self.losses.iter().sum()
    }
}

/// The network with memory for one example at a time.
pub struct Network<'a> {
    frozen: Frozen<'a>,
    scratch: Scratch,
    thread_scratch: Vec<Mutex<ThreadScratch>>,
    angles: Vec<(f32, f32)>,
    rope: Rope,
    /// Of each layer the residual stream before it, and the one before its second half: (n, dim).
    streams: Vec<[Vec<f32>; 2]>,
    /// Of each layer keys and values of all positions: (kv_heads, n, head_dim).
    keys_values: Vec<[Vec<f32>; 2]>,
    buffers: Buffers,
    logits: Vec<f32>,
    /// Called before each layer.
    pause: Option<&'a dyn Fn()>,
    /// The narrow side (rank, n) of each change of the layer at hand.
    low: BTreeMap<Target, Vec<f32>>,
}

/// Activations of the layer at hand, and their gradients.
#[derive(Debug, Default)]
struct Buffers {
    normed: Vec<f32>, // (n, dim)
    rows: Vec<f32>,   // (n, heads · head_dim or less)
    q: Vec<f32>,      // (heads, n, head_dim)
    /// Queries and keys before the normalisation of their heads: (n, heads · head_dim).
    unnormed: [Vec<f32>; 2],
    d_unnormed: Vec<f32>,
    mixed: Vec<f32>, // (heads, n, head_dim)
    gate: Vec<f32>,  // (n, hidden)
    up: Vec<f32>,
    hidden: Vec<f32>,
    dx: Vec<f32>, // (n, dim)
    d_normed: Vec<f32>,
    d_mixed: Vec<f32>,
    dq: Vec<f32>,
    dk: Vec<f32>,
    dv: Vec<f32>,
    low: Vec<f32>,
}

impl std::fmt::Debug for Network<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network").field("frozen", &self.frozen).finish_non_exhaustive()
    }
}

impl<'a> Network<'a> {
    /// Returns a network over an engine's weights.
    pub fn new(frozen: Frozen<'a>) -> Network<'a> {
        let (_, rope) = frozen.rotation();
        Network {
            frozen,
            scratch: Scratch::default(),
            thread_scratch: attention::thread_scratch(frozen),
            angles: Vec::new(),
            rope,
            streams: vec![Default::default(); frozen.config().layers + 1],
            keys_values: vec![Default::default(); frozen.config().layers],
            buffers: Buffers::default(),
            logits: Vec::new(),
            pause: None,
            low: BTreeMap::new(),
        }
    }

    /// Calls `pause` before each layer, on the way there and back: it may wait, so that training gives way to
    /// other work within milliseconds.
    pub fn set_pause(&mut self, pause: &'a dyn Fn()) {
        self.pause = Some(pause);
    }

    /// Returns the network's weights.
    pub fn frozen(&self) -> Frozen<'a> {
        self.frozen
    }

    /// Computes the loss of an example.
    pub fn evaluate(&mut self, parameters: &Parameters, example: &Example) -> ExampleLoss {
        self.forward(parameters, example, 0);
        self.output(example, 0.0, false)
    }

    /// Computes the loss of an example, and adds the gradient of its sum times `factor`.
    ///
    /// With `whole` the gradient goes through all positions. Else it goes through the learned ones alone, and the
    /// activations of the prompt are constants, which costs a fraction of the time.
    ///
    /// `known` is the residual stream before the first changed layer, if it was computed before; it is put
    /// there if it is empty.
    pub fn gradients(
        &mut self,
        parameters: &Parameters,
        example: &Example,
        factor: f32,
        whole: bool,
        known: Option<&mut Vec<f32>>,
        gradients: &mut [f32],
    ) -> ExampleLoss {
        let first = parameters.first_layer();
        match known {
            Some(known) if !known.is_empty() => {
                self.streams[first][0].clone_from(known);
                self.forward(parameters, example, first);
            }
            known => {
                self.forward(parameters, example, 0);
                if let Some(known) = known {
                    known.clone_from(&self.streams[first][0]);
                }
            }
        }
        let loss = self.output(example, factor, true);
        let first = if whole { 0 } else { example.from - 1 };
        let skipped = first * self.frozen.config().dim;
        self.buffers.dx.drain(..skipped);
        for layer in (parameters.first_trained()..self.frozen.config().layers).rev() {
            self.pause.inspect(|pause| pause());
            self.feed_forward_backward(parameters, layer, first, gradients);
            self.attention_backward(parameters, layer, first, gradients);
        }
        loss
    }

    /// Evaluates the layers from `first` on, whose stream is there unless it is 0.
    fn forward(&mut self, parameters: &Parameters, example: &Example, first: usize) {
        let (frozen, c) = (self.frozen, self.frozen.config());
        let tokens = &example.tokens[..example.tokens.len() - 1];
        self.angles = rows::angles(frozen.rotation().0, tokens.len());
        if first == 0 {
            let x = &mut self.streams[0][0];
            x.resize(tokens.len() * c.dim, 0.0);
            frozen.embed(tokens, x);
        }
        for layer in first..c.layers {
            self.pause.inspect(|pause| pause());
            self.attention(parameters, layer);
            self.feed_forward(parameters, layer);
        }
    }

    /// The loss, and the gradient by the last stream in `buffers.dx`.
    fn output(&mut self, example: &Example, factor: f32, backward: bool) -> ExampleLoss {
        let (frozen, c) = (self.frozen, self.frozen.config());
        let from = (example.from - 1) * c.dim;
        let x = &self.streams[c.layers][0][..];
        let b = &mut self.buffers;
        let weight = frozen.norm(Norm::Output);
        b.normed.resize(x.len() - from, 0.0);
        rows::rms_norm(frozen, &x[from..], weight, c.eps, &mut b.normed);
        b.d_normed.resize(x.len() - from, 0.0);
        let losses = loss::cross_entropy(
            frozen,
            &b.normed,
            &example.tokens[example.from..],
            factor,
            backward.then_some(&mut b.d_normed[..]),
            &mut self.logits,
            &mut self.scratch,
        );
        if backward {
            b.dx.clear();
            b.dx.resize(x.len(), 0.0);
            rows::rms_norm_backward(frozen, &x[from..], weight, c.eps, &b.d_normed, &mut b.dx[from..]);
        }
        ExampleLoss { losses }
    }

    /// Computes queries of a layer from its stream, of the positions from `first` on, with `normed` and `unnormed`
    /// left behind; and, with `keys`, keys and values of the same positions.
    fn queries(&mut self, parameters: &Parameters, layer: usize, first: usize, keys: bool) {
        let (frozen, c) = (self.frozen, self.frozen.config());
        let x = &self.streams[layer][0][first * c.dim..];
        let n = x.len() / c.dim;
        let b = &mut self.buffers;
        b.normed.resize(x.len(), 0.0);
        rows::rms_norm(frozen, x, frozen.norm(Norm::Attention(layer)), c.eps, &mut b.normed);
        let rotation = Some(rotation(&self.angles, self.rope, first, n));
        let [k, v] = &mut self.keys_values[layer];
        for (target, to, rotation) in
            [(Target::Query, &mut b.q, rotation), (Target::Key, k, rotation), (Target::Value, v, None)]
        {
            let low = self.low.entry(target).or_default();
            let norm = frozen.head_norm(layer, target);
            let wanted = target == Target::Query || keys;
            if !wanted && norm.is_none() {
                narrow_side(frozen, parameters, (layer, target), &b.normed, low, &mut self.scratch);
                continue;
            }
            product(frozen, parameters, (layer, target), &b.normed, &mut b.rows, low, &mut self.scratch);
            if let Some(weight) = norm {
                let unnormed = &mut b.unnormed[usize::from(target == Target::Key)];
                unnormed.clone_from(&b.rows);
                rows::rms_norm(frozen, unnormed, weight, c.eps, &mut b.rows);
            }
            if wanted {
                to.resize(b.rows.len(), 0.0);
                rows::to_heads(frozen, n, &b.rows, rotation, to);
            }
        }
    }

    /// Computes the output of attention from position `first` on, as rows (m, heads · head_dim) in `buffers.rows`.
    fn mix(&mut self, layer: usize, n: usize, first: usize) {
        let frozen = self.frozen;
        let b = &mut self.buffers;
        b.mixed.resize(b.q.len(), 0.0);
        let [k, v] = &self.keys_values[layer];
        let heads = Heads { q: &b.q, k, v, n, first };
        attention::forward(frozen, heads, &self.thread_scratch, &mut b.mixed);
        b.rows.resize(b.q.len(), 0.0);
        rows::from_heads(frozen, n - first, &b.mixed, None, &mut b.rows);
    }

    /// The first half of a layer: from `streams[layer][0]` to `streams[layer][1]`.
    fn attention(&mut self, parameters: &Parameters, layer: usize) {
        let (frozen, n) = (self.frozen, self.streams[layer][0].len() / self.frozen.config().dim);
        self.queries(parameters, layer, 0, true);
        self.mix(layer, n, 0);
        let b = &mut self.buffers;
        let low = self.low.entry(Target::Output).or_default();
        product(
            frozen,
            parameters,
            (layer, Target::Output),
            &b.rows,
            &mut b.d_normed,
            low,
            &mut self.scratch,
        );
        let [before, after] = &mut self.streams[layer];
        add(before, &b.d_normed, after);
    }

    /// Computes gate, up and hidden of a layer from `streams[layer][1]`, of the positions from `first` on, with
    /// `normed` left behind.
    fn hidden(&mut self, parameters: &Parameters, layer: usize, first: usize) {
        let (frozen, c) = (self.frozen, self.frozen.config());
        let x = &self.streams[layer][1][first * c.dim..];
        let b = &mut self.buffers;
        b.normed.resize(x.len(), 0.0);
        rows::rms_norm(frozen, x, frozen.norm(Norm::FeedForward(layer)), c.eps, &mut b.normed);
        for (target, to) in [(Target::Gate, &mut b.gate), (Target::Up, &mut b.up)] {
            let low = self.low.entry(target).or_default();
            product(frozen, parameters, (layer, target), &b.normed, to, low, &mut self.scratch);
        }
        b.hidden.resize(b.gate.len(), 0.0);
        let width = c.hidden * 8;
        let parts = b.gate.chunks(width).zip(b.up.chunks(width)).zip(b.hidden.chunks_mut(width));
        match c.family.activation {
            Activation::Silu => rows::each(frozen, parts, |_, ((g, u), h)| frozen::swiglu(g, u, h)),
        }
    }

    /// The second half of a layer: from `streams[layer][1]` to `streams[layer + 1][0]`.
    fn feed_forward(&mut self, parameters: &Parameters, layer: usize) {
        self.hidden(parameters, layer, 0);
        let b = &mut self.buffers;
        let low = self.low.entry(Target::Down).or_default();
        let key = (layer, Target::Down);
        product(self.frozen, parameters, key, &b.hidden, &mut b.d_normed, low, &mut self.scratch);
        let (these, next) = self.streams.split_at_mut(layer + 1);
        add(&these[layer][1], &b.d_normed, &mut next[0][0]);
    }

    /// From the gradient by a layer's result to that by its middle, both in `buffers.dx`.
    fn feed_forward_backward(
        &mut self,
        parameters: &Parameters,
        layer: usize,
        first: usize,
        gradients: &mut [f32],
    ) {
        let (frozen, c) = (self.frozen, self.frozen.config());
        self.hidden(parameters, layer, first);
        let b = &mut self.buffers;
        let key = (layer, Target::Down);
        // The narrow side was computed with `hidden`, which is now there again.
        let down = self.low.entry(Target::Down).or_default();
        narrow_side(frozen, parameters, key, &b.hidden, down, &mut self.scratch);
        let mut dh = std::mem::take(&mut b.q); // a buffer that this half does not need
        dh.resize(b.hidden.len(), 0.0);
        frozen.multiply_transposed(
            Weight::Layer(layer, Target::Down),
            &b.dx,
            false,
            &mut dh,
            &mut self.scratch,
        );
        let mut back = Back { frozen, parameters, gradients, low: &mut b.low, scratch: &mut self.scratch };
        back.change(key, &b.dx, &b.hidden, down, &mut dh);
        let width = c.hidden * 8;
        let parts = dh.chunks(width).zip(b.gate.chunks_mut(width)).zip(b.up.chunks_mut(width));
        match c.family.activation {
            Activation::Silu => {
                rows::each(frozen, parts, |_, ((dh, g), u)| frozen::swiglu_backward(dh, g, u))
            }
        }
        b.q = dh;
        b.d_normed.resize(b.dx.len(), 0.0);
        for (i, (target, dy)) in [(Target::Gate, &b.gate), (Target::Up, &b.up)].into_iter().enumerate() {
            back.product((layer, target), dy, &b.normed, &self.low, i > 0, &mut b.d_normed);
        }
        let weight = frozen.norm(Norm::FeedForward(layer));
        let x = &self.streams[layer][1][first * c.dim..];
        rows::rms_norm_backward(frozen, x, weight, c.eps, &b.d_normed, &mut b.dx);
    }

    /// From the gradient by a layer's middle to that by its beginning, both in `buffers.dx`.
    fn attention_backward(
        &mut self,
        parameters: &Parameters,
        layer: usize,
        first: usize,
        gradients: &mut [f32],
    ) {
        let (frozen, c) = (self.frozen, self.frozen.config());
        let n = self.streams[layer][0].len() / c.dim;
        let m = n - first;
        self.queries(parameters, layer, first, false);
        let key = (layer, Target::Output);
        let changed = parameters.layouts.contains_key(&key);
        if changed {
            self.mix(layer, n, first);
            let low = self.low.entry(Target::Output).or_default();
            narrow_side(frozen, parameters, key, &self.buffers.rows, low, &mut self.scratch);
        }
        let b = &mut self.buffers;
        b.d_mixed.resize(b.q.len(), 0.0);
        let mut d_rows = std::mem::take(&mut b.gate); // a buffer that this half does not need
        d_rows.resize(b.q.len(), 0.0);
        frozen.multiply_transposed(
            Weight::Layer(layer, Target::Output),
            &b.dx,
            false,
            &mut d_rows,
            &mut self.scratch,
        );
        let mut back = Back { frozen, parameters, gradients, low: &mut b.low, scratch: &mut self.scratch };
        if changed {
            back.change(key, &b.dx, &b.rows, &self.low[&Target::Output], &mut d_rows);
        }
        rows::to_heads(frozen, m, &d_rows, None, &mut b.d_mixed);
        b.gate = d_rows;
        b.dq.resize(b.q.len(), 0.0);
        let [k, v] = &self.keys_values[layer];
        b.dk.resize(m * c.kv_dim(), 0.0);
        b.dv.resize(m * c.kv_dim(), 0.0);
        let heads = Heads { q: &b.q, k, v, n, first };
        attention::backward(
            frozen,
            heads,
            &b.d_mixed,
            &self.thread_scratch,
            [&mut b.dq, &mut b.dk, &mut b.dv],
        );
        let rotation = Some(rotation(&self.angles, self.rope, first, m));
        b.d_normed.resize(b.dx.len(), 0.0);
        for (i, (target, d_heads, rotation)) in
            [(Target::Query, &b.dq, rotation), (Target::Key, &b.dk, rotation), (Target::Value, &b.dv, None)]
                .into_iter()
                .enumerate()
        {
            b.rows.resize(d_heads.len(), 0.0);
            rows::from_heads(frozen, m, d_heads, rotation, &mut b.rows);
            if let Some(weight) = frozen.head_norm(layer, target) {
                let unnormed = &b.unnormed[usize::from(target == Target::Key)];
                b.d_unnormed.clear();
                b.d_unnormed.resize(b.rows.len(), 0.0);
                rows::rms_norm_backward(frozen, unnormed, weight, c.eps, &b.rows, &mut b.d_unnormed);
                std::mem::swap(&mut b.rows, &mut b.d_unnormed);
            }
            back.product((layer, target), &b.rows, &b.normed, &self.low, i > 0, &mut b.d_normed);
        }
        let weight = frozen.norm(Norm::Attention(layer));
        let x = &self.streams[layer][0][first * c.dim..];
        rows::rms_norm_backward(frozen, x, weight, c.eps, &b.d_normed, &mut b.dx);
    }
}

/// The way back through products and changes: the network, and the memory for gradients.
struct Back<'a, 'b> {
    frozen: Frozen<'a>,
    parameters: &'b Parameters,
    gradients: &'b mut [f32],
    low: &'b mut Vec<f32>,
    scratch: &'b mut Scratch,
}

impl Back<'_, '_> {
    /// From the gradient dy (n, out) of a matrix's product to that of x (n, in).
    fn product(
        &mut self,
        key: (usize, Target),
        dy: &[f32],
        x: &[f32],
        low: &BTreeMap<Target, Vec<f32>>,
        add: bool,
        dx: &mut [f32],
    ) {
        self.frozen.multiply_transposed(Weight::Layer(key.0, key.1), dy, add, dx, self.scratch);
        if let Some(low) = low.get(&key.1) {
            self.change(key, dy, x, low, dx);
        }
    }

    /// The gradients of a change by its own numbers, and by x, which is added to dx.
    fn change(&mut self, key: (usize, Target), dy: &[f32], x: &[f32], low: &[f32], dx: &mut [f32]) {
        let Some(layout) = self.parameters.layouts.get(&key) else { return };
        let (rows, cols) = key.1.shape(self.frozen.config());
        let (n, rank, scale) = (dy.len() / rows, layout.rank, self.parameters.scale);
        if rank > 0 {
            let values = &self.parameters.values;
            let (a, b) =
                (View::rows(&values[layout.a.clone()], cols), View::rows(&values[layout.b.clone()], rows));
            let (dy, x, low) = (View::rows(dy, rows), View::rows(x, cols), View::rows(low, n));
            self.low.resize(rank * n, 0.0);
            self.frozen.gemm([rank, n, rows], b, dy.transposed(), scale, false, self.low, self.scratch);
            let d_low = View::rows(self.low, n);
            let d_b = &mut self.gradients[layout.b.clone()];
            self.frozen.gemm([rank, rows, n], low, dy, scale, true, d_b, self.scratch);
            let d_a = &mut self.gradients[layout.a.clone()];
            self.frozen.gemm([rank, cols, n], d_low, x, 1.0, true, d_a, self.scratch);
            self.frozen.gemm([n, cols, rank], d_low.transposed(), a, 1.0, true, dx, self.scratch);
        }
        for dy in dy.chunks_exact(rows).filter(|_| !layout.bias.is_empty()) {
            self.gradients[layout.bias.clone()].iter_mut().zip(dy).for_each(|(g, dy)| *g += dy);
        }
    }
}

/// Computes a matrix's product with the model's bias and the change: x (n, in), out (n, out); leaves the
/// change's narrow side (rank, n) in `low`.
fn product(
    frozen: Frozen<'_>,
    parameters: &Parameters,
    key: (usize, Target),
    x: &[f32],
    out: &mut Vec<f32>,
    low: &mut Vec<f32>,
    s: &mut Scratch,
) {
    let (rows, cols) = key.1.shape(frozen.config());
    let n = x.len() / cols;
    out.resize(n * rows, 0.0);
    frozen.multiply(Weight::Layer(key.0, key.1), x, out, s);
    let layout = parameters.layouts.get(&key);
    let own = layout.map(|layout| &parameters.values[layout.bias.clone()]).filter(|bias| !bias.is_empty());
    for bias in [frozen.bias(key.0, key.1), own].into_iter().flatten() {
        out.chunks_exact_mut(rows).for_each(|out| out.iter_mut().zip(bias).for_each(|(o, b)| *o += b));
    }
    narrow_side(frozen, parameters, key, x, low, s);
    if let Some(layout) = layout.filter(|layout| layout.rank > 0) {
        let b = View::rows(&parameters.values[layout.b.clone()], rows);
        let low = View::rows(low, n).transposed();
        frozen.gemm([n, rows, layout.rank], low, b, parameters.scale, true, out, s);
    }
}

/// Computes the narrow side of a change: low (rank, n) = A xᵀ, with x (n, in).
fn narrow_side(
    frozen: Frozen<'_>,
    parameters: &Parameters,
    key: (usize, Target),
    x: &[f32],
    low: &mut Vec<f32>,
    s: &mut Scratch,
) {
    let Some(layout) = parameters.layouts.get(&key).filter(|layout| layout.rank > 0) else { return };
    let (_, cols) = key.1.shape(frozen.config());
    let n = x.len() / cols;
    low.resize(layout.rank * n, 0.0);
    let a = View::rows(&parameters.values[layout.a.clone()], cols);
    frozen.gemm([layout.rank, n, cols], a, View::rows(x, cols).transposed(), 1.0, false, low, s);
}

/// Returns the rotation of `m` positions from `first` on.
fn rotation(angles: &[(f32, f32)], rope: Rope, first: usize, m: usize) -> Rotation<'_> {
    let half = angles.len() / (first + m);
    Rotation { angles: &angles[first * half..], rope }
}

/// Computes `out = x + y`.
fn add(x: &[f32], y: &[f32], out: &mut Vec<f32>) {
    out.clear();
    out.extend(x.iter().zip(y).map(|(x, y)| x + y));
}
