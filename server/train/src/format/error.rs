//! The errors of an adapter's file, each with the field and the values that disagreed.

/// Why an adapter could not be read or written.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FormatError {
    /// The file is broken.
    #[error("broken adapter file: {field}: {problem}")]
    Broken {
        /// The field or tensor.
        field: String,
        /// The problem.
        problem: String,
    },
    /// The file is well formed, but of a kind that cannot be used.
    #[error("unsupported adapter: {field}: {problem}")]
    Unsupported {
        /// The field or tensor.
        field: String,
        /// The problem, and the supported values.
        problem: String,
    },
    /// It belongs to another base model.
    #[error(
        "the adapter was made for the base model {made_for}, but this one is {this}: use that model, or train anew"
    )]
    WrongBase {
        /// The base by the adapter: its SHA-256 or architecture.
        made_for: String,
        /// The same of the model at hand.
        this: String,
    },
    /// A tensor does not fit the base model.
    #[error(
        "tensor {name}: {found} numbers, but {expected} fit this base model: was it made for another one?"
    )]
    Shape {
        /// Which one.
        name: String,
        /// Its shape.
        found: String,
        /// The shape by the base model.
        expected: String,
    },
    /// A number is NaN or infinite.
    #[error("tensor {name}: number {index} is {value}: the file is damaged, or its training diverged")]
    NotFinite {
        /// Which one.
        name: String,
        /// Where in it.
        index: usize,
        /// The value.
        value: f32,
    },
    /// A change is so large that it would destroy the model.
    #[error(
        "tensor {name}: it changes weights by up to {found:.3} in the root mean square, and at most {most} is \
         accepted: the file is damaged or hostile, or its training diverged"
    )]
    TooLarge {
        /// Which matrix.
        name: String,
        /// A bound of the change's root mean square.
        found: f64,
        /// The most that is accepted.
        most: f64,
    },
    /// The format has no place for a part of the adapter.
    #[error(
        "the adapter has {count} biases (BitFit), which {format} cannot load; without them it would be another \
         adapter, never measured. Export it without biases if that is what you want"
    )]
    Biases {
        /// How many matrices have one.
        count: usize,
        /// Which format.
        format: &'static str,
    },
}

impl FormatError {
    pub(super) fn broken(field: impl AsRef<str>, problem: impl Into<String>) -> FormatError {
        FormatError::Broken { field: shorten(field.as_ref()), problem: problem.into() }
    }

    pub(super) fn unsupported(field: impl AsRef<str>, problem: impl Into<String>) -> FormatError {
        FormatError::Unsupported { field: shorten(field.as_ref()), problem: problem.into() }
    }
}

/// Returns the start of a text from a file: a hostile name may be megabytes long, and steer a terminal.
pub(super) fn shorten(text: &str) -> String {
    let start: String = text.chars().take(80).flat_map(char::escape_default).collect();
    if text.chars().nth(80).is_some() { start + "…" } else { start }
}
