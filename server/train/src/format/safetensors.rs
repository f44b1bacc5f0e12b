//! The container: a header in JSON, then the tensors' bytes (<https://github.com/huggingface/safetensors>).
//!
//! Our own, since the usual crate writes the metadata in the order of a hash table, and an adapter is named
//! by the hash of its bytes. A file that is written here has one form: names sorted, no gaps, no white space but
//! the header's padding.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::error::{FormatError, shorten};

/// Longest header that is read: some tens of times what the largest models' adapters need.
const MOST_HEADER: usize = 4 << 20;
/// Where the header begins: after its length, a u64.
const LENGTH: usize = 8;

/// How numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 16 bits: half the bytes, a relative error of 2⁻¹¹.
    Half,
    /// 32 bits, as in memory.
    Full,
}

/// Storage type of a tensor that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Stored {
    F16,
    #[serde(rename = "BF16")]
    Bf16,
    F32,
    F64,
}

impl Stored {
    fn bytes(self) -> usize {
        match self {
            Stored::F16 | Stored::Bf16 => 2,
            Stored::F32 => 4,
            Stored::F64 => 8,
        }
    }
}

/// A tensor in a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tensor<'a> {
    stored: Stored,
    /// Outermost dimension first.
    pub(super) shape: Vec<usize>,
    bytes: &'a [u8],
}

impl Tensor<'_> {
    /// Returns the numbers.
    pub(super) fn values(&self) -> Vec<f32> {
        let bytes = self.bytes.chunks_exact(self.stored.bytes());
        match self.stored {
            Stored::F16 => bytes.map(|b| half::f16::from_le_bytes([b[0], b[1]]).to_f32()).collect(),
            Stored::Bf16 => bytes.map(|b| half::bf16::from_le_bytes([b[0], b[1]]).to_f32()).collect(),
            Stored::F32 => bytes.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
            Stored::F64 => bytes
                .map(|b| f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]) as f32)
                .collect(),
        }
    }
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Container<'a> {
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) tensors: BTreeMap<String, Tensor<'a>>,
}

impl<'a> Container<'a> {
    /// Reads a whole file.
    ///
    /// # Errors
    /// When it is cut off, overlaps, has gaps, or breaks the format otherwise.
    pub(super) fn read(file: &'a [u8]) -> Result<Container<'a>, FormatError> {
        let (header, data) = split(file)?;
        let Entries(entries) = serde_json::from_slice(header).map_err(|error| {
            FormatError::broken("header", format!("it is not what it should be: {error}"))
        })?;
        let mut container = Container::default();
        let mut ranges = Vec::with_capacity(entries.len());
        for (name, entry) in entries {
            match entry {
                Entry::Metadata(metadata) => container.metadata = metadata,
                Entry::Tensor(info) => {
                    let tensor = info.tensor(&name, data)?;
                    ranges.push((info.data_offsets, name.clone()));
                    container.tensors.insert(name, tensor);
                }
            }
        }
        ranges.sort();
        let mut end = 0;
        for ([from, to], name) in ranges {
            if from != end {
                let problem = format!("it begins at {from}, where {end} is the end of the one before");
                return Err(FormatError::broken(format!("tensor {name}"), problem));
            }
            end = to;
        }
        if end != data.len() {
            let problem = format!("{} bytes after the last tensor", data.len() - end);
            return Err(FormatError::broken("data", problem));
        }
        Ok(container)
    }
}

/// Returns the header and the data.
fn split(file: &[u8]) -> Result<(&[u8], &[u8]), FormatError> {
    let (length, rest) = file.split_first_chunk::<LENGTH>().ok_or_else(|| {
        FormatError::broken("header length", format!("the file ends after {} bytes", file.len()))
    })?;
    let length = u64::from_le_bytes(*length);
    match usize::try_from(length) {
        Ok(length) if length > MOST_HEADER => Err(FormatError::broken(
            "header length",
            format!("{length} bytes; at most {MOST_HEADER} are read (is this a safetensors file?)"),
        )),
        Ok(length) if length <= rest.len() => Ok(rest.split_at(length)),
        _ => Err(FormatError::broken(
            "header length",
            format!("{length} bytes, but {} are left: is the file cut off?", rest.len()),
        )),
    }
}

/// A tensor as the header describes it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Info {
    dtype: Stored,
    shape: Vec<usize>,
    data_offsets: [usize; 2],
}

impl Info {
    fn tensor<'a>(&self, name: &str, data: &'a [u8]) -> Result<Tensor<'a>, FormatError> {
        let broken = |problem: String| FormatError::broken(format!("tensor {name}"), problem);
        let [from, to] = self.data_offsets;
        let bytes = data.get(from..to).ok_or_else(|| {
            broken(format!("bytes {from} to {to}, but there are {}: is the file cut off?", data.len()))
        })?;
        let numbers = self.shape.iter().try_fold(1usize, |all, size| all.checked_mul(*size));
        if numbers.and_then(|numbers| numbers.checked_mul(self.dtype.bytes())) != Some(bytes.len()) {
            return Err(broken(format!("{} bytes are not of the shape {:?}", bytes.len(), self.shape)));
        }
        Ok(Tensor { stored: self.dtype, shape: self.shape.clone(), bytes })
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Entry {
    Metadata(BTreeMap<String, String>),
    Tensor(Info),
}

/// The header's entries in their order. A name that stands twice is an error, which a map would hide.
struct Entries(Vec<(String, Entry)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entries, D::Error> {
        struct Header;
        impl<'de> Visitor<'de> for Header {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tensors")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut seen = BTreeMap::new();
                let mut entries = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    if seen.insert(name.clone(), ()).is_some() {
                        return Err(serde::de::Error::custom(format!("{} stands twice", shorten(&name))));
                    }
                    let entry = match name.as_str() {
                        "__metadata__" => Entry::Metadata(map.next_value()?),
                        _ => Entry::Tensor(map.next_value()?),
                    };
                    entries.push((name, entry));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Header)
    }
}

/// A tensor to be written: its shape, outermost dimension first, and its numbers.
pub(super) type Written = (Vec<usize>, Vec<f32>);

/// Returns the bytes of a file. The same content always gives the same bytes.
///
/// # Errors
/// When a number does not fit 16 bits.
pub(super) fn write(
    metadata: &BTreeMap<String, String>,
    tensors: &BTreeMap<String, Written>,
    precision: Precision,
) -> Result<Vec<u8>, FormatError> {
    let mut header = BTreeMap::from([("__metadata__", Entry::Metadata(metadata.clone()))]);
    let mut data = Vec::new();
    let dtype = match precision {
        Precision::Half => Stored::F16,
        Precision::Full => Stored::F32,
    };
    for (name, (shape, values)) in tensors {
        let from = data.len();
        encode(values, precision, name, &mut data)?;
        let info = Info { dtype, shape: shape.clone(), data_offsets: [from, data.len()] };
        header.insert(name, Entry::Tensor(info));
    }
    let mut header = serde_json::to_vec(&header)
        .map_err(|error| FormatError::broken("header", format!("it cannot be written: {error}")))?;
    header.resize(header.len().next_multiple_of(LENGTH), b' ');
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header);
    file.extend(data);
    Ok(file)
}

/// Appends numbers as they are stored.
pub(super) fn encode(
    values: &[f32],
    precision: Precision,
    name: &str,
    out: &mut Vec<u8>,
) -> Result<(), FormatError> {
    if precision == Precision::Full {
        values.iter().for_each(|value| out.extend(value.to_le_bytes()));
        return Ok(());
    }
    for (index, value) in values.iter().enumerate() {
        let half = half::f16::from_f32(*value);
        if !half.is_finite() {
            return Err(FormatError::NotFinite { name: name.to_owned(), index, value: *value });
        }
        out.extend(half.to_le_bytes());
    }
    Ok(())
}
