"""Reading and writing speed, ours and llama.cpp's in turn: A B C A B C, and ratios of neighbours only."""

import json
import os
import statistics
import tempfile

from ours import by_name
from process import run, say

DECODED = 32
TESTS = tuple(("prefill", length) for length in (64, 512, 2048)) + tuple(("decode", depth) for depth in (0, 512, 2048))
# One token after so much text is what "load to first token" takes.
FIRST = '"""Prices of what is sold."""\n\n\ndef total(items, discount=0):\n    """Returns what the items cost, less a discount."""\n    cost = sum(item.price * item.count for item in items)\n    return '


def label(test):
    """Returns a test's name, as `housestyle bench --only` knows it."""
    return "%s_%d" % test


def ours(binary, model, test, threads):
    """Returns tokens a second of `housestyle bench`."""
    with tempfile.TemporaryDirectory(prefix="housestyle-bench-") as folder:
        name, env = by_name(model, folder)
        command = [binary, "--model", name, "--offline", "--json", "bench", "--threads", threads, "--only", label(test)]
        done = run(command, threads, env=env)
    return json.loads(done.output)[label(test)]["tokens_per_second"]


def theirs(llama, model, test, threads, flash):
    """Returns tokens a second of llama-bench, the median of its repetitions."""
    kind, size = test
    command = [llama.program("llama-bench"), "-m", model, "-t", threads, "-fa", "on" if flash else "off", "-o", "json"]
    if kind == "prefill":
        # A long prompt is its own warm-up.
        command += ["-p", size, "-n", 0, "-r", 3 if size < 512 else 1] + ([] if size <= 512 else ["--no-warmup"])
    else:
        command += ["-p", 0, "-n", DECODED, "-d", size, "-r", 3 if size <= 512 else 2]
    return statistics.median(json.loads(run(command, threads).output)[0]["samples_ts"])


def scout(llama, files, tests, threads):
    """Measures llama.cpp with and without flash attention; returns for each file and test both, and whether it pays."""
    found = {}
    for name, path in files.items():
        found[name] = {}
        for test in tests:
            speeds = {flash: theirs(llama, path, test, threads, flash) for flash in (False, True)}
            found[name][label(test)] = {"off": speeds[False], "on": speeds[True], "flash": speeds[True] > speeds[False]}
            say("   llama.cpp, %s, %s: %.1f tokens/s, with flash attention %.1f" % (
                name, label(test), speeds[False], speeds[True]))
    return found


def measure(binary, llama, files, tests, threads, rounds, scouted):
    """Measures each test in each round; returns the speeds of all sides and the spread of the ratios."""
    speeds = {label(test): {side: [] for side in ("ours", *files)} for test in tests}
    for number in range(rounds):
        for test in tests:
            found = speeds[label(test)]
            found["ours"].append(ours(binary, files["shipped"], test, threads))
            for name, path in files.items():
                flash = scouted[name][label(test)]["flash"]
                found[name].append(theirs(llama, path, test, threads, flash))
            say("   round %d of %d, %d thread%s, %-12s %s" % (
                number + 1, rounds, threads, "s" if threads > 1 else "", label(test),
                ", ".join("%s %.1f" % (side, values[-1]) for side, values in found.items())))
    return {test: summary(found) for test, found in speeds.items()}


def summary(found):
    """Returns medians, and for each other side the ratio of ours to it in every round: median, least and most."""
    made = {"rounds": found, "median": {side: statistics.median(values) for side, values in found.items()}, "ratio": {}}
    for side, values in found.items():
        if side != "ours":
            ratios = [mine / other for mine, other in zip(found["ours"], values)]
            made["ratio"][side] = {"median": statistics.median(ratios), "least": min(ratios), "most": max(ratios)}
    return made


def first_token(binary, llama, files, threads, rounds):
    """Measures whole processes from their start to one token, and the peak of their memory; files are in the cache.

    llama.cpp runs twice, as it is and without repacking weights when it loads, which is the quicker start."""
    sides = {"ours": [], "llama.cpp": [], "llama.cpp, no repacking": []}
    with tempfile.TemporaryDirectory(prefix="housestyle-bench-") as folder:
        source, prompt = os.path.join(folder, "total.py"), os.path.join(folder, "prompt.txt")
        for path in (source, prompt):
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(FIRST)
        lines = FIRST.split("\n")
        place = "%s:%d:%d" % (source, len(lines), len(lines[-1]) + 1)
        name, env = by_name(files["shipped"], folder)
        mine = [binary, "--model", name, "--offline", "--json", "complete", place, "--max-tokens", "1"]
        their = [llama.program("llama-completion"), "-m", files["shipped"], "-t", threads, "-f", prompt, "-n", 1,
                 "-c", 4096, "--temp", 0, "-no-cnv", "--no-warmup", "--no-display-prompt"]
        for number in range(rounds + 1):
            done = {"ours": run(mine, threads, env=env, cwd=folder), "llama.cpp": run(their, threads),
                    "llama.cpp, no repacking": run(their + ["--no-repack"], threads)}
            if number > 0: # the first only brings the files into the cache
                for side, one in done.items():
                    sides[side].append({"seconds": one.seconds, "peak_bytes": one.peak})
    made = {side: {"seconds": statistics.median(one["seconds"] for one in runs),
                   "peak_bytes": max((one["peak_bytes"] or 0 for one in runs), default=0) or None}
            for side, runs in sides.items()}
    best = min((side for side in sides if side != "ours"), key=lambda side: made[side]["seconds"])
    ratios = [mine["seconds"] / other["seconds"] for mine, other in zip(sides["ours"], sides[best])]
    say("   start to first token: " + ", ".join("%s %.2f s" % (side, one["seconds"]) for side, one in made.items()))
    return {"sides": made, "best": best, "file_bytes": os.path.getsize(files["shipped"]), "rounds": sides,
            "ratio": {"median": statistics.median(ratios), "least": min(ratios), "most": max(ratios)}}
