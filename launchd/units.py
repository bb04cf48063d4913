"""The systemd user units: a socket that is always there, and the daemon behind it."""

import shlex
from pathlib import Path

from launchd.service import Program, Refused, write

SERVICE, SOCKET = "whisperad.service", "whisperad.socket"
UNITS = (SOCKET, SERVICE)

# What a session has that says nothing else.
USUAL = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}

_LISTEN = "ListenStream="
_CHANGING = tuple(f'Environment="{name}=' for name in USUAL)
_TEMPLATES = Path(__file__).parent


class UserUnits:
    """The daemon as a service of the user's own systemd."""

    def __init__(self, program: Program) -> None:
        self._program = program
        config = Path(program.environ.get("XDG_CONFIG_HOME", ""))
        if not config.is_absolute():
            config = program.home / ".config"
        self.folder = config / "systemd/user"

    @property
    def socket(self) -> str | None:
        """The socket of the units that are installed, None if none are."""
        found = self._said(SOCKET, _LISTEN)
        return found and found.replace("%%", "%")

    def search_path(self) -> str | None:
        """Give where the installed daemon looks for programs; None if no file says."""
        found = self._said(SERVICE, 'Environment="PATH=')
        return found and shlex.split(f'"{found}')[0].replace("%%", "%")

    def is_outdated(self) -> bool:
        """Tell whether a unit is not what would be written; PATH and LANG aside."""
        return any(
            _lasting(self._lines(unit)) != _lasting(text.splitlines())
            for unit, text in self.definitions().items()
        )

    def holds_socket(self) -> bool:
        """Tell whether systemd listens for the daemon just now."""
        return self._program.attempt("systemctl", "--user", "is-active", SOCKET)[0] == 0

    def install(self) -> None:
        """Write the units, enable them and start them afresh.

        Raises `Refused` if systemd will not, before anything is written if nobody is
        there to ask.
        """
        self._systemctl("show", "--property=Version")
        self._program.make_log_folder()
        for unit, content in self.definitions().items():
            write(self.folder / unit, content.encode())
        self._systemctl("daemon-reload")
        self._systemctl("enable", *UNITS)
        self.stop()
        self.start()

    def uninstall(self) -> None:
        """Stop and disable the units and remove their files. Raises `Refused`."""
        installed = [unit for unit in UNITS if (self.folder / unit).exists()]
        if not installed:
            return
        self._systemctl("disable", "--now", *installed)
        for unit in installed:
            (self.folder / unit).unlink()
        self._systemctl("daemon-reload")

    def start(self) -> None:
        """Start socket and daemon; waits until it is ready. Raises `Refused`."""
        # After too many crashes systemd would not try again by itself.
        self._program.attempt("systemctl", "--user", "reset-failed", *UNITS)
        self._systemctl("start", *UNITS)

    def stop(self) -> None:
        """Stop daemon and socket, else the next client would start it again."""
        self._systemctl("stop", *UNITS)

    def definitions(self) -> dict[str, str]:
        """Give what each unit's file says. Raises `Refused` for a path with a newline."""
        program, *arguments = self._program.command
        # Only the arguments have variables filled in.
        command = [
            _quoted(program),
            *(_quoted(a).replace("$", "$$") for a in arguments),
        ]
        variables = self._program.environment(USUAL).items()
        values = {
            "@COMMAND@": " ".join(command),
            "@ENVIRONMENT@": "\n".join(
                f"Environment={_quoted(f'{name}={value}')}" for name, value in variables
            ),
            "@LOG@": _escaped(self._program.paths.log),
            "@SOCKET@": _escaped(self._program.paths.socket),
        }
        return {unit: _filled(_TEMPLATES / unit, values) for unit in UNITS}

    def _lines(self, unit: str) -> list[str]:
        """Give the lines of an installed unit; none if there is none."""
        try:
            return (self.folder / unit).read_text().splitlines()
        except FileNotFoundError:
            return []

    def _said(self, unit: str, key: str) -> str | None:
        """Give what follows a key in an installed unit; None if nothing does."""
        lines = (line for line in self._lines(unit) if line.startswith(key))
        return next((line.removeprefix(key) for line in lines), None)

    def _systemctl(self, *arguments: str) -> None:
        self._program.call("systemctl", "--user", *arguments)


def _lasting(lines: list[str]) -> list[str]:
    """Give the lines that do not change from one shell to the next."""
    return [line for line in lines if not line.startswith(_CHANGING)]


def _filled(template: Path, values: dict[str, str]) -> str:
    lines = template.read_text().splitlines()
    for number, line in enumerate(lines):
        # One placeholder a line, so that no value is searched for another.
        for placeholder, value in values.items():
            if placeholder in line:
                lines[number] = line.replace(placeholder, value)
                break
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    """Give text in which systemd sees no specifier."""
    if "\n" in text:
        raise Refused(f"{text!r}: systemd takes no path with a newline in it")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Refused(f"{text!r}: systemd takes no path that is not UTF-8") from error
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    """Give text as one word of a unit's line."""
    escaped = _escaped(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
