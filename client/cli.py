"""The `whispera` command: look after the daemon and see what it makes of things."""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from client import (
    answers,
    apps,
    belongings,
    doctor,
    history,
    lifecycle,
    model,
    retrain,
    said,
    tables,
    teach,
)
from client.connection import ClientError, answer
from launchd.install import service
from launchd.service import Refused, Service
from whisperad import wire

UNREAD = 141  # what shells answer for a command whose reader has left

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(said.app)
app.add_typer(teach.app)
app.add_typer(doctor.app)
app.add_typer(retrain.app)
app.add_typer(history.app, name="history")
app.add_typer(apps.app, name="apps")
app.add_typer(model.app, name="model")

Json = Annotated[bool, typer.Option("--json", help="Print the daemon's reply.")]


class What(StrEnum):
    """What the daemon can read again."""

    ALL = "all"
    CONFIG = "config"
    ADAPTER = "adapter"


def _version(asked: bool) -> None:
    if asked:
        print(f"whispera {wire.VERSION}")
        raise typer.Exit


@app.callback()
def whispera(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show it."),
    ] = False,
) -> None:
    """Look after the Whispera daemon. To say something, use `w`."""


@app.command()
def start() -> None:
    """Start the daemon in the background and wait until it answers."""
    paths = wire.Paths()
    running = lifecycle.status(paths.socket)
    if running is not None:
        _tell("runs already", running)
        return
    _start(paths)


@app.command()
def stop() -> None:
    """Stop the daemon; it finishes what it has begun."""
    paths = wire.Paths()
    print("whisperad stopped" if _stop(paths) else "no whisperad is running")


@app.command()
def restart() -> None:
    """Stop the daemon if it runs, and start it."""
    paths = wire.Paths()
    _stop(paths)
    _start(paths)


@app.command()
def status(as_json: Json = False) -> None:
    """Show how the daemon is."""
    reply = _ask({"type": "status"})
    if as_json:
        print(tables.json_text(reply))
        return
    print(tables.aligned(tables.status_rows(answers.read(reply, answers.Status))))


@app.command("reload")
def reload_(
    what: Annotated[What, typer.Argument(help="What to read again.")] = What.ALL,
) -> None:
    """Have the daemon read its configuration and its adapter again."""
    reply = _ask({"type": "reload", "what": what.value})
    reloaded = answers.read(reply, answers.Reloaded)
    rows = [
        ("adapter", reloaded.adapter or "none"),
        ("catalogue", reloaded.catalogue_hash),
    ]
    print(tables.aligned(rows))


@app.command()
def logs(
    follow: Annotated[
        bool, typer.Option("-f", help="Keep showing what comes.")
    ] = False,
    lines: Annotated[int, typer.Option("-n", min=0, help="How many lines.")] = 100,
) -> None:
    """Show the end of the daemon's log."""
    log = wire.Paths().log
    if not Path(log).exists():
        print(
            f"there is no {log} yet; a daemon in the foreground logs to its terminal",
            file=sys.stderr,
        )
        raise typer.Exit(wire.EXIT_FAILED)
    keep_up = ["-F"] if follow else []
    os.execvp("tail", ["tail", "-n", str(lines), *keep_up, "--", log])


@app.command()
def paths() -> None:
    """Show where everything is."""
    found = wire.Paths()
    rows = [
        ("config", found.config),
        ("data", found.data),
        ("state", found.state),
        ("run", found.run),
        ("socket", found.socket),
        ("log", found.log),
    ]
    print(tables.aligned(rows))


@app.command()
def install() -> None:
    """Have the system start the daemon at every login, and start it now."""
    paths = wire.Paths()
    # One that was started by hand would keep the socket from the service.
    if _installed(paths) is None:
        lifecycle.stop(paths.socket)
    service(lifecycle.COMMAND, os.environ).install()
    _tell("starts at every login and runs", _wait(paths))


@app.command()
def uninstall(
    keep_data: Annotated[
        bool,
        typer.Option("--keep-data", help="Keep models, adapters and what was taught."),
    ] = False,
) -> None:
    """Stop the daemon, have the system forget it, and remove all but your config.

    What goes: the models in its data folder, your own among them, adapters, what you
    taught it, history, timers and the log. Nothing is asked; what went and what stays
    is said.
    """
    paths = wire.Paths()
    found = service(lifecycle.COMMAND, os.environ)
    was_there = found.socket is not None
    if not keep_data:
        belongings.check_free(paths)
    found.uninstall()
    stopped = lifecycle.stop(paths.socket)
    rows = belongings.remove(paths, wire.home(os.environ), keep_data=keep_data)
    print("uninstalled" if was_there or stopped or rows else "nothing was installed")
    if Path(paths.config).exists():
        rows.append(("kept", f"{paths.config}: your config"))
    if rows:
        print(tables.aligned(rows))


def main() -> None:
    """Do what the command line asks; exits with the codes of `w`."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        # What a terminal cannot show is no reason to stop in the middle.
        stream.reconfigure(errors="backslashreplace")
    try:
        _run()
    except ClientError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
    except Refused as error:
        print(error, file=sys.stderr)
        sys.exit(wire.EXIT_FAILED)
    except BrokenPipeError:
        _give_up_output()
        sys.exit(UNREAD)
    except OSError as error:
        _give_up_output()  # it may be what has no room
        place = f"{error.filename}: " if error.filename else ""
        print(f"{place}{error.strerror or error}", file=sys.stderr)
        sys.exit(wire.EXIT_FAILED)


def _run() -> None:
    try:
        app()
    finally:
        if sys.stdout:
            sys.stdout.flush()


def _give_up_output() -> None:
    """Have whatever Python still wants to write go nowhere."""
    if sys.stdout:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _ask(message: dict[str, object]) -> dict[str, object]:
    return answer(wire.Paths().socket, message)


def _installed(paths: wire.Paths) -> Service | None:
    """Give the service if it is installed, and for this socket."""
    found = service(lifecycle.COMMAND, os.environ)
    return found if found.socket == paths.socket else None


def _start(paths: wire.Paths) -> None:
    installed = _installed(paths)
    if installed:
        if lifecycle.is_lost(paths.socket) and installed.holds_socket():
            # To start what is started does not bring the socket back.
            print(f"the socket {paths.socket} is gone: restarting")
            _stop(paths)
        installed.start()
        _tell("runs", _wait(paths))
    else:
        process = lifecycle.spawn(paths)
        _tell("runs", lifecycle.wait_until_it_answers(paths, process))


def _wait(paths: wire.Paths) -> dict[str, object]:
    return lifecycle.wait_until_it_answers(paths, None)


def _stop(paths: wire.Paths) -> bool:
    """Stop the service, and whatever else answers; False if nothing did."""
    installed = _installed(paths)
    if installed is None:
        return lifecycle.stop(paths.socket)
    installed.stop()
    lifecycle.stop(paths.socket)
    return True


def _tell(what: str, reply: dict[str, object]) -> None:
    found = answers.read(reply, answers.Status)
    print(f"whisperad {what}: process {found.pid}, {found.model.base}")


if __name__ == "__main__":
    main()
