"""What the log costs: the same requests with each level, in turn, answered by a script in place of a model.

    log.py BINARY [--requests N] [--rounds N]

Every request follows a key that the last suggestion does not foresee, so that a job is queued and run for each. The figure
is the median, over the rounds, of the server's processor time for a request, and its difference from a server without a log."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

from process import reap

LEVELS = ("off", "info", "debug", "trace")


def send(child, message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    child.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    child.stdin.flush()


def answer(child, number):
    """Returns the answer to a request; what else comes is dropped."""
    while True:
        length = None
        while (line := child.stdout.readline()) not in (b"\r\n", b"\n"):
            if not line:
                raise SystemExit("housestyle serve ended early")
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        message = json.loads(child.stdout.read(length))
        if message.get("id") == number and "method" not in message:
            return message


def session(binary, level, requests):
    """Returns the processor seconds of one server, and the bytes of its log."""
    with tempfile.TemporaryDirectory(prefix="housestyle-bench-") as folder:
        script = pathlib.Path(folder, "script.jsonl")
        script.write_text(json.dumps({"text": "let value = compute(items);"}), encoding="utf-8")
        log = pathlib.Path(folder, "bench.log")
        env = {**os.environ, "HOUSESTYLE_HOME": folder, "HOUSESTYLE_LOG": level}
        child = subprocess.Popen([binary, "serve", "--backend", "script:%s" % script, "--log", log],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                 cwd=folder, env=env)
        uri = pathlib.Path(folder, "a.rs").as_uri()
        send(child, {"id": 0, "method": "initialize", "params": {"capabilities": {}, "initializationOptions": {
            "debounceMs": 0}}})
        answer(child, 0)
        send(child, {"method": "initialized", "params": {}})
        send(child, {"method": "textDocument/didOpen", "params": {"textDocument": {
            "uri": uri, "languageId": "rust", "version": 1, "text": "fn f() {\n    \n}\n"}}})
        for number in range(1, requests + 1):
            place = {"line": 1, "character": 4}
            end = {"line": 1, "character": 4 if number == 1 else 6}
            send(child, {"method": "textDocument/didChange", "params": {
                "textDocument": {"uri": uri, "version": number + 1},
                "contentChanges": [{"range": {"start": place, "end": end}, "text": "yz"[number % 2] + " "}]}})
            send(child, {"id": number, "method": "textDocument/inlineCompletion", "params": {
                "textDocument": {"uri": uri}, "position": {"line": 1, "character": 6},
                "context": {"triggerKind": 2}}})
            answer(child, number)
        before = os.times()
        child.stdin.close()
        reap(child)
        after = os.times()
        used = after.children_user + after.children_system - before.children_user - before.children_system
        files = (log, log.with_name(log.name + ".1"))
        return used, sum(file.stat().st_size for file in files if file.exists())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    used = {level: [] for level in LEVELS}
    for _ in range(args.rounds):
        for level in LEVELS:
            seconds, size = session(args.binary, level, args.requests)
            used[level].append((seconds / args.requests * 1e6, size / args.requests))
    base = statistics.median(seconds for seconds, _ in used["off"])
    print("%d requests a server, medians of %d rounds" % (args.requests, args.rounds))
    for level, rounds in used.items():
        micros = statistics.median(seconds for seconds, _ in rounds)
        size = statistics.median(size for _, size in rounds)
        print("%-6s %7.1f us a request  %+7.1f us  %6.0f bytes" % (level, micros, micros - base, size))


if __name__ == "__main__":
    main()
