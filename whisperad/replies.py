"""Interpretations, step by step: each function takes the reply on by one."""

from collections.abc import Sequence

from msgspec.structs import replace

from whisperad.command import Resolution, Resolver
from whisperad.errors import WhisperaError
from whisperad.policy import Clarity
from whisperad.protocol import (
    Interpretation,
    LikelyIntent,
    Result,
    ShownCommand,
    Timing,
    UsedModel,
)
from whisperad.runner import Outcome
from whisperad.understanding import Understanding
from whisperad.utterance import Utterance

COULD_NOT_RUN = 127  # the exit code that a shell gives for a command it does not find


def understood(
    utterance: Utterance,
    understanding: Understanding,
    clarity: Clarity,
    resolver: Resolver,
    model: UsedModel,
) -> Interpretation:
    """Say what was understood; nothing is resolved yet."""
    candidates = understanding.candidates if clarity == "unsure" else ()
    return Interpretation(
        outcome="proposed" if clarity == "clear" else clarity,
        intents=tuple(resolver.said(i, utterance) for i in understanding.intents),
        resolved=(),
        commands=(),
        confidence=round(understanding.confidence, 4),
        stage=understanding.stage,
        candidates=tuple(
            LikelyIntent(resolver.said(c.intent, utterance), round(c.confidence, 4))
            for c in candidates
        ),
        results=(),
        token=None,
        model=model,
        timing=Timing(
            queue_ms=0.0,
            model_ms=round(understanding.model_ms, 3),
            total_ms=0.0,
            passes=understanding.passes,
            chosen_tokens=understanding.chosen_tokens,
        ),
    )


def proposed(reply: Interpretation, found: Sequence[Resolution]) -> Interpretation:
    """Add what it means here and the commands that would do it."""
    return replace(
        reply,
        intents=tuple(resolution.said for resolution in found),
        resolved=tuple(resolution.resolved for resolution in found),
        commands=tuple(
            ShownCommand(command.argv, command.shown, command.risk, command.where)
            for resolution in found
            for command in resolution.commands
        ),
    )


def impossible(reply: Interpretation, reason: WhisperaError) -> Interpretation:
    """Say that it was understood, but cannot be done here."""
    result = Result(COULD_NOT_RUN, "", str(reason), 0.0)
    return replace(reply, outcome="failed", results=(result,))


def ran(reply: Interpretation, outcomes: Sequence[Outcome]) -> Interpretation:
    """Add what came of the commands."""
    is_done = all(outcome.exit_code == 0 for outcome in outcomes)
    return replace(
        reply,
        outcome="done" if is_done else "failed",
        results=tuple(
            Result(
                outcome.exit_code,
                outcome.stdout,
                outcome.stderr,
                round(outcome.duration_ms, 3),
                outcome.timed_out,
            )
            for outcome in outcomes
        ),
    )
