"""Tests of the arithmetic and the pages of the measurement; needs no model, no compiler and no network.

usage: python3 tests/bench/check.py"""

import os
import struct
import sys
import tempfile
import unittest
import xml.etree.ElementTree

sys.dont_write_bytecode = True

import document
import gguf
import goals
import llama
import machine
import plot
import report
import speed
from typing_session import compared, figures, percentile


def key(ms, asked=True, generated=16):
    return {"ms": ms, "asked": asked, "reused": not asked, "generated": generated}


def a_session(ours, theirs):
    return {"to_line_end": False, "keys": {"ours": [key(900)] + ours, "shipped": [key(1800)] + theirs}}


class Numbers(unittest.TestCase):
    def test_percentiles_are_by_nearest_rank(self):
        values = list(range(1, 31))
        self.assertEqual([percentile(values, share) for share in (0.5, 0.95, 1)], [15, 29, 30])
        self.assertEqual([percentile([7], 0.95), percentile([], 0.5)], [7, None])

    def test_ratios_are_taken_within_a_round(self):
        # The machine became half as fast in the second round: that is no spread of the ratio.
        found = speed.summary({"ours": [100, 50, 90], "shipped": [50, 25, 50]})
        self.assertEqual(found["ratio"]["shipped"], {"median": 2, "least": 1.8, "most": 2})
        self.assertEqual(compared([[10, 20], [30, 40]])["ratio"], 0.625)
        self.assertIsNone(compared([]))

    def test_only_keys_that_asked_the_model_are_compared(self):
        one = a_session([key(40), key(0.5, asked=False), key(60)], [key(100), key(110), key(200)])
        found = figures([one], "ours", "shipped")
        self.assertEqual((found["keys"], found["keys_asked"], found["typed_through"]["keys"]), (3, 2, 1))
        self.assertEqual(found["rows"]["p50"]["ratio"], 0.4)
        self.assertEqual(found["rows"]["p95"]["ratio"], 0.3)
        self.assertEqual(found["rows"]["cold"]["ratio"], 0.5)
        self.assertEqual(found["rows"]["p95, all keys"]["ours_ms"], 60)
        self.assertEqual(found["typed_through"]["p95_ms"], 0.5)

    def test_a_session_without_a_call_of_the_model_has_no_ratio(self):
        found = figures([a_session([key(1, asked=False)], [key(100)])], "ours", "shipped")
        self.assertIsNone(found["rows"]["p50"])
        self.assertEqual(found["rows"]["p50, all keys"]["ratio"], 0.01)


class Files(unittest.TestCase):
    def test_the_bytes_of_a_file_are_counted(self):
        def text(value):
            return struct.pack("<Q", len(value)) + value
        head = b"GGUF" + struct.pack("<IQQ", 3, 3, 2)
        head += text(b"name") + struct.pack("<I", 8) + text(b"tiny")
        head += text(b"list") + struct.pack("<IIQ", 9, 8, 2) + text(b"a") + text(b"bc")
        for name, rows, kind in ((b"token_embd.weight", 4, 2), (b"output.weight", 4, 8), (b"norm", 1, 0)):
            head += text(name) + struct.pack("<IQQIQ", 2, 32, rows, kind, 0)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "tiny.gguf")
            with open(path, "wb") as file:
                file.write(head)
            self.assertEqual(gguf.tensors(path)["token_embd.weight"], ("q4_0", 72))
            self.assertEqual(gguf.head(path), ("output.weight", "q8_0"))
            self.assertEqual(gguf.bytes_a_token(path), 4 * 34 + 128) # the table is only looked up
            with open(path, "wb") as file:
                file.write(b"not a model, but long enough")
            self.assertRaises(ValueError, gguf.tensors, path)

    def test_the_missing_line_is_long_and_in_the_middle_of_a_function(self):
        line = "    value = compute_something(with_many, arguments, that_are_long, enough)\n"
        text = "A = 1\n" * 4 + line.lstrip() + "def f():\n    x = 1\n" + line + "    return x\n"
        self.assertEqual(document.hole(text), 8)
        made = document.Document("m.py", text, 8)
        self.assertEqual(len(made.typed), document.KEYS)
        self.assertTrue(made.text().startswith(made.above + "    \n    return x"))
        self.assertIsNone(document.hole("x = 1\n"))

    def test_a_kind_of_machine_names_no_host(self):
        found = {"processor": "AMD EPYC(TM) 9B45", "cores": 2, "features": ["avx2", "avx512_vnni"]}
        self.assertEqual(machine.kind(found), "amd-epyc-tm-9b45-2-cores-avx512-vnni")


class Pages(unittest.TestCase):
    def test_plots_are_svg_on_both_grounds(self):
        made = [plot.lines("Title <1>", "s", "x", {"a": [(1, 2.0), (8, 0.5)], "b & c": [(1, 1)]}),
                plot.bars("T", "s", ["g", "h"], {"a": [1, 2], "b": [3, 0.4]})]
        for text in made:
            self.assertEqual(xml.etree.ElementTree.fromstring(text).tag, "{http://www.w3.org/2000/svg}svg")
            self.assertIn("prefers-color-scheme:dark", text)

    def test_axes_have_round_numbers(self):
        self.assertEqual(plot.steps(9), [0, 2, 4, 6, 8, 10])
        self.assertEqual(plot.steps(100), [0, 20, 40, 60, 80, 100])
        self.assertEqual(plot.steps(0), [0, 1])

    def test_a_missed_goal_says_so(self):
        result = a_result()
        rows = {row[0]: row for row in goals.rows(result)}
        self.assertEqual(rows["decode 0 against llama.cpp, same file"][2:], ("≥ 2.00 ×", "2.00 × (2.00–2.00)", "reached"))
        self.assertEqual(rows["prefill 512 against llama.cpp, its Q4_0"][4], "**missed**")
        self.assertEqual(rows["decode 0 against memory (bandwidth ÷ bytes a token)"][3:], ("50 %", "**missed**"))
        self.assertEqual(rows["typed-through key, p95"][3:], ("0.50 ms (1 keys)", "reached"))
        self.assertEqual(rows["peak memory against the file"][3:], ("1.20 ×", "reached"))

    def test_a_page_is_made_of_a_result(self):
        with tempfile.TemporaryDirectory() as folder:
            page = report.write(folder, "kind", a_result())
            with open(page, encoding="utf-8") as file:
                text = file.read()
            self.assertEqual(sorted(os.listdir(folder)), ["README.md", "kind", "kind.json", "kind.md"])
            for name in os.listdir(os.path.join(folder, "kind")):
                self.assertIn("(kind/%s)" % name, text)
            self.assertIn("**missed**", text)


def a_result():
    """Returns a result with made-up figures: ours at 100, llama.cpp at 50 and with Q4_0 at 100 tokens a second."""
    tests = [speed.label(test) for test in speed.TESTS]
    figure = speed.summary({"ours": [100.0], "shipped": [50.0], "q4_0": [100.0]})
    one = a_session([key(40), key(0.5, asked=False)], [key(100), key(100)])
    one["keys"].update({"ours as installed": one["keys"]["ours"], "q4_0": one["keys"]["shipped"]})
    compare = {"%s / %s / %s" % (mine, side, until): figures([one], mine, side)
               for mine in ("ours", "ours as installed") for side in ("shipped", "q4_0") for until in ("tokens", "line")}
    start = {"seconds": 1.0, "peak_bytes": 120}
    about = {"module": "a/b.py", "python": "3", "sha256": "0" * 64, "line": 3, "bytes": 9, "typed": "x" * 30}
    model = {
        "bytes_a_token": {"shipped": 10, "q4_0": 9}, "speed": {"2": dict.fromkeys(tests, figure)},
        "flash": {"2": {side: dict.fromkeys(tests, {"flash": True}) for side in ("shipped", "q4_0")}},
        "first_token": {"sides": {"ours": start, "llama.cpp": start}, "best": "llama.cpp", "file_bytes": 100,
                        "ratio": {"median": 1.0, "least": 1.0, "most": 1.0}},
        "typing": {"documents": [about], "sessions": [{"peak_bytes": {"ours": 2e6, "shipped": None}}], "compare": compare, "scout": {"best": "raw", "styles": {"raw": {
            "p50_ms": 1.0, "cold_ms": 2.0, "evaluated_p50": 1}}}},
        "documents": {side: {"1": {"p50_ms": 5.0}, "2": {"p50_ms": 9.0}} for side in ("ours", "llama.cpp")},
    }
    return {
        "quick": False, "date": "2026-01-01", "housestyle": "0", "disturbed": None, "models": {goals.SMALL: model},
        "machine": {"processor": "P", "family": "", "cores": 2, "architecture": "x", "caches": {"L2": "1 KiB"}, "features": ["avx2"]},
        "bandwidth": {"buffer_mib": 1, "gb_per_second": {"2": {"median": 2e-6, "best": 2e-6}}},
        "llama.cpp": {"package": llama.PACKAGE, "version": llama.VERSION, "sha256": "0" * 64, "commit": None, "compiler": "cc",
                      "flags": ["-DX"], "processor_flags": "-O3"},
    }


if __name__ == "__main__":
    made = unittest.main(exit=False).result
    lost = len(made.failures) + len(made.errors)
    print("%d passed, %d failed" % (made.testsRun - lost, lost))
    sys.exit(lost > 0)
