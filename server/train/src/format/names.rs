//! The names of matrices in each format: in PEFT the module's path, in llama.cpp the base tensor's name.

use housestyle_engine::Target;

/// A tensor of a matrix's change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Component {
    /// (rank, in).
    A,
    /// (out, rank).
    B,
    /// (out).
    Bias,
}

/// Names a tensor of an adapter: layer, matrix and component.
pub(super) type TensorKey = (usize, Target, Component);

/// PEFT's prefix of the module's path; the second `model` belongs to the path.
const PEFT: &str = "base_model.model.model.layers.";
/// A namespace of our own: no other format has a name for a bias that is added to a module's product.
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
pub(super) fn peft(layer: usize, target: Target, component: Component) -> String {
    let (block, name) = module(target);
    match component {
        Component::A => format!("{PEFT}{layer}.{block}.{name}.lora_A.weight"),
        Component::B => format!("{PEFT}{layer}.{block}.{name}.lora_B.weight"),
        Component::Bias => format!("{BIASES}{layer}.{block}.{name}.bias"),
    }
}

/// Returns the key of a tensor by its name in PEFT's layout.
pub(super) fn of_peft(name: &str) -> Option<TensorKey> {
    let (rest, bias) = match name.strip_prefix(PEFT) {
        Some(rest) => (rest, false),
        None => (name.strip_prefix(BIASES)?, true),
    };
    let (layer, rest) = rest.split_once('.')?;
    let (path, component) = match bias {
        true => (rest.strip_suffix(".bias")?, Component::Bias),
        false => match rest.strip_suffix(".lora_A.weight") {
            Some(path) => (path, Component::A),
            None => (rest.strip_suffix(".lora_B.weight")?, Component::B),
        },
    };
    let target = Target::ALL.into_iter().find(|target| {
        let (block, name) = module(*target);
        path.strip_prefix(block).and_then(|rest| rest.strip_prefix('.')) == Some(name)
    })?;
    Some((number(layer)?, target, component))
}

/// Returns the name of a base tensor in a GGUF file.
pub(super) fn gguf_base(layer: usize, target: Target) -> String {
    format!("blk.{layer}.{}.weight", target.gguf_name())
}

/// Returns the key of a tensor by its name in a GGUF adapter.
pub(super) fn of_gguf(name: &str) -> Option<TensorKey> {
    let (base, component) = match name.strip_suffix(".lora_a") {
        Some(base) => (base, Component::A),
        None => (name.strip_suffix(".lora_b")?, Component::B),
    };
    let layer = number(base.strip_prefix("blk.")?.split_once('.')?.0)?;
    let target = Target::ALL.into_iter().find(|target| gguf_base(layer, *target) == base)?;
    Some((layer, target, component))
}

/// Reads a number without a sign or leading zeros, so that a tensor has only one name.
fn number(text: &str) -> Option<usize> {
    let plain = text == "0" || (!text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()));
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_each_format_leads_back_to_its_key() {
        for target in Target::ALL {
            for component in [Component::A, Component::B, Component::Bias] {
                assert_eq!(of_peft(&peft(17, target, component)), Some((17, target, component)));
            }
            let name = gguf_base(3, target);
            assert_eq!(of_gguf(&format!("{name}.lora_b")), Some((3, target, Component::B)));
        }
        assert_eq!(
            peft(0, Target::Down, Component::A),
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
