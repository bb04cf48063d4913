"""Catalogue -> train, valid and test examples; same config and seed, same bytes.

Splits share no phrase template. Every action gets the same share, critical ones three
times that, those that copy free words twice; `none` gets a fixed share of all rows.
"""

import copy
from collections.abc import Container, Iterator
from pathlib import Path
from random import Random
from typing import Self

from training import compounds, phrasing, shares, topics
from training.dataset import Example
from training.loosen import Loosener
from training.synonyms import Synonyms
from training.templates import (
    PLAIN,
    Split,
    Template,
    none_phrases,
    of_action,
    of_split,
)
from training.verbs import Verbs
from training.wordings import Wordings
from whisperad.catalogue import Catalogue
from whisperad.conflicts import give_way
from whisperad.intent import NONE, NOT_A_COMMAND, Intent
from whisperad.phrases import Piece
from whisperad.utterance import normalise

NONE_SHARE = 0.24  # of all rows; refusing is the harder half of understanding
PLAIN_SHARE = 0.25  # of an action's examples
OWN_SHARE = 0.22  # of commands in train: those of the user's own packs
SEEMING_SHARE = 0.1  # of what is no command: what looks like a user's own
SYNONYM_SHARE = 0.25  # of all examples
COMPOUND_SHARE = 0.09  # of commands
LISTING_SHARE = 0.3  # of those: one verb for several names
CARRYING_SHARE = 0.6  # up to this one verb for two actions, where there is such a pair
GROUPED_SHARE = 0.2  # of what comes next among three or four: each of these two
VERBS_TRIED = 25  # wordings an action, to find those that begin with the same verb


class Generator:
    """Draws examples of one split.

    Raises `BadConfig` if a phrase, a sample list or a `none` file is wrong.
    """

    def __init__(self, catalogue: Catalogue, config: Path, split: Split) -> None:
        self._wordings = Wordings(catalogue, config)
        self._synonyms = Synonyms(config)
        self._actions = catalogue.actions
        self._config = config
        own = give_way(catalogue, config)
        self._refusals = [p for p in none_phrases(config) if p.template not in own]
        self._deal(split)

    def other(self, split: Split, only: Container[str] | None = None) -> Self:
        """Give a generator of another split, without reading anything again.

        `only` names the actions to draw, if not all of them and what is no command.
        """
        other = copy.copy(self)
        if only is not None:
            some = self._actions.items()
            other._actions = {name: action for name, action in some if name in only}
            other._refusals = []
        other._deal(split)
        return other

    def _deal(self, split: Split) -> None:
        """Begin anew with the templates of a split."""
        self._by_verb: dict[str, list[Template]] = {}
        self._groups: list[list[Template]] = []
        self._bounds: dict[int, list[int]] = {}  # of the groups, by identity
        self._weights: list[float] = []
        for action in self._actions.values():
            group = of_action(action, split, self._config)
            if group:
                self._groups.append(group)
                self._weights.append(shares.weight(action))
        self._own: dict[str, list[Template]] = {}  # a user's own actions
        self._loosener: Loosener | None = None
        if split == "train":
            self._stress()
        self._listed = [group for group in self._groups if shares.takes_a_list(group)]
        refusals = [
            Template(None, phrase) for phrase in of_split(self._refusals, split)
        ]
        if refusals:
            total = sum(self._weights)
            self._groups.append(refusals)
            self._weights.append(total * NONE_SHARE / (1 - NONE_SHARE))

    def examples(self, count: int, seed: int) -> Iterator[Example]:
        """Draw `count` examples."""
        random = Random(seed)
        made = 0
        while made < count:
            group = random.choices(self._groups, self._weights)[0]
            if group[0].action is not None and random.random() < COMPOUND_SHARE:
                example = self._compound(random)
            else:
                example = self._example(self._template(group, random), random)
            if example is not None:
                made += 1
                yield example

    def _stress(self) -> None:
        """Draw a user's own actions more often, and in words that they do not have.

        Few phrases among tens of thousands would not be learnt.
        """
        own = [
            not Path(group[0].phrase.file).is_relative_to(self._config)
            for group in self._groups
        ]
        if not any(own):
            return
        weights = list(zip(self._weights, own, strict=True))
        total = sum(weight for weight, is_own in weights if is_own)
        factor = OWN_SHARE / (1 - OWN_SHARE) * (sum(self._weights) - total) / total
        if factor > 1:
            self._weights = [w * factor if is_own else w for w, is_own in weights]
        groups = list(zip(self._groups, own, strict=True))
        self._own = {
            g[0].action.id: g for g, is_own in groups if is_own and g[0].action
        }
        self._loosener = Loosener(
            [template for group in self._own.values() for template in group],
            [template for group, is_own in groups if not is_own for template in group],
            Verbs(self._config),
        )

    def _template(self, group: list[Template], random: Random) -> Template:
        if group[0].action is not None and random.random() < PLAIN_SHARE:
            group = group[:PLAIN]
            return random.choices(group, cum_weights=shares.bounds(group))[0]
        bounds = self._bounds.get(id(group))
        if bounds is None:
            bounds = self._bounds[id(group)] = shares.bounds(group)
        return random.choices(group, cum_weights=bounds)[0]

    def _example(self, template: Template, random: Random) -> Example | None:
        part = self._wordings.part(template, random)
        if part is None:
            return None
        if self._loosener and part.action in self._own:
            part = self._loosener.loosen(part, random)
        elif self._loosener and part.action == NONE and random.random() < SEEMING_SHARE:
            part = self._seeming(part, random)
        said = part.pieces
        if template.action is not None:
            said = topics.named_apart(said, template.action.slots, random)
        pieces = [Piece(p.text, p.slot and f"0.{p.slot}") for p in said]
        return self._finished([part], pieces, template.phrase.template, random)

    def _seeming(self, part: compounds.Part, random: Random) -> compounds.Part:
        """Turn what is no command into what looks like one of a user's own."""
        assert self._loosener
        own = self._wordings.part(
            random.choice(random.choice(list(self._own.values()))), random
        )
        pieces = own and self._loosener.no_command(own, random)
        return part._replace(pieces=pieces) if pieces else part

    def _compound(self, random: Random) -> Example | None:
        """Draw an utterance of several commands, joined in one way or in several."""
        way, group, name = random.random(), None, "joined"
        if way < LISTING_SHARE:
            group, name = self._listing(compounds.how_many(random), random), "listed"
        elif way < CARRYING_SHARE:
            group, name = self._carried(random), "carried"
        if group is None and way >= LISTING_SHARE:
            group, name = self._joined(compounds.how_many(random), random), "joined"
        if group is None:
            return None
        return self._finished(group.parts, group.pieces, name, random)

    def _joined(self, count: int, random: Random) -> compounds.Group | None:
        """Draw commands one after the other; two of several may belong together."""
        groups: list[compounds.Group] = []
        while count > 0:
            group, kind = None, random.random() if len(groups) + count > 2 else 1.0
            if kind < GROUPED_SHARE and count > 1:
                group = self._listing(2, random)
            elif kind < 2 * GROUPED_SHARE and count > 1:
                group = self._carried(random)
            if group is None and (part := self._plain_part(random)):
                group = compounds.alone(part)
            if group is not None:
                groups.append(group)
            count -= len(group.parts) if group else 1
        groups.sort(key=lambda group: group.parts[-1].is_open)
        if len(groups) < 2 or groups[-2].parts[-1].is_open:
            return None
        return compounds.join(groups, random)

    def _carried(self, random: Random) -> compounds.Group | None:
        """Draw one verb for two actions: "turn off the wi-fi and bluetooth"."""
        first = self._plain_part(random)
        verb = first and compounds.shared_verb(first.pieces)
        if not first or not verb or first.is_open:
            return None
        second = self._other_with(verb, first.action, random)
        return compounds.carry_verb([first, second], verb, random) if second else None

    def _listing(self, count: int, random: Random) -> compounds.Group | None:
        """Draw one verb for several names: "open chrome and slack"."""
        if not self._listed:
            return None
        template = self._template(random.choice(self._listed), random)
        part = self._wordings.part(template, random)
        if part is None or part.fixed or template.action is None:
            return None
        (slot,) = template.action.slots.values()
        drawn = (self._wordings.name(template, slot, random) for _ in range(count))
        names = list(dict.fromkeys(drawn))
        if len(names) < 2 or not any(piece.slot for piece in part.pieces):
            return None
        return compounds.enumerate_names(part, names, random)

    def _plain_part(self, random: Random) -> compounds.Part | None:
        """Draw a command, half of the time in words that most people would use."""
        group = random.choices(self._groups, self._weights)[0]
        if group[0].action is None:
            return None
        some = group[:PLAIN] if random.random() < 0.5 else group
        return self._wordings.part(random.choice(some), random)

    def _other_with(
        self, verb: str, action: str, random: Random
    ) -> compounds.Part | None:
        """Draw a wording of another action that begins with the same verb."""
        if not self._by_verb:
            drawn = Random(0)
            for group in self._groups[: len(self._actions)]:
                for template in drawn.choices(group, k=VERBS_TRIED):
                    part = self._wordings.part(template, drawn)
                    found = part and compounds.shared_verb(part.pieces)
                    if found and template.action and not (part and part.is_open):
                        self._by_verb.setdefault(found, []).append(template)
        others = [
            template
            for template in self._by_verb.get(verb, ())
            if template.action and template.action.id != action
        ]
        for _ in range(8 if others else 0):
            part = self._wordings.part(random.choice(others), random)
            if part and compounds.shared_verb(part.pieces) == verb:
                return part
        return None

    def _finished(
        self,
        parts: list[compounds.Part],
        pieces: list[Piece],
        template: str,
        random: Random,
    ) -> Example | None:
        """Say it as somebody might, and write down what it means."""
        if random.random() < SYNONYM_SHARE:
            pieces = self._synonyms.swap(pieces, random)
        pieces = phrasing.disturb(pieces, random, parts[-1].is_open)
        pieces = self._wordings.explained(pieces, random, parts[-1].is_open)
        utterance = "".join(piece.text for piece in pieces)
        text = normalise(utterance).text
        said = {p.slot: normalise(p.text).text for p in pieces if p.slot}
        if any(not value or value not in text for value in said.values()):
            return None  # a disturbance tore a slot's words apart
        intents = []
        for number, part in enumerate(parts):
            if part.action == NONE:
                return Example(utterance, (NOT_A_COMMAND,), template)
            slots = {}
            for name in self._actions[part.action].slots:
                value = part.fixed.get(name, said.get(f"{number}.{name}"))
                if value is not None:
                    slots[name] = value
            intents.append(Intent(part.action, slots))
        if any(intent in intents[:at] for at, intent in enumerate(intents)):
            return None  # said twice is asked for once, and no example of two
        return Example(utterance, tuple(intents), template)
