"""A timer: how its time is said."""

from datetime import datetime

import pytest

from whisperad.timer import clock, spelt

NOW = datetime(2026, 11, 22, 14, 5)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (90, "1 minute 30 seconds"),
        (3600, "1 hour"),
        (90061, "1 day 1 hour 1 minute 1 second"),
    ],
)
def test_a_time_span_is_spelt(seconds: int, said: str) -> None:
    assert spelt(seconds) == said


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (datetime(2026, 11, 22, 18, 30), "18:30"),
        (datetime(2026, 11, 22, 18, 30, 9), "18:30:09"),
        (datetime(2026, 11, 23, 7, 0), "tomorrow at 07:00"),
        (datetime(2026, 11, 21, 7, 0), "yesterday at 07:00"),
        (datetime(2026, 11, 27, 9, 0), "on Friday, 27 November at 09:00"),
        (datetime(2027, 1, 1, 9, 0), "on Friday, 1 January 2027 at 09:00"),
    ],
)
def test_a_time_is_told(when: datetime, said: str) -> None:
    assert clock(when, NOW) == said
