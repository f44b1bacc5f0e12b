"""What waiting for pauses saves and costs: the same keys typed with `debounceMs` 150 and 0, in turn.

    debounce.py BINARY MODEL.gguf [--between MS ...] [--rounds N]      (the file that `housestyle model path` prints)

Keys come at a steady rate whatever the server does, each with a request, as from an editor that does not wait by itself.
The figures are the processor's seconds of the whole session, how many keys the model began to work for, how many got a
suggestion before the next key, and how long after the last key its suggestion was there."""

import argparse
import itertools
import resource
import statistics
import time

import document
from editor import Editor
from typing_session import UNFORESEEN

WAITS = (150, 0)
# What the model often foresees, and what nobody does.
KINDS = {"real line": None, "unforeseen": UNFORESEEN}
# What is set for people, in place of what the other benchmarks set.
DEFAULTS = {"timeBudgetMs": 700, "deadlineMs": 10000, "minLogprob": -4.0}
AFTER = 3.0  # seconds in which the prefill ends


def processor():
    """Returns the seconds which ended children have had of the processor."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def session(binary, model, wait, between, text, typed):
    """Types once; returns the figures."""
    before = processor()
    with Editor(binary, model, {**DEFAULTS, "debounceMs": wait}, 2) as editor:
        uri, opened = editor.open("typed.py", text.text())
        editor.suggest(opened, uri, text.line, len(text.indent))
        time.sleep(AFTER)
        asked = {}
        due = time.perf_counter()
        for count in range(1, len(typed) + 1):
            due += between / 1000
            time.sleep(max(0, due - time.perf_counter()))
            head = text.indent + typed[:count]
            editor.number += 1
            asked[editor.number] = time.perf_counter()
            editor.send(editor.insert(uri, text.line, len(head) - 1, head[-1]), {
                "id": editor.number, "method": "textDocument/inlineCompletion", "params": {
                    "textDocument": {"uri": uri}, "position": {"line": text.line, "character": len(head)},
                    "context": {"triggerKind": 2}}})
        in_time = 0
        for number, (began, next_began) in zip(asked, itertools.pairwise([*asked.values(), float("inf")])):
            moment, result = editor.answer(number)
            has_text = bool((result or {}).get("items"))
            in_time += has_text and moment < next_began
        waited = (moment - began) * 1000
        time.sleep(AFTER)
        records = editor.records()[1:]
        worked = sum(record["prompt_tokens"] > record["reused_tokens"] for record in records)
    return {"seconds": processor() - before, "worked": worked, "in time": in_time, "waited": waited, "keys": len(typed)}


def main():
    usage = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    usage.add_argument("binary")
    usage.add_argument("model")
    usage.add_argument("--between", type=int, nargs="*", default=[60, 120, 200])
    usage.add_argument("--rounds", type=int, default=3)
    asked = usage.parse_args()
    print("| typed | ms between keys | `debounceMs` | keys | worked for | shown before the next key | last key to its "
          "suggestion, ms | processor, s |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for (kind, typed), between in itertools.product(KINDS.items(), asked.between):
        found = {wait: [] for wait in WAITS}
        for _, text in itertools.product(range(asked.rounds), document.sessions(3)):
            for wait in WAITS:
                found[wait].append(session(asked.binary, asked.model, wait, between, text, typed or text.typed))
        for wait, some in found.items():
            keys, worked, shown = (sum(one[name] for one in some) for name in ("keys", "worked", "in time"))
            waited, seconds = (statistics.median(one[name] for one in some) for name in ("waited", "seconds"))
            print("| %s | %d | %d | %d | %d | %d | %.0f | %.1f |" % (
                kind, between, wait, keys, worked, shown, waited, seconds), flush=True)


if __name__ == "__main__":
    main()
