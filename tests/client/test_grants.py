"""What macOS grants the daemon is told, with the place where one grants it."""

from pathlib import Path

import pytest

from client import grants
from client.finding import Finding
from tests.client.conftest import Peer

PYTHON = "/opt/whispera/bin/python3.12"
NAMES = ["automation", "accessibility", "screen recording"]


def _found(peer: Peer, **fields: object) -> list[Finding]:
    """Give what the checks make of a daemon's reply."""
    peer.will_say(**{"type": "status", **fields})
    return grants.check("darwin", str(peer.path))


def _grants(is_granted: bool | None, trouble: str | None = None) -> dict[str, object]:
    each = [
        {"name": name.replace(" ", "_"), "is_granted": is_granted, "trouble": trouble}
        for name in NAMES
    ]
    return {"program": PYTHON, "each": each}


def test_what_is_granted_is_well(peer: Peer) -> None:
    found = _found(peer, grants=_grants(True))

    assert peer.requests == [{"type": "status", "grants": True}]
    assert [one.name for one in found] == NAMES
    for one in found:
        told = (one.state, one.found, one.next_step)
        assert told == ("ok", f"granted to {PYTHON}", None)


def test_what_is_refused_is_told_with_the_place_that_grants_it(peer: Peer) -> None:
    found = _found(peer, grants=_grants(False))
    panes = ["Automation", "Accessibility", "Screen & System Audio Recording"]

    assert [one.name for one in found] == NAMES
    for one, pane in zip(found, panes, strict=True):
        step = f"System Settings > Privacy & Security > {pane}: switch on "
        assert (one.state, one.found) == ("failed", f"not granted to {PYTHON}")
        assert str(one.next_step).startswith(step)
        assert PYTHON in str(one.next_step)
        assert "`whispera restart`" in str(one.next_step)


def test_what_there_is_no_telling_of_is_no_failure(peer: Peer) -> None:
    found = _found(peer, grants=_grants(None, "no answer in 5 s"))

    for one in found:
        assert one.state == "warning"
        assert one.found.endswith("cannot be told: no answer in 5 s")
        assert "System Settings > Privacy & Security > " in str(one.next_step)


def test_a_grant_that_we_do_not_know_is_left_out(peer: Peer) -> None:
    later = {"name": "telepathy", "is_granted": False, "trouble": None}

    assert _found(peer, grants={"program": PYTHON, "each": [later]}) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "error", "code": "bad-request", "message": "not a request: `grants`"},
        {"grants": "all"},
    ],
)
def test_a_daemon_of_another_version_is_told(
    peer: Peer, fields: dict[str, object]
) -> None:
    (found,) = _found(peer, **fields)

    assert (found.name, found.state) == ("grants", "failed")
    assert "grants" in found.found
    assert found.next_step == "`whispera restart`"


def test_a_daemon_that_runs_nothing_is_not_asked_for_more(peer: Peer) -> None:
    (found,) = _found(peer, grants=None)

    assert (found.name, found.state) == ("grants", "skipped")


def test_without_a_daemon_nobody_can_tell(tmp_path: Path) -> None:
    (found,) = grants.check("darwin", str(tmp_path / "none.sock"))

    assert (found.state, found.next_step) == ("skipped", "see the daemon above")


def test_only_macos_has_them(peer: Peer) -> None:
    (found,) = grants.check("linux", str(peer.path))

    assert (found.state, found.next_step) == ("skipped", None)
    assert peer.requests == []
