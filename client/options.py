"""What the arguments of `w` ask for, read by hand: `argparse` takes too long to load."""

USAGE = """\
usage: w [-x] [-j] UTTERANCE...     say something
       w [-x] [-j] -                say every line of standard input
       w [-x] -i                    a prompt that keeps going
       w [-j] --confirm TOKEN       run what was asked about, within 60 seconds

Prints the command it would run, one a line, and with -x runs it.

  -x         run it
  -j         print the daemon's reply as JSON
  -i         read from a prompt; control-D ends it
  -h         show this and exit
  --version  show the version and exit
  --         what follows are words, even if they begin with "-"

Exit codes: 0 done or proposed, 1 the command failed, 2 usage, 3 not a command or
unsure, 4 daemon not reachable, 5 daemon error, 6 confirmation needed; with -x, a
command that runs in this terminal gives its own.
"""


class UsageError(Exception):
    """Raise when the arguments make no sense."""


class Options:
    """What the arguments ask for."""

    def __init__(self, arguments: list[str]) -> None:
        self.words: list[str] = []
        self.token: str | None = None
        self.flags: set[str] = set()
        rest = iter(arguments)
        for argument in rest:
            if argument == "--":
                self.words.extend(rest)
            elif argument == "--confirm":
                self.token = next(rest, None)
                if self.token is None:
                    raise UsageError("--confirm: expected a token after it")
            elif argument == "-" or not argument.startswith("-"):
                self._take(argument)
            else:
                self.flags |= _flags(argument)
        self._check()

    def _take(self, argument: str) -> None:
        if argument == "-" and not self.words:
            self.flags.add("-")
        else:
            self.words.append(argument)

    def _check(self) -> None:
        if self.flags & {"help", "version"}:
            return
        sources = [
            name
            for name, is_given in (
                ("an utterance", bool(self.words)),
                ("-", "-" in self.flags),
                ("-i", "i" in self.flags),
                ("--confirm", self.token is not None),
            )
            if is_given
        ]
        if not sources:
            raise UsageError('nothing said, expected something like `w "open chrome"`')
        if len(sources) > 1:
            raise UsageError(f"expected one of them, found {' and '.join(sources)}")


def _flags(argument: str) -> set[str]:
    match argument:
        case "-h" | "--help":
            return {"help"}
        case "--version":
            return {"version"}
    letters = set(argument[1:])
    if letters <= set("xji"):
        return letters
    raise UsageError(f'no option "{argument}"; words that begin with "-" go after "--"')
