"""Effects on a real Linux desktop: what is said comes about."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.effects.conftest import Desktop, Said, wait
from whisperad.utterance import normalise

NAME = "whispera-tested"  # of a program that no machine has
SLEEP = shutil.which("sleep") or ""


@pytest.fixture
def received(desktop: Desktop) -> Iterator[Path]:
    """Give a file to which a notification server writes what it is sent."""
    desktop.needs("dunst", "dbus-send")
    file = desktop.home / "received"
    script = desktop.home / "write"
    script.write_text(f'#!/bin/sh\nprintf "%s|%s|%s\\n" "$1" "$2" "$3" >> {file}\n')
    script.chmod(0o755)
    config = desktop.home / "dunstrc"
    config.write_text(f'[everything]\nsummary = "*"\nscript = "{script}"\n')
    server = subprocess.Popen(
        ["dunst", "-conf", str(config)],
        env=desktop.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    bus = (
        "dbus-send",
        "--session",
        "--print-reply",
        "--dest=org.freedesktop.DBus",
        "/",
    )
    owner = (
        "org.freedesktop.DBus.NameHasOwner",
        "string:org.freedesktop.Notifications",
    )
    wait(lambda: "true" in desktop.run(*bus, *owner).stdout)
    yield file
    server.terminate()
    server.wait(8)


def test_an_application_is_opened_from_its_desktop_entry(desktop: Desktop) -> None:
    desktop.needs("gtk-launch")
    opened = desktop.home / "opened"
    desktop.has("Zorblax Editor", f"{shutil.which('touch')} {opened}")
    said = Said("Open the Zorblax editer", "open_app", {"target": "zorblax editer"})
    outcomes = desktop.do(said, until=opened.exists)

    assert [outcome.exit_code for outcome in outcomes] == [0]


def test_a_folder_is_opened_with_an_application(desktop: Desktop) -> None:
    desktop.needs("gtk-launch")
    (desktop.home / "My Letters").mkdir()
    here = desktop.home / "here"
    desktop.has("Zorblax", f"{shutil.which('ln')} -s %f {here}")
    slots = {"folder": "my letters", "app": "zorblax"}
    said = Said("open my letters in zorblax", "open_folder", slots)
    desktop.do(said, until=here.is_symlink)

    assert here.readlink() == desktop.home / "My Letters"


def test_an_application_that_is_not_there_fails_with_its_name(desktop: Desktop) -> None:
    desktop.needs("gtk-launch")
    outcomes = desktop.do(Said("open zorblax", "open_app", {"target": "zorblax"}))

    assert outcomes[0].exit_code not in {0, None}
    assert "zorblax" in outcomes[0].stderr


def test_an_application_outlives_us_and_may_go_on_talking(desktop: Desktop) -> None:
    desktop.needs("gtk-launch")
    done = desktop.home / "done"
    talker = desktop.home / "talker"
    talker.write_text(
        f"#!/bin/sh\n{shutil.which('sleep')} 0.5\n"
        f"echo something\necho else >&2\n{shutil.which('touch')} {done}\n"
    )
    talker.chmod(0o755)
    desktop.has("Talker", str(talker))
    desktop.do(Said("open talker", "open_app", {"target": "talker"}))
    assert not done.exists()
    wait(done.exists)


def test_an_application_is_quit_by_its_name(desktop: Desktop) -> None:
    desktop.needs("gtk-launch", "killall")
    sleeper = desktop.home / NAME
    sleeper.write_bytes(Path(shutil.which("sleep") or "").read_bytes())
    sleeper.chmod(0o755)
    desktop.has("Sleeper", f"{sleeper} 60")
    slots = {"target": "sleeper"}
    desktop.do(
        Said("open sleeper", "open_app", slots),
        until=lambda: desktop.run("killall", "-s", "0", NAME).returncode == 0,
    )
    outcomes = desktop.do(Said("quit sleeper", "quit_app", slots))

    assert outcomes[0].exit_code == 0
    wait(lambda: desktop.run("killall", "-s", "0", NAME).returncode != 0)


def test_a_text_is_copied_and_shown(desktop: Desktop) -> None:
    desktop.needs("xclip")
    text = "Grüße; $(id) \\ 'quoted' 👋"
    slots = {"text": normalise(text).text}
    started = time.monotonic()
    copied, shown = desktop.do(
        Said(f"copy {text}", "copy_text", slots),
        Said("what's on my clipboard", "show_clipboard", {}),
    )

    assert copied.exit_code == 0
    assert shown.stdout == text
    # `xclip` stays behind to serve the text; that is nothing to wait for.
    assert time.monotonic() - started < 5


def test_the_clipboard_is_emptied(desktop: Desktop) -> None:
    desktop.needs("xclip")
    copied, cleared, shown = desktop.do(
        Said("copy hello", "copy_text", {"text": "hello"}),
        Said("clear the clipboard", "clear_clipboard", {}),
        Said("what's on my clipboard", "show_clipboard", {}),
    )

    assert (copied.exit_code, cleared.exit_code) == (0, 0)
    assert shown.stdout == ""


def test_the_contents_of_a_file_are_copied(desktop: Desktop) -> None:
    desktop.needs("xclip")
    (desktop.home / "Notes.txt").write_text("line one\nline two\n")
    _copied, shown = desktop.do(
        Said("copy notes dot txt", "copy_file_contents", {"path": "notes dot txt"}),
        Said("what's on my clipboard", "show_clipboard", {}),
    )

    assert shown.stdout == "line one\nline two\n"


@pytest.mark.parametrize("program", ["maim", "scrot"])
def test_a_screenshot_lands_on_the_desktop(desktop: Desktop, program: str) -> None:
    desktop.needs(program)
    outcomes = desktop.do(Said("take a screenshot", "take_screenshot", {}))
    pictures = list((desktop.home / "Desktop").iterdir())

    assert outcomes[0].exit_code == 0
    assert len(pictures) == 1
    assert pictures[0].name.startswith("Screenshot 20")
    assert pictures[0].read_bytes().startswith(b"\x89PNG")


def test_the_screen_is_recorded_until_it_is_told_to_stop(desktop: Desktop) -> None:
    desktop.needs("ffmpeg")
    folder = desktop.home / "Desktop"
    started = desktop.do(
        Said("record my screen", "start_screen_recording", {}),
        until=lambda: any(video.stat().st_size > 40 for video in folder.iterdir()),
    )
    video = next(folder.iterdir())

    assert started[0].exit_code == 0, started[0].stderr
    assert b"moov" in video.read_bytes()  # the end of a recording that was finished


def test_a_notification_arrives(desktop: Desktop, received: Path) -> None:
    desktop.needs("notify-send")
    slots = {"message": "-the cake is ready", "title": "kitchen"}
    said = Said("notify me -The cake is ready", "show_notification", slots)
    outcomes = desktop.do(said, until=received.exists)

    assert outcomes[0].exit_code == 0
    assert received.read_text() == "Whispera|kitchen|-The cake is ready\n"


def test_a_timer_rings_on_the_desktop(desktop: Desktop, received: Path) -> None:
    desktop.needs("notify-send")
    slots = {"duration": "a second", "label": "tea"}
    outcomes = desktop.do(
        Said("set a Tea timer for a second", "set_timer", slots), until=received.exists
    )

    assert outcomes[0].stdout.startswith("timer set for 1 second")
    assert received.read_text() == "Whispera|Tea|1 second: time is up\n"


@pytest.fixture
def typed(desktop: Desktop) -> Iterator[Path]:
    """Give a file to which a terminal with the focus writes the lines it is typed."""
    desktop.needs("xterm", "xdotool")
    file = desktop.home / "typed"
    reader = desktop.home / "reader"
    reader.write_text(
        f"#!/bin/sh\nwhile read -r line; do printf '%s\\n' \"$line\" >> {file}; done\n"
    )
    reader.chmod(0o755)
    terminal = subprocess.Popen(
        ["xterm", "-T", NAME, "-e", str(reader)],
        env={**desktop.environ, "SHELL": "/bin/sh"},
        stderr=subprocess.DEVNULL,
    )
    focus = (
        "xdotool",
        "search",
        "--sync",
        "--onlyvisible",
        "--name",
        NAME,
        "windowfocus",
    )
    assert desktop.run(*focus, "--sync").returncode == 0
    yield file
    terminal.terminate()
    terminal.wait(8)


def test_text_and_keys_reach_the_window_with_the_focus(
    desktop: Desktop, typed: Path
) -> None:
    text = "--Hello; $(id) World"
    outcomes = desktop.do(
        Said(f"type {text}", "type_text", {"text": text.lower()}),
        Said("press shift a", "press_key", {"key": "shift a"}),
        Said("press the enter key", "press_key", {"key": "enter"}),
        until=typed.exists,
    )

    assert [outcome.exit_code for outcome in outcomes] == [0, 0, 0]
    assert typed.read_text() == f"{text}A\n"


def test_the_time_somewhere_else_is_told(desktop: Desktop) -> None:
    desktop.needs("date")
    slots = {"city": "kathmandu"}
    there = desktop.do(Said("what time is it in Kathmandu", "get_time", slots))
    utc = desktop.run("date", "-u", "+%H:%M").stdout
    minutes = [int(t[:2]) * 60 + int(t[3:5]) for t in (there[0].stdout, utc)]

    assert (minutes[0] - minutes[1]) % 1440 in {345, 344}  # a minute may pass between
