"""What docs/security.md names as the test of a promise exists."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "security.md").read_text(encoding="utf-8")

BRACKETS = re.compile(r"\((`\w+`(?:,\s+`\w+`)*)\)")
NAMES = sorted(set(re.findall(r"\w+", " ".join(BRACKETS.findall(PAGE)))))


@pytest.mark.parametrize("name", NAMES)
def test_a_promise_names_a_test_that_exists(name: str) -> None:
    assert list(TESTS.rglob(f"test_{name}.py"))
