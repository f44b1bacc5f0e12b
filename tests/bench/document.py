"""The documents that are typed into: real modules of Python's own library, about 1,500 tokens each, with one line missing.

They are taken from the machine and not committed; results name them with their digests."""

import ast
import hashlib
import os
import platform
import sysconfig

from process import Failed

KEYS = 30
# In order of preference: what lies within the size below in the installed version is taken.
MODULES = ("asyncio/runners.py", "netrc.py", "multiprocessing/sharedctypes.py", "pty.py", "fnmatch.py", "sched.py")
SMALLEST, LARGEST = 5500, 7500
# The missing line goes on after the keys, so that there is something left to suggest.
LINE = 55
# Further modules, for switching between documents.
OTHERS = ("linecache.py", "sched.py", "reprlib.py", "fnmatch.py", "getpass.py", "quopri.py", "codeop.py", "shelve.py")


class Document:
    """Text around a hole at the end of an indentation, and what is typed into the hole."""

    def __init__(self, name, text, number):
        lines = text.splitlines(keepends=True)
        whole = lines[number - 1].rstrip("\r\n")
        self.name = name
        self.digest = hashlib.sha256(text.encode()).hexdigest()
        self.line = number - 1
        self.indent = whole[: len(whole) - len(whole.lstrip())]
        self.typed = whole.lstrip()[:KEYS]
        self.above = "".join(lines[: number - 1])
        self.below = "\n" + "".join(lines[number:])

    def text(self):
        """Returns the document before the first key."""
        return self.above + self.indent + self.below

    def about(self):
        """Returns what a result says of it."""
        return {"module": self.name, "python": platform.python_version(), "sha256": self.digest, "line": self.line + 1,
                "bytes": len(self.text()), "typed": self.typed}


def read(name):
    """Returns a module's text, or nothing where it is not to be had."""
    try:
        with open(os.path.join(sysconfig.get_path("stdlib"), name), encoding="utf-8", newline="") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return ""


def hole(text):
    """Returns the number of the line to leave out: long, whole, in a function, nearest to the middle; or None."""
    lines = text.splitlines()
    found = set()
    for function in ast.walk(ast.parse(text)):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for part in ast.walk(function):
                if isinstance(part, (ast.Assign, ast.Return, ast.Raise)) and part.lineno == part.end_lineno:
                    if len(lines[part.lineno - 1].strip()) >= LINE:
                        found.add(part.lineno)
    return min(found, key=lambda number: (abs(number - len(lines) / 2), number), default=None)


def sessions(count):
    """Returns the documents of as many typing sessions, or as many as there are."""
    found = []
    for name in MODULES:
        text = read(name)
        number = hole(text) if SMALLEST <= len(text) <= LARGEST else None
        if number and len(found) < count:
            found.append(Document(name, text, number))
    if not found:
        raise Failed("this Python has none of the modules that are typed into: " + ", ".join(MODULES))
    return found


def several(count):
    """Returns so many documents, those of the sessions first, or as many as there are."""
    found = sessions(count)
    for name in OTHERS:
        text = read(name)
        number = longest(text, len(text.splitlines()) // 2) if name not in [one.name for one in found] else None
        if number and len(found) < count:
            found.append(Document(name, text, number))
    return found


def longest(text, middle):
    """Returns the number of the longest indented line of code within ten lines of the middle, or None."""
    lines = text.splitlines()
    near = [n for n in range(max(0, middle - 10), min(len(lines), middle + 10))
            if lines[n].startswith("    ") and not lines[n].lstrip().startswith(("#", '"', "'"))]
    return max(near, key=lambda n: len(lines[n].strip()), default=-1) + 1 or None
