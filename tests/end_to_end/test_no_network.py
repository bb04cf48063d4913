"""The daemon opens no connection: it lives where the system would kill it for that."""

import platform
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import RunningDaemon

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in {"x86_64", "aarch64"},
    reason="the filter of system calls is Linux's",
)

# Any socket but a Unix one ends the process that asks for it, in whatever library.
_FENCED = """\
import ctypes, os, platform, struct, sys
SOCKET, ARCH = {"x86_64": (41, 0xC000003E), "aarch64": (198, 0xC00000B7)}[
    platform.machine()
]
LOAD, EQUAL, RETURN, ALLOW, KILL = 0x20, 0x15, 0x06, 0x7FFF0000, 0x80000000
steps = [
    (LOAD, 0, 0, 4), (EQUAL, 1, 0, ARCH), (RETURN, 0, 0, KILL),
    (LOAD, 0, 0, 0), (EQUAL, 0, 3, SOCKET),
    (LOAD, 0, 0, 16), (EQUAL, 1, 0, 1), (RETURN, 0, 0, KILL), (RETURN, 0, 0, ALLOW),
]
code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *s) for s in steps))
program = struct.pack("@HxxxxxxP", len(steps), ctypes.addressof(code))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, program, 0, 0):
    sys.exit(77)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
_KILLED = -signal.SIGSYS


class FencedDaemon(RunningDaemon):
    """A daemon that is killed, with all it starts, when it asks for the network."""

    launcher = (sys.executable, "-c", _FENCED)


@pytest.fixture(scope="module", autouse=True)
def _fence_holds() -> None:
    """Skip where there is no fence, and see that it holds where there is one."""
    asks = "import socket, sys; socket.socket(getattr(socket, sys.argv[1]))"
    ended = {
        family: subprocess.run(
            [sys.executable, "-c", _FENCED, "-c", asks, family], check=False
        ).returncode
        for family in ("AF_UNIX", "AF_INET", "AF_INET6", "AF_NETLINK")
    }
    if ended["AF_UNIX"] == 77:
        pytest.skip("this system lets nobody filter system calls")

    assert ended.pop("AF_UNIX") == 0
    assert set(ended.values()) == {_KILLED}


@pytest.fixture
def fenced(short_dir: Path) -> Iterator[FencedDaemon]:
    daemon = FencedDaemon(short_dir, environ={"HOME": str(short_dir)})
    yield daemon
    daemon.stop()


@pytest.mark.timeout(60)
def test_everything_is_done_without_the_network(fenced: FencedDaemon) -> None:
    said = fenced.home / "said"
    actions = fenced.user_file.parent / "actions"
    actions.mkdir()
    (actions / "mine.toml").write_text(
        'pack = "mine"\n[[action]]\nid = "note"\nphrases = ["note it now"]\n'
        f'linux = {{ argv = ["touch", "{said}"] }}\n'
    )
    fenced.start()
    heard = [
        fenced.ask(type="interpret", utterance=utterance)
        for utterance in (
            "open chrome",
            "could you open the page of example dot com for me",
            "search the web for the weather in paris and then mute the sound",
            "what is the meaning of life",
        )
    ]
    note = fenced.ask(type="teach", utterance="note it", intent={"action": "note"})
    done = fenced.ask(type="interpret", utterance="note it", execute=True)
    lesson = {"action": "set_timer", "duration": "ten minutes"}
    taught = fenced.ask(type="teach", utterance="pasta ten minutes", intent=lesson)
    timed = fenced.ask(type="interpret", utterance="pasta ten minutes", execute=True)
    asked = fenced.ask(type="interpret", utterance="empty the trash", execute=True)
    replies = {
        kind: fenced.ask(type=kind, **more)["type"]
        for kind, more in (
            ("reload", {"what": "all"}),
            ("explain", {"utterance": "open chrome"}),
            ("history", {}),
            ("actions", {}),
            ("status", {}),
        )
    }

    assert heard[0]["intents"] == [{"action": "open_app", "target": "chrome"}]
    assert {reply["type"] for reply in heard} == {"interpretation"}
    assert note["type"] == "ok"
    assert (done["outcome"], said.exists()) == ("done", True)
    assert (taught["type"], timed["outcome"]) == ("ok", "done")
    assert asked["outcome"] == "needs_confirmation"
    assert "error" not in replies.values()
    assert fenced.stop() == 0


def test_it_needs_no_network_to_be_there(short_dir: Path) -> None:
    """In a namespace of its own there is nothing, not even the loopback."""
    alone = ("unshare", "--user", "--map-root-user", "--net")
    try:
        subprocess.run([*alone, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this system makes no namespaces")

    class LonelyDaemon(RunningDaemon):
        launcher = (*alone, sys.executable)

    daemon = LonelyDaemon(short_dir).start(wait=False)
    try:
        daemon.wait_until_ready()
        reply = daemon.ask(type="interpret", utterance="open chrome")
        reload = daemon.ask(type="reload")
    finally:
        ended = daemon.stop()

    assert reply["intents"] == [{"action": "open_app", "target": "chrome"}]
    assert reload["type"] == "ok"
    assert ended == 0
