"""Effects on the windows of a real X server, under a real window manager."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.effects.conftest import Desktop, Said, wait

SLEEP = shutil.which("sleep") or ""


@pytest.fixture
def windows(desktop: Desktop) -> Iterator[Callable[[], list[str]]]:
    """Give a function that names the open windows, of which some are of one class."""
    desktop.needs("openbox", "wmctrl", "xdotool", "xterm")
    (desktop.home / "bin" / "python3").symlink_to(sys.executable)
    # The window manager wants a theme.
    environ = {**desktop.environ, "SHELL": "/bin/sh", "XDG_DATA_DIRS": "/usr/share"}
    started: list[subprocess.Popen[bytes]] = []

    def start(*argv: str) -> None:
        started.append(subprocess.Popen(argv, env=environ, stderr=subprocess.DEVNULL))

    def named() -> list[str]:
        listed = desktop.run("wmctrl", "-l").stdout.splitlines()
        return sorted(line.split()[-1] for line in listed)

    try:
        start("openbox", "--sm-disable")
        wait(lambda: desktop.run("wmctrl", "-m").returncode == 0)
        for title, kind in (("a", "Code"), ("b", "Code"), ("c", "VSCodium")):
            shown = ("-class", kind, "-name", kind, "-T", title)
            start("xterm", *shown, "-e", SLEEP, "60")
        wait(lambda: named() == ["a", "b", "c"])
        yield named
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(8)


def test_all_windows_of_an_application_are_closed_and_no_others(
    desktop: Desktop, windows: Callable[[], list[str]]
) -> None:
    desktop.has("Code", "code")
    outcomes = desktop.do(
        Said("quit code", "quit_app", {"target": "code"}),
        until=lambda: windows() == ["c"],
    )

    assert outcomes[0].exit_code == 0


def test_all_windows_like_the_front_one_are_closed_and_no_others(
    desktop: Desktop, windows: Callable[[], list[str]]
) -> None:
    assert desktop.run("wmctrl", "-F", "-a", "b").returncode == 0
    active = ("xdotool", "getactivewindow", "getwindowname")
    wait(lambda: desktop.run(*active).stdout == "b\n")
    desktop.do(
        Said("close all its windows", "close_all_windows", {}),
        until=lambda: windows() == ["c"],
    )


def test_the_windows_of_an_application_are_hidden_and_no_others(
    desktop: Desktop, windows: Callable[[], list[str]]
) -> None:
    desktop.has("Code", "code")

    def shown() -> int:
        search = ("xdotool", "search", "--onlyvisible", "--class", ".")
        return len(desktop.run(*search).stdout.split())

    assert len(windows()) == shown() == 3
    desktop.do(
        Said("hide code", "hide_app", {"target": "code"}), until=lambda: shown() == 1
    )
    pattern = desktop.do(Said("hide .*", "hide_app", {"target": ".*"}))

    assert pattern[0].exit_code == 1
    assert shown() == 1
