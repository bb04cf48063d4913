"""A pack for a user's own actions to begin with: written once, never over another."""

import re
from pathlib import Path

from client.connection import ClientError
from whisperad import wire

_NAME = re.compile(r"[a-z][a-z0-9_]*")

# Its one action is there, so that the pack loads as it is; the rest shows what can be.
_TEXT = """\
# {name}: my own commands. Change what is below, then: make retrain
# The phrases are hassil templates: (this|that), [left out or not], {{slot}}.
# Write eight or more for each action, in words that differ; the first as most would say.
pack = "{name}"
summary = "My own commands"

[[action]]
id = "{name}_hello"                  # what the model answers; small letters, digits, _
summary = "Show a greeting"
risk = "safe"                        # "confirm" or "danger" to be asked before it runs
phrases = [
  "(show|give) me [a|my] greeting {{greeting}}",
  "greet me with {{greeting}}",
  "put {{greeting}} up as [a|my] greeting",
  "[show the] greeting {{greeting}}",
  "i (want|would like) to be greeted with {{greeting}}",
  "(flash|pop up|display) a greeting that says {{greeting}}",
  "let the greeting be {{greeting}}",
  "could a greeting {{greeting}} come up",
]
slots = {{ greeting = "text" }}       # app folder path site percent integer duration text …
# One list of arguments for each system; no shell. {{slot}} stays one argument.
macos = {{ applescript = "on run argv\\ndisplay notification (item 1 of argv)\\nend run", args = ["{{greeting}}"] }}
linux = {{ argv = ["notify-send", "--", "{{greeting}}"] }}

# More ways, for other actions:
#   a Shortcut:            macos = {{ argv = ["shortcuts", "run", "Good Morning"] }}
#   an AppleScript file:   macos = {{ argv = ["osascript", "/Users/me/scripts/tidy.scpt", "{{folder}}"] }}
#   a program of your own: linux = {{ argv = ["/home/me/bin/pump", ["--seconds", "{{duration}}"]] }}
#     (a list in the list is left out when its slot was not said)
#   a slot that may be left out:  slots = {{ duration = {{ type = "duration", optional = true, default = 60 }} }}
#   one of some values:           slots = {{ lamp = {{ type = "choice", values = ["desk", "floor"] }} }}
# A shipped action with phrases or commands of yours: the same id here; its risk can only go up.
"""


class CannotWrite(ClientError):
    """Raise when there is no place for the pack."""

    exit_code = wire.EXIT_FAILED


def write(config: Path, name: str) -> Path:
    """Write `actions/NAME.toml` and give its path. Raises `CannotWrite`."""
    if not _NAME.fullmatch(name):
        raise CannotWrite(
            f'expected a name of small letters, digits and _, found "{name}"'
        )
    path = config / "actions" / f"{name}.toml"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(_TEXT.format(name=name))
    except FileExistsError as error:
        raise CannotWrite(f"{path} is there already; name another") from error
    return path
