"""The messages of protocol version 1 as structs: requests and replies.

Requests forbid unknown fields; replies may grow, and clients ignore what they do not
know. Bytes become a request in `decode` and nowhere else.
"""

from typing import Annotated, Literal, cast

import msgspec

from whisperad.errors import BadRequest, BadVersion
from whisperad.pack import Risk, Where
from whisperad.utterance import MAX_CHARACTERS
from whisperad.wire import PROTOCOL, encode_line

# What a reply can carry back, so that nothing fails after the work is done.
Id = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)] | str | None
Seconds = Annotated[float, msgspec.Meta(gt=0, le=3600)]
Said = dict[str, str | int]  # an action and its slots: "action" first
OneOrMore = Said | tuple[Said, ...]
Outcome = Literal[
    "proposed", "done", "failed", "needs_confirmation", "handed_over", "unsure", "none"
]


class Request(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    kw_only=True,
    tag_field="type",
    tag=str.lower,
):
    """What every request may carry."""

    id: Id = None
    v: int = PROTOCOL


class Interpret(Request, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Understand an utterance, and with `execute` do what it says."""

    utterance: str
    execute: bool = False
    cwd: str | None = None
    runs_here: bool = False
    timeout_s: Seconds = 10.0


class Explain(Request, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Understand an utterance and tell how that came about; does nothing."""

    utterance: str
    cwd: str | None = None
    timeout_s: Seconds = 10.0


class Confirm(Request, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Do what was held back until somebody agreed."""

    token: str
    runs_here: bool = False


class Teach(Request, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Remember what an utterance means."""

    utterance: str
    intent: OneOrMore


class Taught(Request, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """List what was taught."""


class Forget(Request, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Let an utterance mean again what it meant before it was taught."""

    utterance: str


class History(Request, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Tell what was said of late."""

    limit: Annotated[int, msgspec.Meta(ge=1)] = 20


class ClearHistory(
    Request, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="clear_history"
):
    """Delete all that was said."""


class Actions(Request, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """List everything that can be said."""


class Reload(Request, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Read the configuration or the adapter again."""

    what: Literal["all", "config", "adapter"] = "all"


class Status(Request, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Tell how the daemon is; with `grants`, ask macOS what it lets the daemon do."""

    grants: bool = False


Remembering = Teach | Taught | Forget | History | ClearHistory
AnyRequest = Interpret | Explain | Confirm | Remembering | Actions | Reload | Status


class Reply(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=str.lower):
    """What every reply carries."""

    id: Id = None


class ErrorReply(Reply, frozen=True, kw_only=True, tag="error"):
    """Why a request has no answer."""

    code: str
    message: str


class ShownCommand(msgspec.Struct, frozen=True, omit_defaults=True):
    """A command as a client sees it; `shown` and `touches` are for people only."""

    argv: tuple[str, ...]
    shown: str
    risk: Risk
    where: Where
    touches: tuple[str, ...] = ()  # what it would meet, a line each, when it is asked


class Result(msgspec.Struct, frozen=True):
    """What came of one command; `exit_code` is null if it was ended by a signal."""

    exit_code: int | None
    stdout: str
    stderr: str
    duration_ms: float
    timed_out: bool = False


class LikelyIntent(msgspec.Struct, frozen=True):
    """One thing that an unclear utterance may mean."""

    intent: Said
    confidence: float


class UsedModel(msgspec.Struct, frozen=True):
    """Which base and which adapter gave the answer."""

    base: str
    adapter: str | None


class Timing(msgspec.Struct, frozen=True):
    """Where the time went, in milliseconds, and what the model did for it."""

    queue_ms: float
    model_ms: float
    total_ms: float
    passes: int
    chosen_tokens: int


class Interpretation(Reply, frozen=True, kw_only=True):
    """What an utterance means here and what became of it."""

    outcome: Outcome
    intents: tuple[Said, ...]
    resolved: tuple[Said, ...]
    commands: tuple[ShownCommand, ...]
    confidence: float
    stage: str
    candidates: tuple[LikelyIntent, ...]
    results: tuple[Result, ...]
    token: str | None
    model: UsedModel
    timing: Timing


class OkReply(Reply, frozen=True, kw_only=True, tag="ok"):
    """What was asked for has taken effect; this is what serves now."""

    adapter: str | None
    catalogue_hash: str


class _Head(msgspec.Struct, frozen=True):  # what the reply to a broken request needs
    id: msgspec.Raw = msgspec.Raw()
    v: msgspec.Raw = msgspec.Raw()


_DECODER = msgspec.json.Decoder(AnyRequest)
_HEAD = msgspec.json.Decoder(_Head)
_ID = msgspec.json.Decoder(Id)
_ENCODER = msgspec.json.Encoder()


def decode(line: bytes) -> AnyRequest:
    """Read one request.

    Raises `BadVersion` for another version of the protocol, `BadRequest` for all else
    that is wrong with it.
    """
    try:
        request: AnyRequest = _DECODER.decode(line)
    except (msgspec.DecodeError, RecursionError) as error:
        version = _head(line).v
        if bytes(version).isdigit() and bytes(version) != b"%d" % PROTOCOL:
            raise _bad_version(bytes(version).decode()) from error
        # Its end says where; what was sent may be long.
        raise BadRequest(f"not a request: {str(error)[-200:]}") from error
    if request.v != PROTOCOL:
        raise _bad_version(str(request.v))
    if isinstance(request, Interpret | Explain | Teach | Forget):
        _check(request)
    return request


def id_of(line: bytes) -> Id:
    """Give the id of a request that may be broken otherwise; None if it has none."""
    try:
        return cast(Id, _ID.decode(_head(line).id))
    except msgspec.DecodeError:
        return None


def encode(reply: Reply) -> bytes:
    """Give the line of a reply."""
    try:
        return _ENCODER.encode(reply) + b"\n"
    except UnicodeEncodeError:  # the name of a file may be no text
        return encode_line(msgspec.to_builtins(reply))


def _head(line: bytes) -> _Head:
    try:
        return _HEAD.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return _Head()


def _bad_version(found: str) -> BadVersion:
    said = f"expected version {PROTOCOL} of the protocol, found {found[:20]}"
    return BadVersion(said)


def _check(request: Interpret | Explain | Teach | Forget) -> None:
    length = len(request.utterance)
    if length > MAX_CHARACTERS:
        raise BadRequest(
            f"utterance: expected at most {MAX_CHARACTERS} characters, found {length}"
        )
    cwd = request.cwd if isinstance(request, Interpret | Explain) else None
    if cwd is not None and (not cwd.startswith("/") or "\0" in cwd):
        raise BadRequest(f'cwd: expected an absolute path, found "{cwd[:80]}"')
