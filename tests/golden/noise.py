"""Measures how far llama.cpp is from itself, which is what a bound has to allow.

    python tests/golden/noise.py FILE.gguf

Every prompt is evaluated with its golden-like continuation forced, in three ways beside the one of
`make.py`: token by token; with keys and values in F32; and, as the closest there is to the truth, with
all weights dequantised to F32, so that no activation is rounded to 8 bits (and that one again token by
token, against itself: what is left is the order of additions). Prints the differences of
logits, after taking each step's mean difference away (a common shift changes no probability), and of
the log-probability of the chosen token.
"""

import sys
import tempfile

import numpy as np
from make import STEPS, dequantised
from oracle import Oracle, logsumexp
from prompts import PROMPTS

LONGEST = 256  # longer prompts take too long token by token, and show nothing more


def forced(oracle, ids, continuation, single=False):
    """Returns the logits before each token of `continuation` (steps × vocabulary); chooses them if None."""
    oracle.clear()
    if single:
        for token in ids[:-1]:
            oracle.evaluate([token])
        ids = ids[-1:]
    rows, chosen = [oracle.evaluate(ids)], []
    for step in range(STEPS):
        chosen.append(int(rows[-1].argmax()) if continuation is None else continuation[step])
        if step + 1 < STEPS:
            rows.append(oracle.evaluate(chosen[-1:]))
    return np.array(rows), chosen


def differences(base, other, chosen):
    """Returns per step: largest centred difference, its root mean square, and the chosen token's |Δ ln p|."""
    delta = other - base
    delta = delta - delta.mean(axis=1, keepdims=True)
    log_probability = lambda rows: np.array([r[t] - logsumexp(r) for r, t in zip(rows, chosen)])
    return np.abs(delta).max(axis=1), np.sqrt((delta**2).mean(axis=1)), np.abs(log_probability(other) - log_probability(base))


def main(path):
    base, wide, ways = Oracle(path), Oracle(path, exact=True), {}
    with tempfile.TemporaryDirectory() as folder:
        exact = Oracle(dequantised(path, folder), exact=True)
        for name, parts in PROMPTS:
            ids = base.prompt_ids(parts)
            if ids is None or len(ids) > LONGEST:
                continue
            rows, chosen = forced(base, ids, None)
            others = {"token by token": forced(base, ids, chosen, single=True), "F32 cache": forced(wide, ids, chosen), "F32 weights": forced(exact, ids, chosen)}
            again = forced(exact, ids, chosen, single=True)
            pairs = [(way, rows, other) for way, (other, _) in others.items()]
            pairs.append(("F32 twice", others["F32 weights"][0], again[0]))
            for way, first, other in pairs:
                largest, rms, log_p = differences(first, other, chosen)
                flips = other.argmax(axis=1) != first.argmax(axis=1)
                top = np.sort(first, axis=1)[:, -2:]
                margin = (top[:, 1] - top[:, 0])[flips]
                ways.setdefault(way, []).append((name, largest[0], largest.max(), rms[0], rms.max(), log_p.max(), log_p[0], margin.max(initial=0), flips.sum()))
    print(f"{'way':16} {'first max':>9} {'any max':>8} {'first rms':>9} {'any rms':>8} {'any ln p':>8} {'first ln p':>10} {'flip margin':>11} {'flips':>5}")
    for way, values in ways.items():
        columns = list(zip(*values))
        print(f"{way:16}", *(f"{max(c):9.4f}" for c in columns[1:-1]), sum(columns[-1]), "worst:", max(values, key=lambda v: v[1])[0], max(values, key=lambda v: v[7])[0])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
