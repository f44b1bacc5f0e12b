"""How the cost grows: with the length of the prompt, the depth of the context, and the number of open documents."""

import contextlib
import statistics
import time

import document
import speed
from editor import Editor
from process import say
from server import Server
from typing_session import AS_INSTALLED, PAUSE, percentile

LENGTHS = (128, 256, 1024, 3072)
DEPTHS = (128, 1024, 3072)
COUNTS = (1, 2, 4, 8)
# Every document is visited once to be read, and then so often, a key at each visit.
VISITS = 2


def curves(binary, llama, files, threads, rounds, scouted):
    """Measures further lengths and depths, with flash attention as it was best at the nearest one measured before."""
    tests = [("prefill", length) for length in LENGTHS] + [("decode", depth) for depth in DEPTHS]
    known = {kind: [size for other, size in speed.TESTS if other == kind] for kind, _ in tests}
    best = {name: {} for name in files}
    for kind, size in tests:
        nearest = min(known[kind], key=lambda other: abs(other - size))
        for name in files:
            best[name][speed.label((kind, size))] = scouted[name][speed.label((kind, nearest))]
    return speed.measure(binary, llama, files, tests, threads, rounds, best)


def documents(binary, llama, model, flash, style, threads, counts):
    """Measures a key's latency while going round between so many open documents; returns the medians of both sides.

    Each visit types one key; ours reads the window as installed, theirs the whole of each file."""
    found = {"ours": {}, "llama.cpp": {}}
    for count in counts:
        texts = document.several(count)
        if len(texts) < count:
            break
        times = {side: [] for side in found}
        with contextlib.ExitStack() as stack:
            editor = stack.enter_context(Editor(binary, model, AS_INSTALLED, threads))
            server = stack.enter_context(Server(llama, model, threads, flash, "--spm-infill" in style))
            uris = {}
            for visit in range(VISITS + 1):
                for text in texts:
                    head = text.indent + text.typed[:visit]
                    if visit == 0:
                        uris[text.name], change = editor.open(text.name.replace("/", "_"), text.text())
                    else:
                        change = editor.insert(uris[text.name], text.line, len(head) - 1, head[-1])
                    time.sleep(PAUSE)
                    times["ours"].append(editor.suggest(change, uris[text.name], text.line, len(head))[0])
                    time.sleep(PAUSE)
                    times["llama.cpp"].append(server.suggest(style, text.above, head, text.below)[0])
            asked = [not record["reused"] for record in editor.records()]
        for side, some in times.items():
            warm = [took for took, model_ran in list(zip(some, asked))[count:] if model_ran]
            found[side][str(count)] = {"first_p50_ms": statistics.median(some[:count]),
                                       "p50_ms": percentile(warm, 0.5), "keys": len(warm)}
        say("   %d document%s: %s" % (count, "s" if count > 1 else "", ", ".join(
            "%s %s ms a key" % (side, round(some[str(count)]["p50_ms"] or 0)) for side, some in found.items())))
    return found
