//! The types that a setting can have: reading from JSON, writing, and naming them for people.

use serde_json::{Value, json};

/// When completions appear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// While typing.
    Auto,
    /// Only when asked.
    Manual,
    /// Never.
    Off,
}

/// When completions of prose appear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProseMode {
    /// While typing.
    Auto,
    /// While typing, but seldom.
    Quiet,
    /// Only when asked.
    Manual,
    /// Never.
    Off,
}

/// The events and texts that the journal on this machine stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum JournalMode {
    /// Suggestions, their outcomes, and the text around accepted ones.
    On,
    /// Outcomes without text.
    Outcomes,
    /// Nothing.
    Off,
}

/// The smallest and the greatest number allowed.
pub type Bounds = Option<(f64, f64)>;

/// A value, and a warning where it was changed; or the problem that makes it no value.
pub(super) type Read<T> = Result<(T, Option<String>), String>;

/// A type of setting.
pub(super) trait Kind: Sized {
    /// Name for people.
    const NAME: &'static str;

    /// Reads a value. A number outside the bounds is moved to the nearer one, with a warning.
    fn read(value: &Value, bounds: Bounds) -> Read<Self>;

    /// Returns the value as JSON.
    fn write(&self) -> Value;

    /// Returns the type as JSON schema, bounds left out.
    fn schema() -> Value;

    /// Reads a value and writes it again, so that a source holds only values that can be read.
    fn check(value: &Value, bounds: Bounds) -> Read<Value> {
        Self::read(value, bounds).map(|(read, odd)| (read.write(), odd))
    }
}

impl Kind for bool {
    const NAME: &'static str = "true or false";

    fn read(value: &Value, _: Bounds) -> Read<bool> {
        value.as_bool().map(|value| (value, None)).ok_or_else(|| expected(Self::NAME, value))
    }

    fn write(&self) -> Value {
        json!(self)
    }

    fn schema() -> Value {
        json!({"type": "boolean"})
    }
}

impl Kind for f64 {
    const NAME: &'static str = "number";

    fn read(value: &Value, bounds: Bounds) -> Read<f64> {
        let number = value.as_f64().ok_or_else(|| expected(Self::NAME, value))?;
        let (low, high) = bounds.unwrap_or((f64::MIN, f64::MAX));
        let inside = number.clamp(low, high);
        let odd =
            (inside != number).then(|| format!("{number} is not from {low} to {high}; {inside} is used"));
        Ok((inside, odd))
    }

    fn write(&self) -> Value {
        json!(self)
    }

    fn schema() -> Value {
        json!({"type": "number"})
    }
}

impl Kind for u64 {
    const NAME: &'static str = "whole number";

    fn read(value: &Value, bounds: Bounds) -> Read<u64> {
        // Lua and JavaScript write 5.0 for 5; a fraction is another matter.
        let whole = value.as_f64().filter(|number| number.fract() == 0.0);
        let number = whole.ok_or_else(|| expected(Self::NAME, value))?;
        let (inside, odd) = f64::read(&json!(number), bounds)?;
        Ok((inside as u64, odd))
    }

    fn write(&self) -> Value {
        json!(self)
    }

    fn schema() -> Value {
        json!({"type": "integer"})
    }
}

impl Kind for usize {
    const NAME: &'static str = u64::NAME;

    fn read(value: &Value, bounds: Bounds) -> Read<usize> {
        u64::read(value, bounds).map(|(number, odd)| (usize::try_from(number).unwrap_or(usize::MAX), odd))
    }

    fn write(&self) -> Value {
        json!(self)
    }

    fn schema() -> Value {
        u64::schema()
    }
}

impl Kind for String {
    const NAME: &'static str = "string";

    fn read(value: &Value, _: Bounds) -> Read<String> {
        value.as_str().map(|text| (text.to_owned(), None)).ok_or_else(|| expected(Self::NAME, value))
    }

    fn write(&self) -> Value {
        json!(self)
    }

    fn schema() -> Value {
        json!({"type": "string"})
    }
}

impl Kind for Vec<String> {
    const NAME: &'static str = "list of strings";

    fn read(value: &Value, _: Bounds) -> Read<Vec<String>> {
        let items = value.as_array().ok_or_else(|| expected(Self::NAME, value))?;
        let strings = items.iter().map(|item| item.as_str().map(str::to_owned));
        let strings: Option<Vec<String>> = strings.collect();
        strings.map(|strings| (strings, None)).ok_or_else(|| expected(Self::NAME, value))
    }

    fn write(&self) -> Value {
        json!(self)
    }

    fn schema() -> Value {
        json!({"type": "array", "items": {"type": "string"}})
    }
}

macro_rules! choice {
    ($kind:ty, $name:literal, $($variant:ident = $text:literal),+) => {
        impl $kind {
            /// Returns the word for it in a file.
            pub fn word(self) -> &'static str {
                match self { $( <$kind>::$variant => $text, )+ }
            }
        }

        impl Kind for $kind {
            const NAME: &'static str = $name;

            fn read(value: &Value, _: Bounds) -> Read<$kind> {
                match value.as_str() {
                    $( Some($text) => Ok((<$kind>::$variant, None)), )+
                    _ => Err(expected(Self::NAME, value)),
                }
            }

            fn write(&self) -> Value {
                json!(self.word())
            }

            fn schema() -> Value {
                json!({"type": "string", "enum": [$($text),+]})
            }
        }
    };
}

choice!(Mode, "`auto`, `manual` or `off`", Auto = "auto", Manual = "manual", Off = "off");
choice!(
    ProseMode,
    "`auto`, `quiet`, `manual` or `off`",
    Auto = "auto",
    Quiet = "quiet",
    Manual = "manual",
    Off = "off"
);

choice!(JournalMode, "`on`, `outcomes` or `off`", On = "on", Outcomes = "outcomes", Off = "off");

fn expected(kind: &str, found: &Value) -> String {
    let mut found = found.to_string();
    if found.chars().count() > 40 {
        found = found.chars().take(40).chain(['…']).collect();
    }
    format!("expected {kind}, found {found}")
}
