"""A backup taken from one running SaveIt and restored into another, with the very commands of docs/operations.md."""

from __future__ import annotations

import os
import re
import subprocess
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from running import ONE_PROCESS, Saveit, running_saveit
from running_machine import ROOT
from servers import short_folder

pytestmark = [pytest.mark.slow, ONE_PROCESS]


def commands(title: str) -> str:
    """The block of the page that begins with that remark."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    [block] = [
        each for each in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) if each.startswith(f"# {title}\n")
    ]
    return str(block)


def run(title: str, data_dir: Path, vault: Path) -> None:
    """Types the block in the vault, where the checkout's `.venv` seems to lie; fails when a command does."""
    done = typed(title, data_dir, vault)
    assert done.returncode == 0, f"{title}: {done.stderr}"


def typed(title: str, data_dir: Path, vault: Path) -> subprocess.CompletedProcess[str]:
    """The same, whatever comes of it."""
    return subprocess.run(
        ["/bin/sh", "-euc", commands(title)],
        cwd=vault,
        env={**os.environ, "DIR": str(data_dir), "PYTHONPATH": str(ROOT), "LC_ALL": "en_GB.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )


def book(house: Saveit) -> dict[str, str]:
    """A booking by a diner; her data is what must be readable afterwards."""
    wish = {
        "restaurantId": house.restaurant_id,
        "guest": {"name": "Úrsula Iguarán", "phone": "600 555 444"},
        "partySize": 2,
        "privacyAccepted": True,
    }
    for day in range(1, 15):
        date = (house.now() + timedelta(days=day)).date().isoformat()
        slots = house.publishable().call(
            "GET", f"/api/v1/availability/{house.restaurant_id}?date={date}&partySize=2"
        )
        free = [slot["time"] for slot in slots.json()["slots"] if slot["available"]]
        if free:
            answer = house.publishable().call(
                "POST",
                "/api/v1/reservations",
                {**wish, "date": date, "time": free[0]},
                {"Idempotency-Key": str(uuid4())},
            )
            assert answer.status == 201, answer.body
            booked: dict[str, str] = answer.json()["reservation"] | {"qr": answer.json()["qr"]["code"]}
            return booked
    raise AssertionError("not one free table in two weeks")


def test_what_was_backed_up_is_there_after_a_restore_on_another_machine() -> None:
    with short_folder() as vault:
        (vault / ".venv").symlink_to(ROOT / ".venv")
        with running_saveit() as old:
            booked, demo = book(old), old.demo
            counted = "SELECT count(*) FROM reservations"
            bookings = old.value(counted)
            run("backup", old.data_dir, vault)
            refused = typed("restore", old.data_dir, vault)
            assert refused.returncode == 1
            assert "already running" in refused.stderr
            assert old.value(counted) == bookings

        with short_folder() as elsewhere:
            new = Saveit(elsewhere, {"SAVEIT_RATE_LIMITS": "off"})
            run("restore", new.data_dir, vault)
            new.begin()
            try:
                assert new.restaurant_id == demo["restaurantId"]
                assert new.value(counted) == bookings
                seen = new.staff("host").call("GET", f"/api/v1/reservations/{booked['id']}").json()
                assert (seen["guest"]["name"], seen["guest"]["phone"]) == ("Úrsula Iguarán", "+34600555444")
                verdict = (
                    new.device("Puerta").call("POST", "/api/v1/qr/validate", {"code": booked["qr"]}).json()
                )
                assert (verdict["reason"], verdict["reservation"]["id"]) == ("wrong_day", booked["id"])
                assert book(new)["id"] != booked["id"]
            finally:
                new.end()
