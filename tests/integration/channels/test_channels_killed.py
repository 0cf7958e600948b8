"""Real worker processes, really killed while they talk with guests: every guest is answered once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from channel_house import PUBLIC, ChannelHouse
from providers import Slow
from servers import wait_until
from stage import Ground, SetClock

from backend.platform.embedded.leash import leashed

ROOT = Path(__file__).resolve().parents[3]
GUESTS = 12
KILLED_AFTER = (1, 4, 7)  # answers that Twilio has taken


def worker(ground: Ground, house: ChannelHouse) -> subprocess.Popen[bytes]:
    """A worker as `scripts/run` starts it."""
    environment = {
        **os.environ,
        "SAVEIT_DATA_DIR": str(ground.folder),
        "SAVEIT_DATABASE_URL": ground.owner_url,
        "SAVEIT_REDIS_URL": ground.redis_url,
        "SAVEIT_PUBLIC_URL": PUBLIC,
        "SAVEIT_TWILIO_BASE_URL": house.twilio.url,
        "SAVEIT_SENDING_DOUBT_S": "2",
        "SAVEIT_PROVIDER_TIMEOUT_S": "5",
    }
    with (ground.folder / "worker.out").open("ab") as output:
        return subprocess.Popen(
            leashed([sys.executable, "-W", "error", "-m", "backend", "worker"], death_signal=signal.SIGTERM),
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
        )


@pytest.mark.slow
def test_workers_killed_in_the_middle_of_talking_answer_every_guest_once(
    new_house: Callable[..., ChannelHouse], channel_ground: Ground
) -> None:
    house = new_house(clock=SetClock(datetime.now(UTC)))
    house.connect_twilio()
    house.twilio.clock = lambda: datetime.now(UTC)  # the workers' own, as they are processes of their own
    house.twilio.script = [Slow(0.2)] * (3 * GUESTS)  # so that it is killed while it waits for Twilio
    guests = [f"whatsapp:+346110000{number:02d}" for number in range(GUESTS)]
    for guest in guests:
        house.write_twilio("hola", From=guest)

    process = worker(channel_ground, house)
    try:
        for answers in KILLED_AFTER:
            wait_until(lambda wanted=answers: len(house.twilio.asked) >= wanted, f"{answers} answers", 60)
            process.send_signal(signal.SIGKILL)
            process.wait(10)
            process = worker(channel_ground, house)
        wait_until(lambda: house.states("outbound_messages") == ["sent"] * GUESTS, "all answers", 90)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)

    assert Counter(each["to"] for each in house.twilio.taken) == dict.fromkeys(guests, 1)
    assert house.states("inbound_messages") == ["done"] * GUESTS
