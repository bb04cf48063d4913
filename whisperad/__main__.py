"""`whisperad`: read the settings, start uvloop, serve until somebody says stop."""

from whisperad import early  # isort: skip  # first: the rest takes a while

import asyncio
import gc
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

import uvloop

from whisperad import heap, leaving, log, settings, unhandled, wire
from whisperad.daemon import Daemon
from whisperad.errors import WhisperaError
from whisperad.listener import Listener, claim
from whisperad.server import Server
from whisperad.settings import Settings
from whisperad.systemd import Notifier, inherited_socket

# For how long a thread may keep others waiting, in Python. Answers take milliseconds.
SWITCH_S = 0.002

USAGE = """usage: whisperad [--version]

Runs the Whispera daemon in the foreground, with its log on standard error.
SIGTERM or SIGINT ends it after what it accepted is done.
"""


def main() -> int:
    """Run the daemon and give the exit code."""
    _fill_standard_streams()
    gc.disable()  # looking through what is being loaded takes longer than loading it
    sys.setswitchinterval(SWITCH_S)
    heap.keep_for_loading()
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"whisperad {wire.VERSION}\n")
        return 0
    if sys.argv[1:]:
        sys.stderr.write(USAGE)
        return 0 if sys.argv[1:] in (["-h"], ["--help"]) else wire.EXIT_USAGE
    try:
        # What systemd says is for us, not for the programs we run.
        notifier, inherited = Notifier(os.environ), inherited_socket(os.environ)
        log.keep_private()
        log.keep_small(wire.Paths(os.environ).log)
        unhandled.log_without_words()
        given = settings.read(os.environ)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(given, notifier, inherited))
        early.leave_when_told()  # the loop is gone, and so is what it did then
    except WhisperaError as error:
        log.error("cannot-start", code=error.code, message=str(error))
        return 1
    return 0


async def _serve(
    given: Settings, notifier: Notifier, inherited: socket.socket | None
) -> None:
    loop, told_to_stop = asyncio.get_running_loop(), asyncio.Event()
    daemon = Daemon(given)

    def stop() -> None:
        leaving.in_time(daemon.kill)
        told_to_stop.set()

    for number in early.STOPPING:
        loop.add_signal_handler(number, stop)
    threads = ThreadPoolExecutor(thread_name_prefix="file")
    loop.set_default_executor(threads)
    loop.set_exception_handler(unhandled.in_loop)
    listener = Listener(inherited, None) if inherited else claim(given.socket)
    try:
        await daemon.start()
        try:
            heap.keep_small()
            heap.give_freed_back()
            gc.freeze()  # what is loaded stays
            gc.enable()
            daemon.socket = listener.path
            server = Server(daemon, listener, given)
            await server.start()
            notifier.ready()
            log.info("ready", pid=os.getpid(), socket=str(listener.path))
            await told_to_stop.wait()
            log.info("stopping", clients=daemon.clients)
            notifier.stopping()
            await server.stop()
        finally:
            await daemon.stop()
    finally:
        listener.withdraw()
        listener.close()
        threads.shutdown(wait=False)
    log.info("stopped")
    await leaving.without_waiting()


def _fill_standard_streams() -> None:
    """Take the places of streams that are closed, or a socket would, and get our log."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free


if __name__ == "__main__":
    sys.exit(main())
