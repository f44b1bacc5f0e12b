"""Compares adapters in other programs with ours. See README.md beside this file.

Each step may run in a Python of its own: `make` and `compare` need numpy and gguf, `llama` llama-cpp-python,
`peft` torch, transformers and peft.
"""

import argparse
import json
import pathlib
import struct

import numpy as np

SEED = 20261122
PROMPTS = 12
LENGTH = 24
RANK, ALPHA = 8, 12
# Root mean square of the change of a weight, beside weights of about 0.02 to 0.1. Seven times as much destroys the
# default model, and then rounding is amplified until nothing can be compared.
CHANGE = 0.003
MODULES = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def dequantised(path):
    """Returns metadata and tensors (rows, columns) of a GGUF file, as f32."""
    import gguf
    reader = gguf.GGUFReader(path)
    tensors = {t.name: gguf.quants.dequantize(t.data, t.tensor_type).astype(np.float32) for t in reader.tensors}
    return reader, tensors


def value(reader, key, default=None):
    field = reader.fields.get(key)
    return default if field is None else field.contents()


def write_f32(reader, tensors, path):
    """Writes the same model with weights in f32: then every program computes in f32, and bounds can be tight."""
    import gguf
    writer = gguf.GGUFWriter(path, value(reader, "general.architecture"))
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name in ("general.architecture", "general.file_type"):
            continue
        sub = field.types[-1] if field.types[0] == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), field.types[0], sub_type=sub)
    for name, tensor in tensors.items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_safetensors(tensors, path):
    header, data = {}, b""
    for name in sorted(tensors):
        raw = np.ascontiguousarray(tensors[name], dtype="<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": tensors[name].shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    path.write_bytes(struct.pack("<Q", len(head)) + head + data)


def make(args):
    """Writes the base in f32, a random adapter on every matrix as PEFT has it, and prompts."""
    out = args.folder
    (out / "made").mkdir(parents=True)
    reader, tensors = dequantised(args.model)
    write_f32(reader, tensors, str(out / "base.gguf"))
    random = np.random.default_rng(SEED)
    adapter = {}
    for layer in range(value(reader, value(reader, "general.architecture") + ".block_count")):
        for module, name in MODULES.items():
            rows, columns = tensors[f"blk.{layer}.{name}.weight"].shape
            a = random.standard_normal((RANK, columns)) / np.sqrt(columns)
            b = random.standard_normal((rows, RANK)) * CHANGE * np.sqrt(columns / RANK) * RANK / ALPHA
            key = f"base_model.model.model.layers.{layer}.{module}.lora_"
            adapter[key + "A.weight"], adapter[key + "B.weight"] = a, b
    write_safetensors(adapter, out / "made" / "adapter_model.safetensors")
    config = {
        "peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": "base", "r": RANK,
        "lora_alpha": ALPHA, "lora_dropout": 0.0, "bias": "none", "inference_mode": True,
        "target_modules": sorted(module.split(".")[1] for module in MODULES),
    }
    (out / "made" / "adapter_config.json").write_text(json.dumps(config))
    vocab = tensors["token_embd.weight"].shape[0]
    prompts = random.integers(100, min(vocab, 40_000), (PROMPTS, LENGTH)).tolist()
    (out / "prompts.json").write_text(json.dumps(prompts))


def llama(args):
    """Logits of llama.cpp with the exported GGUF adapter; and that it refuses it for another shape of model."""
    from llama_cpp import Llama
    prompts = json.loads((args.folder / "prompts.json").read_text())

    def run(lora):
        model = Llama(str(args.folder / "base.gguf"), lora_path=lora, n_ctx=64, n_threads=2, logits_all=True, verbose=False)
        rows = []
        for prompt in prompts:
            model.reset()
            model.eval(prompt)
            rows.append(np.array(model.scores[len(prompt) - 1], dtype=np.float32))
        return np.stack(rows)

    np.save(args.folder / "llama-base.npy", run(None))
    np.save(args.folder / "llama-adapter.npy", run(str(args.folder / "ours" / "adapter.gguf")))
    if args.other:
        model = Llama(str(args.other), lora_path=str(args.folder / "ours" / "adapter.gguf"), n_ctx=64, verbose=False)
        if model._lora_adapter:  # the wrapper takes a null pointer for an adapter, so this is what tells
            raise SystemExit("llama.cpp took the adapter for another model")
        print(f"llama.cpp refuses it for {args.other.name}")


def published(tensors, reader):
    """Returns the weights under transformers' names, in the order in which they were published."""
    architecture = value(reader, "general.architecture")
    heads = value(reader, f"{architecture}.attention.head_count")
    kv_heads = value(reader, f"{architecture}.attention.head_count_kv", heads)

    def unpermute(weight, count):
        if architecture != "llama":
            return weight
        shape = weight.shape
        return weight.reshape(count, shape[0] // count // 2, 2, *shape[1:]).swapaxes(1, 2).reshape(shape)

    state = {"model.embed_tokens.weight": tensors["token_embd.weight"], "model.norm.weight": tensors["output_norm.weight"]}
    state["lm_head.weight"] = tensors.get("output.weight", tensors["token_embd.weight"])
    for layer in range(value(reader, f"{architecture}.block_count")):
        to, of = f"model.layers.{layer}.", f"blk.{layer}."
        state[to + "input_layernorm.weight"] = tensors[of + "attn_norm.weight"]
        state[to + "post_attention_layernorm.weight"] = tensors[of + "ffn_norm.weight"]
        for module, name in MODULES.items():
            count = {"attn_q": heads, "attn_k": kv_heads}.get(name)
            for part in ("weight", "bias"):
                found = tensors.get(f"{of}{name}.{part}")
                if found is not None:
                    state[f"{to}{module}.{part}"] = found if count is None else unpermute(found, count)
        for norm in ("q_norm", "k_norm"):
            found = tensors.get(f"{of}attn_{norm}.weight")
            if found is not None:
                state[f"{to}self_attn.{norm}.weight"] = found
    return state, heads, kv_heads


def peft(args):
    """Logits of transformers and PEFT with the exported folder."""
    import torch
    from peft import PeftModel
    from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM
    torch.set_num_threads(2)
    reader, tensors = dequantised(args.folder / "base.gguf")
    state, heads, kv_heads = published(tensors, reader)
    architecture = value(reader, "general.architecture")
    key = lambda name, default=None: value(reader, f"{architecture}.{name}", default)
    kinds = {
        "llama": (LlamaConfig, LlamaForCausalLM),
        "qwen2": (Qwen2Config, Qwen2ForCausalLM),
        "qwen3": (Qwen3Config, Qwen3ForCausalLM),
    }
    config, model = kinds[architecture]
    config = config(
        vocab_size=tensors["token_embd.weight"].shape[0], hidden_size=key("embedding_length"),
        intermediate_size=key("feed_forward_length"), num_hidden_layers=key("block_count"),
        num_attention_heads=heads, num_key_value_heads=kv_heads,
        head_dim=key("attention.key_length", key("embedding_length") // heads), rms_norm_eps=key("attention.layer_norm_rms_epsilon"),
        rope_theta=key("rope.freq_base", 10000.0), max_position_embeddings=key("context_length"),
        tie_word_embeddings=False, attn_implementation="eager",
    )
    model = model(config).eval()
    model.load_state_dict({name: torch.from_numpy(tensor.copy()) for name, tensor in state.items()}, strict=True)
    prompts = torch.tensor(json.loads((args.folder / "prompts.json").read_text()))
    with torch.no_grad():
        np.save(args.folder / "peft-base.npy", model(prompts).logits[:, -1].numpy())
        model = PeftModel.from_pretrained(model, str(args.folder / "ours" / "peft")).eval()
        np.save(args.folder / "peft-adapter.npy", model(prompts).logits[:, -1].numpy())


def compare(args):
    """Compares all logits; the bound is on the largest difference of any logit."""
    ours = {n: np.fromfile(args.folder / "ours" / f"{n}.f32", dtype="<f4").reshape(PROMPTS, -1) for n in ("base", "adapter")}
    moved = np.abs(ours["adapter"] - ours["base"]).max(axis=1)
    print(f"the adapter moves logits by up to {moved.max():.3f}, at least {moved.min():.3f} for each prompt")
    worst = 0.0
    for other in ("llama", "peft"):
        for name in ("base", "adapter"):
            path = args.folder / f"{other}-{name}.npy"
            if not path.exists():
                raise SystemExit(f"{path} is missing: run step `{other}` first")
            difference = np.abs(np.load(path) - ours[name])
            same = (np.load(path).argmax(axis=1) == ours[name].argmax(axis=1)).sum()
            print(f"{other:6} {name:8} largest difference {difference.max():.5f}, mean {difference.mean():.6f}, same best token {same}/{PROMPTS}")
            worst = max(worst, float(difference.max()))
    if worst > args.bound or moved.min() < 10 * args.bound:
        raise SystemExit(f"failed: differences up to {worst:.5f}, the bound is {args.bound}")
    print(f"passed: every logit within {args.bound}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=["make", "llama", "peft", "compare"])
    parser.add_argument("folder", type=pathlib.Path, help="where all files of the comparison are")
    parser.add_argument("--model", type=pathlib.Path, help="make: the GGUF model to start from")
    parser.add_argument("--other", type=pathlib.Path, help="llama: a model of another shape, which must be refused")
    parser.add_argument("--bound", type=float, default=0.1, help="compare: most that a logit may differ")
    arguments = parser.parse_args()
    globals()[arguments.step](arguments)
