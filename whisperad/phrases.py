"""Phrases: hassil templates of an action, parsed, checked and sampled.

The template language is hassil's (https://github.com/OHF-Voice/hassil): `(a|b)`,
`[optional]`, `{slot}`, `<rule>`.
"""

import re
from collections.abc import Callable, Mapping
from random import Random

import msgspec

from whisperad.light import lighten

lighten("hassil")  # whose matcher is of no use here

from hassil.expression import (  # noqa: E402
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    Sentence,
    TextChunk,
)
from hassil.parse_expression import parse_sentence  # noqa: E402
from hassil.parser import ParseError  # noqa: E402

Rules = Mapping[str, Sentence]
MAX_DEPTH = 24  # brackets in brackets, rules in rules; more is one that names itself


class Piece(msgspec.Struct, frozen=True):
    """A part of a sampled phrase: plain text, or the words that fill a slot."""

    text: str
    slot: str | None = None


def parse(template: str) -> Sentence:
    """Parse one template. Raises `ValueError` that says what is wrong with it."""
    problem = _unbalanced(template)
    if problem:
        raise ValueError(problem)
    try:
        return parse_sentence(template)
    # An assertion of hassil's stands for a template of a kind it does not expect.
    except (ParseError, ValueError, IndexError, AssertionError) as error:
        raise ValueError(str(error) or "not a phrase template") from error


def references(expression: Expression, rules: Rules, depth: int = 0) -> list[str]:
    """List the slots that an expression names, one entry an occurrence.

    Raises `ValueError` for a rule that does not exist or names itself.
    """
    match expression:
        case ListReference():
            return [expression.list_name]
        case RuleReference():
            return references(_rule(expression, rules, depth), rules, depth + 1)
        case Alternative():
            # A slot that stands in several alternatives is still said only once.
            found = [references(item, rules, depth) for item in expression.items]
            names = {name for names in found for name in names}
            return [
                n for n in sorted(names) for _ in range(max(f.count(n) for f in found))
            ]
        case Group():
            return [
                n for item in expression.items for n in references(item, rules, depth)
            ]
    return []


def sample(
    expression: Expression, rules: Rules, random: Random, fill: Callable[[str], str]
) -> list[Piece]:
    """Draw one wording at random; `fill` gives the words for a slot's name."""
    pieces: list[Piece] = []
    _draw(expression, rules, random, fill, pieces)
    return _tidy(pieces)


def _draw(
    expression: Expression,
    rules: Rules,
    random: Random,
    fill: Callable[[str], str],
    pieces: list[Piece],
) -> None:
    match expression:
        case TextChunk():
            pieces.append(Piece(expression.original_text))
        case ListReference():
            pieces.append(Piece(fill(expression.list_name), expression.list_name))
        case RuleReference():
            body = _rule(expression, rules, 0)
            _draw(body, rules, random, fill, pieces)
        case Alternative():
            _draw(random.choice(expression.items), rules, random, fill, pieces)
        case Permutation():
            for item in random.sample(expression.items, len(expression.items)):
                pieces.append(Piece(" "))
                _draw(item, rules, random, fill, pieces)
                pieces.append(Piece(" "))
        case Group():
            for item in expression.items:
                _draw(item, rules, random, fill, pieces)


def _tidy(pieces: list[Piece]) -> list[Piece]:
    """Fold runs of blanks between pieces and trim both ends."""
    tidy: list[Piece] = []
    blank = True  # nothing stands before the first piece
    for piece in pieces:
        text = re.sub(r"\s+", " ", piece.text)
        if blank:
            text = text.lstrip()
        if text:
            blank = text.endswith(" ")
            tidy.append(Piece(text, piece.slot))
    while tidy and not tidy[-1].text.rstrip():
        tidy.pop()
    if tidy:
        tidy[-1] = Piece(tidy[-1].text.rstrip(), tidy[-1].slot)
    return tidy


def _rule(reference: RuleReference, rules: Rules, depth: int) -> Expression:
    if depth > MAX_DEPTH:
        raise ValueError(f"rule <{reference.rule_name}> names itself")
    if reference.rule_name not in rules:
        raise ValueError(f"no rule is called <{reference.rule_name}>")
    return rules[reference.rule_name].expression


def _unbalanced(template: str) -> str | None:
    closing = {"(": ")", "[": "]", "{": "}", "<": ">"}
    expected: list[str] = []
    for character in template:
        if character in closing:
            expected.append(closing[character])
            if len(expected) > MAX_DEPTH:
                return "it is nested too deeply"
        elif character in closing.values() and (
            not expected or expected.pop() != character
        ):
            return f'"{character}" closes nothing'
    return f'"{expected[-1]}" is missing' if expected else None
