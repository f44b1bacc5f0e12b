"""The other side of `run`: LoRA on the feed-forward matrices with PyTorch and PEFT.

    peft_speed.py MODEL.gguf TOKENS LEARNED STEPS THREADS
"""

import json
import pathlib
import sys
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM


def main():
    path = pathlib.Path(sys.argv[1])
    tokens, learned, steps, threads = map(int, sys.argv[2:6])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model = AutoModelForCausalLM.from_pretrained(
        str(path.parent), gguf_file=path.name, dtype=torch.float32, attn_implementation="sdpa")
    model.config.use_cache = False
    config = LoraConfig(
        r=8, lora_alpha=16, target_modules=["gate_proj", "up_proj", "down_proj"], task_type="CAUSAL_LM")
    model = get_peft_model(model, config)
    model.train()
    trained = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=5e-4)
    # What loading took is not counted: it converts the file, which training does not need.
    counted = clear_peak()
    times = []
    for i in range(steps):
        ids = torch.tensor([[(i * 7919 + j * 104729 + j * j) % 30000 for j in range(tokens + 1)]])
        began = time.perf_counter()
        # Logits of what is learned only, as ours.
        hidden = model.base_model.model.model(input_ids=ids[:, :-1]).last_hidden_state[:, tokens - learned:]
        logits = model.base_model.model.lm_head(hidden)
        loss = torch.nn.functional.cross_entropy(logits[0], ids[0, tokens - learned + 1:])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        times.append(time.perf_counter() - began)
    print(json.dumps({"tokens_per_second": tokens / sorted(times)[len(times) // 2], "loss": float(loss.detach()),
                      "peak_bytes": peak() if counted else None}))


def clear_peak():
    """Sets the peak of this process's memory to what it is; returns whether the system can."""
    try:
        pathlib.Path("/proc/self/clear_refs").write_text("5")
        return True
    except OSError:
        return False


def peak():
    """Returns the peak of this process's memory, in bytes."""
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main()
