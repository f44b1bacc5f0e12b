"""Draws the cases on which results are reported: so many of each reported project's latest edits.

    reported.py CASES reported.jsonl [EACH]

CASES holds what `housestyle cases --workspace DIR/reported/NAME --out CASES/NAME` wrote for each project.
"""

import json
import pathlib
import random
import sys

SEED = 7


def main():
    cases, out = map(pathlib.Path, sys.argv[1:3])
    each = int(sys.argv[3]) if len(sys.argv) > 3 else 24
    draw = random.Random(SEED)
    drawn = []
    for folder in sorted(path for path in cases.iterdir() if path.is_dir()):
        lines = (folder / "test.jsonl").read_text(encoding="utf-8").splitlines()
        draw.shuffle(lines)
        for number, line in enumerate(lines[:each]):
            drawn.append(json.dumps({**json.loads(line), "name": "%s-%d" % (folder.name, number)}))
    out.write_text("\n".join(drawn) + "\n", encoding="utf-8")
    print("%d cases" % len(drawn))


if __name__ == "__main__":
    main()
