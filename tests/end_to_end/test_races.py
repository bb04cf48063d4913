"""Two daemons that start at once for one socket."""

import signal

import pytest

from tests.running import RunningDaemon, eventually

RACES = 100
READY_RACES = 10  # of them, in which the winner is asked


def _has_ended(daemon: RunningDaemon) -> bool:
    return daemon.process.poll() is not None


@pytest.mark.timeout(600)  # two hundred starts
def test_of_two_daemons_that_race_for_a_socket_one_serves(
    stopped: RunningDaemon,
) -> None:
    other = RunningDaemon(stopped.home)
    for number in range(RACES):
        pair = [daemon.start(wait=False) for daemon in (stopped, other)]
        assert eventually(lambda: _has_ended(stopped) or _has_ended(other))
        winner, loser = sorted(pair, key=_has_ended)

        assert loser.process.poll() == 1
        assert stopped.events("cannot-start")[-1]["message"] == (
            f"another whisperad (process {winner.process.pid}) serves {stopped.socket}"
        )
        assert winner.process.poll() is None
        if number % (RACES // READY_RACES):
            winner.stop(signal.SIGKILL)  # and its socket stays
            continue
        winner.wait_until_ready()
        assert winner.ask(type="status")["pid"] == winner.process.pid
        assert winner.stop() == 0
