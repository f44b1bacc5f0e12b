//! Reads the header of a GGUF file (version 2 and 3, little-endian) without copying it.
//!
//! Everything in the file is distrusted: counts are compared with the bytes that are left before
//! anything is allocated, and every error names the field. Specification:
//! <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.

use std::collections::HashMap;
use std::ops::Range;

use crate::dtype::DType;
use crate::error::EngineError;

/// The header of a file: its metadata and where its tensors lie.
#[derive(Debug)]
pub struct Gguf<'a> {
    metadata: HashMap<&'a str, Value<'a>>,
    tensors: HashMap<&'a str, TensorInfo>,
}

/// A metadata value. Integers of all widths are widened.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum Value<'a> {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Bool(bool),
    String(&'a str),
    Numbers(Vec<f64>),
    Integers(Vec<i64>),
    Strings(Vec<&'a str>),
}

/// Shape, type and bytes of a tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorInfo {
    /// Innermost dimension first, as GGUF writes them: a matrix is `[columns, rows]`.
    pub dims: Vec<usize>,
    /// Storage type.
    pub dtype: DType,
    /// Bytes within the file.
    pub bytes: Range<usize>,
}

/// Longest tensor name and metadata key, in bytes.
const MAX_NAME: usize = 65_535;
const MAX_DIMS: u32 = 4;
/// Most bytes a header may take: many times what the largest vocabularies need. Parsed values take at
/// most eight times their bytes in the file, so this bounds the memory a hostile file can claim.
const MAX_HEADER: usize = 64 << 20;

impl<'a> Gguf<'a> {
    /// Parses the header of `file`, the bytes of the whole file.
    ///
    /// # Errors
    /// [`EngineError::Gguf`] or [`EngineError::Unsupported`], naming the field.
    pub fn parse(file: &'a [u8]) -> Result<Gguf<'a>, EngineError> {
        let mut r = Reader { file: &file[..file.len().min(MAX_HEADER)], at: 0 };
        if r.take(4, "magic")? != b"GGUF" {
            return Err(EngineError::gguf("magic", "this is not a GGUF file"));
        }
        let version = r.u32("version")?;
        if version.swap_bytes() == 2 || version.swap_bytes() == 3 {
            return Err(EngineError::unsupported(
                "version",
                "the file is big-endian; convert it to little-endian",
            ));
        }
        if version != 2 && version != 3 {
            return Err(EngineError::unsupported("version", format!("{version}; versions 2 and 3 are read")));
        }
        let tensor_count = r.count("tensor count", 8 + 4 + 8 + 4 + 8)?;
        let metadata_count = r.count("metadata count", 8 + 4 + 1)?;

        let mut metadata = HashMap::new();
        for i in 0..metadata_count {
            let key = r.string(&format!("metadata key {i}"))?;
            if key.len() > MAX_NAME {
                return Err(EngineError::gguf(format!("metadata key {i}"), "longer than 65535 bytes"));
            }
            let value = r.value(key)?;
            if metadata.insert(key, value).is_some() {
                return Err(EngineError::gguf(shorten(key), "the key stands twice"));
            }
        }

        let alignment = match metadata.get("general.alignment") {
            None => 32,
            Some(Value::Unsigned(n)) if n.is_power_of_two() && (8..=1 << 20).contains(n) => *n as usize,
            other => return Err(wrong("general.alignment", "a power of two from 8 to 2^20", other)),
        };

        let mut entries = Vec::new();
        for i in 0..tensor_count {
            entries.push(r.tensor(i)?);
        }
        let data = r.at.checked_next_multiple_of(alignment).unwrap_or(usize::MAX);
        let mut tensors = HashMap::new();
        for (name, dims, dtype, offset) in entries {
            let bytes = tensor_bytes(name, &dims, dtype, offset, alignment, data, file.len())?;
            if tensors.insert(name, TensorInfo { dims, dtype, bytes }).is_some() {
                return Err(EngineError::gguf(format!("tensor {}", shorten(name)), "the name stands twice"));
            }
        }
        Ok(Gguf { metadata, tensors })
    }

    /// Returns the value of a key.
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        self.metadata.get(key)
    }

    /// Returns shape, type and bytes of a tensor.
    pub fn tensor(&self, name: &str) -> Option<&TensorInfo> {
        self.tensors.get(name)
    }

    /// Returns all tensors, in no order.
    pub fn tensors(&self) -> impl Iterator<Item = (&'a str, &TensorInfo)> {
        self.tensors.iter().map(|(n, t)| (*n, t))
    }

    /// Returns a string value.
    ///
    /// # Errors
    /// When the key is missing or no string.
    pub fn string(&self, key: &str) -> Result<&'a str, EngineError> {
        match self.get(key) {
            Some(Value::String(s)) => Ok(s),
            other => Err(wrong(key, "a string", other)),
        }
    }

    /// Returns an integer that fits `usize`; of an array whose items are all equal, that item.
    ///
    /// # Errors
    /// When the key is missing, no integer, negative or mixed.
    pub fn size(&self, key: &str) -> Result<usize, EngineError> {
        let n = match self.get(key) {
            Some(Value::Unsigned(n)) => usize::try_from(*n).ok(),
            Some(Value::Signed(n)) => usize::try_from(*n).ok(),
            Some(Value::Integers(v)) if v.first().is_some_and(|f| v.iter().all(|x| x == f)) => {
                usize::try_from(v[0]).ok()
            }
            _ => None,
        };
        n.ok_or_else(|| wrong(key, "a whole number", self.get(key)))
    }

    /// Returns a number as f32.
    ///
    /// # Errors
    /// When the key is missing, no number, or not finite.
    pub fn float(&self, key: &str) -> Result<f32, EngineError> {
        let x = match self.get(key) {
            Some(Value::Float(x)) => *x,
            Some(Value::Unsigned(n)) => *n as f64,
            Some(Value::Signed(n)) => *n as f64,
            other => return Err(wrong(key, "a number", other)),
        };
        if x.is_finite() { Ok(x as f32) } else { Err(EngineError::gguf(key, format!("{x} is not finite"))) }
    }

    /// Returns a list of strings.
    ///
    /// # Errors
    /// When the key is missing or no list of strings.
    pub fn strings(&self, key: &str) -> Result<&[&'a str], EngineError> {
        match self.get(key) {
            Some(Value::Strings(v)) => Ok(v),
            other => Err(wrong(key, "a list of strings", other)),
        }
    }
}

fn wrong(key: &str, expected: &str, found: Option<&Value<'_>>) -> EngineError {
    let found = match found {
        None => "missing".to_owned(),
        Some(Value::Strings(v)) => format!("expected {expected}, found {} strings", v.len()),
        Some(Value::Numbers(v)) => format!("expected {expected}, found {} numbers", v.len()),
        Some(Value::Integers(v)) => format!("expected {expected}, found {} integers", v.len()),
        Some(Value::String(s)) => format!("expected {expected}, found the string {:?}", shorten(s)),
        Some(v) => format!("expected {expected}, found {v:?}"),
    };
    EngineError::gguf(key, found)
}

/// A hostile name may be megabytes long: an error shows its start.
fn shorten(s: &str) -> String {
    match s.char_indices().nth(80) {
        Some((i, _)) => format!("{}…", &s[..i]),
        None => s.to_owned(),
    }
}

fn tensor_bytes(
    name: &str,
    dims: &[usize],
    dtype: DType,
    offset: u64,
    alignment: usize,
    data: usize,
    file_len: usize,
) -> Result<Range<usize>, EngineError> {
    let bad = |problem: String| EngineError::gguf(format!("tensor {}", shorten(name)), problem);
    if !dims[0].is_multiple_of(dtype.block_elems()) {
        return Err(bad(format!("rows of {} elements are no whole {dtype:?} blocks", dims[0])));
    }
    let elems = dims.iter().try_fold(1usize, |a, d| a.checked_mul(*d));
    let size = elems
        .map(|n| n / dtype.block_elems())
        .and_then(|n| n.checked_mul(dtype.block_bytes()))
        .ok_or_else(|| bad(format!("shape {dims:?} overflows")))?;
    let offset = usize::try_from(offset).map_err(|_| bad(format!("offset {offset} overflows")))?;
    if offset % alignment != 0 {
        return Err(bad(format!("offset {offset} is not aligned to {alignment}")));
    }
    let start = data.checked_add(offset);
    let end = start.and_then(|s| s.checked_add(size));
    match (start, end) {
        (Some(s), Some(e)) if e <= file_len => Ok(s..e),
        _ => Err(bad(format!(
            "its {size} bytes at offset {offset} end after the file's {file_len}: is it cut off?"
        ))),
    }
}

struct Reader<'a> {
    file: &'a [u8],
    at: usize,
}

type TensorEntry<'a> = (&'a str, Vec<usize>, DType, u64);

impl<'a> Reader<'a> {
    fn remaining(&self) -> usize {
        self.file.len() - self.at
    }

    fn take(&mut self, n: usize, field: &str) -> Result<&'a [u8], EngineError> {
        if n > self.remaining() {
            return Err(EngineError::gguf(
                shorten(field),
                format!(
                    "needs {n} bytes at {}, the file ends after {}: is it cut off?",
                    self.at,
                    self.remaining()
                ),
            ));
        }
        let s = &self.file[self.at..self.at + n];
        self.at += n;
        Ok(s)
    }

    fn array<const N: usize>(&mut self, field: &str) -> Result<[u8; N], EngineError> {
        let mut a = [0; N];
        a.copy_from_slice(self.take(N, field)?);
        Ok(a)
    }

    fn u32(&mut self, field: &str) -> Result<u32, EngineError> {
        Ok(u32::from_le_bytes(self.array(field)?))
    }

    fn u64(&mut self, field: &str) -> Result<u64, EngineError> {
        Ok(u64::from_le_bytes(self.array(field)?))
    }

    /// Reads a count of things that take at least `least` bytes each; more than the file can hold is
    /// an error before any memory is taken.
    fn count(&mut self, field: &str, least: usize) -> Result<usize, EngineError> {
        let n = self.u64(field)?;
        match usize::try_from(n) {
            Ok(n) if n <= self.remaining() / least.max(1) => Ok(n),
            _ => Err(EngineError::gguf(
                shorten(field),
                format!("{n} entries do not fit the {} bytes that are left", self.remaining()),
            )),
        }
    }

    fn string(&mut self, field: &str) -> Result<&'a str, EngineError> {
        let n = self.count(field, 1)?;
        let bytes = self.take(n, field)?;
        std::str::from_utf8(bytes).map_err(|e| EngineError::gguf(shorten(field), format!("not UTF-8: {e}")))
    }

    fn value(&mut self, key: &str) -> Result<Value<'a>, EngineError> {
        let kind = self.u32(key)?;
        self.scalar(kind, key)
    }

    fn scalar(&mut self, kind: u32, key: &str) -> Result<Value<'a>, EngineError> {
        Ok(match kind {
            0 => Value::Unsigned(u64::from(self.array::<1>(key)?[0])),
            1 => Value::Signed(i64::from(i8::from_le_bytes(self.array(key)?))),
            2 => Value::Unsigned(u64::from(u16::from_le_bytes(self.array(key)?))),
            3 => Value::Signed(i64::from(i16::from_le_bytes(self.array(key)?))),
            4 => Value::Unsigned(u64::from(u32::from_le_bytes(self.array(key)?))),
            5 => Value::Signed(i64::from(i32::from_le_bytes(self.array(key)?))),
            6 => Value::Float(f64::from(f32::from_le_bytes(self.array(key)?))),
            7 => match self.array::<1>(key)?[0] {
                0 => Value::Bool(false),
                1 => Value::Bool(true),
                b => return Err(EngineError::gguf(shorten(key), format!("boolean is {b}"))),
            },
            8 => Value::String(self.string(key)?),
            9 => self.list(key)?,
            10 => Value::Unsigned(u64::from_le_bytes(self.array(key)?)),
            11 => Value::Signed(i64::from_le_bytes(self.array(key)?)),
            12 => Value::Float(f64::from_le_bytes(self.array(key)?)),
            n => return Err(EngineError::gguf(shorten(key), format!("value type {n} does not exist"))),
        })
    }

    fn list(&mut self, key: &str) -> Result<Value<'a>, EngineError> {
        let kind = self.u32(key)?;
        let least = match kind {
            0 | 1 | 7 => 1,
            2 | 3 => 2,
            4..=6 => 4,
            8 | 10..=12 => 8,
            9 => return Err(EngineError::unsupported(shorten(key), "lists of lists are not read")),
            n => return Err(EngineError::gguf(shorten(key), format!("item type {n} does not exist"))),
        };
        let n = self.count(key, least)?;
        match kind {
            8 => {
                let mut v = Vec::with_capacity(n);
                for _ in 0..n {
                    v.push(self.string(key)?);
                }
                Ok(Value::Strings(v))
            }
            6 | 12 => {
                let mut v = Vec::with_capacity(n);
                for _ in 0..n {
                    if let Value::Float(x) = self.scalar(kind, key)? {
                        v.push(x);
                    }
                }
                Ok(Value::Numbers(v))
            }
            _ => {
                let mut v = Vec::with_capacity(n);
                for _ in 0..n {
                    v.push(match self.scalar(kind, key)? {
                        Value::Unsigned(x) => i64::try_from(x).unwrap_or(i64::MAX),
                        Value::Signed(x) => x,
                        Value::Bool(b) => i64::from(b),
                        _ => 0,
                    });
                }
                Ok(Value::Integers(v))
            }
        }
    }

    fn tensor(&mut self, i: usize) -> Result<TensorEntry<'a>, EngineError> {
        let name = self.string(&format!("name of tensor {i}"))?;
        let field = || format!("tensor {}", shorten(name));
        if name.len() > MAX_NAME {
            return Err(EngineError::gguf(field(), "the name is longer than 65535 bytes"));
        }
        let n = self.u32(&field())?;
        if n == 0 || n > MAX_DIMS {
            return Err(EngineError::gguf(field(), format!("{n} dimensions; 1 to {MAX_DIMS} are possible")));
        }
        let mut dims = Vec::with_capacity(n as usize);
        for _ in 0..n {
            let d = self.u64(&field())?;
            match usize::try_from(d) {
                Ok(d) if d > 0 => dims.push(d),
                _ => return Err(EngineError::gguf(field(), format!("a dimension is {d}"))),
            }
        }
        let id = self.u32(&field())?;
        let dtype = DType::from_ggml(id).ok_or_else(|| {
            EngineError::unsupported(
                field(),
                format!("storage type {id}; read are F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0 and Q2_K to Q6_K"),
            )
        })?;
        Ok((name, dims, dtype, self.u64(&field())?))
    }
}
