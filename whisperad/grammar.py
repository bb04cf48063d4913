"""Which tokens may come next: answers of the catalogue, filled with words said.

llguidance (https://github.com/guidance-ai/llguidance) follows an answer's fixed parts,
which stand in the grammars as token ids, cut as training cuts them. They do not depend
on the utterance, so that each grammar is compiled once. Between two of them stands a
slot's value, a span of the utterance.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from whisperad.catalogue import Catalogue
from whisperad.guess import Guesser
from whisperad.intent import NONE, Intent
from whisperad.learnt import Learnt, learn
from whisperad.masks import tokens_of
from whisperad.pack import Slot
from whisperad.prompt import (
    CLOSING,
    LIST_CLOSING,
    LIST_OPENING,
    MAX_INTENTS,
    OPENING,
    SEPARATOR,
    completion_pieces,
    key,
    parse_completion,
)
from whisperad.spans import Said, Span
from whisperad.spelling import Spelling
from whisperad.vocabulary import Vocabulary

# After `vocabulary`, which makes it light.
from llguidance._lib import LLMatcher  # isort: skip

MAX_GUESS = 32  # tokens; a pass over so many costs about what three over one cost

_NEXT_KEY = key("").partition(":")[0][:-1]  # how the key of a slot begins
_LAST_KEY = re.compile(r'"([^"]*)":"$')


class Grammar:
    """All answers that a catalogue allows."""

    def __init__(self, catalogue: Catalogue, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.packs_hash = catalogue.packs_hash
        self.guesser = Guesser(catalogue)
        self.spelling: Spelling | None = None  # without it nothing is read twice
        self._catalogue = catalogue
        self.actions = catalogue.actions
        self._closings = self._ways_to_end()
        none = f"{self._ids(NONE)} {self._closings[0]}"
        self._opening = self._compiled(
            f"start: {self._ids(LIST_OPENING)} | {self._ids(OPENING)} ( {none} | any )\n"
            + self._any_action(0)
        )
        self._in_lists: dict[int, LLMatcher] = {}  # by number of the object
        self._after_spans: dict[str, After] = {}  # by their rules
        self._begun = Walk(self, None, self._opening.deep_copy())
        forced = self._begun.forced()
        single = self._begun.copy()
        for token in self.vocabulary.encode(OPENING)[len(forced) :]:
            single.take(token)
        # What the first pass over most utterances decides: list or not, and the action.
        self.first_choice = tuple(sorted({*self._begun.allowed(), *single.allowed()}))

    def walk(self, utterance: str) -> "Walk":
        """Begin an answer to a normalised text, which must not be empty.

        The walk's `tokens` are those that every answer begins with.
        """
        return self._begun.copy(Said(utterance, self.vocabulary.tokens))

    def admits(self, utterance: str, intent: Intent) -> bool:
        """Whether the model could give exactly this answer."""
        said = Said(utterance, self.vocabulary.tokens)
        walk = Walk(self, said, self._opening.deep_copy())
        for piece in completion_pieces((intent,)):
            for token in self.vocabulary.encode(piece):
                if token not in walk.allowed():
                    return False
                walk.take(token)
        return True

    def object_after(self, answer: str) -> LLMatcher:
        """Give what may follow an answer that has come to an object of a list."""
        return self._in_list(answer.count(SEPARATOR) + 1).deep_copy()

    def after_span(self, answer: str) -> "After":
        """Give what may follow the span that an answer has come to."""
        number = 0  # of the object in the list, from 1; 0 if there is no list
        if answer.startswith(LIST_OPENING):
            number = answer.count(SEPARATOR) + 1
        identity = answer.rsplit(OPENING, 1)[-1].split('"', 1)[0]
        slots = self.actions[identity].slots
        last_key = _LAST_KEY.search(answer)
        assert last_key is not None, answer
        first = list(slots).index(last_key[1]) + 1
        rules = [f"start: t{first}"]
        rules += self._rules(slots, first, "t", self._closings[number])
        lark = "\n".join(rules)
        if lark not in self._after_spans:
            matcher = self._compiled(lark)
            allowed = frozenset(tokens_of(matcher.deep_copy().compute_bitmask()))
            self._after_spans[lark] = After(matcher, allowed)
        return self._after_spans[lark]

    def learn(self) -> None:
        """Read the catalogue's phrases, and use what they teach. Takes seconds."""
        self.use(learn(self._catalogue))

    def use(self, learnt: Learnt) -> None:
        """Guess and spell as phrases teach, and compile what lists need."""
        self.guesser.use(learnt)
        self.spelling = Spelling(self.actions, learnt.votes.phrases)
        for number in range(1, MAX_INTENTS + 1):
            self._in_list(number)

    def _in_list(self, number: int) -> LLMatcher:
        """Give what may follow where an object of a list names its action."""
        if number not in self._in_lists:
            rules = f"start: any\n{self._any_action(number)}"
            self._in_lists[number] = self._compiled(rules)
        return self._in_lists[number]

    def _any_action(self, number: int) -> str:
        """Give the rules of an object that names any of the actions."""
        rules = []
        for index, action in enumerate(self.actions.values()):
            rules.append(f"a{index}: {self._ids(action.id)} a{index}_0")
            rules += self._rules(action.slots, 0, f"a{index}_", self._closings[number])
        starts = " | ".join(f"a{index}" for index in range(len(self.actions)))
        return "\n".join([*rules, f"any: {starts}"])

    def _rules(
        self,
        slots: Mapping[str, Slot],
        first: int,
        prefix: str,
        closing: str,
    ) -> Iterator[str]:
        """Give a rule for what may follow when the slots before `index` are done.

        It ends where a span begins.
        """
        names = list(slots)
        for index in range(first, len(names) + 1):
            options = []
            for at in range(index, len(names)):
                slot = slots[names[at]]
                value = ""
                if slot.type == "choice":
                    values = " | ".join(self._ids(value) for value in slot.values)
                    value = f"( {values} ) {prefix}{at + 1}"
                options.append(f"{self._ids(key(names[at]))} {value}")
                if not slot.optional:
                    break
            else:
                options.append(closing)
            yield f"{prefix}{index}: {' | '.join(options)}"

    def _ways_to_end(self) -> list[str]:
        """Say how an object ends: alone, or first, second … in a list."""
        end = f"<[{self.vocabulary.end}]>"
        more, last = self._ids(SEPARATOR), f"{self._ids(LIST_CLOSING)} {end}"
        between = [f"( {more} | {last} )"] * (MAX_INTENTS - 2)
        return [f"{self._ids(CLOSING)} {end}", more, *between, last]

    def _ids(self, text: str) -> str:
        return " ".join(f"<[{token}]>" for token in self.vocabulary.encode(text))

    def _compiled(self, lark: str) -> LLMatcher:
        matcher = LLMatcher(self.vocabulary.matching, lark, log_level=0)
        assert not matcher.is_error(), matcher.get_error()
        return matcher


class After(NamedTuple):
    """What may follow a span."""

    matcher: LLMatcher
    allowed: frozenset[int]  # the tokens that it may begin with


class Walk:
    """One answer on its way through the grammar."""

    def __init__(self, grammar: Grammar, said: Said | None, matcher: LLMatcher) -> None:
        self._grammar = grammar
        self._said = said
        self._matcher = matcher
        self._span: Span | None = None  # while the answer is in one
        self._after: After | None = None  # what follows it
        self._allowed: tuple[int, ...] = ()
        self.tokens: tuple[int, ...] = ()  # of the answer so far

    def copy(self, said: Said | None = None) -> "Walk":
        """Give a walk that goes its own way from here."""
        # In a span the matcher is done with, and another one comes after it.
        matcher = self._matcher if self._span else self._matcher.deep_copy()
        new = Walk(self._grammar, said or self._said, matcher)
        new._span, new._after = self._span, self._after
        new.tokens, new._allowed = self.tokens, self._allowed
        return new

    @property
    def is_done(self) -> bool:
        """Whether the answer is complete."""
        return self.tokens[-1:] == (self._grammar.vocabulary.end,)

    @property
    def intents(self) -> tuple[Intent, ...]:
        """What the complete answer says: nothing if it is no command."""
        read = parse_completion(self.text)
        return tuple(intent for intent in read if not intent.is_none)

    def allowed(self) -> tuple[int, ...]:
        """Give the tokens that may come next; none when the answer is complete."""
        if not self._allowed and not self.is_done:
            if self._span is None and self._matcher.is_stopped():
                self._go_on()
            self._allowed = self._in_span() or tokens_of(
                self._matcher.compute_bitmask()
            )
            assert self._allowed, self.text
        return self._allowed

    def _go_on(self) -> None:
        """Find out what comes after the end of a grammar: a span, or an object."""
        answer = self.text
        if answer.endswith((LIST_OPENING, SEPARATOR)):
            self._matcher = self._grammar.object_after(answer)
        else:
            assert self._said is not None
            self._span, self._after = Span(self._said), self._grammar.after_span(answer)

    def _in_span(self) -> tuple[int, ...]:
        if self._span is None or self._after is None:
            return ()
        ending = self._after.allowed if self._span.may_end else ()
        return tuple(sorted(self._span.allowed().union(ending)))

    def action_with(self, token: int) -> str:
        """Give the first action's id, or what is there of it, with one more token."""
        text = self._grammar.vocabulary.decode([*self.tokens, token])
        return text.removeprefix("[")[len(OPENING) :].split('"')[0]

    @property
    def first_choice(self) -> tuple[int, ...]:
        """What the first pass over most utterances decides between."""
        return self._grammar.first_choice

    @property
    def closing(self) -> int:
        """The token that ends an object, where that is allowed."""
        return self._grammar.vocabulary.closing

    def could_close_before(self, token: int) -> bool:
        """Whether a token begins a slot that may be left out, and the last one."""
        text = self._grammar.vocabulary.decode([token])
        return text.startswith(_NEXT_KEY) and self.closing in self.allowed()

    def take(self, token: int) -> None:
        """Go on with one of the allowed tokens."""
        assert token in self.allowed(), (self.text, token)
        if self._span and self._after and token not in self._after.allowed:
            self._span = self._span.with_token(token)
        else:
            if self._after:
                self._matcher = self._after.matcher.deep_copy()
                self._span = self._after = None
            self._matcher.consume_token(token)
        self.tokens += (token,)
        self._allowed = ()

    def forced(self) -> list[int]:
        """Go on until there is a choice or the end, and give the tokens on the way."""
        taken = []
        while len(allowed := self.allowed()) == 1:
            self.take(allowed[0])
            taken.append(allowed[0])
        return taken

    def guess(self) -> list[int]:
        """Give tokens worth trying next; they need not be allowed."""
        assert self._said is not None
        pieces = self._grammar.guesser.rest(self.text, self._said.text)
        encode = self._grammar.vocabulary.encode
        return [token for piece in pieces for token in encode(piece)][:MAX_GUESS]

    @property
    def text(self) -> str:
        """The answer so far."""
        return self._grammar.vocabulary.decode(list(self.tokens))
