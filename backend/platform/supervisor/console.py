"""What the person who typed `scripts/run` sees: progress, one calm page, then a line for each change. Called
by `machine.py` and `plan.py`.

Works without a terminal too (one line a fact, no cursor tricks), and goes on quietly when nobody reads any
more. Everything said is also in the supervisor's log.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TextIO

from backend.platform.embedded.trouble import Trouble
from backend.platform.texts import has, language_of, say

_TICK_S = 0.2
_CLEAR_LINE = "\r\x1b[K"
log = logging.getLogger("saveit.supervisor")
log.addHandler(
    logging.NullHandler()
)  # before there is a data folder there is no log, and the console has said it


def locale_of(environment: Mapping[str, str]) -> str:
    """The language of the terminal: Spanish where the system's locale says so, else English, as for the bare
    C locale.
    """
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return language_of(environment[name].split(".")[0], default="en")
    return "en"


class Console:
    """Writes to `out` in the language of `locale`; by default standard output and the terminal's."""

    def __init__(self, out: TextIO | None = None, locale: str | None = None) -> None:
        self._out = out or sys.stdout
        self.locale = locale or locale_of(os.environ)
        self._terminal = self._out.isatty()
        self._lock = threading.Lock()
        self._passing = False

    def say(self, key: str, **params: object) -> str:
        """The sentence `console.<key>`."""
        return say(f"console.{key}", self.locale, **params)

    def name(self, program: object) -> str:
        """How a program or step is called on the console; its own name where the catalogue has none."""
        key = f"console.name.{program}"
        return say(key, self.locale) if has(key, self.locale) else str(program)

    def lines(self, lines: Sequence[str]) -> None:
        """Writes whole lines."""
        with self._lock:
            self._write(self._cleared() + "\n".join(lines) + "\n")

    def _cleared(self) -> str:
        was, self._passing = self._passing, False
        return _CLEAR_LINE if was else ""

    def _write(self, text: str) -> None:
        try:
            self._out.write(text)
            self._out.flush()
        except OSError as gone:
            # The reader has gone (`scripts/run | head`, a closed terminal): the restaurant's evening goes on,
            # the log has it all.
            log.info("the console is closed: %s", gone)
            self._out = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 -- for the rest of the run
            self._terminal = False

    @contextmanager
    def passing(self, text: str) -> Iterator[None]:
        """While the block runs, shows `text` with the seconds going by; nothing without a terminal."""
        if not self._terminal:
            yield
            return
        over = threading.Event()
        ticker = threading.Thread(target=self._tick, args=(text, over), daemon=True)
        ticker.start()
        try:
            yield
        finally:
            over.set()
            ticker.join()
            with self._lock:
                self._write(self._cleared())

    def _tick(self, text: str, over: threading.Event) -> None:
        began = time.monotonic()
        while not over.wait(_TICK_S):
            with self._lock:
                self._write(f"{_CLEAR_LINE}  {text} {time.monotonic() - began:.1f} s")
                self._passing = True

    def starting(self, names: Sequence[str]) -> AbstractContextManager[None]:
        """A block during which these programs and steps come up."""
        return self.passing(self.say("starting", names=", ".join(self.name(name) for name in names)))

    def started(self, name: str, seconds: float) -> None:
        """One of them is ready, or has done its work."""
        log.info("%s is ready after %.2f s", name, seconds)
        self.lines([f"  {self.name(name):<24} {seconds:5.1f} s"])

    @contextmanager
    def stopping(self) -> Iterator[None]:
        """A block during which everything stops."""
        began = time.monotonic()
        self.lines(["", self.say("stopping")])
        with self.passing(self.say("stopping")):
            yield
        log.info("everything stopped after %.2f s", time.monotonic() - began)
        self.lines([self.say("stopped", seconds=f"{time.monotonic() - began:.1f}")])

    def failed(self, name: str, logfile: Path, last: Sequence[str], **why: object) -> None:
        """A program or step did not come up: why, the end of its log, where the rest is."""
        log.error("%s did not start: %s", name, why)
        reason = self.say(f"why.{why['why']}", number=why["number"])
        head = self.say("failed", name=self.name(name), reason=reason)
        self.lines(["", head, *(f"    {line}" for line in last), self.say("more_in_log", log=logfile), ""])

    def trouble(self, trouble: Trouble) -> None:
        """Something that a person must put right."""
        log.error("%s", trouble)
        self.lines(["", trouble.explain(self.locale), ""])

    def defect(self, name: str, error: BaseException | None) -> None:
        """A keeper broke: a defect of SaveIt; the trace is in the log."""
        log.error("the keeper of %s broke", name, exc_info=error)
        self.lines([self.say("defect", name=self.name(name), error=error)])

    def news(self, key: str, **params: object) -> None:
        """One line about a change, with the time of day."""
        log.warning("%s %s", key, {name: str(value) for name, value in params.items()})
        if "name" in params:
            params["name"] = self.name(params["name"])
        if "why" in params:
            params["reason"] = self.say(f"why.{params['why']}", number=params.get("number"))
        if isinstance(params.get("reason"), Trouble):
            params["reason"] = params["reason"].explain(self.locale)  # type: ignore[attr-defined]
        self.lines([f"{time.strftime('%H:%M:%S')}  {self.say(f'news.{key}', **params)}"])
