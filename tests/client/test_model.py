"""`whispera model` tries, names and lists a model; the hub is a stand-in."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from tests import tiny_base
from tests.client.conftest import Run, daemon_status
from tests.client.models import listed, named
from tests.stand_in_hub import REPO, REVISION, Hub
from training import bases, choose
from whisperad.settings import EMBEDDED_MODEL

pytestmark = [
    pytest.mark.timeout(90),  # a busy machine starts programs slowly
    pytest.mark.usefixtures("hub"),
]


def test_a_model_is_fetched_tried_and_named(
    home: Path, models: Path, hub: Hub, whispera: Run
) -> None:
    ran = whispera("model", "use", REPO)
    found = listed(whispera)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "100%" in ran.stdout or "fetching" in ran.stdout
    assert "in use: Qwen-Tiny" in ran.stdout
    assert "`make retrain` or `whispera-train retrain` makes one" in ran.stdout
    assert "`whispera start` starts one with it" in ran.stdout
    assert named(home) == "Qwen-Tiny"
    assert set(hub.asked_for) == {
        *("LICENSE", "config.json", "model.safetensors"),
        *("tokenizer.json", "tokenizer_config.json"),
    }
    assert found["Qwen-Tiny"]["in_use"]
    assert found["Qwen-Tiny"]["kind"] == "downloaded"
    assert found["Qwen-Tiny"]["adapter"] is None
    assert found["whispera-tiny"]["kind"] == "embedded"
    assert not found["whispera-tiny"]["in_use"]
    assert bases.origin(models / "Qwen-Tiny") == bases.Origin(REPO, REVISION, 16)
    assert not any((models / ".partial").iterdir())


def test_a_running_daemon_is_restarted_with_it_and_with_the_embedded_one_again(
    home: Path, started: Run
) -> None:
    forth = started("model", "use", REPO)
    there = daemon_status(started)["model"]
    again = started("model", "use", "Qwen-Tiny")
    back = started("model", "use", "whispera-tiny")
    here = daemon_status(started)["model"]

    assert isinstance(there, dict)
    assert isinstance(here, dict)
    assert forth.returncode == again.returncode == back.returncode == 0
    assert there["base"] == "Qwen-Tiny"
    assert "the daemon serves it already" in again.stdout
    assert here["base"] == "whispera-tiny"
    assert named(home) is None


@pytest.mark.parametrize("bits", [4, 8])
def test_weights_are_quantised_when_asked_for(
    models: Path, original: Path, whispera: Run, bits: int
) -> None:
    ran = whispera("model", "use", REPO, "--bits", str(bits))
    folder = models / f"Qwen-Tiny-{bits}bit"

    assert ran.returncode == 0, ran.stderr
    assert f"quantising to {bits} bits" in ran.stdout
    assert json.loads((folder / "config.json").read_text())["quantization"] == {
        "group_size": 64,
        "bits": bits,
        "mode": "affine",
    }
    packed = load_file(folder / "model.safetensors")
    plain = load_file(original / "model.safetensors")
    query = "model.layers.0.self_attn.q_proj"
    assert (
        packed[f"{query}.weight"].nbytes * 16 == plain[f"{query}.weight"].nbytes * bits
    )
    assert listed(whispera)[folder.name]["bits"] == bits
    for name in ("tokenizer.json", "LICENSE"):
        assert (folder / name).read_bytes() == (original / name).read_bytes()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("qwen", 'no model here is called "qwen", there is whispera-tiny'),
        ("../data", 'no model here is called "../data"'),
        ("Qwen/Other", 'no model is called "Qwen/Other" at http://127.0.0.1'),
        ("/nowhere", "/nowhere: expected the folder of a model, found none"),
    ],
)
def test_a_model_that_is_not_there_is_a_clear_error(
    home: Path, whispera: Run, name: str, says: str
) -> None:
    before = named(home)
    ran = whispera("model", "use", name)

    assert ran.returncode == 1
    assert ran.stderr.startswith(says)
    assert ran.stderr.count("\n") == 1
    assert named(home) == before


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"model_type": "llama"}, 'model_type is "llama", expected "qwen2"'),
        ({"quantization_config": {"quant_method": "gptq", "bits": 4}}, "with gptq"),
        ({"hidden_size": 32}, "no base that can be served"),
    ],
)
def test_a_folder_that_cannot_be_served_is_refused(
    home: Path,
    models: Path,
    original: Path,
    whispera: Run,
    changes: dict[str, object],
    says: str,
) -> None:
    before = named(home)
    folder = models / "mine"
    folder.mkdir(parents=True)
    for name in ("model.safetensors", "tokenizer.json"):
        (folder / name).symlink_to(original / name)
    config = json.loads((original / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **changes}))
    ran = whispera("model", "use", "mine")

    assert ran.returncode == 1
    assert says in ran.stderr
    assert named(home) == before


def test_each_base_gets_its_own_adapter_back(
    home: Path, models: Path, started: Run
) -> None:
    assert started("model", "use", REPO).returncode == 0
    adapters = home / "data" / "adapters"
    made = tiny_base.write_adapter(adapters / "for-qwen", models / "Qwen-Tiny")
    (adapters / "current").symlink_to(made.name)
    assert started("reload", "adapter").returncode == 0
    with_it = daemon_status(started)["model"]
    assert started("model", "use", "whispera-tiny").returncode == 0
    without, problems = (daemon_status(started)[key] for key in ("model", "problems"))
    away = listed(started)
    back = started("model", "use", REPO)
    again = daemon_status(started)["model"]

    assert isinstance(with_it, dict)
    assert isinstance(without, dict)
    assert with_it["adapter"] == "for-qwen"
    assert without["adapter"] != "for-qwen"
    assert "for-qwen" not in str(problems)
    assert away["Qwen-Tiny"]["adapter"] == "for-qwen"
    assert "adapter: for-qwen\n" in back.stdout
    assert again == with_it


def test_an_option_that_cannot_be_followed_is_a_clear_error(
    home: Path, whispera: Run
) -> None:
    assert whispera("model", "use", REPO, "--bits", "7").returncode == 2
    assert whispera("model", "use", REPO).returncode == 0
    ran = whispera("model", "use", "Qwen-Tiny", "--bits", "8")

    assert ran.stderr.endswith(f"say {REPO} --bits 8\n")


def test_the_list_is_readable(whispera: Run, short_dir: Path) -> None:
    ran = whispera("model", "list")
    line, *rest = ran.stdout.splitlines()

    assert line.split()[:3] == ["*", "whispera-tiny", "embedded"]
    assert rest == []
    assert EMBEDDED_MODEL.name == "whispera-tiny"


def test_names_of_repositories_are_told_from_others() -> None:
    assert choose.REPO.fullmatch(choose.RECOMMENDED)
    for name in ("qwen", "a/b/c", "../x", "a/..", "/a/b", "a/.b", "~/a"):
        assert not choose.REPO.fullmatch(name)


def test_the_verb_itself_imports_nothing_heavy(environ: dict[str, str]) -> None:
    """The commands that people use every day must not pay for this one."""
    code = "import sys, client.cli; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**environ, "PYTHONDONTWRITEBYTECODE": "1", **_path()},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.split(".")[0] for name in ran.stdout.split()}

    assert not loaded & {"training", "huggingface_hub", "mlx", "mlx_lm", "httpx2"}


def _path() -> dict[str, str]:
    return {"PATH": os.environ["PATH"]}
