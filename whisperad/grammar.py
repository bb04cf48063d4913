"""Which tokens may come next: answers of the catalogue, filled with words said.

llguidance (https://github.com/guidance-ai/llguidance) follows an answer token by
token. Its fixed parts stand in the grammars as token ids, cut as training cuts them; a
slot's value is a span of the utterance. What does not depend on the utterance is
compiled once per catalogue, the rest when an answer reaches its first span.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping

from llguidance import LLMatcher, LLTokenizer
from tokenizers import Tokenizer

from whisperad.catalogue import Catalogue
from whisperad.errors import BadAdapter
from whisperad.guess import Guesser
from whisperad.intent import NONE, Intent
from whisperad.pack import Slot
from whisperad.prompt import (
    CLOSING,
    END,
    LIST_CLOSING,
    LIST_OPENING,
    MAX_INTENTS,
    OPENING,
    SEPARATOR,
    SPECIAL_TOKENS,
    completion_pieces,
    key,
    parse_completion,
)

# `substring_words` takes blanks for words of their own, and no word at all for some.
_SPAN = """
SPAN: WORDS & /[^ ](.*[^ ])?/
WORDS: %regex {{ "substring_words": {} }}
"""

MAX_GUESS = 32  # tokens; a pass over so many costs about what three over one cost

_ANY_TEXT = '{"action":"a b  c"} é\N{GRINNING FACE}'
_NEXT_KEY = key("").partition(":")[0][:-1]  # how the key of a slot begins
_LAST_KEY = re.compile(r'"([^"]*)":"$')
_NOT_ZERO = re.compile(rb"[^\0]", re.DOTALL)
_BITS = [[bit for bit in range(8) if byte >> bit & 1] for byte in range(256)]


class Vocabulary:
    """A tokenizer as we and llguidance see it."""

    def __init__(self, text: str) -> None:
        """Take the content of a `tokenizer.json`. Raises `BadAdapter`."""
        try:
            self._tokenizer = Tokenizer.from_str(text)
        except Exception as error:  # tokenizers raises nothing narrower
            raise BadAdapter(f"tokenizer.json: {error}") from error
        for special in SPECIAL_TOKENS:
            if len(self.encode(special)) != 1:
                raise BadAdapter(f'tokenizer.json: "{special}" is not one token')
        if self.decode(self.encode(_ANY_TEXT)) != _ANY_TEXT:
            raise BadAdapter("tokenizer.json: it does not give back what it was given")
        self.size = self._tokenizer.get_vocab_size()
        self.end = self.encode(END)[0]
        # No slices: they speed up free text, and no grammar of ours has any.
        try:
            self.matching = LLTokenizer(text, eos_token=self.end, slices=[])
        except ValueError as error:
            raise BadAdapter(f"tokenizer.json: {error}") from error

    def encode(self, text: str) -> list[int]:
        """Cut a text into tokens."""
        return self._tokenizer.encode(text, add_special_tokens=False).ids

    def decode(self, tokens: list[int]) -> str:
        """Join tokens to a text, special ones too."""
        return self._tokenizer.decode(tokens, skip_special_tokens=False)


class Grammar:
    """All answers that a catalogue allows."""

    def __init__(self, catalogue: Catalogue, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.guesser = Guesser(catalogue)
        self._actions = catalogue.actions
        self._closings = self._ways_to_end()
        none = f"{self._ids(NONE)} {self._closings[0]}"
        self._opening = self._compiled(
            f"start: {self._ids(LIST_OPENING)} | {self._ids(OPENING)} ( {none} | any )\n"
            + self._any_action(0)
        )
        self._in_lists: dict[int, LLMatcher] = {}  # by number of the object
        self._begun = Walk(self, "", self._opening.deep_copy())
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
        return self._begun.copy(utterance)

    def admits(self, utterance: str, intent: Intent) -> bool:
        """Whether the model could give exactly this answer."""
        walk = Walk(self, utterance, self._opening.deep_copy())
        for piece in completion_pieces((intent,)):
            for token in self.vocabulary.encode(piece):
                if token not in walk.allowed():
                    return False
                walk.take(token)
        return True

    def rest(self, answer: str, utterance: str) -> LLMatcher:
        """Compile what may follow an answer that has come to a span or to an object."""
        number = 0  # of the object in the list, from 1; 0 if there is no list
        if answer.startswith(LIST_OPENING):
            number = answer.count(SEPARATOR) + 1
        if answer.endswith((LIST_OPENING, SEPARATOR)):
            return self._in_list(number).deep_copy()
        identity = answer.rsplit(OPENING, 1)[-1].split('"', 1)[0]
        slots = self._actions[identity].slots
        last_key = _LAST_KEY.search(answer)
        assert last_key is not None, answer
        after = list(slots).index(last_key[1]) + 1
        rules = [f"start: SPAN t{after}"]
        rules += self._rules(slots, after, "t", "SPAN", self._closings[number])
        return self._compiled("\n".join(rules) + _SPAN.format(json.dumps(utterance)))

    def learn(self, is_wanted: Callable[[], bool] = lambda: True) -> None:
        """Learn to guess, and compile what lists need. For a thread that may wait.

        Leaves it when it is not wanted any more.
        """
        self.guesser.learn(is_wanted)
        for number in range(1, MAX_INTENTS + 1):
            if is_wanted():
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
        for index, action in enumerate(self._actions.values()):
            rules.append(f"a{index}: {self._ids(action.id)} a{index}_0")
            rules += self._rules(
                action.slots, 0, f"a{index}_", "", self._closings[number]
            )
        starts = " | ".join(f"a{index}" for index in range(len(self._actions)))
        return "\n".join([*rules, f"any: {starts}"])

    def _rules(
        self,
        slots: Mapping[str, Slot],
        first: int,
        prefix: str,
        span: str,
        closing: str,
    ) -> Iterator[str]:
        """Give a rule for what may follow when the slots before `index` are done."""
        names = list(slots)
        for index in range(first, len(names) + 1):
            options = []
            for at in range(index, len(names)):
                slot = slots[names[at]]
                value = f"{span} {prefix}{at + 1}" if span else ""
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


class Walk:
    """One answer on its way through the grammar."""

    def __init__(self, grammar: Grammar, utterance: str, matcher: LLMatcher) -> None:
        self._grammar = grammar
        self._utterance = utterance
        self._matcher = matcher
        self._allowed: tuple[int, ...] = ()
        self.tokens: tuple[int, ...] = ()  # of the answer so far

    def copy(self, utterance: str | None = None) -> "Walk":
        """Give a walk that goes its own way from here."""
        said = self._utterance if utterance is None else utterance
        new = Walk(self._grammar, said, self._matcher.deep_copy())
        new.tokens, new._allowed = self.tokens, self._allowed
        return new

    @property
    def is_done(self) -> bool:
        """Whether the answer is complete."""
        return self.tokens[-1:] == (self._grammar.vocabulary.end,)

    @property
    def intents(self) -> tuple[Intent, ...]:
        """What the complete answer says: nothing if it is no command."""
        read = parse_completion(self._text())
        return tuple(intent for intent in read if not intent.is_none)

    def allowed(self) -> tuple[int, ...]:
        """Give the tokens that may come next; none when the answer is complete."""
        if not self._allowed and not self.is_done:
            if self._matcher.is_stopped():
                self._matcher = self._grammar.rest(self._text(), self._utterance)
            self._allowed = _set_bits(self._matcher.compute_bitmask())
            assert self._allowed, self._text()
        return self._allowed

    def action_with(self, token: int) -> str:
        """Give the first action's id, or what is there of it, with one more token."""
        text = self._grammar.vocabulary.decode([*self.tokens, token])
        return text.removeprefix("[")[len(OPENING) :].split('"')[0]

    @property
    def closing(self) -> int:
        """The token that ends an object, where that is allowed."""
        return self._grammar.vocabulary.encode(CLOSING)[0]

    def could_close_before(self, token: int) -> bool:
        """Whether a token begins a slot that may be left out, and the last one."""
        text = self._grammar.vocabulary.decode([token])
        return text.startswith(_NEXT_KEY) and self.closing in self.allowed()

    def take(self, token: int) -> None:
        """Go on with one of the allowed tokens."""
        consumed = self._matcher.consume_token(token)
        assert consumed, (self._text(), token)
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
        pieces = self._grammar.guesser.rest(self._text(), self._utterance)
        encode = self._grammar.vocabulary.encode
        return [token for piece in pieces for token in encode(piece)][:MAX_GUESS]

    def _text(self) -> str:
        return self._grammar.vocabulary.decode(list(self.tokens))


def _set_bits(mask: bytes) -> tuple[int, ...]:
    return tuple(
        8 * byte.start() + bit
        for byte in _NOT_ZERO.finditer(mask)
        for bit in _BITS[byte[0][0]]
    )
