"""How the cost grows: with the length of the prompt, the depth of the context, and the number of open documents."""

import contextlib
import time

import document
import speed
from editor import Editor
from process import say
from server import Server
from typing_session import AS_INSTALLED, PAUSE, UNFORESEEN, percentile

LENGTHS = (128, 256, 1024, 3072)
DEPTHS = (128, 1024, 3072)
COUNTS = (1, 2, 4, 8)
# With each number of open documents all are visited so often, after they were read; a key at each visit.
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
    texts = document.several(max(counts))
    spm = "--spm-infill" in style
    with contextlib.ExitStack() as stack:
        editor = stack.enter_context(Editor(binary, model, AS_INSTALLED, threads))
        server = stack.enter_context(Server(llama, model, threads, flash, spm))
        opened, visits = [], []

        def visit(at, count):
            """Types the next key in a document, or opens it, and asks both sides."""
            text = texts[at]
            if at == len(opened):
                opened.append({"typed": 0})
                opened[at]["uri"], change = editor.open(text.name.replace("/", "_"), text.text())
            else:
                opened[at]["typed"] += 1
            head = text.indent + UNFORESEEN[: opened[at]["typed"]]
            if opened[at]["typed"]:
                change = editor.insert(opened[at]["uri"], text.line, len(head) - 1, head[-1])
            time.sleep(PAUSE)
            ours = editor.suggest(change, opened[at]["uri"], text.line, len(head))[0]
            time.sleep(PAUSE)
            theirs = server.suggest(style, text.above, head, text.below)[0]
            visits.append({"documents": count, "typed": opened[at]["typed"], "ours": ours, "llama.cpp": theirs})

        for count in (count for count in counts if count <= len(texts)):
            while len(opened) < count:
                visit(len(opened), count)
            for _ in range(VISITS):
                for at in range(count):
                    visit(at, count)
        for one, record in zip(visits, editor.records()):
            one["asked"] = record["prompt_tokens"] > 0
    for count in sorted({one["documents"] for one in visits}):
        some = [one for one in visits if one["documents"] == count and one["typed"] and one["asked"]]
        for side in found:
            found[side][str(count)] = {"p50_ms": percentile([one[side] for one in some], 0.5), "keys": len(some)}
        say("   %d open: %s" % (count, ", ".join(
            "%s %.0f ms a key" % (side, of[str(count)]["p50_ms"] or 0) for side, of in found.items())))
    return found
