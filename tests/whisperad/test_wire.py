"""Paths and lines: what client and daemon must agree on."""

import json
import os
import pwd
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisperad import wire
from whisperad.wire import Paths

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), JSON))
def test_a_message_survives_the_line_it_is_written_on(
    message: dict[str, object],
) -> None:
    line = wire.encode_line(message)

    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert wire.decode_line(line) == message


@given(st.binary())
def test_any_bytes_are_a_message_or_a_value_error(line: bytes) -> None:
    try:
        message = wire.decode_line(line)
    except ValueError:
        return

    assert message == json.loads(line)


def test_a_message_that_never_ends_to_nest_is_no_message() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        wire.decode_line(b'{"a":' * 20_000)


def test_an_argument_that_is_no_utf8_does_not_break_the_line() -> None:
    line = wire.encode_line({"utterance": "open \udcff"})

    assert wire.decode_line(line) == {"utterance": "open ?"}


def test_whispera_home_holds_everything() -> None:
    paths = Paths({"WHISPERA_HOME": "/h", "XDG_CONFIG_HOME": "/x", "HOME": "/u"})

    assert paths.config == "/h/config"
    assert paths.data == "/h/data"
    assert paths.state == "/h/state"
    assert paths.run == "/h/run"
    assert paths.socket == "/h/run/whisperad.sock"


def test_without_variables_the_xdg_defaults_hold() -> None:
    paths = Paths({"HOME": "/u"})

    assert paths.config == "/u/.config/whispera"
    assert paths.data == "/u/.local/share/whispera"
    assert paths.state == "/u/.local/state/whispera"
    assert paths.socket == "/u/.local/state/whispera/run/whisperad.sock"


def test_xdg_variables_move_the_folders_and_the_runtime_one_the_socket() -> None:
    paths = Paths(
        {
            "HOME": "/u",
            "XDG_CONFIG_HOME": "/c",
            "XDG_DATA_HOME": "/d",
            "XDG_STATE_HOME": "/s",
            "XDG_RUNTIME_DIR": "/r",
        }
    )

    assert paths.config == "/c/whispera"
    assert paths.data == "/d/whispera"
    assert paths.state == "/s/whispera"
    assert paths.socket == "/r/whispera/whisperad.sock"


def test_a_relative_xdg_path_is_ignored() -> None:
    paths = Paths({"HOME": "/u", "XDG_CONFIG_HOME": "c", "XDG_RUNTIME_DIR": "r"})

    assert paths.config == "/u/.config/whispera"
    assert paths.socket == "/u/.local/state/whispera/run/whisperad.sock"


def test_whispera_socket_overrides_the_socket_alone() -> None:
    paths = Paths({"WHISPERA_HOME": "/h", "WHISPERA_SOCKET": "/d/w.sock"})

    assert paths.socket == "/d/w.sock"
    assert paths.run == "/h/run"


def test_a_socket_path_that_is_too_long_is_named_with_its_length() -> None:
    longest = "/" + "x" * (wire.MAX_SOCKET_PATH_BYTES - 1)

    assert wire.socket_path_problem(longest) is None
    problem = wire.socket_path_problem(longest + "ä")
    assert problem is not None
    assert f"has {wire.MAX_SOCKET_PATH_BYTES + 2} bytes" in problem
    assert "WHISPERA_SOCKET" in problem


@pytest.mark.parametrize(
    "module", ["msgspec", "typing", "pathlib", "uvloop", "asyncio"]
)
def test_importing_wire_loads_nothing_slow(module: str) -> None:
    program = f"import sys, whisperad.wire; sys.exit({module!r} in sys.modules)"
    # -S: what the environment's own start-up files import is not ours.
    ran = subprocess.run([sys.executable, "-S", "-c", program], check=False)

    assert ran.returncode == 0


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}, {"HOME": "somewhere"}])
def test_without_a_home_in_the_environment_the_system_knows_it(
    environ: dict[str, str],
) -> None:
    assert wire.home(environ) == pwd.getpwuid(os.getuid()).pw_dir
    assert Paths(environ).config == f"{wire.home(environ)}/.config/whispera"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_a_user_that_the_system_does_not_know_is_at_home_in_the_root_folder() -> None:
    program = (
        "import os; from whisperad import wire; os.setuid(54321); print(wire.home({}))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )

    assert ran.stdout == "/\n"
