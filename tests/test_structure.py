"""Who may import whom, and how long a file and a function may get."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("whisperad", "client", "training", "launchd")
FILES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
OURS = {*FOLDERS, "tests"}

# What each folder may import of the others.
ALLOWED = {
    "whisperad": (),
    "client": ("whisperad.wire", "launchd"),
    "launchd": ("whisperad.wire", "whisperad.settings", "whisperad.errors"),
    "training": ("whisperad",),
}
# Serving is nothing that training may depend on.
SERVING = {"server", "daemon", "listener", "connection", "serving", "runner", "kept"}
STANDARD_ONLY = ("whisperad/wire.py", "client/connection.py", "client/say.py")
MLX = {
    "whisperad/network.py",
    "whisperad/packed.py",
    "whisperad/plain.py",
    "whisperad/weights.py",
    "training/fit.py",
    "training/lessons.py",
    "training/quick.py",
    "training/speed.py",
}
TORCH = {"training/tiny.py", "training/batches.py", "training/pretrain.py"}
HEAVY = {"transformers", "torch", "mlx_lm", "typer", "rich", "huggingface_hub"}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_imports_follow_the_arrows(path: Path) -> None:
    folder = path.relative_to(ROOT).parts[0]
    for name in _imports(path):
        top, *rest = name.split(".")
        if top not in OURS or top == folder:
            continue

        assert any(
            name == allowed
            or name.startswith(allowed + ".")
            or allowed.startswith(name)
            for allowed in ALLOWED[folder]
        ), f"{_name(path)} imports {name}"
        assert not (folder == "training" and SERVING & set(rest)), name


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_heavy_libraries_stay_where_they_belong(path: Path) -> None:
    tops = {name.split(".")[0] for name in _imports(path)}
    here = _name(path)

    assert "mlx" not in tops or here in MLX
    assert "torch" not in tops or here in TORCH
    if here.startswith("whisperad/"):
        assert not tops & (HEAVY - {"mlx_lm"} if here in MLX else HEAVY)


@pytest.mark.parametrize("name", STANDARD_ONLY)
def test_the_tiny_client_imports_nothing_heavy(name: str) -> None:
    third_party = {"msgspec", "typer", "rich", "uvloop", "tokenizers", "hassil", "mlx"}

    assert not {n.split(".")[0] for n in _imports(ROOT / name)} & third_party


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_files_and_functions_stay_readable(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert text.count("\n") <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1

            assert lines <= 45, (
                f"{_name(path)}:{node.lineno} {node.name}: {lines} lines"
            )


def test_there_is_no_shell_anywhere() -> None:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "shell":
                pytest.fail(f"{_name(path)}:{node.value.lineno} passes shell=")
            if isinstance(node, ast.Attribute) and node.attr in {"system", "popen"}:
                assert not (
                    isinstance(node.value, ast.Name) and node.value.id == "os"
                ), _name(path)
            if isinstance(node, ast.Attribute):
                assert node.attr != "create_subprocess_shell", _name(path)
