"""Mixes the cases of the starter packages into the corpus of the starter adapter, and writes its manifest.

    build.py DIR                                                  # the histories, as README.md says
    for each DIR/starter/NAME: housestyle cases --workspace DIR/starter/NAME --out CASES/NAME --whole 3
    starter.py DIR CASES corpus.jsonl manifest.json
    housestyle starter --cases corpus.jsonl --short --rate 4e-4 --manifest manifest.json --out adapter_model.safetensors

No package counts for much more than another: so many cases of edits and so many holes in files from each, the choice
drawn with a fixed seed. Packages without a history give more of the latter.
"""

import hashlib
import json
import pathlib
import random
import sys

SEED = 2
EDITS = 170
HOLES = 60
CASES = 3600
RECIPE = {
    "method": "LoRA", "rank": 8, "alpha": 16, "targets": ["gate_proj", "up_proj", "down_proj"], "layers": "all",
    "optimiser": "AdamW", "rate": 4e-4, "schedule": "cosine to a tenth, 5 % warm-up", "batch": 4, "epochs": 1, "seed": 1,
    "gradients": "through what is learned only", "window_tokens": [192, 64],
}


def lines(path):
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def mixed(cases):
    """Returns the corpus, as lines."""
    draw = random.Random(SEED)
    corpus = []
    for folder in sorted(path for path in cases.iterdir() if path.is_dir()):
        edits = [line for part in ("train", "tune", "test") for line in lines(folder / (part + ".jsonl"))]
        holes = lines(folder / "whole.jsonl")
        draw.shuffle(edits)
        draw.shuffle(holes)
        corpus += edits[:EDITS]
        corpus += holes[:HOLES + max(0, EDITS - len(edits)) // 2]
    draw.shuffle(corpus)
    return corpus[:CASES]


def main():
    histories, cases, corpus_path, manifest_path = map(pathlib.Path, sys.argv[1:5])
    corpus = "\n".join(mixed(cases)) + "\n"
    corpus_path.write_text(corpus, encoding="utf-8")
    wanted = ("name", "package", "registry", "language", "licence", "first", "last")
    packages = json.loads((histories / "histories.json").read_text(encoding="utf-8"))
    manifest = {
        "format": "housestyle-starter-1",
        "base": "qwen2.5-coder-0.5b",
        "recipe": RECIPE,
        "cases": CASES,
        "corpus_sha256": hashlib.sha256(corpus.encode()).hexdigest(),
        "packages": [{key: p[key] for key in wanted} for p in packages if p["role"] == "starter"],
    }
    manifest_path.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    print("%d cases of %d packages" % (corpus.count("\n"), len(manifest["packages"])))


if __name__ == "__main__":
    main()
