"""What the daemon says an utterance means, read from the reply and checked once.

Fields we do not know are ignored. Imports the standard library only, and no `typing`
or `dataclasses`, which would make `w` slower than what it waits for.
"""

from client.connection import DaemonError


class Command:
    """A command: its arguments, and how it is shown to people."""

    __slots__ = ("argv", "risk", "shown", "touches", "where")

    def __init__(self, message: object) -> None:
        fields = _object(message, "commands[]")
        self.argv = [_text(part, "argv[]") for part in _list(fields, "argv")]
        self.shown = _text(fields.get("shown"), "shown")
        self.risk = _text(fields.get("risk"), "risk")
        self.where = _text(fields.get("where"), "where")
        found = _list(fields, "touches") if "touches" in fields else ()
        self.touches = [_text(line, "touches[]") for line in found]
        if not self.argv:
            raise _unexpected("a program in argv", [])


class Result:
    """What came of a command; `exit_code` is None if it was ended by a signal."""

    __slots__ = ("exit_code", "stderr", "stdout", "timed_out")

    def __init__(self, message: object) -> None:
        fields = _object(message, "results[]")
        self.stdout = _text(fields.get("stdout"), "stdout")
        self.stderr = _text(fields.get("stderr"), "stderr")
        self.timed_out = fields.get("timed_out") is True
        self.exit_code = None
        code = fields.get("exit_code")
        if code is not None:
            self.exit_code = int(_number(code, "exit_code"))


class Candidate:
    """Something that an unclear utterance may mean, and how likely that is."""

    __slots__ = ("confidence", "intent")

    def __init__(self, message: object) -> None:
        fields = _object(message, "candidates[]")
        self.intent = _object(fields.get("intent"), "intent")
        self.confidence = _number(fields.get("confidence"), "confidence")


class Interpretation:
    """What an utterance means here and what became of it.

    Raises `DaemonError` if the message is an error or no interpretation.
    """

    __slots__ = (
        "candidates",
        "commands",
        "confidence",
        "intents",
        "outcome",
        "resolved",
        "results",
        "stage",
        "token",
    )

    def __init__(self, message: dict[str, object]) -> None:
        if message.get("type") == "error":
            raise DaemonError(_text(message.get("message"), "message"))
        if message.get("type") != "interpretation":
            raise _unexpected("an interpretation", message.get("type"))
        self.outcome = _text(message.get("outcome"), "outcome")
        self.intents = [_object(i, "intents[]") for i in _list(message, "intents")]
        self.resolved = [_object(i, "resolved[]") for i in _list(message, "resolved")]
        self.commands = [Command(c) for c in _list(message, "commands")]
        self.results = [Result(r) for r in _list(message, "results")]
        self.candidates = [Candidate(c) for c in _list(message, "candidates")]
        self.confidence = _number(message.get("confidence"), "confidence")
        self.stage = _text(message.get("stage"), "stage")
        token = message.get("token")
        self.token = None if token is None else _text(token, "token")


def intent_text(intent: dict[str, object]) -> str:
    """Give an intent as people read it: `open_app target="chrome"`."""
    slots = [
        f'{name}="{value}"' if isinstance(value, str) else f"{name}={value}"
        for name, value in intent.items()
        if name != "action"
    ]
    return " ".join([str(intent.get("action")), *slots])


def _object(value: object, name: str) -> dict[str, object]:
    if isinstance(value, dict):
        return value
    raise _unexpected(f"an object as {name}", value)


def _list(fields: dict[str, object], name: str) -> list[object]:
    value = fields.get(name)
    if isinstance(value, list):
        return value
    raise _unexpected(f"a list as {name}", value)


def _text(value: object, name: str) -> str:
    if isinstance(value, str):
        return value
    raise _unexpected(f"text as {name}", value)


def _number(value: object, name: str) -> float:
    if isinstance(value, int | float):
        return value
    raise _unexpected(f"a number as {name}", value)


def _unexpected(expected: str, found: object) -> DaemonError:
    return DaemonError(
        f"the daemon speaks another protocol: expected {expected}, found"
        f" {str(found)[:80]!r}"
    )
