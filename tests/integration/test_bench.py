"""`scripts/bench` from end to end, with loads too small to mean anything: every bench measures what it says, on a stack that
is gone afterwards. No figure is judged here: speed is never a test."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "scripts" / "bench"
MEASURED = {
    "book",
    "book_prepared",
    "book_1_client",
    "book_cpu",
    "availability",
    "availability_cached",
    "availability_rate",
    "checkin",
    "checkin_p99",
    "live",
    "chat",
    "memory",
    "understand",
    "understand_p99",
    "understand_longest",
    "understand_start",
}


def left_over(folder: Path) -> list[str]:
    """Processes whose command or environment names the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in told:
            found.append(process.name)
    return found


@pytest.mark.slow
def test_every_bench_measures_and_leaves_nothing_behind(tmp_path: Path) -> None:
    names = ["book", "availability", "checkin", "live", "chat", "memory", "understand"]
    small = ["--seconds", "1", "--rounds", "1", "--sockets", "40", "--data", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, BENCH, *names, *small], capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    figures = {line["bench"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert figures.keys() >= MEASURED
    assert all(figure["value"] is not None for figure in figures.values())
    assert figures["book_doubled_tables"]["value"] == 0
    assert figures["book"]["ratio"] == pytest.approx(
        figures["book"]["value"] / figures["book"]["against"], abs=0.01
    )
    assert not list(tmp_path.iterdir())
    assert not left_over(tmp_path)


@pytest.mark.slow
def test_a_bench_that_is_interrupted_takes_its_stack_down(tmp_path: Path) -> None:
    with (tmp_path / "said.txt").open("w") as said:
        bench = subprocess.Popen(
            [sys.executable, BENCH, "live", "--data", str(tmp_path)], stderr=said, stdout=said
        )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("saveit-bench-*/run/servers.json")):
        assert time.monotonic() < deadline, (tmp_path / "said.txt").read_text()
        time.sleep(0.1)
    bench.send_signal(signal.SIGINT)
    assert bench.wait(120) == 130
    assert not list(tmp_path.glob("saveit-bench-*"))
    assert not left_over(tmp_path)
