"""Timer: one timer or alarm, and how its time is said."""

from datetime import UTC, datetime
from typing import Literal

import msgspec

Kind = Literal["timer", "alarm"]

# A clock without a battery starts in 1970, which is still 1969 west of Greenwich.
_YEARS = range(1969, 9999)
_LAST_S = datetime(9998, 12, 30, tzinfo=UTC).timestamp()


class Timer(msgspec.Struct, frozen=True):
    """One timer or alarm."""

    kind: Kind
    # An alarm's is local, without a zone: it rings when the clock says so.
    due: datetime
    label: str = ""
    length_s: int = 0  # of a timer

    def __post_init__(self) -> None:
        """Raise `ValueError` for a moment that cannot be waited for."""
        if self.due.year not in _YEARS:
            raise ValueError(f"nobody can wait until the year {self.due.year}")

    @property
    def local(self) -> datetime:
        """Give when it is due, as the clocks here will show it."""
        return self.due.astimezone().replace(tzinfo=None)

    @property
    def name(self) -> str:
        """Give what people call it."""
        what = spelt(self.length_s) if self.kind == "timer" else f"{self.local:%H:%M}"
        return f"{self.label} ({what})" if self.label else what


def moment(seconds: float) -> datetime:
    """Give a moment in UTC, the nearest that a timer can be due at."""
    return datetime.fromtimestamp(min(max(seconds, 0), _LAST_S), UTC)


def spelt(seconds: int) -> str:
    """Say a time span: "1 hour 30 minutes"."""
    parts = []
    for name, length in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " ".join(parts) or "0 seconds"


def clock(when: datetime, now: datetime) -> str:
    """Say a local time: "14:05", "tomorrow at 07:00", "on Friday, 27 November at 09:00"."""
    days = (when.date() - now.date()).days
    shown = f"{when:%H:%M:%S}" if when.second else f"{when:%H:%M}"
    if days == 0:
        return shown
    if days in {1, -1}:
        return f"{'tomorrow' if days == 1 else 'yesterday'} at {shown}"
    year = f" {when.year}" if when.year != now.year else ""
    return f"on {when:%A}, {when.day} {when:%B}{year} at {shown}"
