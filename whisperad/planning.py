"""Planning: what intents mean on this machine, as commands that can be run or asked for."""

from pathlib import Path

from whisperad import replies
from whisperad.command import Resolver
from whisperad.confirmations import Plan
from whisperad.errors import CannotRun, UnknownName
from whisperad.intent import Intent
from whisperad.protocol import Interpretation
from whisperad.utterance import Utterance


def plan(
    resolver: Resolver,
    reply: Interpretation,
    intents: tuple[Intent, ...],
    utterance: Utterance,
    cwd: Path,
    timeout_s: float,
) -> Plan:
    """Look up what the intents mean here; if there is no way, the reply says so."""
    try:
        found = [resolver.resolve(intent, utterance, cwd) for intent in intents]
    except (UnknownName, CannotRun) as error:
        return Plan(replies.impossible(reply, error), (), cwd, timeout_s)
    commands = tuple(command for one in found for command in one.commands)
    actions = tuple(str(one.resolved["action"]) for one in found for _ in one.commands)
    reply = replies.proposed(reply, found)
    return Plan(reply, commands, cwd, timeout_s, actions, utterance.said)
