"""Answers -> the points of the plots: how sure, how often right, and what if."""

from collections.abc import Sequence

import msgspec

from training.evaluate import Answer

BINS = 10
STEPS = 50


class Bin(msgspec.Struct, frozen=True):
    """Answers of about the same confidence."""

    low: float
    high: float
    count: int
    confidence: float  # their mean
    right: float  # their share


class Point(msgspec.Struct, frozen=True):
    """What would be if this were the threshold."""

    threshold: float
    precision: float  # of what would run: is right
    exact: float  # of commands: would run, with all slots right
    refused: float  # of commands: nothing would run
    false_actions: float  # of what is no command: something would run


def reliability(answers: Sequence[Answer], bins: int = BINS) -> list[Bin]:
    """Sort answers into bins of equal width; empty ones are left out."""
    groups: list[list[Answer]] = [[] for _ in range(bins)]
    for a in answers:
        groups[min(bins - 1, int(a.understanding.confidence * bins))].append(a)
    return [
        Bin(
            number / bins,
            (number + 1) / bins,
            len(some),
            sum(a.understanding.confidence for a in some) / len(some),
            sum(a.is_right for a in some) / len(some),
        )
        for number, some in enumerate(groups)
        if some
    ]


def tradeoff(answers: Sequence[Answer], steps: int = STEPS) -> list[Point]:
    """Count what would run under thresholds from 0 to 1."""
    judged = [
        (
            a.understanding.confidence if a.understanding.intents else -1.0,
            a.is_right,
            bool(a.expected),
        )
        for a in answers
    ]
    commands = max(1, sum(is_command for _, _, is_command in judged))
    others = max(1, sum(not is_command for _, _, is_command in judged))
    points = []
    for step in range(steps + 1):
        threshold = step / steps
        run = [(right, is_command) for c, right, is_command in judged if c >= threshold]
        ran = sum(is_command for _, is_command in run)
        points.append(
            Point(
                threshold,
                sum(right for right, _ in run) / len(run) if run else 1.0,
                sum(right and is_command for right, is_command in run) / commands,
                1 - ran / commands,
                sum(not right for right, is_command in run if not is_command) / others,
            )
        )
    return points
