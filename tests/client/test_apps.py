"""`whispera apps`: what can be said for the applications of this machine."""

import json
import plistlib
import sys
from pathlib import Path

import pytest

from tests.client.conftest import Run, runner

ENTRY = "[Desktop Entry]\nName={name}\nExec={program}\n"


@pytest.fixture
def scanning(short_dir: Path, environ: dict[str, str]) -> Run:
    """Give `whispera` for a Linux desktop with two applications and names of its own."""
    applications = short_dir / ".local" / "share" / "applications"
    applications.mkdir(parents=True)
    for name, program in (("Google Chrome", "google-chrome"), ("Zorblax Pro", "zp")):
        entry = ENTRY.format(name=name, program=program)
        (applications / f"com.example.{program}.desktop").write_text(entry)
    (short_dir / "config").mkdir()
    own = {"apps": {"zorb": "Zorblax Pro", "gone": "Not Installed"}}
    (short_dir / "config" / "whispera_config.json").write_text(json.dumps(own))
    nothing = str(short_dir / "nothing")
    return runner(
        "client.cli",
        {**environ, "WHISPERA_PLATFORM": "linux", "XDG_DATA_DIRS": nothing},
    )


def test_a_scan_tells_what_to_say_for_each_application(
    scanning: Run, short_dir: Path
) -> None:
    lines = scanning("apps", "scan").stdout.splitlines()
    rows = [line.split("  ") for line in lines]
    table = [[cell.strip() for cell in row if cell] for row in rows]
    folder = f"{short_dir}/.local/share/applications/com.example"
    own = f"{short_dir}/config/whispera_config.json"

    assert table[0] == ["you say", "its name", "its id", "found in"]
    assert table[1] == ["gone", "Not Installed", "not-installed", own]
    assert table[2] == ["zorb", "Zorblax Pro", "com.example.zp", own]
    assert table[3][0].startswith("google chrome, chrome, ")
    assert table[3][1:] == [
        "Google Chrome",
        "com.example.google-chrome",
        f"{folder}.google-chrome.desktop",
    ]
    assert table[4] == [
        "zorblax pro",
        "Zorblax Pro",
        "com.example.zp",
        f"{folder}.zp.desktop",
    ]
    assert lines[-1] == "4 names"


def test_a_scan_can_be_read_by_programs(scanning: Run) -> None:
    found = json.loads(scanning("apps", "scan", "--json").stdout)

    assert found["count"] == len(found["applications"]) == 4
    assert found["applications"][1] == {
        "say": ["zorb"],
        "name": "Zorblax Pro",
        "id": "com.example.zp",
        "process": "zp",
        "source": found["applications"][0]["source"],
    }


def test_bundles_of_a_mac_have_their_ids(
    short_dir: Path, environ: dict[str, str]
) -> None:
    contents = short_dir / "Applications" / "Visual Studio Code.app" / "Contents"
    contents.mkdir(parents=True)
    info = {"CFBundleIdentifier": "com.microsoft.VSCode"}
    (contents / "Info.plist").write_bytes(plistlib.dumps(info))
    mac = runner("client.cli", {**environ, "WHISPERA_PLATFORM": "macos"})
    found = json.loads(mac("apps", "scan", "--json").stdout)["applications"]
    (code,) = [app for app in found if app["source"] == str(contents.parent)]

    assert (code["name"], code["id"]) == ("Visual Studio Code", "com.microsoft.VSCode")
    assert {"visual studio code", "vs code", "vscode"} <= set(code["say"])


def test_a_broken_configuration_is_told(scanning: Run, short_dir: Path) -> None:
    (short_dir / "config" / "whispera_config.json").write_text('{"apps": 1}')
    told = scanning("apps", "scan")

    assert (told.returncode, told.stdout) == (1, "")
    assert "whispera_config.json" in told.stderr


def test_help_says_what_there_is(whispera: Run) -> None:
    assert "scan" in whispera("apps", "--help").stdout
    assert "scan" in whispera("apps").stdout
    assert "apps" in whispera("--help").stdout


@pytest.mark.timeout(120)  # parses every phrase there is
def test_conflicts_with_a_pack_of_the_users_own_are_listed(
    short_dir: Path, whispera: Run
) -> None:
    pack = short_dir / "config" / "actions" / "mine.toml"
    pack.parent.mkdir(parents=True)
    pack.write_text(
        'pack = "mine"\n[[action]]\nid = "hush"\nphrases = ["mute (all|the sound)"]\n'
        f'{"macos" if sys.platform == "darwin" else "linux"} = {{ argv = ["true"] }}\n'
    )
    listed = whispera("actions", "--conflicts")
    lines = listed.stdout.splitlines()

    assert listed.returncode == 1
    assert '"mute the sound"' in lines
    mine = lines[lines.index('"mute the sound"') + 2].split()
    assert mine == ["hush", f"{pack}:4", "mute", "(all|the", "sound)"]
    assert lines[-1].endswith(("conflict", "conflicts"))
