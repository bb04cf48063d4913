"""`make demo`: a daemon on the embedded model in a temporary home; nothing is run.

Says a handful of utterances and shows what was understood, the command it stands for,
how sure the model is and how long the answer took.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from client import connection
from whisperad.wire import Paths

UTTERANCES = (
    "open chrome",
    "set the volume to fifty percent",
    "could you make it a bit louder please",
    "lock teh screen",
    "opne spotify",
    "launch zorblatt studio",
    "will it rain in oslo tomorrow",
    "set a tea timer for four and a half minutes",
    "put on some jazz",
    "search for salt and pepper",
    "take a screenshot",
    "i want to sleep now, wake me at half past six",
    "shut down the computer",
    "why is the sky blue",
    "chrome is a metal",
)
READY_S = 30.0


def main() -> int:
    """Start, ask, stop; give 0 if every reply was an interpretation."""
    # Short, because a socket's path has at most 103 bytes.
    with tempfile.TemporaryDirectory(prefix="whispera-", dir="/tmp") as home:
        environ = {**os.environ, "WHISPERA_HOME": home}
        environ.pop("WHISPERA_SOCKET", None)
        socket = Paths(environ).socket
        with (Path(home) / "log").open("wb") as log:
            started = time.perf_counter()
            daemon = subprocess.Popen(
                [sys.executable, "-m", "whisperad"], env=environ, stderr=log
            )
            try:
                _wait(socket, daemon)
                ready_s = time.perf_counter() - started
                status = connection.answer(socket, {"type": "status"})
                _print_head(status, ready_s)
                for utterance in UTTERANCES:
                    _say(socket, utterance)
            finally:
                daemon.terminate()
                code = daemon.wait(10)
        print(f"\nThe daemon has stopped ({code}). Nothing was run: `w -x` runs.")
        return code


def _wait(socket: str, daemon: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_S
    while True:
        try:
            connection.request(socket, {"type": "status"})
            return
        except connection.Unreachable:
            if daemon.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _print_head(status: dict[str, object], ready_s: float) -> None:
    model = status["model"]
    assert isinstance(model, dict)
    print(
        f"{model['base']} with adapter {model['adapter']}, {status['device']},"
        f" BLAS {status['blas']}, ready in {ready_s:.2f} s\n"
    )


def _say(socket: str, utterance: str) -> None:
    # As a confirmation is only asked for where something would run, ask for it here:
    # a command of tier `confirm` is shown and never confirmed.
    risky = utterance == "shut down the computer"
    request = {"type": "interpret", "utterance": utterance, "execute": risky}
    reply = connection.answer(socket, request)
    print(f"{utterance}")
    print(f"    {_understood(reply)}")
    for command in _list(reply, "commands"):
        first, *more = str(command["shown"]).split("\n")
        print(f"    $ {first}{' …' if more else ''}")
    timing, confidence = reply["timing"], reply["confidence"]
    assert isinstance(timing, dict)
    print(f"    {reply['outcome']}, {confidence:.3f}, {timing['total_ms']:.1f} ms")


def _understood(reply: dict[str, object]) -> str:
    said = [
        " ".join(
            [str(i["action"]), *(f"{k}={v!r}" for k, v in i.items() if k != "action")]
        )
        for i in _list(reply, "intents")
    ]
    return "; ".join(said) or "no command"


def _list(reply: dict[str, object], name: str) -> list[dict[str, object]]:
    value = reply[name]
    assert isinstance(value, list)
    return value


if __name__ == "__main__":
    sys.exit(main())
