"""`python -m tests.load [NAME...]`: starts a SaveIt of its own, runs the benches and prints a JSON object a line.

Called by `scripts/bench`. What is printed on standard output are results only; the rest goes to standard error.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator, Sequence

from tests.load import availability, book, chat, checkin, live, memory, scan, stack, understand, worker
from tests.load.figures import Figure, say, tell

_Bench = Callable[[stack.Stack, argparse.Namespace], Iterator[Figure]]
_WITH_SERVER: dict[str, _Bench] = {
    "book": lambda running, given: book.run(running, given.seconds, given.rounds),
    "availability": lambda running, given: availability.run(running, given.seconds),
    "checkin": lambda running, given: checkin.run(running, given.seconds, given.rounds),
    "live": lambda running, given: live.run(running, given.sockets),
    "chat": lambda running, given: chat.run(running, given.seconds, given.rounds),
    "memory": lambda running, given: memory.run(running, given.seconds, given.rounds),
}
_ALONE: dict[str, Callable[[], Iterator[Figure]]] = {"scan": scan.run, "understand": understand.run}
NAMES = (*_WITH_SERVER, *_ALONE)


def main(argv: Sequence[str]) -> int:
    """0 when every bench was measured, whether or not its limit is kept: `ok` says that. 1 when one could not be."""
    given = _arguments(argv)
    wanted = list(dict.fromkeys(given.names or NAMES))
    # A SIGTERM is as good as a Ctrl-C: everything is taken down on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        for name in wanted:
            if name in _ALONE:
                _print(_ALONE[name]())
        if any(name in _WITH_SERVER for name in wanted):
            _with_server([name for name in wanted if name in _WITH_SERVER], given)
    except KeyboardInterrupt:
        tell("stopped")
        return 130
    except (RuntimeError, OSError) as failed:
        tell(f"could not go on: {failed}")
        return 1
    return 0


def _with_server(names: Sequence[str], given: argparse.Namespace) -> None:
    tell("starting SaveIt")
    running = stack.start(given.data)
    try:
        for name in names:
            worker.settle(running)
            _print(_WITH_SERVER[name](running, given))
    finally:
        running.stop()


def _print(figures: Iterator[Figure]) -> None:
    for figure in figures:
        say(figure)


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Measures SaveIt on this machine and prints one JSON object a line: bench, value, unit, and where it has "
        "them ratio and against (what it is compared with), limit and ok.",
    )
    parser.add_argument(
        "names",
        nargs="*",
        choices=[*NAMES, []],
        metavar="NAME",
        help=f"which of {', '.join(NAMES)}; default: all",
    )
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each load runs (default: 3)")
    parser.add_argument("--rounds", type=int, default=3, help="how often loads alternate (default: 3)")
    parser.add_argument("--sockets", type=int, default=2000, help="screens of `live` (default: 2000)")
    parser.add_argument("--data", help="folder to make the throwaway data folder in (default: the system's)")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
