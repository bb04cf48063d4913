"""What the client's tests share: running the commands, and a peer that plays a script.

The peer is a real socket. It stands in for daemons that hang up, talk nonsense or run
developers' commands, which the one beside the tests does not.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from client import lifecycle
from tests import tiny_base
from tests.client import examining
from tests.stand_in_hub import REPO, Hub

ROOT = Path(__file__).parents[2]

Completed = subprocess.CompletedProcess[str]
Run = Callable[..., Completed]


class Peer:
    """Answers each connection with the next lines of its script, then hangs up."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.requests: list[dict[str, object]] = []
        self.script: list[bytes] = []
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(path))
        self._listening.listen()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def will_say(self, **fields: object) -> None:
        """Add a reply to the script: an interpretation, unless it says otherwise."""
        self.script.append(json.dumps(interpretation(**fields)).encode() + b"\n")

    def close(self) -> None:
        """Stop listening."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                connected, _ = self._listening.accept()
            except OSError:
                return
            with connected, connected.makefile("rb") as lines:
                line = lines.readline()
                if line:
                    self.requests.append(json.loads(line))
                    connected.sendall(self.script.pop(0))


def interpretation(**fields: object) -> dict[str, object]:
    """Give a whole reply in which nothing was meant, but for some fields."""
    return {
        "type": "interpretation",
        "id": None,
        "outcome": "none",
        "intents": [],
        "resolved": [],
        "commands": [],
        "confidence": 0.5,
        "stage": "model",
        "candidates": [],
        "results": [],
        "token": None,
        "model": {"base": "none", "adapter": None},
        "timing": {
            "queue_ms": 0.1,
            "model_ms": 1.0,
            "total_ms": 1.5,
            "passes": 1,
            "chosen_tokens": 2,
        },
        **fields,
    }


def command(
    argv: Sequence[str], shown: str, where: str = "daemon"
) -> dict[str, object]:
    """Give a command as a reply holds it."""
    return {"argv": list(argv), "shown": shown, "risk": "safe", "where": where}


def result(exit_code: int | None, stdout: str = "", stderr: str = "") -> object:
    """Give what came of a command as a reply holds it."""
    return {
        "exit_code": exit_code,
        "stdout": stdout,
        "stderr": stderr,
        "duration_ms": 1.0,
        "timed_out": False,
    }


@pytest.fixture
def environ(short_dir: Path) -> dict[str, str]:
    """Give surroundings in which everything of Whispera is in a folder of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {
        **kept,
        "HOME": str(short_dir),
        "WHISPERA_HOME": str(short_dir),
        "PYTHONPATH": str(ROOT),
    }


@pytest.fixture
def peer(short_dir: Path) -> Iterator[Peer]:
    """Give a peer where the daemon would be."""
    (short_dir / "run").mkdir()
    listening = Peer(short_dir / "run" / "whisperad.sock")
    yield listening
    listening.close()


@pytest.fixture
def w(environ: dict[str, str]) -> Run:
    """Give a function that runs `w` with arguments and what it reads."""
    return runner("client.say", environ)


@pytest.fixture
def whispera(environ: dict[str, str]) -> Run:
    """Give a function that runs `whispera` with arguments."""
    return runner("client.cli", environ)


def runner(module: str, environ: Mapping[str, str]) -> Run:
    """Give a function that runs a module as a command of its own."""

    def run(*arguments: str, stdin: str = "", cwd: Path | None = None) -> Completed:
        return subprocess.run(
            [sys.executable, "-P", "-m", module, *arguments],
            env=environ,
            input=stdin,
            capture_output=True,
            text=True,
            cwd=cwd,
            check=False,
        )

    return run


@pytest.fixture
def home(short_dir: Path, random_base: Path) -> Iterator[Path]:
    """Give a folder in which a daemon finds a small model, and leave none behind."""
    settings = {"settings": {"model": str(random_base)}}
    (short_dir / "config").mkdir()
    (short_dir / "config" / "whispera_config.json").write_text(json.dumps(settings))
    yield short_dir
    lifecycle.stop(str(short_dir / "run" / "whisperad.sock"))


@pytest.fixture
def started(home: Path, whispera: Run) -> Run:
    """Give `whispera` after it has started a daemon."""
    assert whispera("start").returncode == 0
    return whispera


def daemon_status(whispera: Run) -> dict[str, object]:
    """Give what `whispera status` tells programs."""
    status: dict[str, object] = json.loads(whispera("status", "--json").stdout)
    return status


def daemon_pid(whispera: Run) -> int:
    """Give the process of the daemon."""
    pid = daemon_status(whispera)["pid"]
    assert isinstance(pid, int)
    return pid


@pytest.fixture
def examine(environ: dict[str, str]) -> examining.Examine:
    """Give a function that asks the doctor, in surroundings that may be changed."""

    def ask(**more: str) -> examining.Found:
        return examining.read(
            runner("client.cli", {**environ, **more})("doctor", "--json")
        )

    return ask


@pytest.fixture
def systemctl(short_dir: Path) -> Iterator[Path]:
    """Give the folder of a stand-in for `systemctl`, and leave no daemon of its own."""
    folder = short_dir / "bin"
    folder.mkdir()
    program = folder / "systemctl"
    source = (ROOT / "tests/client/stand_in_systemctl.py").read_text()
    program.write_text(f"#!{sys.executable}\n{source}")
    program.chmod(0o755)
    yield folder
    subprocess.run(
        [program, "--user", "stop"], env={"HOME": str(short_dir)}, check=True
    )


@pytest.fixture
def served(home: Path, environ: dict[str, str], systemctl: Path) -> Run:
    """Give `whispera` where the stand-in is the system's service manager."""
    path = f"{systemctl}{os.pathsep}{environ['PATH']}"
    return runner("client.cli", {**environ, "PATH": path})


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder as a model's authors would upload it."""
    folder = tiny_base.write_base(
        tmp_path_factory.mktemp("hub") / "original", style="gpt", hidden=64
    )
    (folder / "pytorch_model.bin").write_bytes(b"never asked for")
    (folder / "LICENSE").write_text("do as you like\n")
    return folder


@pytest.fixture
def hub(original: Path, environ: dict[str, str]) -> Iterator[Hub]:
    """Give a hub that has one model, and that the commands ask."""
    with Hub(REPO, original) as serving:
        environ |= {"HF_ENDPOINT": serving.url, "HF_HOME": environ["HOME"] + "/hf"}
        yield serving


@pytest.fixture
def models(home: Path) -> Path:
    """Give the folder of downloaded models; there is none yet."""
    return home / "data" / "models"
