"""A model understands whatever is said, and serves an adapter only if it fits."""

import json
import shutil
import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import tiny_base
from whisperad.adapter import MANIFEST, Calibration
from whisperad.errors import BadAdapter, NotReady, TimedOut
from whisperad.model import MAX_PROMPT_TOKENS, MAX_WORD_BYTES, Model
from whisperad.understanding import Understanding
from whisperad.utterance import normalise

_SAID = ("open candy crush please", "tell mum i'm late", "mute")


def _model(folder: Path) -> Model:
    model = Model(folder)
    model.serve(tiny_base.catalogue())
    return model


def _meant(found: Understanding) -> tuple[object, ...]:
    return found.intents, found.confidence, found.adapter


def _all(model: Model) -> list[tuple[object, ...]]:
    return [_meant(model.understand(normalise(said))) for said in _SAID]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a base."""
    return tiny_base.write_base(tmp_path_factory.mktemp("bases") / "little")


@pytest.fixture(scope="module")
def model(folder: Path) -> Model:
    """Give a model of that base."""
    return _model(folder)


def test_a_model_knows_what_it_is(model: Model) -> None:
    assert model.base == "little"
    assert model.bytes > 0
    assert model.device.startswith(("cpu", "gpu"))
    assert model.blas
    assert model.adapter is None


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_anything_can_be_said(model: Model, said: str) -> None:
    found = model.understand(normalise(said))

    assert 0 <= found.confidence <= 1
    assert found.stage == "model"
    assert found.passes >= (1 if normalise(said).text else 0)


def test_nothing_said_is_no_command_and_costs_no_pass(model: Model) -> None:
    found = model.understand(normalise(" ...!"))

    assert found == Understanding((), 1.0)


def test_too_much_said_is_no_command_and_costs_no_pass(model: Model) -> None:
    found = model.understand(normalise("open the door " * MAX_PROMPT_TOKENS))

    assert found == Understanding((), 1.0)


@pytest.mark.parametrize("character", ["x", "\u4e2d", "\N{GRINNING FACE}"])
def test_a_word_longer_than_any_is_no_command_and_costs_no_pass(
    model: Model, character: str
) -> None:
    found = model.understand(normalise("remind me to " + character * 1980))

    assert found == Understanding((), 1.0)


def test_a_long_word_may_be_said(model: Model) -> None:
    said = "open https://example.org/" + "x" * (MAX_WORD_BYTES - 20)

    assert model.understand(normalise(said), explain=True).passes > 0


def test_an_answer_is_not_worked_on_after_its_deadline(model: Model) -> None:
    before = model.understand(normalise("mute"))
    with pytest.raises(TimedOut):
        model.understand(normalise("mute"), deadline=time.monotonic())

    assert _meant(model.understand(normalise("mute"))) == _meant(before)


def test_the_same_words_get_the_same_answer_whatever_was_said_between(
    folder: Path,
) -> None:
    model = _model(folder)
    first = _all(model)
    model.understand(normalise("word " * 300), explain=True)

    assert _all(model) == first
    assert _all(_model(folder)) == first


def test_candidates_are_given_below_the_threshold(model: Model) -> None:
    said = normalise("open candy crush please")
    sure, unsure = model.understand(said, 0.0), model.understand(said, 1.0)

    assert sure.candidates == ()
    assert unsure.intents == sure.intents
    assert len(unsure.candidates) == 3
    confidences = [candidate.confidence for candidate in unsure.candidates]
    assert confidences == sorted(confidences, reverse=True)
    assert len({candidate.intent.action for candidate in unsure.candidates}) == 3
    assert unsure.passes >= sure.passes


def test_explaining_gives_five_candidates_however_sure_it_is(model: Model) -> None:
    found = model.understand(normalise("mute"), 0.0, explain=True)

    assert len(found.candidates) == 5


def test_without_a_catalogue_there_is_nothing_to_answer(folder: Path) -> None:
    with pytest.raises(NotReady):
        Model(folder).understand(normalise("mute"))


def test_only_actions_of_the_catalogue_served_last_are_given(folder: Path) -> None:
    model, whole = _model(folder), tiny_base.catalogue()
    before = _all(model)
    little = {"send_message": whole.actions["send_message"]}
    model.serve(msgspec.structs.replace(whole, actions=little))
    found = [model.understand(normalise(said), explain=True) for said in _SAID]

    for understanding in found:
        named = [candidate.intent.action for candidate in understanding.candidates]
        assert named == ["send_message"]
    model.serve(whole)
    assert _all(model) == before


def test_adapters_and_the_bare_base_take_turns(folder: Path, tmp_path: Path) -> None:
    model = _model(folder)
    bare = _all(model)
    one = model.load_adapter(tiny_base.write_adapter(tmp_path / "one", folder))
    two = model.load_adapter(
        tiny_base.write_adapter(tmp_path / "two", folder, rank=2, layers=[1], seed=9)
    )
    model.use(one)
    with_one = _all(model)
    model.use(two)
    with_two = _all(model)
    model.use(one)

    assert [adapter for _, _, adapter in with_two] == ["two"] * 3
    assert _all(model) == with_one
    model.use(None)
    assert _all(model) == bare
    assert len({str(answers) for answers in (bare, with_one, with_two)}) == 3


def test_an_adapters_calibration_is_used(folder: Path, tmp_path: Path) -> None:
    model, said = _model(folder), normalise("open candy crush please")
    plain = tiny_base.write_adapter(tmp_path / "plain", folder)
    strict = tiny_base.write_adapter(
        tmp_path / "strict", folder, calibration=Calibration(1.0, -2.0, 0.999)
    )
    model.use(model.load_adapter(plain))
    probability = model.understand(said, 0.0).confidence
    model.use(model.load_adapter(strict))
    found = model.understand(said)

    assert found.confidence < probability
    assert found.candidates
    assert model.calibration.threshold == 0.999


def test_an_adapter_goes_by_the_name_its_link_points_to(
    folder: Path, tmp_path: Path
) -> None:
    tiny_base.write_adapter(tmp_path / "20261122T120000Z-1a2b3c4d", folder)
    (tmp_path / "current").symlink_to("20261122T120000Z-1a2b3c4d")

    assert Model(folder).load_adapter(tmp_path / "current").name == (
        "20261122T120000Z-1a2b3c4d"
    )


def test_an_adapter_of_another_base_is_refused_and_the_old_one_goes_on(
    folder: Path, tmp_path: Path
) -> None:
    model = _model(folder)
    model.use(model.load_adapter(tiny_base.write_adapter(tmp_path / "a", folder)))
    before = _all(model)
    other = tiny_base.write_base(tmp_path / "other", seed=77)
    foreign = tiny_base.write_adapter(tmp_path / "foreign", other)

    with pytest.raises(BadAdapter, match='made for base "other"'):
        model.load_adapter(foreign)
    assert _all(model) == before


@pytest.mark.parametrize(
    "missing", ["manifest.json", "adapter_config.json", "adapters.safetensors"]
)
def test_an_adapter_without_one_of_its_files_is_refused(
    folder: Path, tmp_path: Path, missing: str
) -> None:
    adapter = tiny_base.write_adapter(tmp_path / "a", folder)
    (adapter / missing).unlink()

    with pytest.raises(BadAdapter, match=missing):
        Model(folder).load_adapter(adapter)


def test_an_adapter_of_another_prompt_is_refused(folder: Path, tmp_path: Path) -> None:
    adapter = tiny_base.write_adapter(tmp_path / "a", folder)
    manifest = json.loads((adapter / MANIFEST).read_text())
    manifest["prompt_version"] += 1
    (adapter / MANIFEST).write_text(json.dumps(manifest))

    with pytest.raises(BadAdapter, match="prompt version"):
        Model(folder).load_adapter(adapter)


def test_a_base_without_a_tokenizer_is_refused(folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(folder, broken)
    (broken / "tokenizer.json").unlink()

    with pytest.raises(BadAdapter, match=r"tokenizer\.json"):
        Model(broken)


def test_a_tokenizer_with_more_tokens_than_the_weights_is_refused(
    folder: Path, tmp_path: Path
) -> None:
    mixed = tmp_path / "mixed"
    shutil.copytree(folder, mixed)
    bigger = tiny_base.tokenizer("gpt", 5000)
    bigger.add_tokens([f"token{number}" for number in range(400)])
    bigger.save(str(mixed / "tokenizer.json"))

    with pytest.raises(BadAdapter, match="the tokenizer has"):
        Model(mixed)
