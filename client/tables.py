"""What the daemon tells, as text for people: lines, and names beside values."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec

from client.answers import (
    Action,
    Explained,
    HistoryRow,
    Limits,
    NearPhrase,
    Pack,
    Status,
    TaughtRow,
)
from client.apart import Application, Conflict
from client.reply import Interpretation, intent_text

Row = tuple[str, str]

LIMITS_A_LINE = 4


def aligned(rows: Iterable[Row]) -> str:
    """Give names and values in two columns; a name that repeats is left out."""
    table = list(rows)
    width = max((len(name) for name, _ in table), default=0)
    lines, last = [], ""
    for name, value in table:
        lines.append(f"{'' if name == last else name:<{width}}  {value}")
        last = name
    return "\n".join(lines)


def status_rows(status: Status) -> list[Row]:
    """Tell how the daemon is."""
    model, catalogue, served = status.model, status.catalogue, status.served
    only = "" if status.can_execute else ", proposes commands but runs none"
    count = sum(served.outcome.values())
    return [
        (
            "whisperad",
            f"{status.version}, process {status.pid}, up {duration(status.uptime_s)}",
        ),
        ("platform", status.platform + only),
        ("model", f"{model.base}, {megabytes(model.bytes)}, on {status.device}"),
        ("adapter", model.adapter or "none"),
        ("blas", status.blas or "none"),
        (
            "catalogue",
            f"{catalogue.actions} actions in {catalogue.packs} packs, {catalogue.hash}",
        ),
        ("memory", megabytes(status.memory_bytes)),
        ("clients", f"{status.clients}, {status.queue} requests waiting"),
        ("served", _counted(count, served.outcome)),
        ("stages", _counted(sum(served.stage.values()), served.stage)),
        ("latency", _latency(status.latency_ms.p50, status.latency_ms.p99)),
        ("socket", status.socket),
        *(("limits", limit) for limit in _limits(status.limits)),
        *(("problem", problem) for problem in status.problems),
    ]


def _limits(limits: Limits) -> Iterator[str]:
    """Tell the limits, a few a line, under the names that they are set by."""
    known = msgspec.structs.asdict(limits).items()
    told = [f"{name} {value:.10g}" for name, value in known if value is not None]
    for at in range(0, len(told), LIMITS_A_LINE):
        yield ", ".join(told[at : at + LIMITS_A_LINE])


def explained_rows(meant: Interpretation, explained: Explained) -> list[Row]:
    """Tell what an utterance means and how that came about."""
    timing = explained.timing
    runs = "" if meant.outcome == "proposed" else ", would not run"
    return [
        ("outcome", meant.outcome),
        (
            "stage",
            f"{meant.stage}, {timing.total_ms:.1f} ms, passes {timing.passes},"
            f" chosen tokens {timing.chosen_tokens}",
        ),
        *([("read as", f'"{plain(explained.respelt)}"')] if explained.respelt else []),
        ("confidence", f"{meant.confidence:.1%}, threshold {explained.threshold:.1%}"),
        *(("intent", intent_text(intent)) for intent in meant.intents),
        *_slot_rows(meant),
        *(row for phrase in explained.phrases for row in _phrase_rows(phrase)),
        *(
            ("command", f"{command.shown}  ({command.risk}, {command.where}{runs})")
            for command in meant.commands
        ),
        *(("problem", result.stderr.strip()) for result in meant.results),
        *(
            (
                "candidate",
                f"{candidate.confidence:.1%}  {intent_text(candidate.intent)}",
            )
            for candidate in meant.candidates
        ),
    ]


def _slot_rows(meant: Interpretation) -> Iterator[Row]:
    """Tell what was said for each slot, and what that is here if it is known."""
    for number, intent in enumerate(meant.intents):
        found = meant.resolved[number] if number < len(meant.resolved) else {}
        for name, said in intent.items():
            if name == "action":
                continue
            means = f", which is {found[name]}" if name in found else ""
            yield "slot", f"{name}: {said}{means}"


def _phrase_rows(phrase: NearPhrase) -> Iterator[Row]:
    yield "phrase", phrase.template
    how = "" if phrase.is_match else f', {phrase.likeness:.0%} like "{phrase.wording}"'
    yield "phrase", f"{phrase.file}:{phrase.line}{how}"


def listed(actions: Sequence[Action], packs: Sequence[Pack]) -> str:
    """Give the actions pack by pack, each with its examples, and a list of packs."""
    width = max((len(action.id) for action in actions), default=0)
    lines: list[str] = []
    pack = ""
    for action in sorted(actions, key=lambda action: action.pack):
        if action.pack != pack:
            pack = action.pack
            lines += ["", pack] if lines else [pack]
        risk = "" if action.risk == "safe" else f" ({action.risk})"
        lines.append(f"  {action.id:<{width}}  {action.summary}{risk}")
        examples = ", ".join(f'"{example}"' for example in action.examples)
        lines.append(f"  {'':<{width}}  {examples}")
    counts = Counter(action.pack for action in actions)
    rows = [
        (one.name, str(counts[one.name]) if one.is_on else "off", one.summary)
        for one in packs
    ]
    if rows:
        lines += ["", *columns([("pack", "actions", ""), *rows])]
    return "\n".join(lines).lstrip("\n")


def applications(found: Sequence[Application]) -> str:
    """Give what to say for each application, its real name and where it was found."""
    rows = [(", ".join(a.say), a.name, a.id, a.source) for a in found]
    head = ("you say", "its name", "its id", "found in")
    many = "1 name" if len(found) == 1 else f"{len(found)} names"
    return "\n".join([*columns([head, *rows]), "", many])


def conflicts(found: Sequence[Conflict]) -> str:
    """Give each wording that two phrases share, and where they stand."""
    if not found:
        return "no wording belongs to two actions"
    lines = []
    for conflict in found:
        rows = [
            (f"  {phrase.action}", f"{phrase.file}:{phrase.line}", phrase.template)
            for phrase in conflict.phrases
        ]
        lines += [f'"{conflict.wording}"', *columns(rows)]
    many = "1 conflict" if len(found) == 1 else f"{len(found)} conflicts"
    return "\n".join([*lines, "", many])


def taught(rows: Sequence[TaughtRow]) -> str:
    """Give what was taught, when, and whether it counts."""
    table = []
    for row in rows:
        several = row.intent if isinstance(row.intent, tuple) else (row.intent,)
        unused = "" if row.is_used else "  (not used: no such action now)"
        meant = plain(" and ".join(map(intent_text, several)))
        table.append((_local(row.time), f'"{plain(row.utterance)}"', meant + unused))
    return "\n".join(columns(table)) if table else "nothing was taught"


def history(rows: Sequence[HistoryRow]) -> str:
    """Give what was said, what came of it, and how it was understood."""
    table = [("time", "outcome", "stage", "sure", "took", "said", "meant")]
    for row in rows:
        meant = " and ".join(map(intent_text, row.intents))
        table.append(
            (
                _local(row.time),
                row.outcome,
                row.stage,
                f"{row.confidence:.0%}",
                f"{row.duration_ms:.0f} ms",
                f'"{plain(row.utterance)}"',
                plain(meant),
            )
        )
    return "\n".join(columns(table)) if rows else "nothing was said yet"


def plain(text: str) -> str:
    """Give a text without what a terminal would take for an order."""
    return "".join(c if c.isprintable() else " " for c in text)


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Give rows with their columns one below the other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def json_text(shown: dict[str, object]) -> str:
    """Give a reply, or what was read from one, as JSON."""
    return json.dumps(msgspec.to_builtins(shown), indent=2, ensure_ascii=False)


def duration(seconds: float) -> str:
    """Give a span of time in its two largest units."""
    left = int(seconds)
    parts = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def megabytes(size_bytes: int) -> str:
    """Give a size in MB."""
    return f"{size_bytes / 1e6:.1f} MB"


def _local(time: str) -> str:
    """Give a moment as the clocks here showed it."""
    return f"{datetime.fromisoformat(time).astimezone():%Y-%m-%d %H:%M:%S}"


def _counted(total: int, counts: dict[str, int]) -> str:
    if not total:
        return "nothing yet"
    by = sorted(counts.items(), key=lambda item: -item[1])
    return f"{total}: " + ", ".join(f"{name} {count}" for name, count in by)


def _latency(p50: float | None, p99: float | None) -> str:
    if p50 is None or p99 is None:
        return "nothing yet"
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"
