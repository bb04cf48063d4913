"""Each transcript is typed in a home of its own, and shows what it says."""

import sys
import time
from pathlib import Path

import pytest

from tests.end_to_end import transcript
from tests.end_to_end.home import Completed, Home
from tests.end_to_end.transcript import Command, Write

FOLDER = Path(__file__).parent / "transcripts"
FILES = sorted(FOLDER.glob("*.transcript"))
COMES_ABOUT_S = 10.0  # time for an effect to be seen, on a busy machine


@pytest.mark.timeout(60)  # a busy machine starts daemons slowly
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_transcript_is_what_happens(file: Path, home: Home) -> None:
    if file.name.endswith(".linux.transcript") and sys.platform != "linux":
        pytest.skip("it runs what belongs to Linux")
    for step in transcript.read(file):
        match step:
            case Write(path, text):
                home.write(path, text)
            case Command(argv=("export", assignment)):
                name, value = assignment.split("=", 1)
                home.environ[name] = value
            case Command():
                ran = _typed(home, step)

                assert (ran.returncode, step.accepts(ran.stdout)) == (
                    step.code,
                    True,
                ), f"{file.name}:{step.line}: {' '.join(step.argv)}\n{ran.stdout}"


def _typed(home: Home, command: Command) -> Completed:
    """Type a command; a file is looked at until it says what is expected."""
    ends = time.monotonic() + COMES_ABOUT_S
    while True:
        ran = home.type(*command.argv, stdin=command.stdin)
        is_over = command.accepts(ran.stdout) or time.monotonic() > ends
        if command.argv[0] != "cat" or is_over:
            return ran
        time.sleep(0.1)
