"""The LaunchAgent: macOS starts the daemon when its user logs in, and keeps it."""

import os
import plistlib
import re
import shlex
import time
from pathlib import Path
from xml.parsers.expat import ExpatError

from launchd.service import Program, Refused, write

LABEL = "io.whispera.whisperad"
# An agent starts with little more than /usr/bin; Homebrew's programs are wanted too.
USUAL = {
    "PATH": "/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
    "LANG": "en_US.UTF-8",
}

NO_SUCH_DOMAIN = 125  # "Domain does not support specified action"
ATTEMPTS, PAUSE_S = 3, 1.0  # of `bootstrap`, which may fail while launchd tidies up
# `bootout` comes back before the agent is gone, which takes up to `ExitTimeOut`.
UNLOAD_S, POLL_S = 20.0, 0.1

_RUNNING = "state = running"  # in what `print` says


class LaunchAgent:
    """The daemon as an agent of launchd."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._domain = f"gui/{os.getuid()}"
        self._target = f"{self._domain}/{LABEL}"
        self.path: Path = program.home / "Library/LaunchAgents" / f"{LABEL}.plist"

    @property
    def socket(self) -> str | None:
        """The socket of the agent that is installed, None if none is."""
        try:
            installed = plistlib.loads(self.path.read_bytes())
            return str(installed["EnvironmentVariables"]["WHISPERA_SOCKET"])
        except (FileNotFoundError, plistlib.InvalidFileException, ExpatError):
            return None
        except (KeyError, TypeError):  # not what we write
            return None

    def holds_socket(self) -> bool:
        """Tell that launchd does not: the daemon makes its own, again if need be."""
        return False

    def is_outdated(self) -> bool:
        """Tell whether the file is not what would be written; PATH and LANG aside."""
        written, ours = plistlib.loads(self.path.read_bytes()), self.definition()
        as_written = {name: written["EnvironmentVariables"].get(name) for name in USUAL}
        variables = self._program.environment(USUAL)
        return bool(written != {**ours, "EnvironmentVariables": variables | as_written})

    def search_path(self) -> str | None:
        """Give where the installed daemon looks for programs; None if no file says."""
        try:
            written = plistlib.loads(self.path.read_bytes())
            return str(written["EnvironmentVariables"]["PATH"])
        except (FileNotFoundError, KeyError):
            return None

    def install(self) -> None:
        """Write the agent's file and have launchd load it afresh.

        Raises `Refused` if launchd will not, or if a path is none that its file can hold.
        """
        try:
            content = plistlib.dumps(self.definition())
        except ValueError as error:  # of control characters, and of what is no UTF-8
            raise Refused(
                f"{self.path}: one of the paths fits into no such file: {error}; set the"
                " variable that names it to another"
            ) from error
        self._program.make_log_folder()
        write(self.path, content)
        # Whoever once switched it off has changed their mind; launchd remembers.
        self._program.attempt("launchctl", "enable", self._target)
        self._unload()
        self._load()

    def uninstall(self) -> None:
        """Unload the agent and remove its file."""
        if self.path.exists() or self._is_loaded():
            self._unload()
            self.path.unlink(missing_ok=True)

    def start(self) -> None:
        """Load the agent, or start it if it is loaded. Raises `Refused`."""
        if self._state() is not None:
            kickstart = ("launchctl", "kickstart", self._target)
            code, _, complaint = self._program.attempt(*kickstart)
            state = _RUNNING if code == 0 else self._state()
            if state is not None:
                if not state.startswith(_RUNNING):
                    why = f"{_said(kickstart, code, complaint)}; launchd says: {state}"
                    raise Refused(
                        f"{why}; see `whispera logs`, then `whispera restart`"
                    )
                return
        self._load()

    def stop(self) -> None:
        """Unload the agent; its file stays, so the next login starts it again."""
        self._unload()

    def definition(self) -> dict[str, object]:
        """Give what the agent's file says."""
        return {
            "Label": LABEL,
            "ProgramArguments": list(self._program.command),
            "EnvironmentVariables": self._program.environment(USUAL),
            "WorkingDirectory": str(self._program.home),
            "StandardOutPath": self._program.paths.log,
            "StandardErrorPath": self._program.paths.log,
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "ThrottleInterval": 10,
            "ExitTimeOut": 10,
            # Without it launchd slows the daemon down as work nobody waits for.
            "ProcessType": "Interactive",
            "LimitLoadToSessionType": "Aqua",
            "Umask": 0o077,
        }

    def is_switched_off(self) -> bool:
        """Tell whether its user has switched it off, here or in System Settings."""
        asked = ("launchctl", "print-disabled", self._domain)
        # The newer macOS says "disabled", the older "true".
        off = rf'"{re.escape(LABEL)}" => (disabled|true)'
        return re.search(off, self._program.attempt(*asked)[1]) is not None

    def _is_loaded(self) -> bool:
        return self._state() is not None

    def _state(self) -> str | None:
        """Give what launchd says of the agent's process; None if it is not loaded."""
        code, told, _ = self._program.attempt("launchctl", "print", self._target)
        # Further in, it says the same of other things.
        said = re.findall(r"^\t((?:state|last exit code) = .*)", told, re.MULTILINE)
        return None if code else ", ".join(said) or "it is loaded"

    def _unload(self) -> None:
        # It fails if nothing is loaded, which is what we want.
        self._program.attempt("launchctl", "bootout", self._target)
        deadline = time.monotonic() + UNLOAD_S
        while self._is_loaded():
            if time.monotonic() > deadline:
                raise Refused(f"{self._target}: still loaded after {UNLOAD_S:g} s")
            time.sleep(POLL_S)

    def _load(self) -> None:
        bootstrap = ("launchctl", "bootstrap", self._domain, str(self.path))
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(PAUSE_S)
            code, _, complaint = self._program.attempt(*bootstrap)
            # It complains, too, if another start or a login was there before us.
            if code == 0 or self._is_loaded():
                break
            if code == NO_SUCH_DOMAIN:
                raise Refused(
                    f"{self._domain}: no session to run in; log in at the Mac's own"
                    " screen, not over ssh, and do it again"
                )
        else:
            raise Refused(f"{_said(bootstrap, code, complaint)}; {self._why_not()}")
        # `RunAtLoad` has done so already, unless it crashed less than 10 s ago.
        self._program.attempt("launchctl", "kickstart", self._target)

    def _why_not(self) -> str:
        """Say what is known of an agent that launchd does not load, and what to do."""
        if self.is_switched_off():
            return (
                "it is switched off: switch it on in System Settings > General > Login"
                " Items & Extensions, or do `whispera install`"
            )
        return (
            "launchctl says that it is neither loaded nor switched off: see that"
            f" {self.path} is yours and passes `plutil -lint`, and that System Settings"
            " > General > Login Items & Extensions allows it"
        )


def _said(argv: tuple[str, ...], code: int, complaint: str) -> str:
    """Give what was called and its complaint, without the advice to be root."""
    lines = complaint.strip().splitlines()
    return f"{shlex.join(argv)}: {lines[0] if lines else f'exit code {code}'}"
