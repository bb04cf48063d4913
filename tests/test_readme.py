"""What README.md says can be typed exists, and its examples are accepted as they are."""

import json
import re
import shlex
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import typer
from msgspec.structs import asdict
from typer.core import TyperGroup

from client.cli import app as whispera
from client.options import Options
from tests.end_to_end.home import Home
from training.cli import app as train
from whisperad import catalogue, settings
from whisperad.catalogue import Catalogue

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

PROGRAMS = {"w", "whispera", "whispera-train", "whisperad", "make"}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, flags=re.MULTILINE))


def blocks(language: str) -> list[str]:
    """Give the code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def typed(text: str) -> Iterator[str]:
    """Give what is typed in a text: in its blocks, its tables and its sentences."""
    for language, block in FENCE.findall(text):
        lines = block.splitlines()
        if language == "console":
            yield from (line[2:] for line in lines if line.startswith("$ "))
        elif language == "sh":
            yield from lines
    text = FENCE.sub("", text)
    for span in re.findall(r"`([^`\n]+(?:\n[^`\n]+)?)`", text):
        yield span.replace("\n", " ")
    # "`whispera start`, `stop`, `status`": a list that leaves the program out.
    for verbs in re.findall(r"`whispera [^`]+`((?:, `[a-z][^`]*`)+)", text):
        yield from (f"whispera {verb}" for verb in re.findall(r"`([^`]+)`", verbs))


def commands(text: str = README) -> list[tuple[str, ...]]:
    """Give the commands of ours in it, each once."""
    found: dict[tuple[str, ...], None] = {}
    for line in typed(text):
        alias = re.fullmatch(r"alias \w+='(.*)'", line)
        for part in re.split(r" (?:\||&&) ", alias[1] + " words" if alias else line):
            program = (part.split() or [""])[0].rsplit("/", 1)[-1]
            if program in PROGRAMS and " " in part:
                found[program, *shlex.split(part, comments=True)[1:]] = None
    return list(found)


@pytest.mark.parametrize("argv", commands(), ids=shlex.join)
def test_a_command_exists(argv: tuple[str, ...]) -> None:
    program, *arguments = argv
    match program:
        case "w":
            assert Options(arguments).flags <= set("xji-")
        case "make":
            assert set(arguments) <= TARGETS
        case "whispera":
            understood(whispera, arguments)
        case "whispera-train":
            understood(train, arguments)
        case _:
            assert arguments in (["--version"], ["--help"])


def understood(app: typer.Typer, arguments: list[str]) -> None:
    """Read arguments as a program would, and run nothing. Raises if it could not."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    name, command, rest = group.resolve_command(typer.Context(group), arguments)
    assert command is not None
    command.make_context(name, rest)


def test_a_session_shows_make_retrain_once() -> None:
    shown = [line for _, block in FENCE.findall(README) for line in block.splitlines()]

    assert sum("make retrain" in line for line in shown) == 1


@pytest.mark.timeout(30)  # a busy machine starts daemons slowly
def test_what_it_tells_to_say_is_understood(short_dir: Path) -> None:
    found = [argv for argv in commands(FENCE.sub("", README)) if argv[0] == "w"]
    said = {" ".join(Options(list(argv[1:])).words) for argv in found}
    said -= {"", "$1", "words"}
    assert len(said) > 1

    with closing(Home(short_dir)) as home:
        daemon = home.daemon
        replies = {say: daemon.ask(type="interpret", utterance=say) for say in said}

    assert [say for say in said if replies[say]["outcome"] != "proposed"] == []


def test_there_are_commands_of_every_kind() -> None:
    assert {"w", "whispera", "make"} <= {argv[0] for argv in commands()}
    assert {("make", "demo"), ("make", "test")} <= set(commands())


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_a_make_target_is_explained_or_needed_by_one_that_is(target: str) -> None:
    explained = re.search(rf"^{target}:.*##", MAKEFILE, flags=re.MULTILINE)
    needed = re.search(rf"^[a-z-]+:[^#]*\b{target}\b.*##", MAKEFILE, flags=re.MULTILINE)

    assert explained or needed


@pytest.mark.parametrize(
    "line", re.findall(r"\$\(BIN\)/(whispera(?:-train|d)?)( .*)?$", MAKEFILE, re.M)
)
def test_what_the_makefile_calls_exists(line: tuple[str, str]) -> None:
    program, rest = line
    arguments = re.sub(r"\$\(\w+\)", "1", rest).split()
    match program:
        case "whispera":
            understood(whispera, arguments)
        case "whispera-train":
            understood(train, arguments)
        case _:
            assert arguments == []


@pytest.fixture
def shown(tmp_path: Path) -> Catalogue:
    """Give the catalogue of a user who has copied the examples."""
    (user_file,) = blocks("json")
    (tmp_path / catalogue.USER_FILE).write_text(user_file)
    (tmp_path / "actions").mkdir()
    for number, pack in enumerate(blocks("toml")):
        (tmp_path / "actions" / f"{number}.toml").write_text(pack)
    return catalogue.load(user=tmp_path)


def test_the_example_of_a_user_file_is_accepted(shown: Catalogue) -> None:
    (user_file,) = map(json.loads, blocks("json"))

    assert shown.names.own_apps == user_file["apps"]
    assert shown.names.own_folders == user_file["folders"]
    assert settings.preferences(shown.settings, Path())


def test_the_example_of_a_pack_is_accepted(shown: Catalogue) -> None:
    added = set(shown.actions) - set(catalogue.load().actions)
    ids = re.findall(r'^id = "(\w+)"', "".join(blocks("toml")), flags=re.MULTILINE)

    assert added == set(ids) != set()
    for action in added:
        assert shown.actions[action].summary
        assert len(shown.actions[action].phrases) > 1
        assert set(shown.actions[action].forms) == {"macos", "linux"}


def test_what_it_counts_is_so() -> None:
    loaded = catalogue.load()

    assert set(re.findall(r"(\d+)(?: desktop)? actions", README)) == {
        str(len(loaded.actions))
    }
    assert set(re.findall(r"(\d+) packs", README)) == {str(len(loaded.packs))}


def test_the_limits_it_lists_are_those_there_are() -> None:
    listed = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", README, re.MULTILINE))

    assert {name: float(n) for name, n in listed.items()} == asdict(settings.Limits())


def test_files_and_folders_it_names_are_there() -> None:
    named = re.findall(r"`([a-z]+/[\w/.-]*)`|\]\(((?!https?:)[^)#]+)\)", README)
    paths = [path for pair in named for path in pair if path and "*" not in path]

    assert {path for path in paths if not (ROOT / path).exists()} == {"actions/"}


def test_nothing_is_left_to_be_filled_in() -> None:
    assert re.findall(r"@[A-Z]+@|TODO|XXX", README) == []
