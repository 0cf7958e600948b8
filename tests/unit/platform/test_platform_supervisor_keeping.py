"""Starting, watching, restarting and stopping, with small children of `python -c` instead of SaveIt's
programs.
"""

from __future__ import annotations

import asyncio
import io
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import pytest

from backend.platform.embedded.ending import alive
from backend.platform.embedded.leash import leashed
from backend.platform.embedded.trouble import Trouble
from backend.platform.supervisor.console import Console
from backend.platform.supervisor.machine import Machine, Stage
from backend.platform.supervisor.processes import group_of, remember, remembered
from backend.platform.supervisor.programs import Backoff, Pace, Program, Step

QUICK = Pace(watch_s=0.05, probe_s=0.5, late_news_s=30.0, backoff=Backoff(first_s=0.02, longest_s=0.1))
STAYS = "import time; time.sleep(60)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {STAYS}"


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def program(name: str, code: str = STAYS, **settings: object) -> Program:
    command = leashed(python(code), death_signal=signal.SIGKILL)
    return Program(name, lambda: command, lambda: os.environ, **settings)  # type: ignore[arg-type]


def step(name: str, code: str, *, needed: bool = True) -> Step:
    return Step(name, python(code), lambda: os.environ, needed=needed)


class Bench:
    """A machine, what it said, and where it keeps its files."""

    def __init__(self, folder: Path, stages: Sequence[Stage], pace: Pace = QUICK) -> None:
        self.run_dir, self.logs, self._out = folder / "run", folder / "logs", io.StringIO()
        self.run_dir.mkdir()
        self.logs.mkdir()
        self.ready = asyncio.Event()
        console = Console(self._out, "en")
        self.machine = Machine(
            stages, run=self.run_dir, logs=self.logs, console=console, on_ready=self.ready.set, pace=pace
        )

    @property
    def said(self) -> str:
        return self._out.getvalue()

    def pid(self, name: str) -> int | None:
        """The process of a program, while it is the one that is remembered."""
        return remembered(self.run_dir / f"{name}.pid")

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                await asyncio.sleep(0.01)

    async def while_running(self, *acts: Callable[[], object]) -> int:
        """Runs the machine, calls the acts one by one (each may give a coroutine), stops, and returns the
        exit code.
        """
        running = asyncio.create_task(self.machine.run())
        try:
            async with asyncio.timeout(60):
                await self.ready.wait()
            for act in acts:
                result = act()
                if asyncio.iscoroutine(result):
                    await result
        finally:
            self.machine.ask_to_stop()
            code = await running
        return code


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_program_that_dies_is_started_again_and_one_line_says_so(
    tmp_path: Path, how: signal.Signals
) -> None:
    bench = Bench(tmp_path, [[program("worker")]])

    async def kill() -> None:
        first = bench.pid("worker")
        assert first is not None
        os.kill(first, how)
        await bench.until(lambda: bench.pid("worker") not in (None, first) and "restarted" in bench.said)

    assert asyncio.run(bench.while_running(kill)) == 0
    assert f"worker stopped (signal {int(how)}), restarted in 0." in bench.said


def test_a_program_that_ends_by_itself_again_and_again_is_started_ever_later(tmp_path: Path) -> None:
    mark = tmp_path / "starts"
    code = f"import pathlib, time; p = pathlib.Path({str(mark)!r}); p.open('a').write('x'); time.sleep(0.05)"
    slow = Pace(watch_s=0.05, late_news_s=30.0, backoff=Backoff(first_s=0.2, longest_s=10.0))
    bench = Bench(tmp_path, [[program("worker", code)]], slow)
    began = time.monotonic()

    async def three_starts() -> None:
        await bench.until(lambda: mark.exists() and len(mark.read_text()) == 3)

    asyncio.run(bench.while_running(three_starts))

    assert time.monotonic() - began >= 0.2 + 0.4, "the second wait is twice the first"


def test_of_a_program_that_stops_again_and_again_the_console_tells_three_times_and_when_it_is_over(
    tmp_path: Path,
) -> None:
    script = f"echo x >> {tmp_path}/starts; test $(wc -l < {tmp_path}/starts) -gt 6 && exec sleep 60"
    worker = Program("worker", lambda: ["/bin/sh", "-c", script], lambda: os.environ)
    pace = Pace(watch_s=0.05, late_news_s=30.0, backoff=Backoff(first_s=0.01, longest_s=0.02, steady_s=1.0))
    bench = Bench(tmp_path, [[worker]], pace)

    async def steady() -> None:
        await bench.until(lambda: "worker has stayed up again" in bench.said)

    assert asyncio.run(bench.while_running(steady)) == 0
    assert bench.said.count("restarted in") == 3
    assert bench.said.count("worker stops again and again") == 1


def test_a_program_that_falls_silent_is_killed_and_started_again(tmp_path: Path) -> None:
    well = True

    async def alive() -> bool:
        return well

    bench = Bench(tmp_path, [[program("web", alive=alive, silent_s=0.2)]])

    async def silence() -> None:
        nonlocal well
        first = bench.pid("web")
        well = False
        await bench.until(lambda: "no answer" in bench.said and bench.pid("web") not in (None, first))
        well = True

    assert asyncio.run(bench.while_running(silence)) == 0


def test_a_probe_that_hangs_counts_as_no_answer(tmp_path: Path) -> None:
    async def hangs() -> bool:
        await asyncio.sleep(60)
        return True

    pace = Pace(probe_s=0.05)
    bench = Bench(tmp_path, [[program("web", ready=hangs, ready_s=0.2)]], pace)

    assert asyncio.run(bench.machine.run()) == 1
    assert "web server did not start: not ready in time" in bench.said


def test_programs_stop_in_the_opposite_order_of_their_start(tmp_path: Path) -> None:
    order = tmp_path / "order"
    code = (
        "import signal, sys, time\n"
        "def over(*_):\n    open({path!r}, 'a').write({name!r}); sys.exit()\n"
        "signal.signal(signal.SIGTERM, over)\nopen({path!r} + {name!r}, 'w')\ntime.sleep(60)\n"
    )

    def told(name: str) -> Program:
        async def ready() -> bool:
            return Path(f"{order}{name}").exists()

        return program(name, code.format(path=str(order), name=name), ready=ready)

    bench = Bench(tmp_path, [[told("a"), told("b")], [told("c")]])

    assert asyncio.run(bench.while_running()) == 0
    assert order.read_text() == "cba"


def test_after_a_stop_no_process_and_no_pid_file_is_left(tmp_path: Path) -> None:
    child = (
        f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {STAYS!r}]); time.sleep(60)"
    )
    bench = Bench(tmp_path, [[program("web", child)]])
    seen: list[int] = []

    async def look() -> None:
        leader = bench.pid("web")
        assert leader is not None
        await bench.until(lambda: len(group_of(leader)) == 2)
        seen.extend(process.pid for process in group_of(leader))

    asyncio.run(bench.while_running(look))

    assert [pid for pid in seen if _runs(pid)] == []
    assert list(bench.run_dir.iterdir()) == []


def _runs(pid: int) -> bool:
    return psutil.pid_exists(pid) and alive(psutil.Process(pid))


def test_a_program_that_ignores_the_signal_is_killed_after_its_patience(tmp_path: Path) -> None:
    bench = Bench(tmp_path, [[program("deaf", DEAF, stop=((signal.SIGTERM, 0.2),))]])

    async def deaf() -> None:
        await bench.until(lambda: "deaf" in (bench.logs / "deaf.out.log").read_text())

    began = time.monotonic()
    assert asyncio.run(bench.while_running(deaf)) == 0
    assert time.monotonic() - began < 5


def test_a_second_ctrl_c_waits_for_nobody(tmp_path: Path) -> None:
    bench = Bench(tmp_path, [[program("deaf", DEAF, stop=((signal.SIGTERM, 60.0),))]])

    async def stop_twice() -> None:
        await bench.until(lambda: "deaf" in (bench.logs / "deaf.out.log").read_text())
        bench.machine.ask_to_stop()  # the end of `while_running` asks for the second time

    began = time.monotonic()
    assert asyncio.run(bench.while_running(stop_twice)) == 0
    assert time.monotonic() - began < 10


def test_a_stop_asked_for_during_the_start_ends_the_step_and_what_came_up(tmp_path: Path) -> None:
    bench = Bench(tmp_path, [[program("a")], [step("migrate", STAYS)]])

    async def interrupted() -> int:
        running = asyncio.create_task(bench.machine.run())
        await bench.until(lambda: (bench.logs / "migrate.out.log").exists())
        bench.machine.ask_to_stop()
        return await running

    assert asyncio.run(interrupted()) == 0
    assert not bench.ready.is_set()
    assert list(bench.run_dir.iterdir()) == []


def test_a_step_that_fails_ends_the_start_and_shows_the_end_of_its_log(tmp_path: Path) -> None:
    bench = Bench(tmp_path, [[program("a")], [step("migrate", "import sys; sys.exit('no such column')")]])

    assert asyncio.run(bench.machine.run()) == 1
    assert "database schema did not start: exit code 1" in bench.said
    assert "    no such column" in bench.said


def test_a_step_that_is_not_needed_may_fail(tmp_path: Path) -> None:
    stages: list[Stage] = [[step("demo", "import sys; sys.exit(3)", needed=False)], [program("a")]]
    bench = Bench(tmp_path, stages)

    assert asyncio.run(bench.while_running()) == 0
    assert "demo restaurant did not start: exit code 3" in bench.said


def test_trouble_before_a_start_is_explained_and_ends_the_machine(tmp_path: Path) -> None:
    def refuse() -> None:
        raise Trouble("server_will_not_stop", cluster="/somewhere")

    bench = Bench(tmp_path, [[program("postgres", before_start=refuse)]])

    assert asyncio.run(bench.machine.run()) == 1
    assert "still running on /somewhere" in bench.said


def test_what_an_earlier_run_left_running_is_ended_before_the_start(tmp_path: Path) -> None:
    bench = Bench(tmp_path, [[program("worker")]])
    left = asyncio.run(_start_detached(tmp_path))
    remember(bench.run_dir / "worker.pid", left)

    assert asyncio.run(bench.while_running()) == 0
    assert not _runs(left)


async def _start_detached(folder: Path) -> int:
    process = await asyncio.create_subprocess_exec(*python(STAYS), start_new_session=True, cwd=folder)
    return process.pid


def test_a_stranger_with_a_remembered_number_is_left_alone(tmp_path: Path) -> None:
    pid_file = tmp_path / "worker.pid"
    pid_file.write_text(f"{os.getpid()}\nanother-boot:12345\n")

    assert remembered(pid_file) is None


def test_the_log_holds_what_a_program_prints(tmp_path: Path) -> None:
    bench = Bench(
        tmp_path,
        [[program("web", "import sys, time; print('hello', file=sys.stderr, flush=True); time.sleep(60)")]],
    )

    async def printed() -> None:
        await bench.until(lambda: "hello" in (bench.logs / "web.out.log").read_text())

    assert asyncio.run(bench.while_running(printed)) == 0
