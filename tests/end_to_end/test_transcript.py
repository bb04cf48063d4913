"""What a transcript leaves open and what it does not."""

from pathlib import Path

import pytest

from tests.end_to_end import transcript
from tests.end_to_end.transcript import Command, Write

TEXT = """\
# What this is about.
> config/actions/mine.toml
| pack = "mine"
|
| [[action]]

$ w - "two words"
< open chrome
<
< mute
open -a 'Google Chrome'

# Why.
not a command: ...
? 3
$ cat ran
"""


def test_a_transcript_is_files_and_commands(tmp_path: Path) -> None:
    file = tmp_path / "some.transcript"
    file.write_text(TEXT)
    shown = ("open -a 'Google Chrome'", "not a command: ...")

    assert list(transcript.read(file)) == [
        Write("config/actions/mine.toml", 'pack = "mine"\n\n[[action]]\n'),
        Command(7, ("w", "-", "two words"), "open chrome\n\nmute\n", shown, 3),
        Command(16, ("cat", "ran"), "", (), 0),
    ]


@pytest.mark.parametrize(
    ("expected", "shown", "is_accepted"),
    [
        ([], "", True),
        ([], "something\n", False),
        (["one"], "one\n", True),
        (["one"], "one", True),
        (["one"], "", False),
        (["one"], "one\ntwo\n", False),
        (["o...e"], "o*[e\n", True),
        (["o...e"], "o\ne\n", False),
        (["[one]*"], "[one]*\n", True),
        (["[one]*"], "one\n", False),
        (["..."], "", True),
        (["...", "two", "..."], "one\nmore\ntwo\n", True),
        (["...", "two", "..."], "one\ntwo more\n", False),
    ],
)
def test_only_what_is_left_open_may_differ(
    expected: list[str], shown: str, is_accepted: bool
) -> None:
    assert Command(1, (), "", tuple(expected), 0).accepts(shown) is is_accepted
