"""Servers that speak HTTP on this machine, as contenders: mlx-lm's and llama.cpp's."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.contenders import ANSWER_S, MOST_TOKENS, Asked, Base
from tests.running import Message
from whisperad.prompt import PREFIX, SUFFIX, render
from whisperad.utterance import normalise
from whisperad.vocabulary import Vocabulary

HOST = "127.0.0.1"
START_S = 60.0
LLAMA = "llama-server"
CONVERTER = Path(__file__).with_name("gguf_file.py")
# An object of strings: what such a server is usually told to answer with.
GRAMMAR = r"""
root ::= "{\"action\":\"" word "\"" ( ",\"" word "\":\"" [^"\\]* "\"" )* "}"
word ::= [a-z_]+
"""


class NotHere(Exception):
    """Raise when a contender cannot be had on this machine."""


@contextmanager
def mlx_server(folder: Path, base: Base) -> Iterator[Asked]:
    """Have `mlx_lm.server` answer, as it comes, but with our BLAS."""
    port = free_port()
    argv = [sys.executable, "-m", "mlx_lm", "server", "--model", str(folder)]
    argv += ["--host", HOST, "--port", str(port), "--log-level", "ERROR"]
    environ = base.environ()
    if sys.platform == "linux":
        environ["LD_PRELOAD"] = os.environ.get("WHISPERA_BLAS", "libopenblas.so.0")
    fields = {"max_tokens": MOST_TOKENS, "temperature": 0.0}
    with _served(argv, environ, port):
        yield _asker(port, "/v1/completions", fields, _rendered)


@contextmanager
def llama_server(folder: Path, base: Base, scratch: Path) -> Iterator[Asked]:
    """Have llama.cpp's server answer by a grammar. Raises `NotHere`."""
    server = shutil.which(LLAMA)
    if server is None:
        raise NotHere(f"not here: no {LLAMA}")
    file = scratch / "base.gguf"
    argv = [sys.executable, str(CONVERTER), str(folder), str(file)]
    converted = subprocess.run(argv, capture_output=True, text=True, check=False)
    if converted.returncode != 0:
        said = converted.stderr.strip().splitlines() or ["it failed"]
        raise NotHere(f"not here: {CONVERTER.name}: {said[-1][:60]}")
    vocabulary = Vocabulary((folder / "tokenizer.json").read_text())
    prefix = vocabulary.encode(PREFIX)

    def prompt(utterance: str) -> list[int]:
        said = normalise(utterance).text
        return [*prefix, *vocabulary.encode(said + SUFFIX)]

    port = free_port()
    argv = [server, "-m", str(file), "--host", HOST, "--port", str(port), "-c", "1024"]
    fields = {"n_predict": MOST_TOKENS, "temperature": 0.0, "grammar": GRAMMAR}
    with _served(argv, base.environ(), port):
        yield _asker(port, "/completion", fields, prompt)


def free_port() -> int:
    """Give a port that nobody listens at."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


def _rendered(utterance: str) -> str:
    return render(normalise(utterance))


def _asker(
    port: int,
    path: str,
    fields: Mapping[str, object],
    prompt: Callable[[str], str | list[int]],
) -> Asked:
    def asked(utterances: Sequence[str]) -> list[float]:
        times = []
        for utterance in utterances:
            body = {"prompt": prompt(utterance), **fields}
            started = time.perf_counter()
            _post(port, path, body)
            times.append((time.perf_counter() - started) * 1e3)
        return times

    return asked


@contextmanager
def _served(
    argv: Sequence[str], environ: Mapping[str, str], port: int
) -> Iterator[None]:
    """Run a server until its context ends; wait until it says that it is well."""
    with subprocess.Popen(
        argv, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            ends = time.monotonic() + START_S
            while not _is_well(port):
                assert process.poll() is None, f"{argv[0]} ended"
                assert time.monotonic() < ends, f"{argv[0]} does not start"
                time.sleep(0.05)
            yield
        finally:
            process.kill()


def _is_well(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _post(port: int, path: str, body: Mapping[str, object]) -> Message:
    connection = http.client.HTTPConnection(HOST, port, timeout=ANSWER_S)
    try:
        headers = {"Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(body), headers)
        response = connection.getresponse()
        answer: Message = json.loads(response.read())
        assert response.status == http.HTTPStatus.OK, answer
        return answer
    finally:
        connection.close()
