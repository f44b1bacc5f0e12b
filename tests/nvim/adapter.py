#!/usr/bin/env python3
"""Writes an adapter in PEFT's format that changes the default model noticeably: adapter.py FOLDER

Rank 1 on one matrix of one layer of Qwen2.5-Coder-0.5B; needs nothing but Python.
"""

import json
import math
import os
import struct
import sys

HIDDEN, INNER, LAYER = 896, 4864, 20
folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, "adapter_config.json"), "w") as out:
    json.dump({"peft_type": "LORA", "r": 1, "lora_alpha": 1, "target_modules": ["down_proj"],
               "base_model_name_or_path": "Qwen/Qwen2.5-Coder-0.5B-Instruct", "bias": "none",
               "fan_in_fan_out": False, "lora_dropout": 0.0, "task_type": "CAUSAL_LM"}, out)
name = f"base_model.model.model.layers.{LAYER}.mlp.down_proj."
tensors = {
    name + "lora_A.weight": ([1, INNER], [math.sin(i) for i in range(INNER)]),
    name + "lora_B.weight": ([HIDDEN, 1], [0.01 * math.cos(i) for i in range(HIDDEN)]),
}
header, data = {}, b""
for key, (shape, values) in tensors.items():
    raw = struct.pack(f"<{len(values)}f", *values)
    header[key] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
    data += raw
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(os.path.join(folder, "adapter_model.safetensors"), "wb") as out:
    out.write(struct.pack("<Q", len(text)) + text + data)
