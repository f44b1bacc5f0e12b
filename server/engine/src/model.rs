//! The weights of a decoder-only transformer, found by name in a file.

use std::sync::Arc;

use memmap2::Mmap;

use crate::config::Config;
use crate::dtype::DType;
use crate::error::EngineError;
use crate::family::{Family, Presence};
use crate::gguf::Gguf;
use crate::matrix::{Matrix, Rows, release};
use crate::packed::Packed;
use crate::packed_cache::PackedCache;
use crate::pool::Pool;
use crate::screening::Screening;
use crate::simd::Isa;

/// All weights, prepared for products.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) config: Config,
    pub(crate) vocab: usize,
    embedding: Rows, // (vocab, dim)
    /// Whether the file has no output matrix.
    tied: bool,
    pub(crate) layers: Vec<Layer>,
    pub(crate) norm: Vec<f32>, // (dim)
    pub(crate) output: Matrix, // (vocab, dim); the embedding itself where the file has no output matrix
    /// (rope_dim / 2) rotation per position, in radians.
    pub(crate) frequencies: Vec<f64>,
    /// Whether any product needs activations in f32.
    pub(crate) plain: bool,
    pub(crate) screening: Screening,
    pub(crate) isa: Isa,
    pub(crate) pool: Pool,
}

#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) attn_norm: Vec<f32>,      // (dim)
    pub(crate) q: Matrix,                // (heads * head_dim, dim)
    pub(crate) k: Matrix,                // (kv_heads * head_dim, dim)
    pub(crate) v: Matrix,                // (kv_heads * head_dim, dim)
    pub(crate) q_bias: Option<Vec<f32>>, // (heads * head_dim)
    pub(crate) k_bias: Option<Vec<f32>>, // (kv_heads * head_dim)
    pub(crate) v_bias: Option<Vec<f32>>, // (kv_heads * head_dim)
    pub(crate) q_norm: Option<Vec<f32>>, // (head_dim)
    pub(crate) k_norm: Option<Vec<f32>>, // (head_dim)
    pub(crate) o: Matrix,                // (dim, heads * head_dim)
    pub(crate) ffn_norm: Vec<f32>,       // (dim)
    pub(crate) gate: Matrix,             // (hidden, dim)
    pub(crate) up: Matrix,               // (hidden, dim)
    pub(crate) down: Matrix,             // (dim, hidden)
}

impl Model {
    /// Finds all weights in a parsed file and checks their shapes. What `cache` has need not be packed.
    pub(crate) fn load(
        gguf: &Gguf<'_>,
        file: &Arc<Mmap>,
        threads: usize,
        cache: Option<&mut PackedCache>,
    ) -> Result<Model, EngineError> {
        let config = Config::read(gguf)?;
        let pool =
            Pool::new(threads).map_err(|e| EngineError::Threads { threads, problem: e.to_string() })?;
        let family = config.family;
        let mut find = Finder { family, gguf, file, pool: &pool, cache };
        let (dim, kv, heads) = (config.dim, config.kv_dim(), config.q_dim());
        let embedding = find.rows("token_embd.weight", None, dim)?;
        let vocab = embedding.rows;
        find.check("output.weight", family.output)?;
        let output = match gguf.tensor("output.weight") {
            Some(_) => find.matrix("output.weight", Some(vocab), dim)?,
            None => Matrix::new(&pool, embedding.clone(), find.cache.as_deref_mut())?,
        };
        let mut layers = Vec::with_capacity(config.layers);
        for i in 0..config.layers {
            let name = |part: &str| format!("blk.{i}.{part}");
            layers.push(Layer {
                attn_norm: find.vector(&name("attn_norm.weight"), dim)?,
                q: find.matrix(&name("attn_q.weight"), Some(heads), dim)?,
                k: find.matrix(&name("attn_k.weight"), Some(kv), dim)?,
                v: find.matrix(&name("attn_v.weight"), Some(kv), dim)?,
                q_bias: find.vector_if(family.biases, &name("attn_q.bias"), heads)?,
                k_bias: find.vector_if(family.biases, &name("attn_k.bias"), kv)?,
                v_bias: find.vector_if(family.biases, &name("attn_v.bias"), kv)?,
                q_norm: find.vector_if(family.head_norms, &name("attn_q_norm.weight"), config.head_dim)?,
                k_norm: find.vector_if(family.head_norms, &name("attn_k_norm.weight"), config.head_dim)?,
                o: find.matrix(&name("attn_output.weight"), Some(dim), heads)?,
                ffn_norm: find.vector(&name("ffn_norm.weight"), dim)?,
                gate: find.matrix(&name("ffn_gate.weight"), Some(config.hidden), dim)?,
                up: find.matrix(&name("ffn_up.weight"), Some(config.hidden), dim)?,
                down: find.matrix(&name("ffn_down.weight"), Some(dim), config.hidden)?,
            });
        }
        let half = config.rope_dim / 2;
        let mut frequencies: Vec<f64> = (0..half)
            .map(|i| {
                let exponent = -2.0 * i as f64 / config.rope_dim as f64;
                f64::from(config.rope_base).powf(exponent) / f64::from(config.rope_scale)
            })
            .collect();
        // Llama 3 stretches each frequency by a factor of its own.
        if let Some(factors) = find.optional("rope_freqs.weight", half)? {
            frequencies.iter_mut().zip(factors).for_each(|(f, by)| *f /= f64::from(by));
        }
        let norm = find.vector("output_norm.weight", dim)?;
        let plain = output.is_plain()
            || layers.iter().any(|layer: &Layer| layer.matrices().into_iter().any(Matrix::is_plain));
        Ok(Model {
            config,
            vocab,
            embedding,
            tied: gguf.tensor("output.weight").is_none(),
            layers,
            norm,
            output,
            frequencies,
            plain,
            screening: Screening::default(),
            isa: Isa::detect(),
            pool,
        })
    }

    /// Converts a token's row of the embedding to f32 (dim).
    pub(crate) fn embed(&self, token: usize, out: &mut [f32]) {
        match &self.output {
            // Of one copy of the matrix only, as each of them is a third of the weights.
            Matrix::Packed(w) if self.tied && w.has_rows() => w.row_f32(token, out),
            _ => self.embedding.row_f32(token, out),
        }
    }

    /// Returns all packed matrices, in the order in which they are prepared. A clone shares the memory.
    pub(crate) fn packed(&self) -> Vec<Packed> {
        let layers = self.layers.iter().flat_map(Layer::matrices);
        [&self.output].into_iter().chain(layers).filter_map(Matrix::packed).cloned().collect()
    }

    /// Returns how many threads do the arithmetic.
    pub(crate) fn threads(&self) -> usize {
        self.pool.threads()
    }
}

impl Layer {
    /// Returns the matrices, in the order in which they are prepared.
    fn matrices(&self) -> [&Matrix; 7] {
        [&self.q, &self.k, &self.v, &self.o, &self.gate, &self.up, &self.down]
    }
}

struct Finder<'a> {
    family: &'static Family,
    gguf: &'a Gguf<'a>,
    file: &'a Arc<Mmap>,
    pool: &'a Pool,
    cache: Option<&'a mut PackedCache>,
}

impl Finder<'_> {
    /// Finds a matrix (rows, cols) and prepares it for products.
    fn matrix(&mut self, name: &str, rows: Option<usize>, cols: usize) -> Result<Matrix, EngineError> {
        Matrix::new(self.pool, self.rows(name, rows, cols)?, self.cache.as_deref_mut())
    }

    /// Finds a matrix (rows, cols); `rows` is `None` where any number will do.
    fn rows(&self, name: &str, rows: Option<usize>, cols: usize) -> Result<Rows, EngineError> {
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
        Ok(Rows {
            file: Arc::clone(self.file),
            bytes: info.bytes.clone(),
            dtype: info.dtype,
            rows: info.dims[1],
            cols,
        })
    }

    /// Checks that a tensor is there where every file of the family has it, and not there where none may.
    fn check(&self, name: &str, presence: Presence) -> Result<(), EngineError> {
        let field = || format!("tensor {name}");
        match (presence, self.gguf.tensor(name)) {
            (Presence::Always, None) => Err(EngineError::gguf(field(), "missing")),
            (Presence::Never, Some(_)) => {
                let problem = format!("models of the family {} have none", self.family.name);
                Err(EngineError::unsupported(field(), problem))
            }
            _ => Ok(()),
        }
    }

    /// Finds a vector that files of the family have or have not.
    fn vector_if(&self, presence: Presence, name: &str, len: usize) -> Result<Option<Vec<f32>>, EngineError> {
        self.check(name, presence)?;
        self.optional(name, len)
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
        // The system maps much of what stands around, too, of which little is read where packed matrices are cached.
        if self.cache.is_some() {
            release(self.file, &(info.bytes.start..self.file.len()));
        }
        Ok(Some(out))
    }
}
