"""Keeps one program running: starts it, waits until it is ready, starts it again when it dies or falls
silent, stops it.

Called by `machine.py`, one keeper for each program, all in one event loop.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.platform.embedded.trouble import Trouble
from backend.platform.supervisor.children import Child, Children, trim_log
from backend.platform.supervisor.processes import end_group, remember, stop_leftover
from backend.platform.supervisor.programs import Pace, Probe, Program

News = Callable[..., None]  # news(key, **params): one line of the console, key of the catalogue
_SILENCE_TOLD_S = 10.0
_TOLD_EACH = 3  # failures in a row that get a line each


class DidNotStartError(Exception):
    """The program ended, or was not ready in time; `code` is its return code, None when it is still there."""

    def __init__(self, name: str, code: int | None) -> None:
        super().__init__(name, code)
        self.name = name
        self.code = code


@dataclass
class Surroundings:
    """What all keepers of a machine share. `hurry` is set by a second Ctrl-C: no more waiting."""

    run: Path
    logs: Path
    pace: Pace
    children: Children
    news: News
    hurry: asyncio.Event

    def log_of(self, name: str) -> Path:
        return self.logs / f"{name}.out.log"


class Keeper:
    """See the module. `start`, then `keep` as a task; `stop` after that task was cancelled."""

    def __init__(self, program: Program, around: Surroundings) -> None:
        self.program = program
        self._around = around
        self._log = around.log_of(program.name)
        self._pid_file = around.run / f"{program.name}.pid"
        self._child: Child | None = None
        self._ready_at = 0.0
        self._weary = False

    async def start(self) -> None:
        """Returns once the program is ready; raises DidNotStartError, Trouble."""
        if self.program.before_start:
            await asyncio.to_thread(self.program.before_start)
        await asyncio.to_thread(stop_leftover, self._pid_file)
        trim_log(self._log)
        program = self.program
        command = await asyncio.to_thread(program.command)
        self._child = self._around.children.start(
            command, program.environment(), self._log, program.working_dir
        )
        remember(self._pid_file, self._child.pid)
        await self._until_ready(self._child)

    async def _until_ready(self, child: Child) -> None:
        deadline = time.monotonic() + self.program.ready_s
        while not await self._answers(self.program.ready):
            if await child.wait(self._around.pace.ready_poll_s):
                break
            if time.monotonic() > deadline:
                raise DidNotStartError(self.program.name, None)
        if child.ended.done():
            raise DidNotStartError(self.program.name, child.ended.result())
        if self.program.after_ready:
            await asyncio.to_thread(self.program.after_ready)
        self._ready_at = time.monotonic()

    async def _answers(self, probe: Probe) -> bool:
        try:  # not wait_for: that of Python 3.11 can lose a cancellation
            async with asyncio.timeout(self._around.pace.probe_s):
                return await probe()
        except TimeoutError:
            return False

    async def keep(self) -> None:
        """Never returns; cancel it to stop watching."""
        failures = 0
        while True:
            why = await self._until_down()
            failures = 1 if self._is_steady() else failures + 1
            failures = await self._bring_back(why, failures)

    def _is_steady(self) -> bool:
        return time.monotonic() - self._ready_at > self._around.pace.backoff.steady_s

    async def _bring_back(self, why: dict[str, object], failures: int) -> int:
        """Tries until the program is ready again; returns the failures in a row so far."""
        down_at = time.monotonic()
        loop = asyncio.get_running_loop()
        late = loop.call_later(self._around.pace.late_news_s, lambda: self._tell("down", **why))
        try:
            while True:
                await self._end()
                await asyncio.sleep(self._around.pace.backoff.delay(failures))
                try:
                    await self.start()
                    break
                except DidNotStartError as again:
                    why = describe(again.code)
                except (Trouble, OSError) as reason:
                    self._tell("cannot_start", reason=reason)
                failures += 1
        finally:
            late.cancel()
        key = "back_late" if loop.time() > late.when() else "back"
        self._tell(key, seconds=f"{time.monotonic() - down_at:.1f}", **why)
        if failures == _TOLD_EACH:
            self._tell("keeps_stopping", log=self._log)
            self._weary = True
        return failures

    async def _until_down(self) -> dict[str, object]:
        """Why the program is down, as parameters of a line of news. A program that is silent for too long is
        killed.
        """
        child, silent_since, told = self._child, None, False
        if child is None:
            raise RuntimeError("keep() before start()")
        while not await child.wait(self._around.pace.watch_s):
            trim_log(self._log)
            self._rest_if_steady()
            now = time.monotonic()
            if await self._answers(self.program.alive):
                if told:
                    self._tell("answers_again")
                silent_since, told = None, False
                continue
            silent_since = silent_since or now
            if now - silent_since >= self.program.silent_s:
                return {"why": "silent", "number": int(now - silent_since)}
            if now - silent_since >= _SILENCE_TOLD_S and not told:
                self._tell("silent")
                told = True
        return describe(child.ended.result())

    def _rest_if_steady(self) -> None:
        if self._weary and self._is_steady():
            self._weary = False
            self._tell("steady")

    def _tell(self, key: str, **params: object) -> None:
        """One line a change; but of a program that stops again and again only that it does, and when it is over."""
        if not self._weary:
            self._around.news(key, name=self.program.name, **params)

    async def _end(self) -> None:
        """Sees that no process of this program is left, at once for the program itself, with a little
        patience for its children.
        """
        if self._child is None:
            return
        if not self._child.ended.done():
            self._child.send(signal.SIGKILL)
            await self._child.ended
        await asyncio.to_thread(end_group, self._child.pid)

    async def stop(self) -> None:
        """Stops the program with its own ladder of signals, each with its patience, then kills; at once when
        there is hurry.
        """
        child = self._child
        if child is None:
            return
        for wanted, patience in self.program.stop:
            if child.ended.done() or self._around.hurry.is_set():
                break
            child.send(wanted)
            await self._ended_or_hurry(child, patience)
        await self._end()
        self._pid_file.unlink(missing_ok=True)

    async def _ended_or_hurry(self, child: Child, seconds: float) -> None:
        hurry = asyncio.ensure_future(self._around.hurry.wait())
        either: set[asyncio.Future[Any]] = {child.ended, hurry}
        try:
            await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            hurry.cancel()


def describe(code: int | None) -> dict[str, object]:
    """A return code as parameters for the catalogue: `why` is part of a key, `number` the code, signal or
    seconds.
    """
    if code is None:
        return {"why": "slow", "number": 0}
    return {"why": "signal", "number": -code} if code < 0 else {"why": "exit", "number": code}
