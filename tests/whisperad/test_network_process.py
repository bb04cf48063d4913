"""What loading a network leaves behind: no heavy library, no file, no memory."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import tiny_base
from tests.programs import run_script

_ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a base with tied embeddings."""
    return tiny_base.write_base(tmp_path_factory.mktemp("base"))


_LIGHT = """
import resource, sys
limit = resource.getrlimit(resource.RLIMIT_NOFILE)
import whisperad.model_thread
heavy = {"transformers", "torch", "numpy", "huggingface_hub", "mlx_lm"}
print(sorted(heavy & {name.split(".")[0] for name in sys.modules}))
print(resource.getrlimit(resource.RLIMIT_NOFILE) == limit)
if sys.argv[1] == '["all"]':
    import mlx_lm.models.qwen2
    from mlx_lm.tuner.utils import linear_to_lora_layers
    print(mlx_lm.load.__name__, mlx_lm.models.qwen2.Model.__name__)
"""


def test_nothing_heavy_is_loaded_and_no_limit_is_lowered() -> None:
    for _ in range(3):  # the order of a set of names differs from process to process
        assert run_script(_LIGHT).split() == ["[]", "True"]


@pytest.mark.timeout(60)
def test_all_of_mlx_lm_can_still_be_imported_afterwards() -> None:
    assert run_script(_LIGHT, "all").split()[2:] == ["load", "Model"]


_USED = """
import json, sys
from pathlib import Path
from whisperad.network import Network
network = Network(Path(json.loads(sys.argv[1])[0]), [1, 2])
network.use(None)
network.scores(network.read([3, 4, 5], 2), [0], (6, 7))
"""


def test_nothing_is_compiled_into_the_folder_for_temporary_files(
    folder: Path, tmp_path: Path
) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    arguments = [sys.executable, "-c", _USED, json.dumps([str(folder)])]
    subprocess.run(arguments, cwd=_ROOT, env=environment, check=True)

    assert list(tmp_path.iterdir()) == []


_LOADED = """
import json, sys
from pathlib import Path
from whisperad.network import Network, give_back
from whisperad.tally import memory_bytes
base, adapter = json.loads(sys.argv[1])
network = Network(Path(base), [1, 2])
network.use(None)
for loads in (100, 400):
    for _ in range(loads):
        for _ in network.adapting(Path(adapter), 1.0):
            pass
    give_back()
    print(memory_bytes())
"""


@pytest.mark.timeout(120)
def test_adapters_that_are_gone_leave_no_memory_behind(
    folder: Path, tmp_path: Path
) -> None:
    adapter = tiny_base.write_adapter(tmp_path / "adapter", folder)
    before, after = map(int, run_script(_LOADED, str(folder), str(adapter)).split())

    assert after - before < 5_000_000
