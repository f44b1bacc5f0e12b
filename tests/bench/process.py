"""Starts programs, with what is to be known of them afterwards: time, peak memory, output."""

import os
import subprocess
import sys
import time


class Failed(Exception):
    """A step failed; the text says which, and what to do."""


def say(text):
    """Tells how far we are, on stderr."""
    print(text, file=sys.stderr, flush=True)


def pin(threads):
    """Returns what makes a child run on so many processors only, or None where the system cannot."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    allowed = sorted(os.sched_getaffinity(0))
    # Two threads of one core would share it: of each core its first comes first.
    chosen = sorted(allowed, key=lambda cpu: (siblings(cpu).index(cpu), cpu))[:threads]
    return lambda: os.sched_setaffinity(0, chosen)


def siblings(cpu):
    """Returns the processors which share a core with this one, itself included."""
    try:
        with open("/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list" % cpu, encoding="ascii") as file:
            ranges = [part.split("-") for part in file.read().strip().split(",")]
            return [number for part in ranges for number in range(int(part[0]), int(part[-1]) + 1)]
    except (OSError, ValueError):
        return [cpu]


def tail(text, lines=15):
    """Returns the last lines of a text, for a message."""
    return "\n".join(text.strip().splitlines()[-lines:])


def step(command, log, what, **more):
    """Runs a step of the set-up; what it says goes to the file `log`, and its end into the error."""
    say("-- %s" % what)
    with open(log, "a", encoding="utf-8") as file:
        file.write("\n$ %s\n" % " ".join(map(str, command)))
        file.flush()
        try:
            code = subprocess.run(list(map(str, command)), stdout=file, stderr=subprocess.STDOUT, **more).returncode
        except OSError as error:
            raise Failed("%s: %s: %s" % (what, command[0], error))
    if code != 0:
        with open(log, encoding="utf-8", errors="replace") as file:
            raise Failed("%s failed with %d; the end of %s:\n%s" % (what, code, log, tail(file.read())))


class Run:
    """A program that has ended."""

    def __init__(self, output, seconds, peak):
        self.output = output
        self.seconds = seconds
        self.peak = peak


def run(command, threads=None, env=None, cwd=None):
    """Runs a program to its end; returns what it printed, the seconds and the peak of its memory in bytes."""
    began = time.perf_counter()
    try:
        child = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=env, cwd=cwd, preexec_fn=pin(int(threads)) if threads else None)
    except OSError as error:
        raise Failed("%s: %s" % (command[0], error))
    try:
        output, errors = drain(child)
        peak = reap(child)
    except BaseException:
        child.kill()
        raise
    seconds = time.perf_counter() - began
    if child.returncode != 0:
        raise Failed("%s ended with %s:\n%s" % (
            " ".join(map(str, command)), child.returncode, tail(errors.decode(errors="replace"))))
    return Run(output.decode(errors="replace"), seconds, peak)


def drain(child):
    """Reads both outputs to their ends without waiting for the process itself."""
    import threading
    errors = []
    reader = threading.Thread(target=lambda: errors.append(child.stderr.read()))
    reader.start()
    output = child.stdout.read()
    reader.join()
    return output, errors[0]


def reap(child):
    """Waits for a child; returns the peak of its memory in bytes, or None where the system does not tell."""
    if not hasattr(os, "wait4"):
        child.wait()
        return None
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
    # Linux counts in KiB, macOS in bytes.
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
