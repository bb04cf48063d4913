"""Values: whatever is said for a slot is a value, or is said to be none."""

from datetime import datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whisperad import catalogue
from whisperad.errors import CannotRun, UnknownName
from whisperad.machine import Machine
from whisperad.names import RealNames
from whisperad.pack import Slot
from whisperad.values import COUNTED, Reader, Value, count, view

NOW = datetime(2026, 11, 22, 14, 5, 9)
SLOTS = (
    *(Slot("text"), Slot("text", samples="clock_times"), Slot("app"), Slot("branch")),
    *(Slot("contact"), Slot("device"), Slot("duration"), Slot("folder"), Slot("host")),
    *(Slot("integer"), Slot("language"), Slot("package"), Slot("path"), Slot("pid")),
    *(Slot("percent"), Slot("port"), Slot("process"), Slot("site"), Slot("url")),
)
VIEWS = ("", "url", "html", "zone", "keysym", "code", "modifiers")
# What the readers of numbers, times, keys and addresses look for, and what nobody says.
WORDS = (
    "a an and am pm at in on of the to half quarter past next week weeks day days hour"
    " minutes tomorrow monday may february 29 31st 2026-02-30 5:30 24:00 9999 hundred"
    " million dozen k point minus percent max volume % / : . - -- --help ~ ~root .. dot"
    " slash at port http:// https:// file:///etc javascript:alert(1) localhost 1.2.3.4"
    " from fortnight weekend end of month year first thing early later tonight gmail"
    " [::1] control shift f12 delete + tokyo spanish \u0663 \u00bd \u00b2 \uff11 \u202e"
    " \U0001f642 \u0130 \ufb03 99999999999999999999 1/0 oh #"
).split()
SAID = st.lists(st.sampled_from(WORDS) | st.text(max_size=5), max_size=9).map(" ".join)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Give a reader for a machine on which nothing is installed."""
    home = tmp_path_factory.mktemp("home")
    machine = Machine("linux", home, {"PATH": "/usr/bin:/bin"})
    names = RealNames(catalogue.load().names, "linux", machine.applications)
    return Reader(machine, names, home, NOW)


@settings(deadline=None)
@given(said=SAID)
def test_whatever_is_said_is_a_value_or_is_said_to_be_none(
    reader: Reader, said: str
) -> None:
    for slot in SLOTS:
        try:
            value = reader.value("slot", slot, said)
        except (UnknownName, CannotRun):
            continue
        msgspec.json.encode(value)
        for name in VIEWS:
            try:
                assert isinstance(view(value, name, "query"), str)
            except (UnknownName, CannotRun):
                continue


@given(said=SAID, kind=st.sampled_from(sorted(COUNTED)))
def test_what_is_counted_can_be_carried_by_json(said: str, kind: str) -> None:
    counted = count(msgspec.convert({"type": kind}, Slot), said)

    assert counted is None or abs(counted) < 2**53


@pytest.mark.parametrize(
    ("said", "level"),
    [("a bit", 5), ("slightly", 5), ("a hundred and ten", 100), ("minus five", 0)],
)
def test_a_level_stays_on_its_scale(reader: Reader, said: str, level: int) -> None:
    assert reader.value("amount", Slot("percent"), said).resolved == level


def test_an_alarm_may_wake_early_but_nobody_meets_then(reader: Reader) -> None:
    alarm = reader.value("time", Slot("text", samples="clock_times"), "tomorrow at six")
    event = reader.value("time", Slot("text"), "tomorrow at six")

    assert alarm.resolved == "2026-11-23T06:00:00"
    assert event.resolved == "2026-11-23T18:00:00"


def test_a_contact_whose_words_are_an_address_is_that_address(reader: Reader) -> None:
    said = "Anna dot Smith at example dot co dot uk"
    address = reader.value("recipient", Slot("contact"), said)
    name = reader.value("recipient", Slot("contact"), "Anna at work")

    assert address.resolved == "anna.smith@example.co.uk"
    assert view(address, "url", "") == "anna.smith@example.co.uk"
    assert name.resolved == "Anna at work"


def test_a_package_is_not_called_as_apt_would_remove_it(reader: Reader) -> None:
    with pytest.raises(UnknownName):
        reader.value("package", Slot("package"), "bash dash")


def test_a_file_whose_name_is_no_text_has_a_url() -> None:
    named = Value("/caf\udce9.txt", "/caf\udce9.txt", is_path=True)

    assert view(named, "url", "") == "/caf%E9.txt"
