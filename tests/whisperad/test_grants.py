"""What macOS grants is asked for by the daemon itself, and nowhere but on macOS."""

import asyncio
import ctypes
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest
import uvloop

from tests.launchd.conftest import StandIn
from tests.programs import ENVIRON, with_effects
from tests.running import RunningDaemon
from tests.setting import HERE, Setting
from whisperad import grants
from whisperad.daemon import Daemon
from whisperad.grants import Grant, Load
from whisperad.protocol import Status
from whisperad.status import StatusReply

REFUSED = (
    "execution error: Not authorized to send Apple events to System Events. (-1743)"
)
GONE = "execution error: System Events got an error. (-600)"
OTHER_THAN_MACOS = ["linux"] if HERE == "macos" else ["linux", "macos"]


def _library(**functions: Callable[[], bool]) -> Load:
    """Give a loader for which every framework has these functions and no others."""
    return lambda _path: cast(ctypes.CDLL, SimpleNamespace(**functions))


def _trusted(*, accessibility: bool, screen: bool) -> Load:
    return _library(
        AXIsProcessTrusted=lambda: accessibility,
        CGPreflightScreenCaptureAccess=lambda: screen,
    )


def _absent(path: str) -> ctypes.CDLL:
    raise OSError(f"dlopen({path}): image not found")


def _found(
    folder: Path, load: Load, osascript: str | None, patience_s: float = 8.0
) -> dict[str, Grant]:
    """Look with a stand-in for `osascript`, or with none; give what is found by name."""
    path = str(folder / "bin")
    if osascript is not None:
        StandIn(folder / "bin", "osascript", osascript)
        path = f"{path}{os.pathsep}{ENVIRON['PATH']}"
    found = with_effects(
        folder, lambda effects: grants.look(effects.perform, load, patience_s), path
    )
    assert found.program == os.path.realpath(sys.executable)
    return {grant.name: grant for grant in found.each}


def test_what_is_granted_is_told(tmp_path: Path) -> None:
    load = _trusted(accessibility=True, screen=True)
    found = _found(tmp_path, load, "print(61)\n")

    assert list(found.values()) == [
        Grant("automation", True),
        Grant("accessibility", True),
        Grant("screen_recording", True),
    ]


def test_what_is_refused_is_told(tmp_path: Path) -> None:
    load = _trusted(accessibility=False, screen=False)
    found = _found(tmp_path, load, f"end(1, {REFUSED!r})\n")

    assert {grant.is_granted for grant in found.values()} == {False}


def test_each_is_asked_for_itself(tmp_path: Path) -> None:
    load = _trusted(accessibility=True, screen=False)
    found = _found(tmp_path, load, f"end(1, {REFUSED!r})\n")

    assert [grant.is_granted for grant in found.values()] == [False, True, False]


def test_each_is_asked_of_the_framework_that_knows_it(tmp_path: Path) -> None:
    asked: list[str] = []

    def load(path: str) -> ctypes.CDLL:
        asked.append(path)
        return _trusted(accessibility=True, screen=True)(path)

    _found(tmp_path, load, "")

    assert asked == [
        "/System/Library/Frameworks/ApplicationServices.framework/ApplicationServices",
        "/System/Library/Frameworks/CoreGraphics.framework/CoreGraphics",
    ]


@pytest.mark.parametrize(
    ("osascript", "trouble"),
    [
        (f"end(1, {GONE!r})\n", GONE),
        ("end(3)\n", "osascript exited with 3"),
        (None, "osascript is not installed"),
    ],
)
def test_why_automation_cannot_be_told_is_told(
    tmp_path: Path, osascript: str | None, trouble: str
) -> None:
    found = _found(tmp_path, _absent, osascript)["automation"]

    assert (found.is_granted, found.trouble) == (None, trouble)


def test_a_question_on_the_screen_is_not_waited_for(tmp_path: Path) -> None:
    found = _found(tmp_path, _absent, "import time; time.sleep(600)\n", 0.5)

    assert found["automation"].is_granted is None
    assert "macOS may be asking on the screen" in str(found["automation"].trouble)


@pytest.mark.parametrize(
    ("load", "trouble"),
    [(_absent, "image not found"), (_library(), "has no attribute")],
)
def test_frameworks_without_an_answer_are_told(
    tmp_path: Path, load: Load, trouble: str
) -> None:
    found = _found(tmp_path, load, "")

    for name in ("accessibility", "screen_recording"):
        assert found[name].is_granted is None
        assert trouble in str(found[name].trouble)


async def _status(daemon: Daemon, *, asks: bool) -> StatusReply:
    reply = await daemon.answer(Status(grants=asks), time.monotonic())
    assert isinstance(reply, StatusReply)
    return reply


def test_others_are_answered_while_macos_is_asked(
    setting: Setting, short_dir: Path
) -> None:
    waits = (
        "import time\n"
        "while not (state / 'answered').exists(): time.sleep(0.01)\n"
        f"end(1, {REFUSED!r})\n"
    )
    osascript = StandIn(short_dir / "bin", "osascript", waits)
    path = f"{short_dir / 'bin'}{os.pathsep}{os.environ['PATH']}"
    given = msgspec.structs.replace(
        setting.settings(), platform="macos", environ={**setting.environ, "PATH": path}
    )

    async def case() -> None:
        daemon = Daemon(given)
        await daemon.start()
        try:
            assert (await _status(daemon, asks=False)).grants is None
            assert osascript.calls == []
            asking = asyncio.create_task(_status(daemon, asks=True))
            while not osascript.calls:
                await asyncio.sleep(0.01)
            await _status(daemon, asks=False)
            osascript.set(answered=1)
            found = (await asking).grants
        finally:
            await daemon.stop()

        assert found is not None
        assert found.each[0] == Grant("automation", False)
        assert [call[0] for call in osascript.calls] == ["-e"]

    uvloop.run(case())


@pytest.mark.parametrize("platform", OTHER_THAN_MACOS)
def test_nothing_is_asked_for_where_no_macos_is(
    stopped: RunningDaemon, short_dir: Path, platform: str
) -> None:
    osascript = StandIn(short_dir / "bin", "osascript", "")
    stopped.environ["WHISPERA_PLATFORM"] = platform
    path = f"{short_dir / 'bin'}{os.pathsep}{stopped.environ['PATH']}"
    stopped.environ["PATH"] = path
    status = stopped.start().ask(type="status", grants=True)

    assert (status["type"], status["grants"]) == ("status", None)
    assert osascript.calls == []
