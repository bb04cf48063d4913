"""Names: what is said finds what it is called, and nothing else."""

from pathlib import Path

import pytest

from whisperad.applications import Applications
from whisperad.catalogue import Names
from whisperad.names import RealNames, nearest
from whisperad.pack import Platform, Site

SITES = {
    "youtube": Site("https://www.youtube.com/", also=("you tube",)),
    "hacker news": Site("https://news.ycombinator.com/"),
}


def desktop_entry(folder: Path, entry_id: str, name: str, program: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{entry_id}.desktop").write_text(
        f"[Desktop Entry]\nType=Application\nName={name}\nExec={program} %u\n"
    )


def real_names(
    folder: Path,
    platform: Platform = "linux",
    own: dict[str, str] | None = None,
    own_sites: dict[str, str] | None = None,
) -> RealNames:
    shipped = {"chrome": "Google Chrome", "photos": "Photos", "edge": "Microsoft Edge"}
    names = Names(
        own or {},
        {"linux": shipped, "macos": shipped},
        {"work": "~/Work"},
        {"linux": {"downloads": "~/Downloads", "work": "~/Shipped"}},
        own_sites or {},
        SITES,
    )
    return RealNames(names, platform, Applications(platform, (folder,)))


def test_the_users_own_name_comes_first(tmp_path: Path) -> None:
    desktop_entry(tmp_path, "mail", "Mail", "mailer")
    names = real_names(tmp_path, own={"mail": "My Mailer"})

    assert names.application("Mail").name == "My Mailer"


def test_an_installed_application_comes_before_the_shipped_name(tmp_path: Path) -> None:
    desktop_entry(tmp_path, "org.chrome.Chrome", "Chrome", "chrome-bin")
    app = real_names(tmp_path).application("chrome")

    assert (app.name, app.id, app.process) == (
        "Chrome",
        "org.chrome.Chrome",
        "chrome-bin",
    )


def test_a_shipped_name_finds_the_installed_application(tmp_path: Path) -> None:
    desktop_entry(tmp_path, "com.google.Chrome", "Google Chrome", "/opt/chrome/chrome")

    assert real_names(tmp_path).application("chrome").id == "com.google.Chrome"


@pytest.mark.parametrize(
    "said",
    ["visual studio code", "Visual Studio Code", "code", "vscode", "visualstudiocode"],
)
def test_an_application_is_found_by_name_id_and_program(
    tmp_path: Path, said: str
) -> None:
    desktop_entry(tmp_path, "vscode", "Visual Studio Code", "/usr/bin/code")

    assert real_names(tmp_path).application(said).id == "vscode"


@pytest.mark.parametrize("said", ["photoshop", "adobe photoshop"])
def test_maker_and_year_need_not_be_said(tmp_path: Path, said: str) -> None:
    desktop_entry(tmp_path, "ps", "Adobe Photoshop 2026", "photoshop")

    assert real_names(tmp_path).application(said).name == "Adobe Photoshop 2026"


@pytest.mark.parametrize("said", ["photoshop", "hedge", "chromium", "pho", "chat"])
def test_a_name_is_never_matched_because_it_contains_another(
    tmp_path: Path, said: str
) -> None:
    assert real_names(tmp_path).application(said).name == said


@pytest.mark.parametrize(
    "said", ["chrmoe", "google chrme", "crome", "chromee", "Chrome!"]
)
def test_a_slip_still_finds_the_name(tmp_path: Path, said: str) -> None:
    assert real_names(tmp_path).application(said).name == "Google Chrome"


def test_an_unknown_application_is_called_as_it_was_said(tmp_path: Path) -> None:
    on_linux = real_names(tmp_path).application("Zorblax Pro")
    on_macos = real_names(tmp_path, "macos").application("Zorblax Pro")

    assert (on_linux.name, on_linux.id) == ("Zorblax Pro", "zorblax-pro")
    assert (on_macos.name, on_macos.process) == ("Zorblax Pro", "Zorblax Pro")


def test_a_real_name_may_be_an_id(tmp_path: Path) -> None:
    names = real_names(tmp_path, own={"files": "org.gnome.Nautilus.desktop"})

    assert names.application("files").id == "org.gnome.Nautilus"


def test_between_two_names_as_near_nobody_chooses() -> None:
    assert nearest("table", ["cable", "fable"]) is None


def test_the_users_own_folder_comes_first(tmp_path: Path) -> None:
    names = real_names(tmp_path)

    assert names.folder("my work folder") == "~/Work"
    assert names.folder("Downloads") == "~/Downloads"
    assert names.folder("downlaods") is None
    assert names.near_folder("downlaods") == "~/Downloads"


def test_a_site_is_found_by_all_its_names(tmp_path: Path) -> None:
    names = real_names(tmp_path, own_sites={"wiki": "wiki.example.org/?s={query}"})
    own = names.site("wiki")

    assert names.site("You Tube") == SITES["youtube"]
    assert names.site("the hacker news website") == SITES["hacker news"]
    assert names.site("zorblax") is None
    assert own is not None
    assert own.url == "https://wiki.example.org/"
    assert own.search == "https://wiki.example.org/?s={query}"
