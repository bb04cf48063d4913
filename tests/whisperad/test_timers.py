"""Timers: set, listed, cancelled, kept over a restart, rung when due."""

import asyncio
import resource
import stat
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.timing import Rung, until_rung, with_timers
from whisperad.settings import Limits
from whisperad.timer import Timer
from whisperad.timers import Timers

NOW = datetime(2026, 11, 22, 14, 5)
FAR = datetime(2090, 1, 1, 7, 0)


def test_what_is_set_is_said_and_listed(tmp_path: Path) -> None:
    async def work(timers: Timers, rung: Rung) -> list[str]:
        return [
            (await timers.set_timer(600, "", NOW)).stdout,
            (await timers.set_timer(5400, "cake", NOW)).stdout,
            (await timers.set_alarm(datetime(2026, 11, 23, 7, 0), "", NOW)).stdout,
            timers.listed(NOW + timedelta(minutes=4)).stdout,
        ]

    timer, cake, alarm, listed = with_timers(tmp_path / "t.json", work)

    assert timer == "timer set for 10 minutes, until 14:15"
    assert cake == "timer set for 1 hour 30 minutes, until 15:35: cake"
    assert alarm == "alarm set for tomorrow at 07:00"
    assert listed.splitlines() == [
        "timer 10 minutes: 6 minutes left",
        "timer cake (1 hour 30 minutes): 1 hour 26 minutes left",
        "alarm: tomorrow at 07:00",
    ]


def test_the_one_set_last_is_cancelled(tmp_path: Path) -> None:
    async def work(timers: Timers, rung: Rung) -> list[tuple[int | None, str]]:
        await timers.set_timer(600, "", NOW)
        await timers.set_timer(60, "tea", NOW)
        await timers.set_alarm(FAR, "", NOW)
        outcomes = [await timers.cancel("timer", NOW) for _ in range(3)]
        outcomes.append(await timers.cancel("alarm", NOW))
        return [(o.exit_code, o.stdout or o.stderr) for o in outcomes]

    assert with_timers(tmp_path / "t.json", work) == [
        (0, "cancelled the timer: tea (1 minute); still set: 10 minutes"),
        (0, "cancelled the timer: 10 minutes"),
        (1, "no timer is set"),
        (0, "cancelled the alarm: 07:00"),
    ]


def test_a_timer_rings_when_it_is_due(tmp_path: Path) -> None:
    async def work(timers: Timers, rung: Rung) -> tuple[Rung, str]:
        now = datetime.now()
        await timers.set_timer(3600, "later", now)
        await timers.set_timer(1, "", now - timedelta(seconds=0.9))
        await until_rung(rung)
        return rung, timers.listed(now).stdout

    rung, listed = with_timers(tmp_path / "t.json", work, starts=True)

    assert rung == [("Timer", "1 second: time is up")]
    assert listed.startswith("timer later")


def test_an_alarm_rings_with_its_label(tmp_path: Path) -> None:
    due = datetime.now() + timedelta(seconds=0.1)

    async def work(timers: Timers, rung: Rung) -> Rung:
        await timers.set_alarm(due, "Get up", due)
        return await until_rung(rung)

    rung = with_timers(tmp_path / "t.json", work, starts=True)

    assert rung == [("Get up", f"it is {due:%H:%M}")]


def test_timers_are_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state" / "timers.json"

    async def before(timers: Timers, rung: Rung) -> None:
        await timers.set_alarm(FAR, "", datetime.now())

    async def after(timers: Timers, rung: Rung) -> tuple[str, Rung]:
        return timers.listed(NOW).stdout, rung

    with_timers(path, before, starts=True)

    assert with_timers(path, after, starts=True) == (
        "alarm: on Sunday, 1 January 2090 at 07:00",
        [],
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["timers.json"]


def test_what_was_missed_rings_at_the_start_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    missed = Timer("timer", datetime.now() - timedelta(days=1), "tea", 60)
    path.write_bytes(msgspec.json.encode([missed]))

    async def work(timers: Timers, rung: Rung) -> Rung:
        await until_rung(rung)
        await asyncio.sleep(0.1)
        return rung

    due = f"yesterday at {missed.due:%H:%M}"
    found = with_timers(path, work, starts=True)

    assert len(found) == 1
    assert found[0][0] == "tea"
    assert found[0][1].startswith("1 minute: time is up (while away, due yesterday at ")
    assert due in found[0][1]
    assert msgspec.json.decode(path.read_bytes()) == []


@pytest.mark.parametrize(
    "content",
    [
        *(b"junk", b"[1]", b'{"kind":"timer"}', b"", b'[{"a":' * 60_000, b"\xff"),
        b'[{"kind":"timer","due":"0001-01-01T00:00:00"}]',
        b'[{"kind":"alarm","due":"9999-12-31T23:59:59"}]',
        b'[{"kind":"timer","due":"2090-01-01T00:00:00","label":"\\ud800"}]',
    ],
)
def test_a_broken_file_is_put_aside(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t.json"
    path.write_bytes(content)

    async def work(timers: Timers, rung: Rung) -> str:
        now = datetime.now()
        await timers.set_timer(3600, "", now)
        return timers.listed(now).stdout

    assert with_timers(path, work, starts=True) == "timer 1 hour: 1 hour left"
    assert (tmp_path / "t.broken").read_bytes() == content


def test_what_was_half_written_when_a_daemon_was_killed_goes(tmp_path: Path) -> None:
    half = tmp_path / ".t-x1y2z3"
    half.write_bytes(b'[{"kind":"ti')

    async def work(timers: Timers, rung: Rung) -> str:
        return timers.listed(datetime.now()).stdout

    assert with_timers(tmp_path / "t.json", work, starts=True) == "no timer is set"
    assert not half.exists()


def test_each_broken_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "t.json"

    async def work(timers: Timers, rung: Rung) -> tuple[str, ...]:
        await timers.set_timer(3600, "", datetime.now())
        return timers.problems

    told: list[str] = []
    for content in (b"one", b"two", b"three"):
        path.write_bytes(content)
        told += with_timers(path, work, starts=True)
    kept = {file.name: file.read_bytes() for file in tmp_path.glob("*.broken*")}

    assert kept == {"t.broken": b"one", "t.broken-2": b"two", "t.broken-3": b"three"}
    assert all(said.startswith(f"{path} was damaged (") for said in told)
    assert "is now t.broken-3," in told[2]


def test_without_file_descriptors_a_good_file_stays_and_is_read_later(
    tmp_path: Path,
) -> None:
    path = tmp_path / "t.json"
    before = msgspec.json.encode([Timer("alarm", FAR)])
    path.write_bytes(before)

    async def work(timers: Timers, rung: Rung) -> None:
        most, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
        try:
            await timers.start()
            said = (await timers.set_timer(3600, "cake", datetime.now())).stdout
            told, listed = timers.problems, timers.listed(NOW).stdout.splitlines()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        assert path.read_bytes() == before
        while timers.problems:
            await asyncio.sleep(0.01)
        later = timers.listed(NOW).stdout

        assert "it could not be saved" in said
        assert told[0].startswith(f"{path} cannot be read (Too many open files)")
        assert listed[1:] == list(told)
        assert later.count("cake") == 1
        assert "2090" in later

    with_timers(path, work)

    assert len(msgspec.json.decode(path.read_bytes())) == 2
    assert list(tmp_path.iterdir()) == [path]


def test_what_could_not_be_saved_is_saved_later(tmp_path: Path) -> None:
    folder = tmp_path / "state"

    async def work(timers: Timers, rung: Rung) -> tuple[str, ...]:
        folder.touch()
        await timers.set_timer(3600, "", datetime.now())
        told = timers.problems
        folder.unlink()
        while timers.problems:
            await asyncio.sleep(0.01)
        return told

    (said,) = with_timers(folder / "t.json", work, starts=True)

    assert said.startswith(f"{folder / 't.json'} cannot be written (")
    assert len(msgspec.json.decode((folder / "t.json").read_bytes())) == 1


def test_a_moment_may_be_given_with_its_zone(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(
        '[{"kind":"timer","due":"2000-01-01T00:00:00+02:00","label":"old"},'
        '{"kind":"timer","due":"2090-01-01T00:00:00Z"},'
        '{"kind":"alarm","due":"2090-01-01T00:00:00"}]'
    )

    async def work(timers: Timers, rung: Rung) -> tuple[Rung, str]:
        await timers.set_timer(60, "tea", datetime.now())
        return await until_rung(rung), timers.listed(datetime.now()).stdout

    rung, listed = with_timers(path, work, starts=True)

    assert [title for title, _ in rung] == ["old"]
    assert listed.splitlines()[0] == "timer tea (1 minute): 1 minute left"
    assert len(listed.splitlines()) == 3


def test_there_is_an_end_to_setting_timers(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_bytes(msgspec.json.encode([Timer("alarm", FAR)] * Limits().timers))

    async def work(timers: Timers, rung: Rung) -> str:
        return (await timers.set_timer(3600, "", NOW)).stderr

    assert (
        with_timers(path, work, starts=True)
        == f"{Limits().timers} timers are set; cancel one first"
    )


def test_a_timer_that_cannot_be_saved_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    async def work(timers: Timers, rung: Rung) -> str:
        return (await timers.set_timer(600, "tea", NOW)).stdout

    said = with_timers(tmp_path / "file" / "t.json", work)

    assert said.startswith("timer set for 10 minutes, until 14:15: tea; it could not")


def test_what_rings_is_kept_until_somebody_was_told(tmp_path: Path) -> None:
    """A daemon that is killed while it rings is followed by one that rings."""
    path = tmp_path / "t.json"

    async def before() -> None:
        told = asyncio.Event()

        async def never(title: str, message: str) -> None:
            told.set()
            await asyncio.sleep(60)

        timers = Timers(path, never)
        await timers.start()
        await timers.set_timer(1, "egg", datetime.now() - timedelta(seconds=1))
        await told.wait()
        listed = timers.listed(datetime.now()).stdout
        await timers.stop()
        assert listed == "no timer is set"

    async def after(timers: Timers, rung: Rung) -> Rung:
        return await until_rung(rung)

    asyncio.run(before())

    assert with_timers(path, after, starts=True)[0][0] == "egg"
