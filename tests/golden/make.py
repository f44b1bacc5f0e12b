"""Makes the golden files of one model with llama.cpp as the oracle.

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install llama-cpp-python==0.3.36 numpy
    /tmp/oracle/bin/python tests/golden/make.py NAME FILE.gguf

NAME is the catalogue's name of the model, such as `smollm2-135m`. Writes `tokens-NAME.jsonl` and
`greedy-NAME.jsonl` beside this script. README.md says what is in them and what a test may allow.
"""

import hashlib
import json
import pathlib
import shutil
import struct
import sys
import tempfile

import llama_cpp as lc
import numpy as np
from oracle import Oracle, logsumexp
from prompts import PROMPTS
from texts import texts

HERE = pathlib.Path(__file__).parent
STEPS, TOP, FIXED = 32, 20, 20


def without_user_defined(path, into):
    """Copies the model with its user-defined tokens made control tokens; returns the copy's path.

    llama.cpp finds user-defined tokens in any text, even when told to parse no special tokens; as control
    tokens it leaves them alone, which is what plain text means here.
    """
    copy = pathlib.Path(into) / "plain.gguf"
    shutil.copyfile(path, copy)
    data = np.memmap(copy, np.uint8, "r+")
    key = b"tokenizer.ggml.token_type"
    at = data[: 64 << 20].tobytes().index(struct.pack("<Q", len(key)) + key) + 8 + len(key)
    kind, item, count = struct.unpack("<IIQ", data[at : at + 16].tobytes())
    assert (kind, item) == (9, 5), "token_type is not an array of 32-bit integers"
    types = data[at + 16 : at + 16 + 4 * count].view(np.int32)
    types[types == 4] = 3
    data.flush()
    return str(copy)


def dequantised(path, into):
    """Writes the model with all its weights in F32; returns the file's path."""
    out = str(pathlib.Path(into) / "f32.gguf")
    params = lc.llama_model_quantize_default_params()
    params.ftype, params.allow_requantize, params.nthread = 0, True, 2  # LLAMA_FTYPE_ALL_F32
    assert lc.llama_model_quantize(path.encode(), out.encode(), params) == 0
    return out


def first_logits(logits):
    """Returns the 20 highest, 20 spread over the vocabulary, and their log-sum-exp."""
    top = np.argsort(-logits, kind="stable")[:TOP]
    fixed = np.linspace(0, len(logits) - 1, FIXED).astype(int)
    pick = lambda ids: [[int(i), round(float(logits[i]), 5)] for i in ids]
    return {"top": pick(top), "fixed": pick(fixed), "logsumexp": round(logsumexp(logits), 5)}


def greedy(oracle, ids):
    """Returns the first step's logits, the greedy continuation, and each step's margin to the second."""
    oracle.clear()
    logits = first = oracle.evaluate(ids)
    continuation, margins = [], []
    while True:
        second, best = np.partition(logits, -2)[-2:]
        continuation.append(int(logits.argmax()))
        margins.append(round(float(best - second), 4))
        if len(continuation) == STEPS:
            return first, continuation, margins
        logits = oracle.evaluate(continuation[-1:])


def write(path, rows):
    """Writes JSON Lines in ASCII: the texts hold what editors and version control would mangle."""
    with open(path, "w", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(row, separators=(",", ":")) + "\n")
    print(path.name, len(rows), "lines,", path.stat().st_size, "bytes")


def main(name, model):
    with open(model, "rb") as file:
        print("sha256", hashlib.file_digest(file, "sha256").hexdigest())
    with tempfile.TemporaryDirectory() as folder:
        plain = Oracle(without_user_defined(model, folder))
        rows = [{"text": t, "ids": plain.tokenize(t)} for t in texts(list(plain.special_tokens()))]
        write(HERE / f"tokens-{name}.jsonl", rows)
    oracle, rows = Oracle(model), []
    with tempfile.TemporaryDirectory() as folder:
        exact = Oracle(dequantised(model, folder), exact=True)
        for prompt, parts in PROMPTS:
            ids = oracle.prompt_ids(parts)
            if ids is None:
                continue
            first, continuation, margins = greedy(oracle, ids)
            row = {"name": prompt, "prompt_ids": ids, "continuation_ids": continuation, "margins": margins}
            exact.clear()
            logits = {"first_logits": first_logits(first), "first_logits_f32": first_logits(exact.evaluate(ids))}
            rows.append(row | logits)
    write(HERE / f"greedy-{name}.jsonl", rows)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
