//! What each format calls a matrix: PEFT by the module's path, llama.cpp by the base tensor's name.

use housestyle_engine::Target;

/// A part of an adapter's matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// (rank, in).
    A,
    /// (out, rank).
    B,
    /// (out).
    Bias,
}

/// A tensor's place in an adapter.
pub(super) type Place = (usize, Target, Part);

/// What PEFT puts before the module's path; the second `model` belongs to the path.
const PEFT: &str = "base_model.model.model.layers.";
/// A namespace of our own: nobody else has a name for what is added to a module's product.
const BIASES: &str = "housestyle.layers.";

/// Returns the module's path within a layer, and its last part.
fn module(target: Target) -> (&'static str, &'static str) {
    match target {
        Target::Query => ("self_attn", "q_proj"),
        Target::Key => ("self_attn", "k_proj"),
        Target::Value => ("self_attn", "v_proj"),
        Target::Output => ("self_attn", "o_proj"),
        Target::Gate => ("mlp", "gate_proj"),
        Target::Up => ("mlp", "up_proj"),
        Target::Down => ("mlp", "down_proj"),
    }
}

/// Returns the name by which PEFT's `target_modules` knows a matrix.
pub(super) fn peft_module(target: Target) -> &'static str {
    module(target).1
}

/// Returns the name of a tensor in a file of PEFT's layout.
pub(super) fn peft(layer: usize, target: Target, part: Part) -> String {
    let (block, name) = module(target);
    match part {
        Part::A => format!("{PEFT}{layer}.{block}.{name}.lora_A.weight"),
        Part::B => format!("{PEFT}{layer}.{block}.{name}.lora_B.weight"),
        Part::Bias => format!("{BIASES}{layer}.{block}.{name}.bias"),
    }
}

/// Returns the place that a name of PEFT's layout means.
pub(super) fn of_peft(name: &str) -> Option<Place> {
    let (rest, bias) = match name.strip_prefix(PEFT) {
        Some(rest) => (rest, false),
        None => (name.strip_prefix(BIASES)?, true),
    };
    let (layer, rest) = rest.split_once('.')?;
    let (path, part) = match bias {
        true => (rest.strip_suffix(".bias")?, Part::Bias),
        false => match rest.strip_suffix(".lora_A.weight") {
            Some(path) => (path, Part::A),
            None => (rest.strip_suffix(".lora_B.weight")?, Part::B),
        },
    };
    let target = Target::ALL.into_iter().find(|target| {
        let (block, name) = module(*target);
        path.strip_prefix(block).and_then(|rest| rest.strip_prefix('.')) == Some(name)
    })?;
    Some((number(layer)?, target, part))
}

/// Returns the name of a base tensor in a GGUF file.
pub(super) fn gguf_base(layer: usize, target: Target) -> String {
    format!("blk.{layer}.{}.weight", target.gguf_name())
}

/// Returns the place that a name in a GGUF adapter means.
pub(super) fn of_gguf(name: &str) -> Option<Place> {
    let (base, part) = match name.strip_suffix(".lora_a") {
        Some(base) => (base, Part::A),
        None => (name.strip_suffix(".lora_b")?, Part::B),
    };
    let layer = number(base.strip_prefix("blk.")?.split_once('.')?.0)?;
    let target = Target::ALL.into_iter().find(|target| gguf_base(layer, *target) == base)?;
    Some((layer, target, part))
}

/// Reads a number as it is written: without a sign or leading zeros, so that a place has one name.
fn number(text: &str) -> Option<usize> {
    let plain = text == "0" || (!text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()));
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_each_format_leads_back_to_its_place() {
        for target in Target::ALL {
            for part in [Part::A, Part::B, Part::Bias] {
                assert_eq!(of_peft(&peft(17, target, part)), Some((17, target, part)));
            }
            let name = gguf_base(3, target);
            assert_eq!(of_gguf(&format!("{name}.lora_b")), Some((3, target, Part::B)));
        }
        assert_eq!(
            peft(0, Target::Down, Part::A),
            "base_model.model.model.layers.0.mlp.down_proj.lora_A.weight"
        );
    }

    #[test]
    fn other_names_lead_nowhere() {
        for name in [
            "base_model.model.model.layers.00.mlp.down_proj.lora_A.weight",
            "base_model.model.model.layers.+1.mlp.down_proj.lora_A.weight",
            "base_model.model.model.layers..mlp.down_proj.lora_A.weight",
            "base_model.model.model.layers.0.self_attn.down_proj.lora_A.weight",
            "base_model.model.lm_head.lora_A.weight",
            "base_model.model.model.layers.0.mlp.down_proj.bias",
            "",
        ] {
            assert_eq!(of_peft(name), None, "{name}");
        }
        for name in ["blk.0.ffn_down.weight", "blk.0.ffn_down.bias.lora_a", "token_embd.weight.lora_a"] {
            assert_eq!(of_gguf(name), None, "{name}");
        }
    }
}
