"""Measures what re-positioned keys and values cost in quality, with llama.cpp's own shift.

usage: reposition.py MODEL.gguf [CASES]    (needs the package llama-cpp-python, and Python's own library to read)

A window of code begins 512 bytes later than before. Either the rest of it is evaluated anew, or what was evaluated
after the dropped text is kept: its keys are rotated to their new positions, but both keys and values still know the
text that is gone. Prints the negative log-likelihood per token of the 48 tokens that follow, both ways, and the paired
difference with a 95 % interval.
"""

import pathlib
import random
import sys
import sysconfig

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "golden"))
import llama_cpp as lc  # noqa: E402
from oracle import Oracle, logsumexp  # noqa: E402

DROPPED, KEPT, SCORED = 512, 2048, 48  # bytes, bytes, tokens


def nll(oracle, ids):
    """Returns the mean negative log-likelihood of ids[1:] after what is in the cache."""
    total = 0.0
    for current, following in zip(ids, ids[1:]):
        logits = oracle.evaluate([current])
        total += logsumexp(logits) - float(logits[following])
    return total / (len(ids) - 1)


def main():
    oracle = Oracle(sys.argv[1], threads=2)
    memory = lc.llama_get_memory(oracle.context)
    library = pathlib.Path(sysconfig.get_paths()["stdlib"])
    files = [f for f in sorted(library.glob("*.py")) if f.stat().st_size > 8000]
    draw = random.Random(1)
    pairs = []
    for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 60):
        text = draw.choice(files).read_text(errors="replace")
        start = draw.randrange(len(text) - DROPPED - KEPT - 600)
        text = text[start:]
        dropped = oracle.tokenize(text[:DROPPED])
        kept = oracle.tokenize(text[DROPPED : DROPPED + KEPT])
        scored = oracle.tokenize(text[DROPPED + KEPT : DROPPED + KEPT + 600])[: SCORED + 1]
        oracle.clear()
        oracle.evaluate(kept)
        anew = nll(oracle, scored)
        oracle.clear()
        oracle.evaluate(dropped)
        oracle.evaluate(kept)
        assert lc.llama_memory_seq_rm(memory, 0, 0, len(dropped))
        lc.llama_memory_seq_add(memory, 0, len(dropped), -1, -len(dropped))
        pairs.append((anew, nll(oracle, scored)))
        print(f"\r{len(pairs)} places", end="", file=sys.stderr, flush=True)
    differences = [b - a for a, b in pairs]
    means = sorted(
        sum(draw.choices(differences, k=len(differences))) / len(differences) for _ in range(4000)
    )
    mean = lambda values: sum(values) / len(values)  # noqa: E731
    print(f"\nevaluated anew {mean([a for a, _ in pairs]):.4f} nats a token, re-positioned {mean([b for _, b in pairs]):.4f}")
    print(f"difference {mean(differences):+.4f}, 95 % interval {means[100]:+.4f} to {means[3899]:+.4f}")


main()
