"""Wordings: what comes after can read several words of a template in a row."""

from itertools import pairwise
from random import Random

import pytest

from training.templates import of_action, of_refusals
from training.wordings import Wordings
from whisperad import catalogue as catalogues
from whisperad.catalogue import SHIPPED

pytestmark = pytest.mark.timeout(60)  # parsing all phrases takes seconds


def test_words_between_slots_are_one_piece() -> None:
    catalogue, random = catalogues.load(SHIPPED), Random(1)
    wordings = Wordings(catalogue, SHIPPED)
    templates = [
        random.choice(of_action(action, "train", SHIPPED))
        for action in catalogue.actions.values()
    ]
    templates += random.sample(of_refusals(SHIPPED, "train"), 200)
    parts = [wordings.part(template, random) for template in templates]

    for part in filter(None, parts):
        for piece, following in pairwise(part.pieces):
            assert piece.slot or following.slot
            assert not piece.text.endswith(" ") or not following.text.startswith(" ")
