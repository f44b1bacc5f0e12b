//! The native file: PEFT's layout in safetensors, with metadata about base and origin.

use std::collections::BTreeMap;

use housestyle_engine::{AdapterWeights, Config, LowRank};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::check::check;
use super::error::FormatError;
use super::names::{Component, TensorKey, of_peft, peft};
use super::rows::{Order, reorder};
use super::safetensors::{Container, Precision, Written, write as write_container};

/// Most bytes of an adapter's file. Rank 64 on every matrix of a model of 8 billion weights is less.
pub const MOST_BYTES: u64 = 1 << 30;
/// The metadata's name for the prompt format that an adapter was trained for.
pub(super) const PROMPT_FORMAT: &str = "housestyle.prompt_format";
/// The prompt formats besides the one without context, which has no name in a file.
const PROMPT_FORMATS: [&str; 1] = ["fim-context-1"];
/// Version of the layout; raised when an older program would misread it.
const VERSION: &str = "1";

/// An adapter with its metadata.
#[derive(Debug, Clone, PartialEq)]
pub struct Adapter {
    /// The tensors, with rows in the order of the base's GGUF file.
    pub weights: AdapterWeights,
    /// Its base and origin.
    pub about: About,
}

/// The base and the origin of an adapter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct About {
    /// SHA-256 of the base model's file, in lower-case hexadecimal.
    pub base_sha256: String,
    /// The name of the base model for people.
    pub base: String,
    /// The base model's `general.architecture`.
    pub architecture: String,
    /// SHA-256 of the manifest that cites the training data; `None` for an adapter from elsewhere.
    pub manifest_sha256: Option<String>,
}

/// The header of a file, which can be read without the base model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Header {
    /// Its base and origin.
    #[serde(flatten)]
    pub about: About,
    /// Rank of every low-rank change; 0 where there is none.
    pub rank: usize,
    /// The scale of every low-rank change is `alpha / rank`.
    pub alpha: f32,
    /// Names of the matrices that are changed, as PEFT calls them, sorted.
    pub targets: Vec<&'static str>,
    /// Layers with a change.
    pub layers: usize,
    /// How many numbers it has.
    pub parameters: usize,
    /// How many matrices have a bias added (BitFit).
    pub biases: usize,
}

/// Returns the name of an adapter: the SHA-256 of its file, in lower-case hexadecimal.
pub fn id_of(file: &[u8]) -> String {
    Sha256::digest(file).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the first 16 digits of an id, enough for people.
pub fn short(id: &str) -> &str {
    id.get(..16).unwrap_or(id)
}

/// Returns the precision that loses nothing of an adapter: halves where they hold every number exactly, as after
/// reading a file of halves.
pub fn lossless(weights: &AdapterWeights) -> Precision {
    let low_rank = weights.low_rank.values().flat_map(|change| change.a.iter().chain(&change.b));
    let mut numbers = low_rank.chain(weights.biases.values().flatten());
    let exact = numbers.all(|number| half::f16::from_f32(*number).to_f32() == *number);
    if exact { Precision::Half } else { Precision::Full }
}

/// Returns the bytes of an adapter's file. The same adapter always gives the same bytes; with
/// [`Precision::Half`] its numbers are rounded: measure the adapter that is read back.
///
/// # Errors
/// When it does not fit the base model, or [`check`] finds something else wrong.
pub fn write(adapter: &Adapter, config: &Config, precision: Precision) -> Result<Vec<u8>, FormatError> {
    let Adapter { weights, about } = adapter;
    check(weights, config)?;
    let mut metadata = BTreeMap::from([
        ("format", "pt".to_owned()), // some loaders of PEFT's files insist
        ("housestyle.format", VERSION.to_owned()),
        ("housestyle.base", about.base.clone()),
        ("housestyle.base_sha256", about.base_sha256.clone()),
        ("housestyle.architecture", about.architecture.clone()),
        ("housestyle.rank", weights.rank.to_string()),
        ("housestyle.alpha", weights.alpha.to_string()),
    ]);
    metadata.extend(weights.prompt_format.clone().map(|name| (PROMPT_FORMAT, name)));
    metadata.extend(about.manifest_sha256.clone().map(|digest| ("housestyle.manifest_sha256", digest)));
    let metadata = metadata.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    write_container(&metadata, &tensors(weights, config), precision)
}

/// Reads an adapter's file for a base model, by its shape and the SHA-256 of its file.
///
/// # Errors
/// When the file is broken, was made for another base model, or [`check`] finds something wrong with it.
pub fn read(file: &[u8], config: &Config, base_sha256: &str) -> Result<Adapter, FormatError> {
    let container = Container::read(file)?;
    let header = header(&container)?;
    if header.about.base_sha256 != base_sha256 {
        let made_for = format!("{} (sha256 {})", header.about.base, header.about.base_sha256);
        return Err(FormatError::WrongBase { made_for, this: format!("has sha256 {base_sha256}") });
    }
    let mut weights = collect(&container, config)?;
    if weights.rank != header.rank {
        let problem = format!("{} by the metadata, {} by the tensors", header.rank, weights.rank);
        return Err(FormatError::broken("rank", problem));
    }
    weights.alpha = header.alpha;
    weights.prompt_format = prompt_format(container.metadata.get(PROMPT_FORMAT).map(String::as_str))?;
    check(&weights, config)?;
    Ok(Adapter { weights, about: header.about })
}

/// Reads the header of a file, without its numbers.
///
/// # Errors
/// When the file is broken or no adapter of ours.
pub fn read_header(file: &[u8]) -> Result<Header, FormatError> {
    header(&Container::read(file)?)
}

fn header(container: &Container<'_>) -> Result<Header, FormatError> {
    let value = |key: &str| container.metadata.get(&format!("housestyle.{key}")).map(String::as_str);
    match value("format") {
        Some(VERSION) => {}
        Some(other) => {
            let problem =
                format!("version {other:.20}; this program reads {VERSION}, a newer one may read it");
            return Err(FormatError::unsupported("housestyle.format", problem));
        }
        None => {
            let problem =
                "missing: this is no adapter of housestyle's; `housestyle adapter import` takes PEFT's";
            return Err(FormatError::unsupported("housestyle.format", problem));
        }
    }
    let needed = |key: &str| {
        value(key).ok_or_else(|| FormatError::broken(format!("housestyle.{key}"), "missing in the metadata"))
    };
    let digest = |key: &str, text: &str| match text {
        text if is_digest(text) => Ok(text.to_owned()),
        _ => Err(FormatError::broken(
            format!("housestyle.{key}"),
            "it is no SHA-256 in lower-case hexadecimal",
        )),
    };
    let rank = needed("rank")?.parse();
    let alpha = needed("alpha")?.parse();
    let (Ok(rank), Ok(alpha)) = (rank, alpha) else {
        return Err(FormatError::broken("housestyle.rank, housestyle.alpha", "they are no numbers"));
    };
    let mut keys: Vec<TensorKey> = Vec::new();
    for name in container.tensors.keys() {
        keys.push(of_peft(name).ok_or_else(|| unknown(name))?);
    }
    let targets: std::collections::BTreeSet<_> =
        keys.iter().map(|key| super::names::peft_module(key.1)).collect();
    let layers: std::collections::BTreeSet<_> = keys.iter().map(|key| key.0).collect();
    Ok(Header {
        about: About {
            base_sha256: digest("base_sha256", needed("base_sha256")?)?,
            base: needed("base")?.chars().take(200).collect(),
            architecture: needed("architecture")?.chars().take(200).collect(),
            manifest_sha256: value("manifest_sha256")
                .map(|text| digest("manifest_sha256", text))
                .transpose()?,
        },
        rank,
        alpha,
        targets: targets.into_iter().collect(),
        layers: layers.len(),
        parameters: container.tensors.values().map(|tensor| tensor.shape.iter().product::<usize>()).sum(),
        biases: keys.iter().filter(|key| key.2 == Component::Bias).count(),
    })
}

/// Returns the prompt format that an adapter was trained for, by its metadata.
///
/// # Errors
/// When this program does not know the format.
pub(super) fn prompt_format(name: Option<&str>) -> Result<Option<String>, FormatError> {
    match name {
        Some(name) if !PROMPT_FORMATS.contains(&name) => {
            let known = PROMPT_FORMATS.join(", ");
            let problem = format!("{name:.40?}; this program knows {known}, a newer one may know it");
            Err(FormatError::unsupported(PROMPT_FORMAT, problem))
        }
        name => Ok(name.map(str::to_owned)),
    }
}

/// Returns whether `text` is a SHA-256 in lower-case hexadecimal.
pub(super) fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn unknown(name: &str) -> FormatError {
    FormatError::unsupported(
        format!("tensor {name}"),
        "only LoRA on the linear layers of attention and MLP is known, and biases of housestyle's own",
    )
}

/// Returns the tensors under PEFT's names, with rows in the published order.
pub(super) fn tensors(weights: &AdapterWeights, config: &Config) -> BTreeMap<String, Written> {
    let mut tensors = BTreeMap::new();
    for (&(layer, target), LowRank { a, b }) in &weights.low_rank {
        let (rows, columns) = target.shape(config);
        let b = reorder(b.clone(), weights.rank, target, config, Order::ToPublished);
        tensors.insert(peft(layer, target, Component::A), (vec![weights.rank, columns], a.clone()));
        tensors.insert(peft(layer, target, Component::B), (vec![rows, weights.rank], b));
    }
    for (&(layer, target), bias) in &weights.biases {
        let bias = reorder(bias.clone(), 1, target, config, Order::ToPublished);
        tensors.insert(peft(layer, target, Component::Bias), (vec![bias.len()], bias));
    }
    tensors
}

/// Collects the tensors of PEFT's layout; the caller sets alpha.
pub(super) fn collect(container: &Container<'_>, config: &Config) -> Result<AdapterWeights, FormatError> {
    let mut collector = Collector::default();
    for (name, tensor) in &container.tensors {
        let key = of_peft(name).ok_or_else(|| unknown(name))?;
        collector.add(name, key, &tensor.shape, config, || {
            let width = if key.2 == Component::B { tensor.shape[1] } else { 1 };
            let values = tensor.values();
            if key.2 == Component::A { values } else { reorder(values, width, key.1, config, Order::ToGguf) }
        })?;
    }
    collector.finish()
}

/// Collects the tensors of an adapter while a file is read. Shapes are checked before numbers are converted.
#[derive(Debug, Default)]
pub(super) struct Collector {
    rank: Option<usize>,
    values: BTreeMap<TensorKey, Vec<f32>>,
}

impl Collector {
    /// Adds a tensor of a shape, outermost dimension first.
    pub(super) fn add(
        &mut self,
        name: &str,
        key: TensorKey,
        found: &[usize],
        config: &Config,
        values: impl FnOnce() -> Vec<f32>,
    ) -> Result<(), FormatError> {
        let (layer, target, component) = key;
        let (rows, columns) = target.shape(config);
        let rank = match (component, found) {
            (Component::A, [rank, _]) | (Component::B, [_, rank]) => *rank,
            _ => 0,
        };
        let expected = match component {
            Component::A => vec![rank, columns],
            Component::B => vec![rows, rank],
            Component::Bias => vec![rows],
        };
        if layer >= config.layers || found != expected {
            let expected = format!("{expected:?} in layers below {}", config.layers);
            let (name, found) = (super::error::shorten(name), format!("{found:?}"));
            return Err(FormatError::Shape { name, found, expected });
        }
        if component != Component::Bias && *self.rank.get_or_insert(rank) != rank {
            let problem = format!(
                "rank {rank}, but others have {}; one rank for all is supported",
                self.rank.unwrap_or(0)
            );
            return Err(FormatError::unsupported(format!("tensor {name}"), problem));
        }
        self.values.insert(key, values());
        Ok(())
    }

    /// Returns the adapter, without its alpha.
    pub(super) fn finish(mut self) -> Result<AdapterWeights, FormatError> {
        let mut weights = AdapterWeights { rank: self.rank.unwrap_or(0), ..AdapterWeights::default() };
        while let Some(((layer, target, component), values)) = self.values.pop_first() {
            // In this order: A, B, the bias.
            match component {
                Component::A => {
                    let b = self.values.remove(&(layer, target, Component::B));
                    let b = b.ok_or_else(|| lonely(layer, target, Component::B))?;
                    weights.low_rank.insert((layer, target), LowRank { a: values, b });
                }
                Component::B => return Err(lonely(layer, target, Component::A)),
                Component::Bias => {
                    weights.biases.insert((layer, target), values);
                }
            }
        }
        Ok(weights)
    }
}

fn lonely(layer: usize, target: housestyle_engine::Target, component: Component) -> FormatError {
    FormatError::broken(
        format!("tensor {}", peft(layer, target, component)),
        "missing, though its other half is there",
    )
}
