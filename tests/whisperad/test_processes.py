"""Which processes a question about ending them names."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from whisperad import processes

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="a Mac does not run a copy of its programs"
)
LONG = "a-program-with-a-long-name"


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """Give a program of a name that nobody else has, and its process."""
    sleep = shutil.which("sleep")
    assert sleep
    program = tmp_path / LONG
    shutil.copy(sleep, program)
    running = subprocess.Popen([program, "30"])
    while LONG not in Path(f"/proc/{running.pid}/cmdline").read_text():
        time.sleep(0.001)  # the new name may come a moment after the process
    yield LONG, running.pid
    running.kill()
    running.wait()


def soon() -> float:
    return time.monotonic() + 5


def test_processes_are_named_with_number_and_program(sleeper: tuple[str, int]) -> None:
    name, pid = sleeper
    ours = [f"{pid} ({LONG[:15]})"]
    found = processes.named(name, soon())

    assert found.shown == (f"process {ours[0]}",)
    assert found.marks == set(ours)
    assert processes.numbered(pid, soon()).shown == found.shown


def test_a_name_is_the_whole_name(sleeper: tuple[str, int]) -> None:
    nobody = processes.named("a-program-with-another-name", soon())

    assert nobody.shown == ('no process is called "a-program-with-another-name"',)
    assert not nobody.marks


def test_what_listens_on_a_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        found = processes.listening(port, os.environ, soon())
    after = processes.listening(port, os.environ, soon())

    assert [mark.split()[0] for mark in found.marks] == [str(os.getpid())]
    assert after.shown == (f"nothing that is ours to see listens on port {port}",)


_WMCTRL = """\
#!/bin/sh
echo '0x01 -1 xfce4-panel.Xfce4-panel host panel'
echo '0x02 0 Navigator.firefox host News'
echo '0x03 0 Navigator.firefox host Mail'
echo '0x04 1 gedit.Gedit host letter'
"""


def test_applications_are_counted_by_their_windows(tmp_path: Path) -> None:
    environ = {"PATH": str(tmp_path)}
    for name, text in (("wmctrl", _WMCTRL), ("xdotool", "#!/bin/sh\necho 4\n")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    every = processes.windows(environ, soon())
    front = processes.windows(environ, soon(), in_front=True)
    ending = processes.session(environ, soon())

    assert every.shown == ("2 applications: firefox (2 windows), Gedit",)
    assert front.shown == ("1 application: Gedit",)
    assert ending == every


def test_where_windows_cannot_be_listed_it_is_said(tmp_path: Path) -> None:
    environ = {"PATH": str(tmp_path)}
    found = processes.windows(environ, soon())

    assert found.shown == ("every window that is open; they cannot be listed here",)
    assert processes.session(environ, soon()).shown == ()
