"""What this project wants of its speed and memory, and what rows are held against."""

from tests.bench.figures import Wanted
from tests.bench.growth import WORDS

BARE = "bare forward pass, p50"
DAEMON = "daemon, model stage, p50"
PASSES = "passes of the model a command, mean"
GENERATE = "mlx_lm.generate, warm, in process"
SERVER = "mlx_lm.server over HTTP"
COLD = "mlx_lm.generate, a process a command, p50"
LLAMA = "llama.cpp's server with a grammar"
PYTHON = "python3 -I -c pass, p50"
SOCKET = "an exact phrase over the socket, p50"
KEPT = "resident memory after all answers, to before"

WANTED = (
    Wanted(DAEMON, 1.6, BARE),
    Wanted("daemon, model stage, p99", 4, BARE),
    Wanted(PASSES, 1.5),
    Wanted("daemon, exact stage, inside, p99", 0.5),
    Wanted("daemon, taught stage, inside, p99", 0.5),
    Wanted("daemon, cached stage, inside, p99", 0.5),
    Wanted(f"{GENERATE}, p50", 8, DAEMON, at_least=True),
    Wanted(f"{SERVER}, p50", 12, DAEMON, at_least=True),
    Wanted(COLD, 200, DAEMON, at_least=True),
    Wanted("w, a whole process, p50", 1.4, PYTHON, plus=SOCKET),
    Wanted("start to first answer, p50", 0.5),
    Wanted("resident memory", 120),
    Wanted(KEPT, 1.05),
    Wanted("64 clients: answers a second", 2, "1 client: answers a second", True),
    Wanted("64 clients: p99", 64, "1 client: p50"),
    Wanted("64 clients: fewest answers of a client", 1, at_least=True),
    Wanted("64 clients: replies lost", 0),
    Wanted("1,000 actions to choose from, p50", 1.5, "50 actions to choose from, p50"),
)

# Where nothing is wanted, the ratio still says something.
AGAINST = {
    f"{LLAMA}, p50": DAEMON,
    "ws in a zsh that is open, p50": "w, a whole process, p50",
    "nc -U, a whole process, p50": "w, a whole process, p50",
    "4 clients: answers a second": "1 client: answers a second",
    "16 clients: answers a second": "1 client: answers a second",
    "4 clients, swaps all the time: p99": "4 clients, no swaps: p99",
    **{
        f"after {s} s of nothing, p50": "after 0 s of nothing, p50" for s in (1, 10, 60)
    },
    **{f"{n} words: daemon, p50": f"{n} words: bare pass, p50" for n in WORDS},
}
