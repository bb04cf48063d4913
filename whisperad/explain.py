"""Explain: how an utterance was understood, and which phrase it is nearest to.

Parses phrases, so it belongs into a thread that may wait.
"""

import importlib
from collections.abc import Iterator
from pathlib import Path
from random import Random

import msgspec
from hassil.expression import Sentence
from msgspec.structs import asdict, replace
from rapidfuzz import fuzz

from whisperad import phrases, policy, replies
from whisperad.action import Action, Phrase
from whisperad.catalogue import Catalogue
from whisperad.command import Resolver
from whisperad.errors import CannotRun, UnknownName
from whisperad.intent import Intent
from whisperad.lines import line_of
from whisperad.phrases import Rules
from whisperad.protocol import Interpretation, LikelyIntent, UsedModel
from whisperad.understanding import Understanding
from whisperad.utterance import Utterance

SAMPLES = 16  # wordings of a phrase that are held against the utterance
_POLITE = ("please", "thanks", "thank you", "could you", "can you", "would you", "hey")


class NearPhrase(msgspec.Struct, frozen=True):
    """The phrase of an action that comes nearest to what was said."""

    action: str
    template: str
    file: str
    line: int
    is_match: bool  # it has the utterance among its wordings
    wording: str  # the utterance, or the wording that is nearest to it
    likeness: float  # of the two, from 0 to 1


class Explanation(Interpretation, frozen=True, kw_only=True, tag="interpretation"):
    """An interpretation with all its candidates and what they were judged by."""

    threshold: float
    respelt: str  # what was read instead of what was typed, if that was mended
    phrases: tuple[NearPhrase, ...]  # one for each intent, else for the best candidate


def explanation(
    utterance: Utterance,
    understanding: Understanding,
    threshold: float,
    catalogue: Catalogue,
    resolver: Resolver,
    model: UsedModel,
    cwd: Path,
) -> Explanation:
    """Tell what was understood and what it would run, also where it is not sure."""
    clarity = policy.clarity(understanding, threshold)
    reply = replies.understood(utterance, understanding, clarity, resolver, model)
    intents = understanding.intents
    try:
        found = [resolver.resolve(intent, utterance, cwd) for intent in intents]
        reply = replies.proposed(reply, found) if found else reply
    except (UnknownName, CannotRun) as error:
        failed = replies.impossible(reply, error)
        outcome = failed.outcome if clarity == "clear" else reply.outcome
        reply = replace(failed, outcome=outcome)
    best = intents or tuple(c.intent for c in understanding.candidates[:1])
    candidates = tuple(
        LikelyIntent(resolver.said(c.intent, utterance), round(c.confidence, 4))
        for c in understanding.candidates
    )
    read = understanding.respelt or utterance.text
    near = tuple(
        nearest_phrase(catalogue, intent, read, is_part=len(best) > 1)
        for intent in best
    )
    fields = {**asdict(reply), "candidates": candidates}
    return Explanation(
        **fields, threshold=threshold, respelt=understanding.respelt, phrases=near
    )


def nearest_phrase(
    catalogue: Catalogue, intent: Intent, text: str, *, is_part: bool = False
) -> NearPhrase:
    """Give the phrase of an intent's action that has the text, else the nearest one.

    `is_part` says that the text holds more than this intent.
    """
    action = catalogue.actions[intent.action]
    rules = {
        file: {
            name: phrases.parse(body) for name, body in catalogue.rules[file].items()
        }
        for file in {phrase.file for phrase in action.phrases}
    }
    parsed = [(p, phrases.parse(p.template), rules[p.file]) for p in action.phrases]
    matching = importlib.import_module("whisperad.matching")  # slow, and seldom needed
    for skipped in ((), _POLITE):
        for phrase, sentence, known in parsed:
            if matching.has(text, action, intent, sentence, known, skipped):
                return _near(action, phrase, text, 1.0, is_match=True)
    like = fuzz.partial_ratio if is_part else fuzz.ratio
    scored = (
        (like(text, wording), wording, phrase)
        for phrase, sentence, known in parsed
        for wording in _sampled(action, intent, sentence, known)
    )
    best, wording, phrase = max(scored, key=lambda found: found[0])
    return _near(action, phrase, wording, round(best / 100, 4), is_match=False)


def _near(
    action: Action, phrase: Phrase, wording: str, likeness: float, *, is_match: bool
) -> NearPhrase:
    line = line_of(phrase.file, phrase.template)
    return NearPhrase(
        action.id, phrase.template, phrase.file, line, is_match, wording, likeness
    )


def _sampled(
    action: Action, intent: Intent, sentence: Sentence, rules: Rules
) -> Iterator[str]:
    """Draw wordings of a phrase in which the slots have what was said."""
    random = Random(0)

    def fill(name: str) -> str:
        value = intent.slots.get(name, f"{{{name}}}")
        return random.choice(action.slots[name].said.get(value, (value,)))

    for _ in range(SAMPLES):
        pieces = phrases.sample(sentence.expression, rules, random, fill)
        yield "".join(piece.text for piece in pieces)
