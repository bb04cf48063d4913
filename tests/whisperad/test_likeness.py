"""Names as people misspell them and as speech recognition mishears them."""

import plistlib

import pytest

from whisperad import catalogue
from whisperad.applications import Applications
from whisperad.likeness import nearest
from whisperad.names import RealNames

INSTALLED = (
    "1Password", "Arc", "Bear", "Discord", "Figma", "Firefox", "Google Chrome",
    "Linear", "Microsoft Excel", "Microsoft Teams", "Microsoft Word", "Notion", "Photos",
    "Preview", "Slack", "Spotify", "Steam", "Things", "Visual Studio Code", "WhatsApp",
    "Xcode", "Zoom", "zoom.us",
)  # fmt: skip


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> RealNames:
    """Give the shipped names on a Mac with some applications."""
    folder = tmp_path_factory.mktemp("applications")
    for name in INSTALLED:
        contents = folder / f"{name}.app" / "Contents"
        contents.mkdir(parents=True)
        info = {"CFBundleIdentifier": f"com.example.{name.replace(' ', '')}"}
        (contents / "Info.plist").write_bytes(plistlib.dumps(info))
    applications = Applications("macos", (folder,))
    return RealNames(catalogue.load().names, "macos", applications)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("crome", "Google Chrome"),
        ("google crome", "Google Chrome"),
        ("chrmoe", "Google Chrome"),
        ("krome", "Google Chrome"),
        ("vs code", "Visual Studio Code"),
        ("vscode", "Visual Studio Code"),
        ("vs coed", "Visual Studio Code"),
        ("visual studio kode", "Visual Studio Code"),
        ("spottify", "Spotify"),
        ("spotfy", "Spotify"),
        ("spot if i", "Spotify"),
        ("fire fox", "Firefox"),
        ("firefocks", "Firefox"),
        ("fierfox", "Firefox"),
        ("what's app", "WhatsApp"),
        ("whats app", "WhatsApp"),
        ("what sap", "WhatsApp"),
        ("watsapp", "WhatsApp"),
        ("what's up", "WhatsApp"),
        ("slak", "Slack"),
        ("slac", "Slack"),
        ("slavk", "Slack"),
        ("fotos", "Photos"),
        ("photo", "Photos"),
        ("excell", "Microsoft Excel"),
        ("exel", "Microsoft Excel"),
        ("microsoft world", "Microsoft Word"),
        ("teems", "Microsoft Teams"),
        ("microsoft team", "Microsoft Teams"),
        ("ex code", "Xcode"),
        ("x code", "Xcode"),
        ("discorde", "Discord"),
        ("diskord", "Discord"),
        ("ark", "Arc"),
        ("zume", "Zoom"),
        ("one password", "1Password"),
        ("calender", "Calendar"),
        ("calculater", "Calculator"),
        ("kalculator", "Calculator"),
        ("terminla", "Terminal"),
        ("safarri", "Safari"),
        ("whether", "Weather"),
        ("mials", "Mail"),
        ("fotoshop", "Adobe Photoshop"),
    ],
)
def test_an_application_is_found(names: RealNames, said: str, meant: str) -> None:
    assert names.application(said).name.startswith(meant)


@pytest.mark.parametrize(
    "said",
    ["photon", "notepads pro", "lotion", "ocean", "sigma", "world", "work",
     "black", "stack", "team leader", "bean", "beer", "thinker", "review", "hedge", "mask",
     "google home", "google ads", "linux", "zoo", "some", "stamp", "excellent", "node"],
)  # fmt: skip
def test_another_word_is_no_application_of_ours(names: RealNames, said: str) -> None:
    assert names.application(said).name == said


@pytest.mark.parametrize(
    ("said", "never"),
    [("photoshop", "Photos"), ("notes", "TextEdit"), ("notepad", "Notes"),
     ("notes", "Notion"), ("code", "Xcode"), ("chromium", "Google Chrome")],
)  # fmt: skip
def test_a_name_is_not_taken_for_one_like_it(
    names: RealNames, said: str, never: str
) -> None:
    assert names.application(said).name != never


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("downlods", "~/Downloads"),
        ("my down loads folder", "~/Downloads"),
        ("documants", "~/Documents"),
        ("desk top", "~/Desktop"),
        ("picturs", "~/Pictures"),
        ("musik", "~/Music"),
        ("trahs", "~/.Trash"),
    ],
)
def test_a_folder_is_found(names: RealNames, said: str, meant: str) -> None:
    assert (names.folder(said) or names.near_folder(said)) == meant


@pytest.mark.parametrize(
    "said", ["node", "core", "blogs", "crash", "downloader", "boot"]
)
def test_another_word_is_no_folder_of_ours(names: RealNames, said: str) -> None:
    assert names.folder(said) is None
    assert names.near_folder(said) is None


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("utube", "youtube"),
        ("youtub", "youtube"),
        ("face book", "facebook"),
        ("netflicks", "netflix"),
        ("wikipeida", "wikipedia"),
        ("read it", "reddit"),
        ("gmale", "gmail"),
        ("linked in", "linkedin"),
        ("git hub", "github"),
        ("amazone", "amazon"),
        ("twich", "twitch"),
    ],
)
def test_a_site_is_found(names: RealNames, said: str, meant: str) -> None:
    assert names.site(said) == names.site(meant) is not None


@pytest.mark.parametrize("said", ["heddit", "goggles", "bang", "zorblax"])
def test_another_word_is_no_site_of_ours(names: RealNames, said: str) -> None:
    assert names.site(said) is None


def test_between_two_names_as_near_nobody_chooses() -> None:
    assert nearest("slick", ["slack", "slock"]) == ["slack", "slock"]
