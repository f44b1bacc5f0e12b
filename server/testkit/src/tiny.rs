//! A tiny language model with seeded random weights, as the bytes of a GGUF file.
//!
//! It says nothing sensible, but it is a real model of a real family with a real tokenizer: every
//! test can load it and run it within milliseconds.

use housestyle_complete::random::SplitMix64;

/// The shape of a tiny model.
#[derive(Debug, Clone)]
pub struct Tiny {
    /// `general.architecture`: `qwen2` (with biases), `llama`, or `qwen3` (with normalised heads, which are wider
    /// than [`DIM`] over [`HEADS`]).
    pub architecture: &'static str,
    /// Seed of the weights.
    pub seed: u64,
    /// Whether the vocabulary has fill-in-the-middle tokens.
    pub fim: bool,
    /// Whether matrices are stored as Q8_0 instead of F32.
    pub quantized: bool,
    /// Whether the embedding is the output matrix, too.
    pub tied: bool,
}

impl Default for Tiny {
    fn default() -> Tiny {
        Tiny { architecture: "qwen2", seed: 1, fim: true, quantized: false, tied: false }
    }
}

/// Width of the residual stream.
pub const DIM: usize = 64;
/// Width of the feed-forward layer.
pub const HIDDEN: usize = 96;
/// Blocks.
pub const LAYERS: usize = 2;
/// Query heads.
pub const HEADS: usize = 4;
/// Key and value heads.
pub const KV_HEADS: usize = 2;
/// Positions.
pub const CONTEXT: usize = 512;

const MERGES: [&str; 6] = ["Ġ Ġ", "ĠĠ ĠĠ", "r e", "t u", "re tu", "Ġ a"];
const SPECIALS: [&str; 4] = ["<|endoftext|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"];

/// A tensor before it is written: name, dimensions (innermost first) and values.
pub type Weights = (String, Vec<usize>, Vec<f32>);

impl Tiny {
    /// Returns the vocabulary: 256 bytes, the merges' results, the special tokens.
    pub fn tokens(&self) -> Vec<String> {
        let mut tokens: Vec<String> = byte_characters().into_iter().map(String::from).collect();
        tokens.extend(MERGES.iter().map(|m| m.replace(' ', "")));
        let specials = if self.fim { &SPECIALS[..] } else { &SPECIALS[..1] };
        tokens.extend(specials.iter().map(|s| (*s).to_owned()));
        tokens
    }

    /// Returns the width of a head.
    pub fn head_dim(&self) -> usize {
        if self.architecture == "qwen3" { 32 } else { DIM / HEADS }
    }

    /// Returns all weights.
    pub fn weights(&self) -> Vec<Weights> {
        let mut random = SplitMix64::new(self.seed);
        let vocab = self.tokens().len();
        let (heads, kv) = (self.head_dim() * HEADS, self.head_dim() * KV_HEADS);
        let mut all: Vec<Weights> = Vec::new();
        let mut matrix = |name: String, cols: usize, rows: usize| {
            let scale = (cols as f32).sqrt().recip();
            all.push((name, vec![cols, rows], values(&mut random, cols * rows, scale * 1.7)));
        };
        matrix("token_embd.weight".to_owned(), DIM, vocab);
        if !self.tied {
            matrix("output.weight".to_owned(), DIM, vocab);
        }
        for i in 0..LAYERS {
            let name = |part: &str| format!("blk.{i}.{part}.weight");
            for (part, cols, rows) in [
                ("attn_q", DIM, heads),
                ("attn_k", DIM, kv),
                ("attn_v", DIM, kv),
                ("attn_output", heads, DIM),
                ("ffn_gate", DIM, HIDDEN),
                ("ffn_up", DIM, HIDDEN),
                ("ffn_down", HIDDEN, DIM),
            ] {
                matrix(name(part), cols, rows);
            }
        }
        let mut vector = |name: String, n: usize, around: f32| {
            let values = values(&mut random, n, 0.3).into_iter().map(|v| v + around).collect();
            all.push((name, vec![n], values));
        };
        vector("output_norm.weight".to_owned(), DIM, 1.0);
        for i in 0..LAYERS {
            vector(format!("blk.{i}.attn_norm.weight"), DIM, 1.0);
            vector(format!("blk.{i}.ffn_norm.weight"), DIM, 1.0);
            if self.architecture == "qwen2" {
                for (part, n) in [("attn_q", heads), ("attn_k", kv), ("attn_v", kv)] {
                    vector(format!("blk.{i}.{part}.bias"), n, 0.0);
                }
            }
            if self.architecture == "qwen3" {
                for part in ["attn_q_norm", "attn_k_norm"] {
                    vector(format!("blk.{i}.{part}.weight"), self.head_dim(), 1.0);
                }
            }
        }
        all
    }

    /// Returns the whole file.
    pub fn gguf(&self) -> Vec<u8> {
        self.gguf_with(&self.weights())
    }

    /// Returns the whole file with other weights than the seed's: what a test changed in [`Tiny::weights`].
    pub fn gguf_with(&self, weights: &[Weights]) -> Vec<u8> {
        let mut w = Writer::default();
        let tokens = self.tokens();
        let types: Vec<u32> =
            tokens.iter().map(|t| if t.starts_with("<|") && t.ends_with("|>") { 3 } else { 1 }).collect();
        let end = tokens.iter().position(|t| t == SPECIALS[0]).unwrap_or_default() as u32;
        let key = |k: &str| format!("{}.{k}", self.architecture);
        w.string("general.architecture", self.architecture);
        w.string("general.name", "tiny");
        for (k, v) in [
            ("block_count", LAYERS),
            ("context_length", CONTEXT),
            ("embedding_length", DIM),
            ("feed_forward_length", HIDDEN),
            ("attention.head_count", HEADS),
            ("attention.head_count_kv", KV_HEADS),
        ] {
            w.number(&key(k), v as u32);
        }
        if self.head_dim() != DIM / HEADS {
            w.number(&key("attention.key_length"), self.head_dim() as u32);
            w.number(&key("attention.value_length"), self.head_dim() as u32);
        }
        w.float(&key("attention.layer_norm_rms_epsilon"), 1e-6);
        w.string("tokenizer.ggml.model", "gpt2");
        w.string("tokenizer.ggml.pre", "qwen2");
        w.strings("tokenizer.ggml.tokens", &tokens);
        w.numbers("tokenizer.ggml.token_type", &types);
        w.strings("tokenizer.ggml.merges", &MERGES.map(str::to_owned));
        w.number("tokenizer.ggml.eos_token_id", end);
        for (name, dims, values) in weights {
            w.tensor(name, dims, values, self.quantized && dims.len() == 2);
        }
        w.finish()
    }
}

/// Returns GPT-2's character for each byte.
fn byte_characters() -> Vec<char> {
    let mut next = 0x100;
    (0..=255u8)
        .map(|b| {
            let c = char::from(b);
            if matches!(c, '!'..='~' | '¡'..='¬' | '®'..='ÿ') {
                return c;
            }
            next += 1;
            char::from_u32(next - 1).unwrap_or(c)
        })
        .collect()
}

/// Returns random numbers from -`scale` to `scale`.
fn values(random: &mut SplitMix64, n: usize, scale: f32) -> Vec<f32> {
    let mut value = || ((random.next_u64() >> 40) as f32 / (1u64 << 23) as f32 - 1.0) * scale;
    (0..n).map(|_| value()).collect()
}

/// Writes GGUF version 3.
#[derive(Debug, Default)]
pub struct Writer {
    metadata: Vec<u8>,
    keys: u64,
    infos: Vec<u8>,
    tensors: u64,
    data: Vec<u8>,
}

impl Writer {
    fn key(&mut self, key: &str, kind: u32) {
        self.keys += 1;
        text(&mut self.metadata, key);
        self.metadata.extend(kind.to_le_bytes());
    }

    /// Adds a string.
    pub fn string(&mut self, key: &str, value: &str) {
        self.key(key, 8);
        text(&mut self.metadata, value);
    }

    /// Adds an unsigned number.
    pub fn number(&mut self, key: &str, value: u32) {
        self.key(key, 4);
        self.metadata.extend(value.to_le_bytes());
    }

    /// Adds a float.
    pub fn float(&mut self, key: &str, value: f32) {
        self.key(key, 6);
        self.metadata.extend(value.to_le_bytes());
    }

    /// Adds a list of strings.
    pub fn strings(&mut self, key: &str, values: &[String]) {
        self.key(key, 9);
        self.metadata.extend(8u32.to_le_bytes());
        self.metadata.extend((values.len() as u64).to_le_bytes());
        values.iter().for_each(|v| text(&mut self.metadata, v));
    }

    /// Adds a list of unsigned numbers.
    pub fn numbers(&mut self, key: &str, values: &[u32]) {
        self.key(key, 9);
        self.metadata.extend(4u32.to_le_bytes());
        self.metadata.extend((values.len() as u64).to_le_bytes());
        values.iter().for_each(|v| self.metadata.extend(v.to_le_bytes()));
    }

    /// Adds a tensor as F32, or as Q8_0 in blocks of 32.
    pub fn tensor(&mut self, name: &str, dims: &[usize], values: &[f32], q8_0: bool) {
        self.tensors += 1;
        text(&mut self.infos, name);
        self.infos.extend((dims.len() as u32).to_le_bytes());
        dims.iter().for_each(|d| self.infos.extend((*d as u64).to_le_bytes()));
        self.infos.extend(if q8_0 { 8u32 } else { 0 }.to_le_bytes());
        self.data.resize(self.data.len().next_multiple_of(32), 0);
        self.infos.extend((self.data.len() as u64).to_le_bytes());
        if q8_0 {
            for block in values.chunks_exact(32) {
                let d = block.iter().fold(0.0f32, |m, v| m.max(v.abs())) / 127.0;
                self.data.extend(half_bits(d).to_le_bytes());
                let d = if d == 0.0 { 1.0 } else { d };
                self.data.extend(block.iter().map(|v| (v / d).round() as i8 as u8));
            }
        } else {
            values.iter().for_each(|v| self.data.extend(v.to_le_bytes()));
        }
    }

    /// Returns the file.
    pub fn finish(self) -> Vec<u8> {
        let mut out = b"GGUF".to_vec();
        out.extend(3u32.to_le_bytes());
        out.extend(self.tensors.to_le_bytes());
        out.extend(self.keys.to_le_bytes());
        out.extend(self.metadata);
        out.extend(self.infos);
        out.resize(out.len().next_multiple_of(32), 0);
        out.extend(self.data);
        out
    }
}

fn text(out: &mut Vec<u8>, s: &str) {
    out.extend((s.len() as u64).to_le_bytes());
    out.extend(s.as_bytes());
}

/// f32 to f16 bits for positive normal numbers, rounded down: enough for a scale.
fn half_bits(x: f32) -> u16 {
    let bits = x.to_bits();
    let exponent = ((bits >> 23) & 0xff) as i32 - 127 + 15;
    if !(1..31).contains(&exponent) { 0 } else { ((exponent as u16) << 10) | ((bits >> 13) & 0x3ff) as u16 }
}
