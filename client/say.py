"""The `w` command: say something, see or run what it means.

Standard library and `whisperad.wire` only, and no `argparse`: how fast this starts is
what people feel.
"""

import os
import sys
from _collections_abc import Iterator  # all of `collections` takes long to load

from client import connection, here
from client.options import USAGE, Options, UsageError
from client.reply import Interpretation, Result, intent_text
from whisperad import wire

PROMPT = "w> "
INTERRUPTED = 130  # what shells answer for a command ended by control-C
UNREAD = 141  # and for one whose reader has left

_CODES = {
    "proposed": wire.EXIT_DONE,
    "done": wire.EXIT_DONE,
    "handed_over": wire.EXIT_DONE,
    "failed": wire.EXIT_FAILED,
    "unsure": wire.EXIT_NOT_A_COMMAND,
    "none": wire.EXIT_NOT_A_COMMAND,
    "needs_confirmation": wire.EXIT_CONFIRMATION_NEEDED,
}


class Conversation:
    """Says utterances to one daemon and shows what comes back."""

    def __init__(self, path: str, *, execute: bool, as_json: bool) -> None:
        self._path = path
        self._execute = execute
        self._as_json = as_json
        # Lines still to be said are not meant for a program that runs in between.
        self.stdin_is_free = True

    def say(self, utterance: str) -> int:
        """Send one utterance and give the exit code for what came of it."""
        return self._send(
            {
                "type": "interpret",
                "utterance": utterance,
                "execute": self._execute,
                "cwd": connection.working_folder(),
                # A reply to be printed is complete: nothing is left to be run here.
                "runs_here": self._execute and not self._as_json,
            },
            utterance,
        )

    def confirm(self, token: str, *, runs_here: bool) -> int:
        """Let run what a token was given for."""
        message = {"type": "confirm", "token": token, "runs_here": runs_here}
        return self._send(message, "")

    def _send(self, message: dict[str, object], utterance: str) -> int:
        try:
            reply = connection.request(self._path, message)
            if self._as_json:
                return _print_json(reply)
            return self._show(Interpretation(reply), utterance)
        except connection.DaemonError as error:
            return _complain(str(error), error.exit_code)

    def _show(self, meant: Interpretation, utterance: str) -> int:
        match meant.outcome:
            case "proposed":
                _print_commands(meant)
            case "done" | "failed":
                _pass_on(meant)
            case "handed_over":
                return self._run_here(meant)
            case "needs_confirmation":
                return self._ask(meant)
            case "unsure":
                _complain(_did_you_mean(meant, utterance))
            case "none":
                _complain(f'not a command: "{_visible(utterance)}"')
            case unknown:
                raise connection.DaemonError(
                    f'expected an outcome that this version knows, found "{unknown}"'
                )
        return _CODES[meant.outcome]

    def _run_here(self, meant: Interpretation) -> int:
        for command in meant.commands:
            code = here.run(command.argv, reads_stdin=self.stdin_is_free)
            if code:
                return code
        return wire.EXIT_DONE

    def _ask(self, meant: Interpretation) -> int:
        token = meant.token or ""
        if not (self.stdin_is_free and sys.stdin.isatty() and sys.stderr.isatty()):
            _print_commands(meant)
            for line in _touched(meant):
                _complain(line)
            return _complain(
                f"needs confirmation; to run it within 60 s: w --confirm {token}",
                wire.EXIT_CONFIRMATION_NEEDED,
            )
        for command in meant.commands:
            print(f"  {_visible(command.shown)}", file=sys.stderr)
        for line in _touched(meant):
            print(f"    {line}", file=sys.stderr)
        print("run this? [y/N] ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            return _complain("not run", wire.EXIT_CONFIRMATION_NEEDED)
        return self.confirm(token, runs_here=True)


def _print_json(reply: dict[str, object]) -> int:
    # JSON is UTF-8 whatever the locale says.
    sys.stdout.buffer.write(wire.encode_line(reply))
    sys.stdout.buffer.flush()
    outcome = str(reply.get("outcome")) if reply.get("type") != "error" else ""
    return _CODES.get(outcome, wire.EXIT_DAEMON_ERROR)


def _print_commands(meant: Interpretation) -> None:
    for command in meant.commands:
        print(command.shown, flush=True)


def _touched(meant: Interpretation) -> list[str]:
    """Give what commands would meet, a line each."""
    found = [line for command in meant.commands for line in command.touches]
    return [_visible(line).replace("\n", "\\n") for line in found]


def _pass_on(meant: Interpretation) -> None:
    for result in meant.results:
        sys.stdout.write(result.stdout)
        sys.stdout.flush()
        if result.stderr:
            _complain(result.stderr.removesuffix("\n"))
    if meant.outcome == "failed" and meant.results:
        _explain_failure(meant, meant.results[-1])


def _explain_failure(meant: Interpretation, last: Result) -> None:
    if len(meant.results) > len(meant.commands):
        return
    shown = _visible(meant.commands[len(meant.results) - 1].shown)
    if last.timed_out:
        _complain(f"{shown}: took too long and was ended")
    elif last.exit_code is None:
        _complain(f"{shown}: was ended by a signal")
    # Programs that fail mostly say why; whoever said nothing needs a word from us.
    elif not last.stderr:
        _complain(f"{shown}: exit code {last.exit_code}")


def _did_you_mean(meant: Interpretation, utterance: str) -> str:
    lines = [f'not sure what "{_visible(utterance)}" means; did you mean']
    for candidate in meant.candidates:
        likely = f"{candidate.confidence:.0%}"
        lines.append(f"  {likely:>4}  {_visible(intent_text(candidate.intent))}")
    return "\n".join(lines)


def _visible(text: str) -> str:
    """Give text that cannot hide a part of itself from whoever is asked about it."""
    return "".join(
        c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode()
        for c in text
    )


def _complain(message: str, exit_code: int = 0) -> int:
    try:
        print(message, file=sys.stderr, flush=True)
    except OSError:
        # Nobody can be told; the exit code says the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    return exit_code


def _typed() -> Iterator[str]:
    """Give what is typed at the prompt, line by line."""
    # Editing and history are for the prompt alone; every other call starts without.
    import readline  # noqa: F401 - slow, and loading it is all it takes

    while True:
        try:
            yield input(PROMPT if sys.stdin.isatty() else "")
        except EOFError:
            if sys.stdin.isatty():
                print()
            return
        except KeyboardInterrupt:
            print()


def _converse(conversation: Conversation) -> int:
    """Keep going until the end of input, whatever comes of a line."""
    conversation.stdin_is_free = sys.stdin.isatty()
    for utterance in _typed():
        try:
            if utterance.strip():
                conversation.say(utterance)
        except connection.Unreachable as error:
            _complain(str(error))
        except KeyboardInterrupt:
            print()
    return wire.EXIT_DONE


def _say_lines(conversation: Conversation) -> int:
    """Say every line; the exit code is that of the first which did not go well."""
    conversation.stdin_is_free = False
    first = wire.EXIT_DONE
    for line in sys.stdin.buffer:
        utterance = line.decode(errors="replace").strip()
        if utterance:
            code = conversation.say(utterance)
            first = first or code
    return first


def _run(options: Options) -> int:
    if "help" in options.flags:
        print(USAGE, end="", flush=True)
        return wire.EXIT_DONE
    if "version" in options.flags:
        print(f"w {wire.VERSION}", flush=True)
        return wire.EXIT_DONE
    conversation = Conversation(
        wire.Paths().socket,
        execute="x" in options.flags,
        as_json="j" in options.flags,
    )
    if "i" in options.flags:
        return _converse(conversation)
    if "-" in options.flags:
        return _say_lines(conversation)
    if options.token is not None:
        # The daemon knows the folder that this was said in; we may be in another.
        return conversation.confirm(options.token, runs_here=False)
    return conversation.say(" ".join(options.words))


def main() -> int:
    """Do what the command line asks and end with the exit code, or else give it."""
    code = _exit_code()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        return code  # Python says what it could not write
    # That Python takes itself apart would take longer than the daemon's answer.
    os._exit(code)


def _exit_code() -> int:
    _prepare_streams()
    try:
        return _run(Options(sys.argv[1:]))
    except UsageError as error:
        return _complain(f"{error}; see `w -h`", wire.EXIT_USAGE)
    except connection.ClientError as error:
        return _complain(str(error), error.exit_code)
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        # Whatever Python still wants to write goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return UNREAD
        return _complain(f"cannot go on: {error.strerror or error}", wire.EXIT_FAILED)


def _prepare_streams() -> None:
    """See that there are streams, and that none stops us for what it cannot carry."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            # It takes the number of the closed one, which a socket would get.
            nothing = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(nothing, True)
            setattr(sys, name, os.fdopen(nothing, "w" if number else "r"))
        errors = "backslashreplace" if number else "replace"
        getattr(sys, name).reconfigure(errors=errors)


if __name__ == "__main__":
    sys.exit(main())
