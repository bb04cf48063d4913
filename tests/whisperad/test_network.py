"""The network computes what mlx-lm computes, with any adapter, and swaps them cleanly."""

import json
import shutil
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import pytest
from safetensors.numpy import load_file, save_file

from tests import mlx_lm_scores, passes, tiny_base
from tests.programs import run_script
from whisperad import network as networks
from whisperad.adapter import WEIGHTS
from whisperad.errors import BadAdapter
from whisperad.network import Network, Scores, Weights

_ROOT = Path(__file__).parents[2]
_PREFIX = [1, 7, 9]
_TOKENS = [30, 31, 32, 33, 34, 35, 36]
_AT = [0, 3, 6]
_IDS = tuple(range(10, 60))

# Run in a process of its own: it imports all of mlx-lm.
_QUANTISE = """
import json, sys
from pathlib import Path
from mlx_lm.utils import load_model, quantize_model, save_model, save_config
source, target = json.loads(sys.argv[1])
model, config = load_model(Path(source))
model, config = quantize_model(model, config, 32, 8)
save_model(target, model)
save_config(config, Path(target) / "config.json")
"""


def _adapted(network: Network, adapter: Path, scale: float) -> Weights:
    """Read an adapter to the end."""
    steps = network.adapting(adapter, scale)
    while True:
        try:
            next(steps)
        except StopIteration as ended:
            return ended.value


def _scores(network: Network) -> Scores:
    network.forget(0)
    return passes.read(network, _TOKENS, _AT, _IDS)


def _expected(
    folder: Path,
    adapter: Path | None = None,
    *,
    dense: bool = True,
    tokens: Sequence[int] = _TOKENS,
    at: Sequence[int] = _AT,
) -> Scores:
    """Give what mlx-lm scores after tokens that come after the prefix."""
    read = [*_PREFIX, *tokens]
    found = mlx_lm_scores.scores(folder, read, _IDS, adapter, dense=dense)
    return [found[len(_PREFIX) + place] for place in at]


def _close(found: Scores, expected: Scores, tolerance: float = 2e-4) -> bool:
    return all(
        abs(a - b) <= tolerance * max(1, abs(b))
        for row, other in zip(found, expected, strict=True)
        for a, b in zip(row, other, strict=True)
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a base with tied embeddings."""
    return tiny_base.write_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(params=["packed", "plain"], autouse=True)
def small_bytes(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Have networks of both kinds: one for small bases on a CPU, one for all others."""
    if request.param == "plain":
        monkeypatch.setattr(networks, "SMALL_BYTES", 0)


@pytest.fixture
def network(folder: Path) -> Network:
    """Give a network of that base."""
    network = Network(folder, _PREFIX)
    network.use(None)
    return network


@pytest.mark.timeout(60)
def test_scores_are_those_of_mlx_lm(network: Network, folder: Path) -> None:
    assert _close(_scores(network), _expected(folder))


@pytest.mark.timeout(60)
def test_an_output_layer_of_its_own_is_used(tmp_path: Path) -> None:
    folder = tiny_base.write_base(tmp_path, tied=False)
    network = Network(folder, _PREFIX)
    network.use(None)

    assert _close(_scores(network), _expected(folder))


@pytest.mark.timeout(60)
@pytest.mark.parametrize("tied", [True, False])
def test_a_base_packed_in_eight_bits_is_unpacked(tmp_path: Path, *, tied: bool) -> None:
    folder = tiny_base.write_base(tmp_path / "base", tied=tied)
    packed = tmp_path / "packed"
    run_script(_QUANTISE, str(folder), str(packed))
    network = Network(packed, _PREFIX)
    network.use(None)

    assert "model.layers.0.mlp.up_proj.scales" in load_file(
        packed / "model.safetensors"
    )
    assert _close(_scores(network), _expected(packed, dense=False), tolerance=2e-2)


@pytest.mark.timeout(60)
def test_an_adapter_does_what_it_does_in_mlx_lm(
    network: Network, folder: Path, tmp_path: Path
) -> None:
    adapter = tiny_base.write_adapter(tmp_path / "a", folder)
    network.use(_adapted(network, adapter, 2.0))

    assert _close(_scores(network), _expected(folder, adapter))


def test_adapters_of_other_ranks_layers_and_keys_take_turns(
    network: Network, folder: Path, tmp_path: Path
) -> None:
    keys = ("self_attn.q_proj", "self_attn.v_proj")
    one = tiny_base.write_adapter(tmp_path / "one", folder, rank=4)
    two = tiny_base.write_adapter(
        tmp_path / "two", folder, rank=9, keys=keys, layers=[1], seed=3
    )
    bare = _scores(network)
    first, second = _adapted(network, one, 2.0), _adapted(network, two, 0.7)
    network.use(first)
    with_first = _scores(network)
    network.use(second)
    with_second = _scores(network)
    network.use(first)
    again = _scores(network)
    network.use(None)

    assert with_first not in (bare, with_second)
    assert with_second != bare
    assert again == with_first
    assert _scores(network) == bare


def test_each_base_is_read_in_its_own_way(
    network: Network, request: pytest.FixtureRequest
) -> None:
    kind = type(network._layers)  # nothing else tells one from the other

    assert kind.__name__.lower() == request.node.callspec.params["small_bytes"]


def test_several_read_together_are_what_they_are_alone(network: Network) -> None:
    alone = _scores(network)
    network.forget(0)

    together = passes.read_together(network, [_TOKENS, [50, 51]], [_AT, [1]], _IDS)

    assert _close(together[0], alone)
    assert _scores(network) == alone


def test_what_was_read_alone_is_remembered_beside_others(network: Network) -> None:
    whole = _scores(network)
    network.forget(0)
    passes.read(network, _TOKENS[:2], [0], _IDS)
    passes.read_together(network, [[50, 51], [60]], [[1], [0]], _IDS)

    rest = passes.read(network, _TOKENS[2:], [at - 2 for at in _AT[1:]], _IDS)

    assert _close(rest, whole[1:])


def test_what_was_forgotten_leaves_no_trace(network: Network) -> None:
    fresh = _scores(network)
    network.forget(0)
    network.read(list(range(40, 400)), 0)  # more than one step of the memory

    assert _scores(network) == fresh
    network.forget(2)
    rest = passes.read(network, _TOKENS[2:], [at - 2 for at in _AT[1:]], _IDS)
    assert _close(rest, fresh[1:])


def test_rows_at_hand_give_the_same_scores(network: Network) -> None:
    gathered = _scores(network)
    network.keep_rows(_IDS)

    assert _scores(network) == gathered


@pytest.mark.timeout(60)
def test_scores_far_into_a_text_are_those_of_mlx_lm(
    network: Network, folder: Path
) -> None:
    tokens = [30 + number * 7 % 400 for number in range(700)]
    at = [200, 300, 699]  # in steps, as an answer is read: the tables grow on the way
    found = [*passes.read(network, tokens[:250], at[:1], _IDS)]
    found += passes.read(network, tokens[250:], [place - 250 for place in at[1:]], _IDS)

    assert _close(found, _expected(folder, tokens=tokens, at=at))


def test_rope_theta_is_found_where_transformers_5_writes_it(
    network: Network, folder: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(folder, moved)
    config = json.loads((moved / "config.json").read_text())
    config["rope_parameters"] = {"rope_theta": config.pop("rope_theta")}
    (moved / "config.json").write_text(json.dumps(config))
    other = Network(moved, _PREFIX)
    other.use(None)

    assert _scores(other) == _scores(network)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("model.layers.7.mlp.up_proj", 'no place for "model.layers.7.mlp.up_proj"'),
        ("model.embed_tokens", 'no place for "model.embed_tokens"'),
        ("model.layers.0.mlp.down_proj", r"expected \(64, rank\) by \(rank, 32\)"),
    ],
)
def test_an_adapter_that_does_not_fit_changes_nothing(
    network: Network, folder: Path, tmp_path: Path, name: str, message: str
) -> None:
    before = _scores(network)
    adapter = tiny_base.write_adapter(tmp_path / "a", folder)
    weights = load_file(adapter / WEIGHTS)
    weights[f"{name}.lora_a"] = weights["model.layers.0.mlp.up_proj.lora_a"]
    weights[f"{name}.lora_b"] = weights["model.layers.0.mlp.up_proj.lora_b"]
    save_file(weights, adapter / WEIGHTS)

    with pytest.raises(BadAdapter, match=message):
        _adapted(network, adapter, 1.0)
    assert _scores(network) == before


def test_half_a_file_is_no_adapter(
    network: Network, folder: Path, tmp_path: Path
) -> None:
    adapter = tiny_base.write_adapter(tmp_path / "a", folder)
    file = adapter / WEIGHTS
    file.write_bytes(file.read_bytes()[:200])

    with pytest.raises(BadAdapter, match=WEIGHTS):
        _adapted(network, adapter, 1.0)


def test_mlx_lm_is_the_release_whose_files_are_known() -> None:
    assert version("mlx-lm") == "0.32.2"
