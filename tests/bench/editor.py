"""Our side of a typing session: `housestyle serve`, spoken to over its pipes as an editor does."""

import json
import os
import pathlib
import queue
import shutil
import subprocess
import tempfile
import threading
import time

from ours import by_name
from process import Failed, pin, reap

PATIENCE = 300
# Limits of typing would cut a suggestion on a slow machine, and silence would hide what was computed.
UNHURRIED = {"timeBudgetMs": 60000, "deadlineMs": 120000, "minLogprob": -100}


class Editor:
    """A running server. Its state and workspace are a temporary folder of its own."""

    def __init__(self, binary, model, settings, threads):
        self.folder = tempfile.mkdtemp(prefix="housestyle-bench-")
        workspace = os.path.join(self.folder, "work")
        os.mkdir(workspace)
        with open(os.path.join(workspace, "housestyle.toml"), "w", encoding="utf-8") as file:
            file.writelines("%s = %s\n" % (name, json.dumps(value)) for name, value in {**UNHURRIED, **settings}.items())
        self.root = pathlib.Path(workspace).resolve().as_uri()
        self.peak = None
        self.inbox = queue.Queue()
        self.number = 0
        self.versions = {}
        self.errors = open(os.path.join(self.folder, "stderr"), "w+", encoding="utf-8")
        name, env = by_name(model, self.folder)
        try:
            self.child = subprocess.Popen(
                [binary, "--model", name, "--offline", "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=self.errors, cwd=workspace, env=env, preexec_fn=pin(threads))
        except OSError as error:
            raise Failed("%s: %s" % (binary, error))
        threading.Thread(target=self.listen, daemon=True).start()

    def __enter__(self):
        try:
            self.ask("initialize", {"processId": os.getpid(), "rootUri": self.root, "capabilities": {},
                                    "workspaceFolders": [{"uri": self.root, "name": "work"}]})
            self.tell("initialized", {})
            while True:
                message = self.take()[1]
                state = message.get("params", {}).get("state") if message.get("method") == "housestyle/status" else None
                if state == "error":
                    raise Failed("housestyle serve: %s" % message["params"].get("message"))
                if state == "ready":
                    return self
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        if self.child.returncode is None:
            last = threading.Timer(10, self.child.kill)
            last.start()
            try:
                self.child.stdin.close()
            except OSError:
                pass # it is gone already
            self.peak = reap(self.child)
            last.cancel()
        self.errors.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def listen(self):
        """Reads messages, each with the moment of its last byte."""
        output = self.child.stdout
        while True:
            length = None
            while True:
                line = output.readline()
                if not line:
                    return self.inbox.put((time.perf_counter(), None))
                if line in (b"\r\n", b"\n"):
                    break
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            body = output.read(length or 0)
            self.inbox.put((time.perf_counter(), json.loads(body)))

    def send(self, *messages):
        """Sends messages in one write."""
        frames = b""
        for message in messages:
            body = json.dumps(dict(message, jsonrpc="2.0")).encode()
            frames += b"Content-Length: %d\r\n\r\n" % len(body) + body
        self.child.stdin.write(frames)
        self.child.stdin.flush()

    def take(self):
        """Returns the next message with its moment; what the server asks of an editor is answered with nothing."""
        try:
            moment, message = self.inbox.get(timeout=PATIENCE)
        except queue.Empty:
            raise Failed("housestyle serve said nothing for %d s" % PATIENCE)
        if message is None:
            self.errors.seek(0)
            raise Failed("housestyle serve ended early: " + self.errors.read()[-2000:])
        if "method" in message and "id" in message:
            asked = message["params"].get("items", []) if message["method"] == "workspace/configuration" else None
            self.send({"id": message["id"], "result": None if asked is None else [None] * len(asked)})
        return moment, message

    def answer(self, number):
        """Waits for the answer to a request; returns its moment and its result."""
        while True:
            moment, message = self.take()
            if message.get("id") == number and "method" not in message:
                if "error" in message:
                    raise Failed("housestyle serve: %s" % message["error"])
                return moment, message.get("result")

    def ask(self, method, params):
        """Sends a request and returns its result."""
        self.number += 1
        self.send({"id": self.number, "method": method, "params": params})
        return self.answer(self.number)[1]

    def tell(self, method, params):
        """Sends a notification."""
        self.send({"method": method, "params": params})

    def open(self, name, text):
        """Opens a document; returns the messages that do so."""
        uri = self.root + "/" + name
        self.versions[uri] = 1
        return uri, {"method": "textDocument/didOpen", "params": {"textDocument": {
            "uri": uri, "languageId": "python", "version": 1, "text": text}}}

    def insert(self, uri, line, column, text):
        """Returns the message by which text was typed at a place."""
        self.versions[uri] += 1
        at = {"line": line, "character": column}
        return {"method": "textDocument/didChange", "params": {
            "textDocument": {"uri": uri, "version": self.versions[uri]},
            "contentChanges": [{"range": {"start": at, "end": at}, "text": text}]}}

    def suggest(self, change, uri, line, column):
        """Sends a change and asks for ghost text; returns the milliseconds and the text, or None."""
        self.number += 1
        began = time.perf_counter()
        self.send(change, {"id": self.number, "method": "textDocument/inlineCompletion", "params": {
            "textDocument": {"uri": uri}, "position": {"line": line, "character": column},
            "context": {"triggerKind": 2}}})
        moment, result = self.answer(self.number)
        items = (result or {}).get("items", [])
        return (moment - began) * 1000, items[0]["insertText"] if items else None

    def records(self):
        """Ends the server and returns what it wrote down of each request, in order."""
        if self.child.returncode is None:
            self.ask("shutdown", None)
            self.tell("exit", None)
            self.peak = reap(self.child)
        found = []
        for path in pathlib.Path(self.folder, "home").rglob("*.jsonl"):
            with open(path, encoding="utf-8") as file:
                found += [json.loads(line) for line in file]
        return [line for line in found if line.get("kind") == "request"]
