"""Where llama.cpp is not installed the row says so; where it is, it is asked."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench import servers
from tests.bench.contenders import Base
from whisperad.prompt import render
from whisperad.utterance import normalise
from whisperad.vocabulary import Vocabulary

SERVER = """#!{python}
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer({{"status": "ok"}})
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with open("{heard}", "a") as heard:
            heard.write(json.dumps([self.path, body]) + "\\n")
        self.answer({{"content": "{{}}"}})
    def answer(self, body):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

port = int(sys.argv[sys.argv.index("--port") + 1])
HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Path]:
    """Give a folder that is the whole PATH, with nothing in it yet."""
    before = os.environ["PATH"]
    os.environ["PATH"] = str(tmp_path)
    yield tmp_path
    os.environ["PATH"] = before


def written(file: Path, text: str) -> None:
    """Write a program."""
    file.write_text(text)
    file.chmod(0o755)


def test_without_the_program_there_is_a_reason(
    programs: Path, random_base: Path
) -> None:
    base = Base(random_base, None)

    with (
        pytest.raises(servers.NotHere, match="not here: no llama-server"),
        servers.llama_server(random_base, base, programs),
    ):
        pass


def test_a_base_that_is_not_converted_gives_what_the_converter_says(
    programs: Path, random_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(programs / servers.LLAMA, "#!/bin/sh\n")
    written(programs / "converter.py", "raise SystemExit('no such thing')\n")
    monkeypatch.setattr(servers, "CONVERTER", programs / "converter.py")
    base = Base(random_base, None)

    with (
        pytest.raises(servers.NotHere, match="no such thing"),
        servers.llama_server(random_base, base, programs),
    ):
        pass


@pytest.mark.timeout(60)
def test_it_is_asked_with_the_same_tokens_and_a_grammar(
    programs: Path, random_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = programs / "heard"
    server = SERVER.format(python=sys.executable, heard=heard)
    written(programs / servers.LLAMA, server)
    written(programs / "converter.py", "")
    monkeypatch.setattr(servers, "CONVERTER", programs / "converter.py")
    base = Base(random_base, None)
    vocabulary = Vocabulary((random_base / "tokenizer.json").read_text())

    with servers.llama_server(random_base, base, programs) as asked:
        times = asked(["open chrome", "mute"])

    assert len(times) == 2
    requests = [json.loads(line) for line in heard.read_text().splitlines()]
    tokens = vocabulary.encode(render(normalise("open chrome")))
    assert [path for path, _ in requests] == ["/completion"] * 2
    assert requests[0][1]["prompt"] == tokens
    assert all("root ::=" in body["grammar"] for _, body in requests)
