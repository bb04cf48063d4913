"""What is left when the power is cut: the part of each file that was synced before."""

import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.running import RunningDaemon
from tests.shim import shim

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(sys.platform != "linux", reason="wants LD_PRELOAD"),
    pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler is here"),
]

# Copies each file of the lessons as it is when the disk has it, and the file of timers
# when the disk has its name.
_DISK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int synced(const char *name, int fd) {
    char link[64], path[4096], copy[8192], data[65536];
    int (*real)(int) = dlsym(RTLD_NEXT, name);
    int result = real(fd);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (result || length < 0) return result;
    path[length] = 0;
    const char *file = strrchr(path, '/');
    if (file && !strcmp(file, "/state")) file = strcat(path, "/timers.json") + length;
    else if (!file || strncmp(file, "/taught.db", 10)) return result;
    int from = open(path, O_RDONLY);
    if (from < 0) return result;
    snprintf(copy, sizeof copy, "%s%s", getenv("DISK"), file);
    int to = open(copy, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    for (ssize_t part; (part = read(from, data, sizeof data)) > 0;)
        if (write(to, data, part) != part) abort();
    close(from);
    close(to);
    return result;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }
"""


def cut_the_power(daemon: RunningDaemon, disk: Path) -> None:
    """Leave what is on the disk, and no file that was deleted."""
    daemon.stop(signal.SIGKILL)
    lost = [*daemon.home.glob("data/taught.db*"), *daemon.home.glob("state/timers.*")]
    for file in lost:
        file.unlink()
        with suppress(FileNotFoundError):
            shutil.copy(disk / file.name, file)


@pytest.fixture
def disk(stopped: RunningDaemon, tmp_path: Path) -> Path:
    """Give what the disk has of the daemon's files."""
    made = tmp_path / "disk"
    made.mkdir()
    stopped.environ |= {"LD_PRELOAD": str(shim(_DISK, tmp_path)), "DISK": str(made)}
    return made


def test_what_was_said_to_be_taught_and_forgotten_survives_a_power_cut(
    stopped: RunningDaemon, disk: Path
) -> None:
    stopped.start()
    taught = [f"hush {number}" for number in range(3)]
    for said in taught:
        stopped.teach(said, action="mute_volume")
    cut_the_power(stopped, disk)
    stopped.start()
    rows = stopped.ask(type="taught")["rows"]
    reply = stopped.ask(type="forget", utterance="hush 1")
    cut_the_power(stopped, disk)
    stopped.start()
    left = stopped.ask(type="taught")["rows"]

    assert [row["utterance"] for row in rows] == taught
    assert reply["type"] == "ok"
    assert [row["utterance"] for row in left] == ["hush 0", "hush 2"]
    assert stopped.ask(type="status")["problems"] == []
    assert stopped.stop() == 0


def test_a_timer_that_was_said_to_be_set_survives_a_power_cut(
    stopped: RunningDaemon, disk: Path
) -> None:
    stopped.start()
    for said, intent in (
        ("cake ten minutes", {"action": "set_timer", "duration": "ten minutes"}),
        ("tea an hour", {"action": "set_timer", "duration": "an hour"}),
        ("which", {"action": "list_timers"}),
    ):
        stopped.teach(said, **intent)
    for said in ("cake ten minutes", "tea an hour"):
        reply = stopped.ask(type="interpret", utterance=said, execute=True)
        assert reply["outcome"] == "done"
    cut_the_power(stopped, disk)
    stopped.start()
    reply = stopped.ask(type="interpret", utterance="which", execute=True)
    listed = reply["results"][0]["stdout"].splitlines()

    assert [line.partition(":")[0] for line in listed] == [
        "timer 10 minutes",
        "timer 1 hour",
    ]
    assert stopped.stop() == 0
