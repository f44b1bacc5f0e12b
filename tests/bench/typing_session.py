"""The typing session: thirty keys in the middle of a function, a suggestion of 16 tokens at each, ours and theirs in turn.

Both read the whole file, except where "as installed" is said; requests come strictly one after the other."""

import contextlib
import statistics
import time

import document
from editor import Editor
from process import say
from server import PREDICTED, Server

# So that neither side's threads still spin while the other's are timed.
PAUSE = 0.03
SCOUTED = 6
WHOLE_FILE = {"maxTokens": PREDICTED, "prefixTokens": 2048, "suffixTokens": 1024}
AS_INSTALLED = {"maxTokens": PREDICTED}


def percentile(values, share):
    """Returns the smallest value that at least such a share of all are no greater than; None of nothing."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)] if ordered else None


def scout(llama, model, threads, flash, text):
    """Tries each way to ask llama-server on a few keys; returns the figures of each and the name of the quickest."""
    found = {}
    for spm in (False, True):
        with Server(llama, model, threads, flash, spm) as server:
            if not server.markers:
                styles = [] if spm else ["prefix"]
            else:
                styles = ["infill, --spm-infill"] if spm else ["raw", "infill"]
            for style in styles:
                # In its default order every key costs seconds: three show it.
                keys = 3 if style == "infill" else SCOUTED
                heads = [text.indent + text.typed[:count] for count in range(keys + 1)]
                answers = [server.suggest(style, text.above, head, text.below) for head in heads]
                cold, warm = answers[0], answers[1:]
                found[style] = {
                    "cold_ms": cold[0], "cold_tokens": cold[1]["timings"]["prompt_n"],
                    "p50_ms": percentile([took for took, _ in warm], 0.5),
                    "evaluated_p50": statistics.median(answer["timings"]["prompt_n"] for _, answer in warm),
                    "keys": keys,
                }
                say("   llama-server, %s: %.0f ms a key (first %.0f ms, %d tokens evaluated a key)" % (
                    style, found[style]["p50_ms"], cold[0], found[style]["evaluated_p50"]))
    return {"styles": found, "best": min(found, key=lambda style: found[style]["p50_ms"])}


def session(binary, llama, files, flash, style, threads, text, to_line_end):
    """Types once with ours and llama.cpp on each of `files` (label to path), key by key in turn; returns what happened.

    `files["shipped"]` is ours too. Each side starts anew, so that its first suggestion is cold."""
    spm = "--spm-infill" in style
    with contextlib.ExitStack() as stack:
        ours = {
            "ours": stack.enter_context(Editor(binary, files["shipped"], WHOLE_FILE, threads)),
            "ours as installed": stack.enter_context(Editor(binary, files["shipped"], AS_INSTALLED, threads)),
        }
        theirs = {label: stack.enter_context(Server(llama, path, threads, flash[label], spm))
                  for label, path in files.items()}
        uris, keys = {}, {name: [] for name in (*ours, *theirs)}
        for count in range(len(text.typed) + 1):
            head = text.indent + text.typed[:count]
            for name, editor in ours.items():
                time.sleep(PAUSE)
                if count == 0:
                    uris[name], change = editor.open("typed.py", text.text())
                else:
                    change = editor.insert(uris[name], text.line, len(head) - 1, head[-1])
                took, shown = editor.suggest(change, uris[name], text.line, len(head))
                keys[name].append({"ms": took, "shown": shown})
            for name, server in theirs.items():
                time.sleep(PAUSE)
                took, answer = server.suggest(style, text.above, head, text.below, to_line_end)
                keys[name].append({"ms": took, "shown": answer["content"], "generated": answer["tokens_predicted"],
                                   "evaluated": answer["timings"]["prompt_n"]})
        peaks = {}
        for name, editor in ours.items():
            for key, record in zip(keys[name], editor.records()):
                key["generated"] = record["generated_tokens"]
                key["evaluated"] = record["prompt_tokens"] - record["reused_tokens"]
                key["asked"] = record["prompt_tokens"] > 0
                key["reused"] = record["reused"]
                key["code"] = record["code"]
            peaks[name] = editor.peak
    peaks.update((name, server.peak) for name, server in theirs.items())
    return {"to_line_end": to_line_end, "keys": keys, "peak_bytes": peaks}


def figures(sessions, mine, other):
    """Returns the comparison of two sides: each figure over the keys of all sessions, and how much sessions differ."""
    asked = [[key.get("asked", True) for key in one["keys"][mine]] for one in sessions]

    def side(one, which, name):
        return [key["ms"] for key, is_asked in list(zip(one["keys"][name], which))[1:] if is_asked]

    rows = {}
    for row, share, all_keys in (("p50", 0.5, False), ("p95", 0.95, False), ("p50, all keys", 0.5, True),
                                 ("p95, all keys", 0.95, True)):
        pairs = [[side(one, [True] * len(which) if all_keys else which, name) for name in (mine, other)]
                 for one, which in zip(sessions, asked)]
        singles = compared([[percentile(some, share) for some in pair] for pair in pairs if pair[0]])
        if singles:
            ours, theirs = (percentile([ms for pair in pairs for ms in pair[at]], share) for at in (0, 1))
            singles.update(ours_ms=ours, theirs_ms=theirs, ratio=ours / theirs)
        rows[row] = singles
    rows["cold"] = compared([[one["keys"][name][0]["ms"] for name in (mine, other)] for one in sessions])
    written = [[key["generated"] for one, which in zip(sessions, asked)
                for key, is_asked in list(zip(one["keys"][name], which))[1:] if is_asked] for name in (mine, other)]
    through = [key["ms"] for one in sessions for key in one["keys"][mine][1:] if key["reused"]]
    return {"rows": rows, "keys": sum(map(len, asked)) - len(asked), "keys_asked": len(written[0]),
            "generated_mean": [round(statistics.mean(some), 1) if some else None for some in written],
            "typed_through": {"keys": len(through), "p50_ms": percentile(through, 0.5),
                              "p95_ms": percentile(through, 0.95)}}


def compared(pairs):
    """Returns medians of both sides and of their ratio, with its spread."""
    if not pairs:
        return None
    ratios = [ours / theirs for ours, theirs in pairs]
    return {"ours_ms": statistics.median(ours for ours, _ in pairs),
            "theirs_ms": statistics.median(theirs for _, theirs in pairs),
            "ratio": statistics.median(ratios), "least": min(ratios), "most": max(ratios)}


def measure(binary, llama, name, files, flash, threads, rounds):
    """Runs the sessions of one model, in so many documents: to 16 tokens and to the end of the line, in turn."""
    texts = document.sessions(rounds)
    say("-- typing, %s: %s" % (name, ", ".join(text.name for text in texts)))
    ways = scout(llama, files["shipped"], threads, flash["shipped"], texts[0])
    sessions = []
    for text in texts:
        for to_line_end in (False, True):
            one = session(binary, llama, files, flash, ways["best"], threads, text, to_line_end)
            sessions.append(one)
            say("   session %d of %d, %s: %s" % (
                len(sessions), 2 * len(texts), "to the line's end" if to_line_end else "%d tokens" % PREDICTED,
                ", ".join("%s %.0f ms" % (side, percentile([key["ms"] for key in keys[1:] if key.get("asked", True)], 0.5) or 0)
                          for side, keys in one["keys"].items())))
    compare = {}
    for label in files:
        for to_line_end in (False, True):
            some = [one for one in sessions if one["to_line_end"] == to_line_end]
            for mine in ("ours", "ours as installed"):
                compare["%s / %s / %s" % (mine, label, "line" if to_line_end else "tokens")] = figures(some, mine, label)
    return {"documents": [text.about() for text in texts], "scout": ways, "compare": compare, "sessions": sessions}
