"""Places and the time zones they are in."""

import tomllib
import zoneinfo

import pytest

from whisperad.catalogue import SHIPPED
from whisperad.zones import zone

SAMPLES = tomllib.loads((SHIPPED / "samples" / "places_and_people.toml").read_text())


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("Tokyo", "Asia/Tokyo"),
        ("new york", "America/New_York"),
        ("manaus", "America/Manaus"),
        ("paris", "Europe/Paris"),
        ("paris texas", "America/Chicago"),
        ("perth scotland", "Europe/London"),
        ("sydney, australia", "Australia/Sydney"),
        ("pacific time", "America/Los_Angeles"),
        ("utc", "Etc/UTC"),
        ("germany", "Europe/Berlin"),
        ("londn", "Europe/London"),
    ],
)
def test_a_place_has_a_zone(place: str, name: str) -> None:
    assert zone(place) == name


def test_nobody_knows_the_time_in_atlantis() -> None:
    assert zone("atlantis") is None


def test_every_place_that_training_draws_has_a_zone_that_exists() -> None:
    zones = {place: zone(place) for place in SAMPLES["cities"]}

    assert [place for place, name in zones.items() if name is None] == []
    assert set(zones.values()) <= zoneinfo.available_timezones()
