"""Prompts for greedy continuations: code, prose, fill-in-the-middle, long, short and repeated text.

A prompt is a list of parts: a plain `str` is tokenised without special tokens, a one-element tuple names
a special token. Prompts that name a token the model lacks are left out.
"""

PREFIX, SUFFIX, MIDDLE = ("<|fim_prefix|>",), ("<|fim_suffix|>",), ("<|fim_middle|>",)

RUST = """use std::collections::HashMap;

/// Counts how often each word occurs.
pub fn count_words(text: &str) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for word in text.split_whitespace() {
"""

PYTHON = '''def mean(values):
    """Return the arithmetic mean of a sequence of numbers.

    Raises ValueError if the sequence is empty.
    """
'''

TYPESCRIPT = """interface User {
  id: string;
  name: string;
  email: string;
}

export function findByEmail(users: User[], email: string): User | undefined {
  return"""

GO = """package store

import "errors"

var ErrNotFound = errors.New("not found")

func (s *Store) Get(key string) (string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
"""

C = """#include <stddef.h>

/* Returns the number of bytes before the terminating zero. */
size_t length(const char *text) {
    size_t n = 0;
    while ("""

JAVA = """public final class Point {
    private final int x;
    private final int y;

    public Point(int x, int y) {
        this.x = x;
"""

LUA = """local M = {}

function M.map(list, f)
  local out = {}
  for i, v in ipairs(list) do
"""

SHELL = """#!/bin/sh
set -eu

usage() {
    echo "usage: $0 FILE..." >&2
    exit 2
}

if [ $# -eq 0 ]; then
"""

SQL = "SELECT name, COUNT(*) FROM orders WHERE created_at >= '2024-01-01' GROUP BY"
TOML = '[package]\nname = "example"\nversion = "0.1.0"\nedition = '
YAML = "services:\n  web:\n    image: nginx:latest\n    ports:\n      - \"80:80\"\n  db:\n    image: postgres:16\n    ports:\n      - "
JSON = '{"id": 1, "name": "first", "tags": ["a", "b"]}\n{"id": 2, "name": "second", "tags": ['
HTML = "<ul>\n  <li>One</li>\n  <li>Two</li>\n  <li>"
MARKDOWN = "# Installing\n\n1. Download the archive.\n2. Unpack it.\n3. "
PROSE = "The capital of France is Paris. The capital of Italy is Rome. The capital of Spain is"
STORY = "Once upon a time, in a small village by the sea, there lived an old fisherman who"
GERMAN = "Die Hauptstadt von Deutschland ist Berlin, und die Hauptstadt von Österreich ist"
CHINESE = "中国的首都是北京，日本的首都是"
EMOJI = "🎉 Release notes 🎉\n\n- ✨ New: dark mode\n- 🐛 Fixed: crash on start\n- "
COUNTING = "1, 2, 3, 4, 5, 6, 7, 8,"
CRLF = "name,age\r\nAda,36\r\nAlan,41\r\nGrace,"
REPEATED = "the same words again and " * 24
SPACES = "    " * 8



def operations(names):
    """Returns a Rust module that repeats one function with variations, up to the start of one more."""
    return "//! Arithmetic on pairs.\n\n" + "".join(
        f"/// Applies `{name}` to both numbers, or tells which of the two was out of range.\n"
        f"pub fn checked_{name}(left: i64, right: i64) -> Result<i64, RangeError> {{\n"
        f"    check(left, \"left\")?;\n    check(right, \"right\")?;\n    Ok(left.wrapping_{name}(right))\n}}\n\n"
        for name in names
    ) + "/// Applies `nand`"


LONG = operations(["add", "sub", "mul", "div", "min", "max", "pow", "rem"])
LONGER = operations(f"{verb}_{kind}" for verb in ["add", "sub", "mul", "div", "min"] for kind in ["low", "high", "even"])

PROMPTS = [
    ("rust-loop-body", [RUST]), ("python-docstring", [PYTHON]), ("typescript-return", [TYPESCRIPT]), ("go-lock", [GO]),
    ("c-while", [C]), ("java-constructor", [JAVA]), ("lua-map", [LUA]), ("shell-usage", [SHELL]), ("sql-group", [SQL]),
    ("toml-edition", [TOML]), ("yaml-ports", [YAML]), ("json-lines", [JSON]), ("html-list", [HTML]),
    ("markdown-steps", [MARKDOWN]), ("prose-capitals", [PROSE]), ("prose-story", [STORY]), ("prose-german", [GERMAN]),
    ("prose-chinese", [CHINESE]), ("emoji-list", [EMOJI]), ("counting", [COUNTING]), ("crlf-csv", [CRLF]),
    ("repeated-text", [REPEATED]), ("spaces-only", [SPACES]), ("long-rust", [LONG]), ("longer-rust", [LONGER]),
    ("single-token-the", ["The"]), ("single-token-brace", ["{"]), ("single-token-newline", ["\n"]), ("end-of-text-only", [("<|endoftext|>",)]),
    ("chat", [("<|im_start|>",), "user\nSay hello in French.", ("<|im_end|>",), "\n", ("<|im_start|>",), "assistant\n"]),
    ("fim-rust-call", [PREFIX, RUST + "        *counts.", SUFFIX, ".or_insert(0) += 1;\n    }\n    counts\n}\n", MIDDLE]),
    ("fim-python-body", [PREFIX, PYTHON + "    if not values:\n        ", SUFFIX, "\n    return sum(values) / len(values)\n", MIDDLE]),
    ("fim-go-map", [PREFIX, GO + "\tvalue, ok := ", SUFFIX, "\n\tif !ok {\n\t\treturn \"\", ErrNotFound\n\t}\n\treturn value, nil\n}\n", MIDDLE]),
    ("fim-typescript-lambda", [PREFIX, TYPESCRIPT + " users.find((", SUFFIX, ");\n}\n", MIDDLE]),
    ("fim-c-condition", [PREFIX, C, SUFFIX, ") {\n        n++;\n    }\n    return n;\n}\n", MIDDLE]),
    ("fim-line-after-middle", [PREFIX, RUST, SUFFIX, "\n    }\n    counts\n}\n", MIDDLE, "        *counts.entry("]),
    ("fim-empty-suffix", [PREFIX, "def add(a, b):\n    return", SUFFIX, MIDDLE]),
    ("fim-empty-prefix", [PREFIX, SUFFIX, "\n\nif __name__ == \"__main__\":\n    main()\n", MIDDLE]),
    ("fim-markdown", [PREFIX, MARKDOWN, SUFFIX, "\n4. Start the program.\n", MIDDLE]),
    ("fim-repository", [("<|repo_name|>",), "example/store\n", ("<|file_sep|>",), "store/errors.go\npackage store\n\nvar ErrClosed = errors.New(\"closed\")\n", ("<|file_sep|>",), "store/get.go\n", PREFIX, "package store\n\nfunc (s *Store) check() error {\n\tif s.closed {\n\t\treturn ", SUFFIX, "\n\t}\n\treturn nil\n}\n", MIDDLE]),
]
