"""`whispera model` fetches, tries and names a model; the hub is a stand-in."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file

from tests import tiny_base
from tests.client.conftest import Run, daemon_status, runner
from tests.stand_in_hub import REVISION, Hub
from training import bases, choose
from whisperad.settings import EMBEDDED_MODEL

pytestmark = pytest.mark.timeout(90)  # a busy machine starts programs slowly

REPO = "Qwen/Qwen-Tiny"


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder as a model's authors would upload it."""
    folder = tiny_base.write_base(
        tmp_path_factory.mktemp("hub") / "original", style="gpt", hidden=64
    )
    (folder / "pytorch_model.bin").write_bytes(b"never asked for")
    (folder / "LICENSE").write_text("do as you like\n")
    return folder


@pytest.fixture
def hub(original: Path) -> Iterator[Hub]:
    """Give a hub that has one model."""
    with Hub(REPO, original) as serving:
        yield serving


@pytest.fixture
def environ(environ: dict[str, str], hub: Hub) -> dict[str, str]:
    """Give surroundings in which the stand-in is the hub."""
    return {**environ, "HF_ENDPOINT": hub.url, "HF_HOME": environ["HOME"] + "/hf"}


@pytest.fixture
def models(home: Path) -> Path:
    """Give the folder of downloaded models; there is none yet."""
    return home / "data" / "models"


def listed(whispera: Run) -> dict[str, dict[str, Any]]:
    """Give what `whispera model list` tells programs, by name."""
    ran = whispera("model", "list", "--json")
    assert ran.returncode == 0, ran.stderr
    return {model["name"]: model for model in json.loads(ran.stdout)["models"]}


def named(home: Path) -> object:
    """Give the model that the user's file names."""
    content = json.loads((home / "config" / "whispera_config.json").read_text())
    return content["settings"].get("model")


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


def test_a_connection_that_breaks_is_taken_up_where_it_broke(
    models: Path, original: Path, hub: Hub, whispera: Run
) -> None:
    hub.breaks = 2
    ran = whispera("model", "use", REPO)
    asked = [begin for name, begin in hub.ranges if name == "model.safetensors"]

    assert ran.returncode == 0, ran.stderr
    assert asked == [0, hub.breaks_after, 2 * hub.breaks_after]
    assert same_weights(models / "Qwen-Tiny", original)


def test_a_download_that_was_stopped_goes_on_and_half_of_one_is_never_used(
    home: Path, models: Path, original: Path, hub: Hub, environ: dict[str, str]
) -> None:
    hub.waits.clear()
    command = [sys.executable, "-P", "-m", "client.cli", "model", "use", REPO]
    process = subprocess.Popen(
        command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert hub.reached.wait(30)
    part = models / ".partial" / "Qwen--Qwen-Tiny" / REVISION / "model.safetensors.part"
    while not part.exists() or not part.stat().st_size:
        assert process.poll() is None
    busy = runner("client.cli", environ)("model", "use", REPO)
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=30)
    unfinished = listed(runner("client.cli", environ))[REPO]
    had = part.stat().st_size
    hub.waits.set()
    again = runner("client.cli", environ)("model", "use", REPO)

    assert "another `whispera model use` is at work" in busy.stderr
    assert process.returncode == 130
    assert complaint == b"stopped; say it again to go on\n"
    assert unfinished["kind"] == "unfinished"
    assert again.returncode == 0, again.stderr
    assert ("model.safetensors", had) in hub.ranges
    assert same_weights(models / "Qwen-Tiny", original)


def test_a_damaged_download_is_thrown_away(
    home: Path, models: Path, hub: Hub, whispera: Run
) -> None:
    folder = models / ".partial" / "Qwen--Qwen-Tiny" / REVISION
    folder.mkdir(parents=True)
    (folder / "model.safetensors.part").write_bytes(b"x" * 1000)
    ran = whispera("model", "use", REPO)

    assert ran.returncode == 1
    assert ran.stderr.endswith("came damaged and was thrown away; try again\n")
    assert not (models / "Qwen-Tiny").exists()
    assert whispera("model", "use", REPO).returncode == 0


def test_without_room_on_the_disk_nothing_large_is_fetched(
    home: Path, hub: Hub, whispera: Run
) -> None:
    hub.told_bytes["model.safetensors"] = 10**15
    ran = whispera("model", "use", REPO)

    assert ran.returncode == 1
    assert "needs 1050000.0 GB of disk, but" in ran.stderr
    assert hub.asked_for == ["config.json"]
    assert named(home) != "Qwen-Tiny"


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


def test_without_a_network_there_is_a_clear_error(
    home: Path, environ: dict[str, str]
) -> None:
    # Nothing listens on port 1, which only root could change.
    offline = runner("client.cli", {**environ, "HF_ENDPOINT": "http://127.0.0.1:1"})
    forbidden = runner("client.cli", {**environ, "HF_HUB_OFFLINE": "1"})

    assert "cannot be reached" in offline("model", "use", REPO).stderr
    assert "HF_HUB_OFFLINE" in forbidden("model", "use", REPO).stderr


def test_what_is_here_is_used_without_a_network(
    home: Path, whispera: Run, environ: dict[str, str]
) -> None:
    assert whispera("model", "use", REPO).returncode == 0
    offline = runner("client.cli", {**environ, "HF_ENDPOINT": "http://127.0.0.1:1"})

    assert offline("model", "use", "whispera-tiny").returncode == 0
    assert offline("model", "use", REPO).returncode == 0
    assert named(home) == "Qwen-Tiny"


def test_a_hub_in_trouble_is_a_clear_error(home: Path, hub: Hub, whispera: Run) -> None:
    hub.status = 503
    ran = whispera("model", "use", REPO)

    assert ran.returncode == 1
    assert ran.stderr == f"{REPO}: {hub.url} answered with status 503\n"


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


def test_another_family_is_refused_before_its_weights_are_fetched(
    home: Path, hub: Hub, tmp_path: Path, whispera: Run
) -> None:
    other = tiny_base.write_base(tmp_path / "other")
    config = json.loads((other / "config.json").read_text())
    (other / "config.json").write_text(json.dumps({**config, "model_type": "llama"}))
    hub.folder = other
    ran = whispera("model", "use", REPO)

    assert ran.returncode == 1
    assert 'model_type is "llama"' in ran.stderr
    assert hub.asked_for == ["config.json"]


def test_a_broken_user_file_is_refused_before_anything_is_fetched(
    home: Path, hub: Hub, whispera: Run
) -> None:
    file = home / "config" / "whispera_config.json"
    file.write_text('{"apps": {"a": "A"},')
    ran = whispera("model", "use", REPO)

    assert ran.returncode == 1
    assert str(file) in ran.stderr
    assert file.read_text() == '{"apps": {"a": "A"},'
    assert hub.asked_for == []


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


def same_weights(folder: Path, other: Path) -> bool:
    """Whether two folders have the same weights, to the byte."""
    name = "model.safetensors"
    return (folder / name).read_bytes() == (other / name).read_bytes()


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
