"""Engines in a process like the web server's, where greenlets share one thread: who waits for one must not hold up the others."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from provider_stand_ins import Raw, Understood, stand_in

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = "Wir sind zu viert und kommen am Freitag um acht"
PROGRAM = """
from gevent import monkey; monkey.patch_all()
import json, logging, sys, time
from datetime import UTC, datetime
import gevent
from backend.conversations.engines.configured import reader
from backend.platform.redis import Redis
from backend.platform.telemetry import Telemetry
from backend.settings import Settings

url, deadline, guests = sys.argv[1], sys.argv[2], int(sys.argv[3])
settings = Settings(
    readers="builtin,openai", openai_api_key="k", openai_base_url=url + "/v1", readers_deadline_ms=deadline,
    readers_at_once=guests, readers_failures=1000,
)
now = datetime(2026, 11, 24, 12, tzinfo=UTC)
read_by = reader(settings, Redis("redis://127.0.0.1:1/0"), Telemetry(), lambda: now)
ticks = []

def tick():
    while True:
        ticks.append(time.monotonic())
        gevent.sleep(0.01)

ticking = gevent.spawn(tick)
gevent.sleep(0.05)
began = time.monotonic()
texts = [sys.argv[4] + " " + "a" * number for number in range(guests)]
reading = [gevent.spawn(read_by.read, text, now=now, tz="Europe/Madrid", language="es") for text in texts]
gevent.joinall(reading, raise_error=True)
took = time.monotonic() - began
ticking.kill()
during = [tick for tick in ticks if tick >= began]
pauses = [after - before for before, after in zip(during, during[1:])]
print(json.dumps({"took": took, "longest_pause": max(pauses), "intents": [each.value.intent for each in reading]}))
"""


def run(url: str, deadline_ms: int, guests: int) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, url, str(deadline_ms), str(guests), FOREIGN],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.slow
def test_guests_who_wait_for_a_hanging_engine_wait_side_by_side_and_hold_nobody_up():
    with stand_in() as provider:
        provider.tells(Raw(b"{}", delay=30))
        told = run(provider.url, 1000, 20)

    assert told["took"] < 6, "twenty deadlines of a second, at the same time"
    assert told["longest_pause"] < 1, "other greenlets went on"
    assert set(told["intents"]) == {"other"}


@pytest.mark.slow
def test_guests_are_understood_side_by_side():
    with stand_in() as provider:
        provider.tells(Understood("reserve", (("party_size", "4", "zu viert"),)))
        told = run(provider.url, 20_000, 8)

    assert told["intents"] == ["reserve"] * 8
