//! The errors of the engine, each with the operation and the values that disagreed.

use std::path::PathBuf;

use crate::special::Special;

/// Why a model could not be opened or run.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The file could not be opened or mapped.
    #[error("cannot open model {path}: {source}")]
    Open {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The file is not a usable GGUF file.
    #[error("broken GGUF file: {field}: {problem}")]
    Gguf {
        /// The field, key or tensor that is wrong.
        field: String,
        /// The problem.
        problem: String,
    },
    /// The file is a GGUF file of a kind this engine does not run.
    #[error("unsupported model: {field}: {problem}")]
    Unsupported {
        /// The field, key or tensor that is not supported.
        field: String,
        /// The problem, and the supported values.
        problem: String,
    },
    /// The prompt and the answer do not fit the context.
    #[error("{tokens} tokens do not fit the context of {context} tokens")]
    ContextFull {
        /// Tokens asked for.
        tokens: usize,
        /// Tokens there is room for.
        context: usize,
    },
    /// A prompt asks for a special token that the vocabulary lacks.
    #[error("the model has no {0:?} token")]
    NoSpecial(Special),
    /// A prompt without any token.
    #[error("the prompt is empty")]
    EmptyPrompt,
    /// A token id outside of the vocabulary.
    #[error("token id {id} is outside of the vocabulary of {vocab} tokens")]
    TokenRange {
        /// The id.
        id: u32,
        /// Size of the vocabulary.
        vocab: usize,
    },
    /// The model's output holds NaN or only infinities: the weights are damaged.
    #[error(
        "the model's output is not finite at position {position}: the file is damaged or was converted wrongly"
    )]
    NotFinite {
        /// Position in the sequence.
        position: usize,
    },
    /// An adapter does not fit the model.
    #[error("the adapter does not fit the model: {tensor}: {problem}; was it made for another one?")]
    Adapter {
        /// The tensor that is wrong.
        tensor: String,
        /// The problem.
        problem: String,
    },
    /// The system has no memory for the weights.
    #[error("no memory for {bytes} bytes of weights: {source}; a smaller model needs less")]
    Memory {
        /// How many were asked for at once.
        bytes: usize,
        /// The system's error.
        source: std::io::Error,
    },
    /// The thread pool could not be made.
    #[error("cannot start {threads} threads: {problem}")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// The system's error.
        problem: String,
    },
}

impl EngineError {
    pub(crate) fn gguf(field: impl Into<String>, problem: impl Into<String>) -> EngineError {
        EngineError::Gguf { field: field.into(), problem: problem.into() }
    }

    pub(crate) fn unsupported(field: impl Into<String>, problem: impl Into<String>) -> EngineError {
        EngineError::Unsupported { field: field.into(), problem: problem.into() }
    }
}
