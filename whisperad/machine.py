"""Machine: what commands find where they will run. Its folders, programs, defaults.

For a platform that is not this machine's own only the home folder is known, with the
applications in it.
"""

import os
import plistlib
import re
import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from whisperad import applications
from whisperad.applications import Applications
from whisperad.pack import Platform

_XDG_FOLDERS: Mapping[str, str] = {
    "Desktop": "DESKTOP",
    "Downloads": "DOWNLOAD",
    "Documents": "DOCUMENTS",
    "Music": "MUSIC",
    "Pictures": "PICTURES",
    "Videos": "VIDEOS",
    "Public": "PUBLICSHARE",
    "Templates": "TEMPLATES",
}
_WAYLAND_ONLY = frozenset(
    "grim slurp swaymsg wf-recorder wl-copy wl-paste wtype kwin_wayland".split()
)
_X11_ONLY = frozenset("maim scrot wmctrl xbacklight xclip xdotool xset xsel".split())
_LOOKUP_S = 3  # for a program that only says a name


class Machine:
    """The machine we run on or, without an environment, one of which we know little."""

    def __init__(
        self, platform: Platform, home: Path, environ: Mapping[str, str] | None
    ) -> None:
        self.platform = platform
        self.home = home
        self._environ = environ
        # Where programs are; `shutil.which` would find out anew for each of them.
        path = (environ or {}).get("PATH", "")
        places = dict.fromkeys(map(Path, path.split(os.pathsep))) if path else ()
        self._programs = tuple(f"{place}/" for place in places)
        found = applications.folders(platform, environ or {}, home)
        if not environ:
            found = tuple(folder for folder in found if folder.is_relative_to(home))
        self.applications = Applications(platform, found)

    def lacks(self, program: str) -> bool:
        """Tell whether we know that a program is not installed or does not work here."""
        if self._environ is None:
            return False
        has_x11 = bool(self._environ.get("DISPLAY"))
        has_wayland = bool(self._environ.get("WAYLAND_DISPLAY"))
        # A service that was started before the desktop knows of neither. A desktop on
        # Wayland has both, but few of its windows are of X11.
        other = _X11_ONLY if has_wayland else _WAYLAND_ONLY
        if (has_x11 or has_wayland) and program in other:
            return True
        if "/" in program:
            return not _runs(program)
        return not any(_runs(folder + program) for folder in self._programs)

    def user_folder(self, path: str) -> str:
        """Give a path of ours under the name the user's desktop has for its folder."""
        found = re.fullmatch(r"~/(\w+)(/.*)?", path)
        if self._environ is None or self.platform != "linux" or found is None:
            return path
        named = self._xdg_folders().get(_XDG_FOLDERS.get(found[1], ""))
        return path if named is None else named + (found[2] or "")

    def constant(self, name: str, now: datetime) -> str:
        """Give the value of a constant such as `@home`."""
        match name:
            case "@home":
                return str(self.home)
            case "@desktop":
                desktop = self.user_folder("~/Desktop")
                return str(self.home / desktop.removeprefix("~/"))
            case "@timestamp":
                return f"{now:%Y-%m-%d at %H.%M.%S}"
            case "@wifi":
                return self._wifi()
            case "@browser":
                return self._browser()
        raise KeyError(name)  # the catalogue admits no other constant

    def _xdg_folders(self) -> dict[str, str]:
        environ = self._environ or {}
        config = Path(environ.get("XDG_CONFIG_HOME") or self.home / ".config")
        try:
            text = (config / "user-dirs.dirs").read_text(errors="replace")
        except OSError:
            return {}
        lines = re.findall(r'^XDG_(\w+)_DIR="(.*)"$', text, flags=re.MULTILINE)
        found = {name: path.replace("$HOME", str(self.home)) for name, path in lines}
        # A folder that is switched off points to the home itself.
        return {n: p for n, p in found.items() if Path(p) != self.home}

    def _wifi(self) -> str:
        if self.platform == "linux":
            found = sorted(Path("/sys/class/net").glob("*/wireless"))
            return found[0].parent.name if found and self._environ else "wlan0"
        ports = self._output("networksetup", "-listallhardwareports")
        port = re.search(r"Hardware Port: (?:Wi-Fi|AirPort)\nDevice: (\w+)", ports)
        return port[1] if port else "en0"

    def _browser(self) -> str:
        """Give the default browser: the name of its bundle, or its desktop id."""
        if self.platform == "linux":
            found = self._output("xdg-settings", "get", "default-web-browser").strip()
            return found.removesuffix(".desktop") or "firefox"
        wanted = self._https_handler()
        for app in self.applications.current():
            if app.id.lower() == wanted:
                return app.name
        return "Safari"

    def _https_handler(self) -> str:
        folder = self.home / "Library/Preferences/com.apple.LaunchServices"
        try:
            data = (folder / "com.apple.launchservices.secure.plist").read_bytes()
            handlers = plistlib.loads(data)["LSHandlers"]
            return next(
                str(handler["LSHandlerRoleAll"]).lower()
                for handler in handlers
                if handler.get("LSHandlerURLScheme") == "https"
            )
        except (OSError, ValueError, LookupError, TypeError, StopIteration):
            return ""

    def _output(self, *argv: str) -> str:
        """Give what a program says; nothing when it is not there or says nothing."""
        if self._environ is None or self.lacks(argv[0]):
            return ""
        try:
            return subprocess.run(
                argv,
                env=dict(self._environ),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_LOOKUP_S,
                check=False,
            ).stdout
        except (OSError, subprocess.TimeoutExpired):
            return ""


def _runs(path: str) -> bool:
    return os.access(path, os.X_OK) and not Path(path).is_dir()
