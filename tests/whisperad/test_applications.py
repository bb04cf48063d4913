"""Applications: what this machine has, read from real files."""

import os
import plistlib
from pathlib import Path

import msgspec
import pytest
import uvloop

from tests.setting import HERE, Setting, ask, meaning
from whisperad.applications import Application, Applications, folders
from whisperad.daemon import Daemon
from whisperad.pack import Platform
from whisperad.protocol import Interpret

EDITOR = """[Desktop Entry]
Type=Application
Name=Text\\sEditor
Name[de]=Texteditor
Exec=env GTK=1 /usr/bin/gnome-edit --new %U
StartupWMClass=Gnome-edit

[Desktop Action new]
Name=New Window
Exec=other
"""


def test_a_desktop_entry_is_an_application(tmp_path: Path) -> None:
    (tmp_path / "org.gnome.Edit.desktop").write_text(EDITOR)
    found = Applications("linux", (tmp_path,)).current()

    assert found == (
        Application("Text Editor", "org.gnome.Edit", "gnome-edit", "Gnome-edit"),
    )


@pytest.mark.parametrize(
    ("line", "process"),
    [
        ("/opt/zorblax/zorblax --new %U", "zorblax"),
        ("python3 /opt/zorblax/main.py", "org.example.Zorblax"),
        ('sh -c "exec zorblax"', "org.example.Zorblax"),
        ("/usr/bin/java -jar zorblax.jar", "org.example.Zorblax"),
        ("chromium --app-id=abc", "org.example.Zorblax"),
        ("/usr/bin/flatpak run --command=zorblax-bin org.x.Z @@u %U @@", "zorblax-bin"),
        ("flatpak run org.x.Z", "org.example.Zorblax"),
        ("/usr/bin/google-chrome-stable %U", "chrome"),
    ],
)
def test_a_program_that_others_share_is_not_the_process_of_an_application(
    tmp_path: Path, line: str, process: str
) -> None:
    entry = f"[Desktop Entry]\nName=Zorblax\nExec={line}\n"
    (tmp_path / "org.example.Zorblax.desktop").write_text(entry)

    assert Applications("linux", (tmp_path,)).current()[0].process == process


def test_entries_that_are_not_to_be_shown_are_left_out(tmp_path: Path) -> None:
    head = "[Desktop Entry]\nName=X\nExec=x\n"
    (tmp_path / "hidden.desktop").write_text(head + "Hidden=true\n")
    (tmp_path / "nodisplay.desktop").write_text(head + "NoDisplay=true\n")
    (tmp_path / "link.desktop").write_text(head + "Type=Link\n")
    (tmp_path / "broken.desktop").write_bytes(b"\xff\xfe[Desktop")
    (tmp_path / "dangling.desktop").symlink_to(tmp_path / "nowhere")

    assert Applications("linux", (tmp_path,)).current() == ()


def test_the_users_entry_hides_the_systems(tmp_path: Path) -> None:
    own, system = tmp_path / "own", tmp_path / "system"
    for folder, name in ((own, "Mine"), (system, "Theirs")):
        (folder / "kde").mkdir(parents=True)
        (folder / "kde" / "edit.desktop").write_text(f"[Desktop Entry]\nName={name}\n")
    found = Applications("linux", (own, system)).current()

    assert found == (Application("Mine", "kde-edit", "kde-edit", "kde-edit"),)


def test_a_new_application_is_found_without_a_restart(tmp_path: Path) -> None:
    applications = Applications("linux", (tmp_path,))
    before = applications.current()
    (tmp_path / "a.desktop").write_text("[Desktop Entry]\nName=A\n")
    os.utime(tmp_path, ns=(1, 1))  # however coarse the clock of the file system
    after = applications.current()

    assert before == ()
    assert [app.name for app in after] == ["A"]
    assert applications.current() is after


def test_a_bundle_is_an_application(tmp_path: Path) -> None:
    contents = tmp_path / "Editors" / "Visual Studio Code.app" / "Contents"
    contents.mkdir(parents=True)
    info = {"CFBundleIdentifier": "com.microsoft.VSCode", "CFBundleExecutable": "Code"}
    (contents / "Info.plist").write_bytes(plistlib.dumps(info))
    broken = tmp_path / "Broken.app" / "Contents"
    broken.mkdir(parents=True)
    (broken / "Info.plist").write_bytes(b"junk")
    found = Applications("macos", (tmp_path,)).current()

    assert found == (
        Application("Visual Studio Code", "com.microsoft.VSCode", "Code", "Code"),
    )


def test_linux_applications_are_where_the_environment_says(tmp_path: Path) -> None:
    environ = {"XDG_DATA_HOME": "/own", "XDG_DATA_DIRS": "/a:/b:/a"}
    found = folders("linux", environ, tmp_path)

    assert found[:3] == (
        Path("/own/applications"),
        Path("/a/applications"),
        Path("/b/applications"),
    )
    assert tmp_path / ".local/share/flatpak/exports/share/applications" in found


def test_a_file_that_is_filled_after_it_was_seen_is_read_again(tmp_path: Path) -> None:
    """The folder is as it was, since only the file has changed."""
    entry = tmp_path / "a.desktop"
    entry.touch()
    applications = Applications("linux", (tmp_path,))
    before = applications.current()
    entry.write_text("[Desktop Entry]\nName=A\n")
    os.utime(tmp_path, ns=(1, 1))
    after = applications.current()

    assert (before, [app.name for app in after]) == ((), ["A"])


def test_a_bundle_in_two_lists_is_one_application(tmp_path: Path) -> None:
    inner = tmp_path / "Utilities"
    contents = inner / "Console.app" / "Contents"
    contents.mkdir(parents=True)
    (contents / "Info.plist").write_bytes(plistlib.dumps({"CFBundleIdentifier": "c"}))
    found = Applications("macos", (tmp_path, inner)).located()

    assert found == [
        (Application("Console", "c", "Console", "Console"), inner / "Console.app")
    ]


def write_pack(setting: Setting, folder: Path, platform: str) -> None:
    """Give the daemon one action, which opens an application."""
    (folder / "shipped" / "actions" / "test.toml").write_text(
        'pack = "test"\n[[action]]\nid = "make"\nphrases = ["open {target}"]\n'
        f'slots = {{ target = "app" }}\n{platform} = {{ argv = ["open", "{{target:id}}"] }}\n'
    )


@pytest.mark.parametrize("platform", ["linux", "macos"])
def test_the_daemon_uses_an_application_that_was_just_installed(
    setting: Setting, short_dir: Path, platform: Platform
) -> None:
    write_pack(setting, short_dir, platform)
    given = msgspec.structs.replace(
        setting.settings(), platform=platform, can_execute=platform == HERE
    )

    async def case() -> None:
        daemon = Daemon(given)
        await daemon.start()
        try:
            utterance = await meaning(daemon)
            before = await ask(daemon, Interpret(utterance=utterance))
            name = str(before.intents[0]["target"])
            install(platform, short_dir, name)
            after = await ask(daemon, Interpret(utterance=utterance))
        finally:
            await daemon.stop()

        assert before.commands[0].argv != ("open", "com.example.Zorblax")
        assert after.commands[0].argv == ("open", "com.example.Zorblax")

    uvloop.run(case())


def install(platform: Platform, home: Path, name: str) -> None:
    """Put an application of a name where the system has those of one user."""
    if platform == "macos":
        contents = home / "Applications" / f"{name.title()}.app" / "Contents"
        contents.mkdir(parents=True)
        info = {"CFBundleIdentifier": "com.example.Zorblax"}
        (contents / "Info.plist").write_bytes(plistlib.dumps(info))
        return
    folder = home / ".local" / "share" / "applications"
    folder.mkdir(parents=True)
    entry = f"[Desktop Entry]\nName={name.title()}\nExec=zorblax\n"
    (folder / "com.example.Zorblax.desktop").write_text(entry)
