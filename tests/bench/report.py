"""Writes what was measured: the figures as JSON, the page that people read, and the plots."""

import json
import os

import goals
import plot

NAMES = {"shipped": "same file", "q4_0": "its Q4_0"}


def write(folder, kind, result):
    """Writes `<kind>.json`, `<kind>.md` and the plots in a folder of that name; returns the page's path."""
    plots = os.path.join(folder, kind)
    os.makedirs(plots, exist_ok=True)
    drawn = draw(plots, result)
    with open(os.path.join(folder, kind + ".json"), "w", encoding="utf-8") as file:
        json.dump(rounded(result), file, indent=1)
        file.write("\n")
    page = os.path.join(folder, kind + ".md")
    with open(page, "w", encoding="utf-8") as file:
        file.write("\n".join(text(kind, result, drawn)) + "\n")
    index(folder)
    return page


def index(folder):
    """Writes the page that lists the results of a folder."""
    rows = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".json"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                result = json.load(file)
            made = goals.rows(result)
            rows.append(("[%s](%s.md)" % (name[:-5], name[:-5]), result["date"], result["housestyle"],
                         "%d of %d" % (sum(row[-1] == goals.REACHED for row in made), len(made))))
    with open(os.path.join(folder, "README.md"), "w", encoding="utf-8") as file:
        file.write("\n".join([
            "# Results", "", "Speed beside llama.cpp, a page for each kind of machine. Made by `tests/bench/run`; do not edit by hand.", "",
            *(table(("machine", "measured", "Housestyle", "goals reached"), rows) if rows else ["None yet.", ""])]))


def rounded(value):
    """Returns the figures with five digits: more would be noise in every diff."""
    if isinstance(value, float):
        return float("%.5g" % value)
    if isinstance(value, dict):
        return {str(key): rounded(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(inner) for inner in value]
    return value


def ratio(found):
    """Returns a ratio with its spread."""
    return "**%.2f** (%.2f–%.2f)" % (found["median"], found["least"], found["most"]) if found else "—"


def table(head, rows):
    """Returns the lines of a table; every column but the first is right-aligned."""
    lines = ["| %s |" % " | ".join(head), "|---|%s" % ("--:|" * (len(head) - 1))]
    return lines + ["| %s |" % " | ".join(map(str, row)) for row in rows] + [""]


def text(kind, result, drawn):
    """Returns the lines of the page."""
    machine, llama = result["machine"], result["llama.cpp"]
    lines = ["# Speed on %s, %d cores" % (machine["processor"], machine["cores"]), "",
             "Made by `tests/bench/run%s` on %s with Housestyle %s; do not edit by hand." % (
                 " --quick" if result["quick"] else "", result["date"], result["housestyle"]),
             "Each figure is a median over rounds in which both sides ran in turn; a ratio is taken within a round,",
             "and the least and the most of all rounds stand behind it.", ""]
    if result["quick"]:
        lines += ["**A quick run**: fewer rounds than a result needs.", ""]
    if result["disturbed"]:
        lines += ["**Disturbed**: something else was running (%s). llama.cpp suffers most from that; take no ratio from" % result["disturbed"],
                  "here.", ""]
    lines += ["## Goals", "", *table(("goal", "of", "asked", "measured", ""), goals.rows(result))]
    lines += machine_lines(machine, result["bandwidth"], llama)
    for name, model in result["models"].items():
        lines += speed_lines(name, model) + typing_lines(name, model)
    lines += ["## How the cost grows", ""]
    lines += ["![%s](%s/%s)\n" % (title, kind, file) for file, title in drawn]
    return lines


def machine_lines(machine, bandwidth, llama):
    """Returns what is known of the machine and of llama.cpp."""
    rates = ", ".join("%s thread%s %.1f GB/s (best pass %.1f)" % (count, "" if count == "1" else "s", one["median"], one["best"])
                      for count, one in bandwidth["gb_per_second"].items())
    return ["## Machine and opponent", "",
            "- **Processor**: %s%s, %d cores, %s; %s; %s." % (
                machine["processor"], " (%s)" % machine["family"] if machine["family"] else "", machine["cores"],
                machine["architecture"], ", ".join("%s %s" % pair for pair in machine["caches"].items()),
                " ".join(machine["features"])),
            "- **Reading memory** (%d MiB): %s." % (bandwidth["buffer_mib"], rates),
            "- **llama.cpp**: from `%s` %s (sdist, SHA-256 `%s…`), commit %s, %s." % (
                llama["package"], llama["version"], llama["sha256"][:12], llama["commit"] or "unknown", llama["compiler"]),
            "  CMake flags: `%s`; kernels: `%s`." % (" ".join(llama["flags"]), llama["processor_flags"]), ""]


def speed_lines(name, model):
    """Returns the tables of reading, writing and starting."""
    lines = ["## %s: reading and writing" % name, ""]
    for threads, tests in model["speed"].items():
        rows = []
        for test, one in tests.items():
            kind, size = test.split("_")
            cells = ["%s, %s" % ("prefill %s" % size if kind == "prefill" else "decode at depth %s" % size,
                                 "1 thread" if threads == "1" else threads + " threads"), "%.1f" % one["median"]["ours"]]
            for side in one["ratio"]:
                fa = "fa" if model["flash"][threads][side][test]["flash"] else "no fa"
                cells += ["%.1f (%s)" % (one["median"][side], fa), ratio(one["ratio"][side])]
            rows.append(cells)
        lines += table(("tokens a second", "ours", "llama.cpp, same file", "ours ÷ it", "llama.cpp, its Q4_0", "ours ÷ it"), rows)
    lines += ["llama.cpp ran with flash attention (fa) or without, whichever was quicker in that row. Its Q4_0 is the same model",
              "in the format that it repacks for its fastest kernels, made by itself; the output matrix stays as shipped.",
              "Decoding reads %.1f MB of weights a token from the shipped file, %.1f MB from the Q4_0." % (
                  model["bytes_a_token"]["shipped"] / 1e6, model["bytes_a_token"]["q4_0"] / 1e6), ""]
    first = model["first_token"]
    lines += table(("process start to first token", "seconds", "peak memory ÷ file"), [
        (side, "%.2f" % one["seconds"], "%.2f" % (one["peak_bytes"] / first["file_bytes"]) if one["peak_bytes"] else "—")
        for side, one in first["sides"].items()])
    return lines + ["Ours ÷ %s: %s. The file was in the page cache." % (first["best"], ratio(first["ratio"])), ""]


def typing_lines(name, model):
    """Returns the tables of the typing session."""
    typing = model["typing"]
    lines = ["## %s: typing" % name, "",
             "In the middle of a function of each of these modules of Python %s, %d keys were typed:" % (
                 typing["documents"][0]["python"], len(typing["documents"][0]["typed"])), ""]
    lines += ["- `%s`, line %d, SHA-256 `%s…`: `%s`" % (
        one["module"][:-len(".py")].replace("/", "."), one["line"], one["sha256"][:12], one["typed"]) for one in typing["documents"]]
    lines += ["",
              "A suggestion of at most 16 tokens at each key; requests strictly one after the other. Ours over LSP, theirs over",
              "HTTP to `llama-server` (one slot, prompt cache), asked in the way that was quickest for it:", ""]
    lines += table(("way to ask llama-server", "ms a key", "cold ms", "tokens evaluated a key"), [
        ("**%s**" % style if style == typing["scout"]["best"] else style, "%.0f" % one["p50_ms"], "%.0f" % one["cold_ms"],
         "%d" % one["evaluated_p50"]) for style, one in typing["scout"]["styles"].items()])
    for label in ("shipped", "q4_0"):
        rows = []
        for mine, until, row in (
                ("ours", "line", "p50"), ("ours", "line", "p95"), ("ours", "tokens", "p50"), ("ours", "tokens", "p95"),
                ("ours", "tokens", "p50, all keys"), ("ours", "tokens", "p95, all keys"), ("ours", "tokens", "cold"),
                ("ours as installed", "tokens", "cold"), ("ours as installed", "tokens", "p50"),
                ("ours as installed", "tokens", "p95")):
            one = typing["compare"]["%s / %s / %s" % (mine, label, until)]
            found = one["rows"][row]
            if found:
                rows.append((
                    "%s%s; theirs to %s" % ("cold first suggestion" if row == "cold" else row,
                                            ", ours as installed" if mine != "ours" else "",
                                            "the line's end" if until == "line" else "16 tokens"),
                    "%.0f" % found["ours_ms"], "%.0f" % found["theirs_ms"],
                    ratio({"median": found["ratio"], "least": found["least"], "most": found["most"]}),
                    "%s / %s" % tuple(one["generated_mean"]) if row == "p50" else ""))
        lines += table(("against %s" % NAMES[label], "ours ms", "theirs ms", "ours ÷ theirs", "tokens written"), rows)
    through = typing["compare"]["ours / shipped / tokens"]
    some = through["typed_through"]
    lines += ["Unless \"all keys\" is said, only keys count at which ours asked the model: %d of %d." % (
                  through["keys_asked"], through["keys"]),
              "Keys typed through a suggestion that was on the screen: %s" % (
                  "%d keys, p50 %.2f ms, p95 %.2f ms, no call of the model." % (some["keys"], some["p50_ms"], some["p95_ms"])
                  if some["keys"] else "none here."),
              "(llama.vim also keeps what it was sent and asks nothing at such keys; here theirs is asked at every key.)",
              "Each figure is over the keys of all sessions; the least and the most ratio of a single session stand behind.",
              "Ours ends a suggestion with the line it is in; \"theirs to the line's end\" stops there too, which is the equal work.",
              "\"As installed\" reads the window of a fresh installation; the other rows read the whole file on both sides.",
              "Peak memory of the servers: %s." % ", ".join(
                  "%s %.0f MB" % (side, max(one["peak_bytes"][side] for one in typing["sessions"]) / 1e6)
                  for side in typing["sessions"][0]["peak_bytes"] if typing["sessions"][0]["peak_bytes"][side]), ""]
    return lines


def draw(folder, result):
    """Draws all plots; returns their files and titles."""
    drawn = []

    def save(name, title, content):
        with open(os.path.join(folder, name + ".svg"), "w", encoding="utf-8") as file:
            file.write(content)
        drawn.append((name + ".svg", title))

    sides = {"ours": "Housestyle", "shipped": "llama.cpp, same file", "q4_0": "llama.cpp, its Q4_0"}
    for name, model in result["models"].items():
        threads = max(model["speed"], key=int)
        tests = dict(model["speed"][threads], **model.get("curves", {}))
        short = name.split(".")[0]

        def series(kind, value):
            return {title: sorted((int(test.split("_")[1]), value(int(test.split("_")[1]), one["median"][side]))
                                  for test, one in tests.items() if test.startswith(kind)) for side, title in sides.items()}

        save(short + "-prompt", "%s: time to read a prompt" % name, plot.lines(
            "%s: time to read a prompt" % name, "seconds, %s threads; lower is better" % threads, "tokens of the prompt",
            series("prefill", lambda size, speed: size / speed)))
        save(short + "-depth", "%s: time a written token" % name, plot.lines(
            "%s: time a written token" % name, "milliseconds, %s threads; lower is better" % threads,
            "tokens of context before it", series("decode", lambda size, speed: 1000 / speed)))
        if len(model["speed"]) > 1:
            common = [test for test in model["speed"]["1"] if test in model["speed"][threads]]
            groups = ["%s, %s thread%s" % (test.replace("_", " "), count, "s" if count != "1" else "")
                      for test in common for count in ("1", threads)]
            save(short + "-threads", "%s: threads" % name, plot.bars(
                "%s: threads" % name, "tokens a second; higher is better", groups,
                {title: [model["speed"][count][test]["median"][side] for test in common for count in ("1", threads)]
                 for side, title in sides.items()}))
        if "documents" in model:
            found = model["documents"]
            save(short + "-documents", "%s: going round between open documents" % name, plot.lines(
                "%s: going round between open documents" % name, "milliseconds from key to suggestion, median; lower is better",
                "open documents", {title: [(int(count), one["p50_ms"]) for count, one in found[side].items() if one["p50_ms"]]
                                   for side, title in (("ours", "Housestyle"), ("llama.cpp", "llama-server"))}))
    return drawn
