"""The machine: constants and programs, with stand-ins on a PATH of the test's own."""

import plistlib
from datetime import datetime
from pathlib import Path

from whisperad.machine import Machine

NOW = datetime(2026, 11, 22, 14, 5, 9)


def program(folder: Path, name: str, says: str = "") -> None:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{says}\nEND\n")
    path.chmod(0o755)


def test_constants_are_of_this_moment_and_home(tmp_path: Path) -> None:
    machine = Machine("linux", tmp_path, {})

    assert machine.constant("@home", NOW) == str(tmp_path)
    assert machine.constant("@desktop", NOW) == str(tmp_path / "Desktop")
    assert machine.constant("@timestamp", NOW) == "2026-11-22 at 14.05.09"


def test_the_desktop_goes_by_its_own_name(tmp_path: Path) -> None:
    (tmp_path / ".config").mkdir()
    dirs = tmp_path / ".config" / "user-dirs.dirs"
    dirs.write_text('XDG_DESKTOP_DIR="$HOME/Schreibtisch"\n')
    machine = Machine("linux", tmp_path, {"PATH": ""})

    assert machine.constant("@desktop", NOW) == str(tmp_path / "Schreibtisch")


def test_a_machine_lacks_what_is_not_on_its_path(tmp_path: Path) -> None:
    program(tmp_path / "bin", "there")
    machine = Machine("linux", tmp_path, {"PATH": str(tmp_path / "bin")})

    assert machine.lacks("gone")
    assert not machine.lacks("there")


def test_a_program_of_the_other_display_does_not_count(tmp_path: Path) -> None:
    program(tmp_path / "bin", "wl-copy")
    program(tmp_path / "bin", "xclip")
    path = {"PATH": str(tmp_path / "bin")}
    on_x11 = Machine("linux", tmp_path, {**path, "DISPLAY": ":0"})
    on_wayland = Machine("linux", tmp_path, {**path, "WAYLAND_DISPLAY": "wayland-0"})
    on_both = Machine(
        "linux", tmp_path, {**path, "DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}
    )
    unknown = Machine("linux", tmp_path, path)

    assert (on_x11.lacks("wl-copy"), on_x11.lacks("xclip")) == (True, False)
    assert (on_wayland.lacks("wl-copy"), on_wayland.lacks("xclip")) == (False, True)
    assert (on_both.lacks("wl-copy"), on_both.lacks("xclip")) == (False, True)
    assert (unknown.lacks("wl-copy"), unknown.lacks("xclip")) == (False, False)


def test_of_another_machine_nothing_is_known_to_lack(tmp_path: Path) -> None:
    machine = Machine("macos", tmp_path, None)

    assert not machine.lacks("osascript")
    assert machine.applications.current() == ()
    assert machine.constant("@browser", NOW) == "Safari"
    assert machine.constant("@wifi", NOW) == "en0"


def test_a_mac_says_which_device_its_wifi_is(tmp_path: Path) -> None:
    ports = (
        "Hardware Port: Ethernet\nDevice: en0\n\nHardware Port: Wi-Fi\nDevice: en1\n"
    )
    program(tmp_path / "bin", "networksetup", ports)
    path = f"{tmp_path / 'bin'}:/bin:/usr/bin"
    machine = Machine("macos", tmp_path, {"PATH": path})

    assert machine.constant("@wifi", NOW) == "en1"


def test_a_mac_says_which_browser_it_prefers(tmp_path: Path) -> None:
    contents = tmp_path / "Applications" / "Firefox.app" / "Contents"
    contents.mkdir(parents=True)
    info = {"CFBundleIdentifier": "org.mozilla.Firefox"}
    (contents / "Info.plist").write_bytes(plistlib.dumps(info))
    services = tmp_path / "Library/Preferences/com.apple.LaunchServices"
    services.mkdir(parents=True)
    handlers = [
        {"LSHandlerContentType": "public.html"},
        {"LSHandlerURLScheme": "https", "LSHandlerRoleAll": "org.mozilla.firefox"},
    ]
    (services / "com.apple.launchservices.secure.plist").write_bytes(
        plistlib.dumps({"LSHandlers": handlers})
    )
    machine = Machine("macos", tmp_path, {"PATH": ""})

    assert machine.constant("@browser", NOW) == "Firefox"


def test_linux_says_which_browser_it_prefers(tmp_path: Path) -> None:
    program(tmp_path / "bin", "xdg-settings", "org.mozilla.firefox.desktop")
    path = f"{tmp_path / 'bin'}:/bin:/usr/bin"

    assert Machine("linux", tmp_path, {"PATH": path}).constant("@browser", NOW) == (
        "org.mozilla.firefox"
    )
    assert (
        Machine("linux", tmp_path, {"PATH": ""}).constant("@browser", NOW) == "firefox"
    )
