"""What a daemon is taught before a test, so that no model has to understand it."""

import json
from collections.abc import Iterator
from contextlib import suppress

from tests.end_to_end import own_programs
from tests.running import Client, Message, RunningDaemon

TAUGHT: dict[str, Message] = {
    "hush": {"action": "mute_volume"},
    "pasta ten minutes": {"action": "set_timer", "duration": "ten minutes"},
    "what is cooking": {"action": "list_timers"},
    "doze": {"action": "doze"},
}
_PACK = """\
pack = "mine"
[[action]]
id = "doze"
phrases = ["doze off"]
macos = {{ argv = ["{0}/doze"] }}
linux = {{ argv = ["{0}/doze"] }}
"""
_DOZE = (
    '#!/bin/sh\necho $$ > "$HOME/dozing.new"\nmv "$HOME/dozing.new" "$HOME/dozing"\n'
    "exec sleep 30\n"
)


def given(daemon: RunningDaemon) -> Iterator[RunningDaemon]:
    """Start a daemon and teach it all of them; a program of ours that is left ends."""
    own_programs.give(daemon, {"doze": _DOZE}, mine=_PACK)
    daemon.start()
    for said, intent in TAUGHT.items():
        daemon.teach(said, **intent)
    yield daemon
    own_programs.end(daemon, "dozing")


def lines(count: int, **request: object) -> bytes:
    """Give requests that are alike but for their numbers."""
    return b"".join(
        json.dumps({**request, "id": n}).encode() + b"\n" for n in range(count)
    )


def outcome(client: Client, said: str) -> str:
    """Give what comes of an utterance, or the code of the error."""
    with suppress(BrokenPipeError):  # told to go already
        client.send(lines(1, type="interpret", utterance=said))
    reply = client.receive()
    return str(reply.get("code") or reply["outcome"])
