"""Run a program in the user's own terminal, as a shell would but without one."""

import os
import sys

# What shells answer for a program that is not there or that nobody may run.
NOT_FOUND, NOT_RUNNABLE, ENDED_BY_SIGNAL = 127, 126, 128


def run(argv: list[str], *, reads_stdin: bool) -> int:
    """Run a program to its end and give its exit code, 128 + n if signal n ended it.

    Without `reads_stdin` it finds its standard input empty.
    """
    # It brings `enum`, which is slow, and most calls of `w` run nothing.
    import signal

    from_keyboard = (signal.SIGINT, signal.SIGQUIT)
    # Python ignores the last two from its start; a program must not inherit that.
    default_in_child = (*from_keyboard, signal.SIGPIPE, signal.SIGXFSZ)
    nothing = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)]
    sys.stdout.flush()
    # Control-C is for the program; we wait to hear how it ended.
    ours = [signal.signal(number, signal.SIG_IGN) for number in from_keyboard]
    try:
        pid = os.posix_spawnp(
            argv[0],
            argv,
            os.environ,
            setsigdef=default_in_child,
            file_actions=() if reads_stdin else nothing,
        )
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except FileNotFoundError:
        print(f'no program on the PATH is called "{argv[0]}"', file=sys.stderr)
        return NOT_FOUND
    except (OSError, ValueError) as error:
        print(f'"{argv[0]}" cannot be run: {error}', file=sys.stderr)
        return NOT_RUNNABLE
    finally:
        for number, handler in zip(from_keyboard, ours, strict=True):
            signal.signal(number, handler)
    return code if code >= 0 else ENDED_BY_SIGNAL - code
