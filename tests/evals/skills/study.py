#!/usr/bin/env python3
"""Prospective precision of mined skills: mined on the first 70 % of a history's commits, judged on the rest.

    python3 study.py HOUSESTYLE FOLDER OUT [--role reported] [--only NAME ...]

FOLDER is what histories/build.py made. Writes OUT/results.json and OUT/results.md, which names every proposal.
"""

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path

LATER = 0.3
# A skill counts as followed with this share of the later places.
FOLLOWED = 0.9


def mine(program, project, home):
    environment = dict(os.environ, HOUSESTYLE_HOME=home)
    command = [program, "--workspace", str(project), "skill", "mine", "--judge", str(LATER), "--json"]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


def row(project, proposal):
    candidate, judged = proposal["candidate"], proposal["judged"]
    places, followed = judged["places"], judged["followed"]
    share = followed / places if places else None
    return {
        "project": project,
        "skill": candidate["name"],
        "title": candidate["title"],
        "scope": candidate["file"]["scope"],
        "earlier_places": candidate["support"]["places"],
        "earlier_followed": candidate["support"]["followed"],
        "changed": candidate["support"]["changed"],
        "later_places": places,
        "later_followed": followed,
        "share": share,
        "interval": judged["interval"],
        "kept": None if share is None else share >= FOLLOWED,
    }


def percent(share):
    return "-" if share is None else f"{100 * share:.1f} %"


def page(role, projects, rows):
    told = [r for r in rows if r["kept"] is not None]
    kept = [r for r in told if r["kept"]]
    text = ["# Are mined skills kept later?", ""]
    text += [f"Projects: {role}. Mined on the first {100 * (1 - LATER):.0f} % of each history's releases, judged on the rest, by",
             "", "    python3 tests/evals/skills/study.py HOUSESTYLE FOLDER OUT", ""]
    text += [f"{len(rows)} proposals; {len(told)} apply somewhere later, and of these {len(kept)} "
             f"({percent(len(kept) / len(told) if told else None)}) are followed in at least {100 * FOLLOWED:.0f} % of the later",
             "places. A place is one that an edit adds, less those that stood in the lines which it replaces.", ""]
    text += ["| project | edits mined | looked at | proposed | kept later | not kept | nowhere later |", "|---|--:|--:|--:|--:|--:|--:|"]
    for name, result in projects.items():
        own = [r for r in rows if r["project"] == name]
        count = lambda value: sum(r["kept"] is value for r in own)
        text.append(f"| {name} | {result['edits'][0]} | {result['considered']} | {len(own)} | {count(True)} | {count(False)} | {count(None)} |")
    text += ["", "| project | skill | rule | where | earlier | later | 95 % | kept |", "|---|---|---|---|--:|--:|--:|---|"]
    for r in rows:
        scope = ", ".join(r["scope"].get("languages", []) + [f"`{path}`" for path in r["scope"].get("paths", [])])
        low, high = r["interval"]
        kept = {True: "yes", False: "**no**", None: "-"}[r["kept"]]
        later = f"{r['later_followed']} of {r['later_places']}"
        interval = f"{100 * low:.0f}-{100 * high:.0f}" if r["later_places"] else "-"
        text.append(f"| {r['project']} | {r['skill']} | {r['title']} | {scope} | {r['earlier_followed']} of {r['earlier_places']} | "
                    f"{later} | {interval} | {kept} |")
    return "\n".join(text) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--role", default="reported")
    parser.add_argument("--only", nargs="*")
    arguments = parser.parse_args()
    projects, rows = {}, []
    with tempfile.TemporaryDirectory() as home:
        for project in sorted((arguments.folder / arguments.role).iterdir()):
            if arguments.only and project.name not in arguments.only:
                continue
            result = mine(arguments.program, project, home)
            if result is None:
                print(f"{project.name}: nothing was mined")
                continue
            projects[project.name] = result
            rows += [row(project.name, proposal) for proposal in result["proposed"]]
            print(f"{project.name}: {len(result['proposed'])} proposed of {result['considered']}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    facts = {"role": arguments.role, "rows": rows,
             "projects": {name: {key: result[key] for key in ("commits", "edits", "considered", "dropped")}
                          for name, result in projects.items()}}
    (arguments.out / "results.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
    (arguments.out / "results.md").write_text(page(arguments.role, projects, rows))


if __name__ == "__main__":
    main()
