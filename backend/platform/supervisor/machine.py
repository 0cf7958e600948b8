"""Runs a list of stages of programs and steps from start to stop. Called by `plan.py` with SaveIt's own list,
and by tests with others.

Stages start one after the other, what is inside a stage at once. Everything stops one by one in the opposite
order, also when the start itself fails or is interrupted.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

from backend.platform.embedded.trouble import Trouble
from backend.platform.supervisor.children import Children, last_lines
from backend.platform.supervisor.console import Console
from backend.platform.supervisor.keeper import DidNotStartError, Keeper, Surroundings, describe
from backend.platform.supervisor.programs import Pace, Program, Step

Stage = Sequence[Program | Step]
_STEP_STOP_S = 5.0


class Machine:
    """One run. `run()` returns the exit code: 0 after an ordered stop, 1 when the start failed or a keeper
    broke.
    """

    def __init__(
        self,
        stages: Sequence[Stage],
        *,
        run: Path,
        logs: Path,
        console: Console,
        on_ready: Callable[[], None] = lambda: None,
        pace: Pace | None = None,
    ) -> None:
        self._stages = stages
        self._run_dir = run
        self._logs = logs
        self._console = console
        self._on_ready = on_ready
        self._pace = pace or Pace()
        self._keepers: list[Keeper] = []
        self._watching: list[asyncio.Task[None]] = []
        self._stopping, self._hurry = asyncio.Event(), asyncio.Event()

    async def run(self) -> int:
        """Start, watch until a signal asks to stop, stop."""
        children = Children()
        self._around = Surroundings(
            self._run_dir, self._logs, self._pace, children, self._console.news, self._hurry
        )
        self._listen()
        try:
            started = await self._unless_stopped(self._start())
            if started:
                self._on_ready()
                return await self._watch()
            return 0 if self._stopping.is_set() else 1
        finally:
            await self._stop()
            children.close()

    def ask_to_stop(self) -> None:
        """What SIGTERM and Ctrl-C do: `run` stops everything in order and returns; asked twice, it waits for
        nobody.
        """
        if self._stopping.is_set():
            self._hurry.set()
        self._stopping.set()

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for wanted in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(wanted) is not signal.SIG_IGN:  # nohup has SIGHUP ignored, and means it
                loop.add_signal_handler(wanted, self.ask_to_stop)

    async def _unless_stopped(self, starting: Coroutine[object, object, bool]) -> bool:
        """The answer of `starting`, or False when a stop is asked for before it is there."""
        task = asyncio.ensure_future(starting)
        stop = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
        return not task.cancelled() and task.result()

    async def _start(self) -> bool:
        """Whether every stage came up; what went wrong has then been said."""
        for stage in self._stages:
            with self._console.starting([item.name for item in stage]):
                if not all(await asyncio.gather(*(self._bring_up(item) for item in stage))):
                    return False
        return True

    async def _bring_up(self, item: Program | Step) -> bool:
        began = time.monotonic()
        try:
            await (self._run_step(item) if isinstance(item, Step) else self._start_program(item))
        except Trouble as trouble:
            self._console.trouble(trouble)
            return False
        except DidNotStartError as failed:
            log = self._around.log_of(item.name)
            self._console.failed(item.name, log, last_lines(log), **describe(failed.code))
            return isinstance(item, Step) and not item.needed
        self._console.started(item.name, time.monotonic() - began)
        return True

    async def _start_program(self, program: Program) -> None:
        keeper = Keeper(program, self._around)
        self._keepers.append(keeper)  # before the start, so that a start cut short is stopped too
        await keeper.start()
        self._watching.append(asyncio.create_task(keeper.keep(), name=program.name))

    async def _run_step(self, step: Step) -> None:
        log = self._around.log_of(step.name)
        child = self._around.children.start(step.command, step.environment(), log)
        try:
            code = await asyncio.shield(child.ended)
        except asyncio.CancelledError:
            child.send(signal.SIGTERM)
            if not await child.wait(_STEP_STOP_S):
                child.send(signal.SIGKILL)
                await child.ended
            raise
        if code != 0:
            raise DidNotStartError(step.name, code)

    async def _watch(self) -> int:
        """Until a stop is asked for (0), or a keeper ends, which is a defect of ours (1): then nothing is
        watched, so nothing may run.
        """
        stop = asyncio.create_task(self._stopping.wait())
        done, _ = await asyncio.wait({stop, *self._watching}, return_when=asyncio.FIRST_COMPLETED)
        if stop in done:
            return 0
        stop.cancel()
        for task in done:
            self._console.defect(task.get_name(), task.exception())
        return 1

    async def _stop(self) -> None:
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        if self._keepers:
            with self._console.stopping():
                for keeper in self._in_order():
                    await keeper.stop()

    def _in_order(self) -> list[Keeper]:
        """The opposite of the plan's order; keepers of one stage may have been added in any order."""
        order = [item.name for stage in self._stages for item in stage]
        return sorted(self._keepers, key=lambda keeper: order.index(keeper.program.name), reverse=True)
