"""What the daemon tells, as text for people: lines, and names beside values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from client.answers import Action, Status, Timing
from client.reply import Interpretation, intent_text

Row = tuple[str, str]


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
        *(("problem", problem) for problem in status.problems),
    ]


def explained_rows(meant: Interpretation, timing: Timing) -> list[Row]:
    """Tell what an utterance means and how that came about."""
    return [
        ("outcome", meant.outcome),
        (
            "stage",
            f"{meant.stage}, {timing.total_ms:.1f} ms, passes {timing.passes},"
            f" chosen tokens {timing.chosen_tokens}",
        ),
        ("confidence", f"{meant.confidence:.1%}"),
        *(("intent", intent_text(intent)) for intent in meant.intents),
        *(("resolved", intent_text(intent)) for intent in meant.resolved),
        *(
            ("command", f"{command.shown}  ({command.risk}, {command.where})")
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


def listed(actions: Sequence[Action]) -> str:
    """Give the actions pack by pack, each with its examples."""
    width = max(len(action.id) for action in actions)
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
    return "\n".join(lines)


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


def _counted(total: int, counts: dict[str, int]) -> str:
    if not total:
        return "nothing yet"
    by = sorted(counts.items(), key=lambda item: -item[1])
    return f"{total}: " + ", ".join(f"{name} {count}" for name, count in by)


def _latency(p50: float | None, p99: float | None) -> str:
    if p50 is None or p99 is None:
        return "nothing yet"
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"
