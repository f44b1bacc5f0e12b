"""Their side of a typing session: llama.cpp's `llama-server`, spoken to over HTTP as an editor's plugin does."""

import http.client
import json
import socket
import subprocess
import tempfile
import time

from process import Failed, pin, reap, tail

PATIENCE = 300
CONTEXT = 4096
PREDICTED = 16
MARKERS = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")
# How a request can be made. `infill` is llama.vim's: the current line goes where the server puts it, which is before
# the text below; `--spm-infill` of the server puts the text below first. `raw` builds the prompt itself, with the
# current line behind the middle marker. `prefix` is all that a model without such markers can do.
STYLES = ("infill", "infill, --spm-infill", "raw", "prefix")


class Server:
    """A running llama-server with one slot."""

    def __init__(self, llama, model, threads, flash, spm=False):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = tempfile.TemporaryFile()
        self.peak = None
        command = [llama.program("llama-server"), "-m", model, "-t", str(threads), "-np", "1", "-c", str(CONTEXT),
                   "-fa", "on" if flash else "off", "--host", "127.0.0.1", "--port", str(self.port), "--no-ui"]
        command += ["--spm-infill"] if spm else []
        self.command = command
        try:
            self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT,
                                          preexec_fn=pin(threads))
        except OSError as error:
            raise Failed("%s: %s" % (command[0], error))
        self.wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def __enter__(self):
        try:
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until:
                if self.child.poll() is not None:
                    break
                try:
                    if self.send("GET", "/health")[0] == 200:
                        self.markers = all(len(self.tokens(marker)) == 1 for marker in MARKERS)
                        return self
                except (OSError, http.client.HTTPException):
                    self.wire.close()
                time.sleep(0.05)
            self.log.seek(0)
            raise Failed("llama-server did not start:\n" + tail(self.log.read().decode(errors="replace")))
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        self.wire.close()
        if self.child.returncode is None:
            self.child.terminate()
            self.peak = reap(self.child)
        self.log.close()

    def send(self, method, path, content=None):
        """Sends a request; returns the status and the body as JSON."""
        body = None if content is None else json.dumps(content).encode()
        self.wire.request(method, path, body, {"Content-Type": "application/json"})
        answer = self.wire.getresponse()
        return answer.status, json.loads(answer.read() or b"null")

    def tokens(self, text):
        """Returns the tokens of a text; markers in it count as such."""
        return self.send("POST", "/tokenize", {"content": text, "parse_special": True})[1]["tokens"]

    def suggest(self, style, above, head, below, to_line_end=False):
        """Asks for a suggestion; returns the milliseconds and the answer."""
        request = {"n_predict": PREDICTED, "cache_prompt": True, "stream": False, "temperature": 0,
                   "samplers": ["top_k"], "top_k": 1, "stop": ["\n"] if to_line_end else [],
                   "response_fields": ["content", "tokens_predicted", "tokens_evaluated", "timings"]}
        if style.startswith("infill"):
            path = "/infill"
            request.update(input_prefix=above, prompt=head, input_suffix=below, input_extra=[])
        else:
            path = "/completion"
            before, after, middle = MARKERS
            request["prompt"] = above + head if style == "prefix" else before + above + after + below + middle + head
        # The server closes what was idle for seconds; a new connection is made here, outside of what is timed.
        self.wire.close()
        self.wire.connect()
        began = time.perf_counter()
        status, answer = self.send("POST", path, request)
        took = (time.perf_counter() - began) * 1000
        if status != 200:
            raise Failed("llama-server %s: %d %s" % (path, status, answer))
        return took, answer
