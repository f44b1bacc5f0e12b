"""The goals of the project's speed, each beside what was measured; a goal that is missed says so."""

SMALL = "smollm2-135m"
# Ratios of speed, at least: test, against which file, for the default and for the small model.
SPEED = (
    ("prefill_512", "shipped", 2.0, 2.5), ("prefill_512", "q4_0", 1.25, 1.25),
    ("decode_0", "shipped", 1.5, 2.0), ("decode_512", "shipped", 1.5, 2.0), ("decode_2048", "shipped", 1.5, 2.0),
    ("decode_0", "q4_0", 1.15, 1.15), ("decode_512", "q4_0", 1.15, 1.15), ("decode_2048", "q4_0", 1.15, 1.15),
)
# Ratios of time, at most: row of the typing session, and whose window.
TYPING = (("p50", "ours", 0.4), ("p95", "ours", 0.5), ("cold", "ours as installed", 0.5))
BANDWIDTH = 0.8
REACHED = "reached"
DEEP = 0.75
TYPED_THROUGH_MS = 1.0
FIRST_TOKEN = 0.5
MEMORY = 1.3
AGAINST = {"shipped": "llama.cpp, same file", "q4_0": "llama.cpp, its Q4_0"}


def rows(result):
    """Returns for each goal its row: what, of which model, asked, measured, reached or missed."""
    made = []

    def add(what, model, asked, measured, reached):
        made.append((what, model, asked, measured, "—" if reached is None else REACHED if reached else "**missed**"))

    def at_least(what, name, asked, found):
        add(what, name, "≥ %.2f ×" % asked, "%.2f × (%.2f–%.2f)" % (found["median"], found["least"], found["most"]),
            found["median"] >= asked)

    for name, model in result["models"].items():
        threads = max(model["speed"], key=int)
        tests = model["speed"][threads]
        for test, side, *asked in SPEED:
            if test in tests:
                at_least("%s against %s" % (test.replace("_", " "), AGAINST[side]), name, asked[name == SMALL],
                         tests[test]["ratio"][side])
        rate = result["bandwidth"]["gb_per_second"][threads]["median"] * 1e9
        share = tests["decode_0"]["median"]["ours"] * model["bytes_a_token"]["shipped"] / rate
        add("decode 0 against memory (bandwidth ÷ bytes a token)", name, "≥ %.0f %%" % (100 * BANDWIDTH),
            "%.0f %%" % (100 * share), share >= BANDWIDTH)
        if "decode_2048" in tests:
            deep = tests["decode_2048"]["median"]["ours"] / tests["decode_0"]["median"]["ours"]
            add("decode 2048 against decode 0", name, "≥ %.0f %%" % (100 * DEEP), "%.0f %%" % (100 * deep), deep >= DEEP)
        for row, mine, asked in TYPING:
            for kind in ("real line",) if row == "cold" else ("unforeseen", "unforeseen, to line end"):
                found = model["typing"]["compare"]["%s / shipped / %s" % (mine, kind)]["rows"][row]
                what = "cold first suggestion, as installed, against llama-server" if row == "cold" else \
                    "typing %s against llama-server (%s)" % (row, kind)
                add(what, name, "≤ %.2f ×" % asked,
                    "%.2f × (%.2f–%.2f)" % (found["ratio"], found["least"], found["most"]) if found else "no key asked",
                    found["ratio"] <= asked if found else None)
        through = model["typing"]["compare"]["ours / shipped / real line"]["typed_through"]
        slowest = through["p95_ms"]
        add("typed-through key, p95", name, "< %.0f ms" % TYPED_THROUGH_MS,
            "%.2f ms (%d keys)" % (slowest, through["keys"]) if through["keys"] else "no such key",
            slowest < TYPED_THROUGH_MS if through["keys"] else None)
        first = model["first_token"]
        add("start to first token against %s" % first["best"], name, "≤ %.2f ×" % FIRST_TOKEN,
            "%.2f × (%.2f–%.2f)" % (first["ratio"]["median"], first["ratio"]["least"], first["ratio"]["most"]),
            first["ratio"]["median"] <= FIRST_TOKEN)
        peak = first["sides"]["ours"]["peak_bytes"]
        add("peak memory against the file", name, "≤ %.1f ×" % MEMORY,
            "%.2f ×" % (peak / first["file_bytes"]) if peak else "not told by the system",
            peak <= MEMORY * first["file_bytes"] if peak else None)
    return made
