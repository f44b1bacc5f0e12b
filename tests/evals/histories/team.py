"""Measures what a team's phrases and adapter are worth beside the starter, on each project's latest edits.

    team.py CASES OUT [--binary FILE] [--each N] [--edits N] [--only NAME ...] [--adapters DIR]

CASES holds what `housestyle cases --workspace DIR/reported/NAME --out CASES/NAME` wrote for each project. What came before
the tests is learned (`housestyle learn`), and N of the tests are run by every arm (`housestyle eval`). With --adapters,
NAME.safetensors there are measured instead of training anew, and FOREIGN.safetensors, if there, as the foreign control.
OUT gets NAME.json for each project, which is not measured again while it is there, and team.md. HOUSESTYLE_HOME says where
the models are; state goes to OUT/home.
"""

import argparse
import json
import os
import pathlib
import random
import subprocess

SEED = 7
ARMS = ("starter", "phrases", "adapter", "all")
# What an arm is, where its name does not say: `phrases` is beside the bare model, `all` beside the team's adapter.
TOLD = {"phrases": "phrases, without the starter", "adapter": "team's adapter", "all": "team's adapter and phrases"}


def main():
    usage = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    usage.add_argument("cases", type=pathlib.Path)
    usage.add_argument("out", type=pathlib.Path)
    usage.add_argument("--binary", default="target/release/housestyle")
    usage.add_argument("--each", type=int, default=24)
    usage.add_argument("--edits", type=int, default=160)
    usage.add_argument("--only", nargs="*")
    usage.add_argument("--adapters", type=pathlib.Path)
    asked = usage.parse_args()
    names = sorted(path.name for path in asked.cases.iterdir() if path.is_dir())
    draw = random.Random(SEED)
    for name in names:
        lines = (asked.cases / name / "test.jsonl").read_text(encoding="utf-8").splitlines()
        draw.shuffle(lines)  # for every project, so that a part of them gets the same cases
        result = asked.out / (name + ".json")
        if result.exists() or (asked.only and name not in asked.only):
            continue
        result.parent.mkdir(parents=True, exist_ok=True)
        result.write_text(json.dumps(measure(asked, name, lines[: asked.each]), indent=1), encoding="utf-8")
    (asked.out / "team.md").write_text(page(asked.out), encoding="utf-8")


def measure(asked, name, tests):
    """Learns what came before, and returns what `eval` says of every arm, with the foreign control as an arm of its own."""
    work = asked.out.resolve() / "work" / name
    work.mkdir(parents=True, exist_ok=True)
    folder = asked.cases.resolve() / name
    earlier = "".join((folder / part).read_text(encoding="utf-8") for part in ("train.jsonl", "tune.jsonl"))
    (work / "earlier.jsonl").write_text(earlier, encoding="utf-8")
    (work / "tests.jsonl").write_text("\n".join(tests) + "\n", encoding="utf-8")
    home = asked.out.resolve() / "home"
    home.mkdir(exist_ok=True)
    models = pathlib.Path(os.environ["HOUSESTYLE_HOME"]).resolve() / "models"
    if not (home / "models").exists():
        (home / "models").symlink_to(models, target_is_directory=True)
    binary = str(pathlib.Path(asked.binary).resolve())

    def run(*arguments):
        done = subprocess.run([binary, "--offline", "--json", *map(str, arguments)], cwd=work, check=True,
                              stdout=subprocess.PIPE, env=dict(os.environ, HOUSESTYLE_HOME=str(home)))
        return json.loads(done.stdout)

    made = asked.adapters and asked.adapters.resolve() / (name + ".safetensors")
    foreign = asked.adapters and asked.adapters.resolve() / "FOREIGN.safetensors"
    if made and made.exists():
        learned = {"phrases": run("learn", "--from", "earlier.jsonl", "--only", "phrases")["phrases"]}
        adapter = run("adapter", "import", made)["id"]
    else:
        # The foreign control of the gate would take as long again, and is measured below.
        control = ["--control", "none"] if foreign and foreign.exists() else []
        learned = run("learn", "--from", "earlier.jsonl", "--edits", asked.edits, "--budget", "30m", *control)
        adapter = learned["adapter"]["version"]["id"]
    found = run("eval", "--cases", "tests.jsonl", "--arm", "base," + ",".join(ARMS), "--adapter", adapter)
    found["learned"] = learned
    if foreign and foreign.exists():
        control = run("adapter", "import", foreign)["id"]
        control = run("eval", "--cases", "tests.jsonl", "--arm", "starter,adapter", "--adapter", control)
        found["foreign"] = {"arm": control["arms"][1], "paired": control["paired"][0]}
    return found


def page(out):
    """Returns the table of all results that are there."""
    lines = ["| project | cases | arm | nats a token | against the starter (95 %) | first line right |", "|---|--:|---|--:|--:|--:|"]
    for path in sorted(out.glob("*.json")):
        # A pair of phrases with the starter would compare two things at once.
        found = json.loads(path.read_text(encoding="utf-8"))
        pairs = {pair["arm"]: pair for pair in found["paired"]
                 if pair["against"] == "starter" and pair["arm"] != "phrases"}
        arms = [(arm["arm"], arm, pairs.get(arm["arm"])) for arm in found["arms"]]
        if "foreign" in found:
            arms.append(("another project's adapter", found["foreign"]["arm"], found["foreign"]["paired"]))
        starter = next(arm["nll_per_token"] for arm in found["arms"] if arm["arm"] == "starter")
        for name, arm, pair in arms:
            against = ""
            if pair:
                change = pair["nll_per_token"]
                share = [100 * value / starter for value in (change["diff"], *change["ci95"])]
                against = "%+.1f %% (%+.1f to %+.1f)" % tuple(share)
            lines.append("| %s | %d | %s | %.3f | %s | %.1f %% |" % (
                path.stem, found["cases"], TOLD.get(name, name), arm["nll_per_token"], against, 100 * arm["first_line_exact"]))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
