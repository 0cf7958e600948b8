"""STOP by mail: whoever writes from an address stops what is written there, proven or not; starting again needs a proof."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from stage import Stage

from backend.conversations.ports import Sender

ADDRESS = "lucia@correo.example"
NUMBERS = count()


def booked(stage: Stage) -> None:
    """A booking made elsewhere by the guest of that address."""
    answer = stage.book(guest={"name": "Lucía García", "email": ADDRESS})
    assert answer.status_code == 201, answer.get_data(as_text=True)


def write(stage: Stage, text: str, *, proven: bool) -> str:
    """A mail of the guest's, in a thread of its own; what is answered."""
    number = next(NUMBERS)
    replies = stage.services.conversations.receive(
        stage.restaurant_id,
        f"mail-session-{number:08d}",
        f"m{number}",
        text,
        "es-ES",
        "email",
        Sender(email=ADDRESS, proven=proven),
    )
    return " ".join(each.text for each in replies)


def wants_messages(stage: Stage) -> bool:
    services: Any = stage.services
    with services.database.tenant(stage.restaurant_id) as tx:
        [row] = tx.all("SELECT id FROM guests WHERE erased_at IS NULL")
        return bool(services.reservations.desk.guests.wants_messages(tx, row["id"]))


@pytest.mark.parametrize("proven", [True, False])
def test_stop_by_mail_stops_what_is_written_to_that_address(stage: Stage, proven: bool) -> None:
    booked(stage)

    told = write(stage, "BAJA", proven=proven)

    assert "no te enviaremos" in told
    assert not wants_messages(stage)


def test_start_from_a_proven_address_starts_again(stage: Stage) -> None:
    booked(stage)
    write(stage, "BAJA", proven=True)

    told = write(stage, "ALTA", proven=True)

    assert "volveremos" in told
    assert wants_messages(stage)


def test_start_from_an_address_that_nobody_vouches_for_starts_nothing_and_says_so(stage: Stage) -> None:
    booked(stage)
    write(stage, "BAJA", proven=False)

    told = write(stage, "ALTA", proven=False)

    assert "volveremos" not in told
    assert not wants_messages(stage)


@pytest.mark.parametrize(("proven", "left"), [(False, 1), (True, 0)])
def test_erasure_needs_a_proof(stage: Stage, proven: bool, left: int) -> None:
    booked(stage)
    number = next(NUMBERS)
    for turn, text in enumerate(("borrad todos mis datos", "sí, borradlos")):
        stage.services.conversations.receive(
            stage.restaurant_id,
            f"mail-erasure-{number:08d}",
            f"e{number}-{turn}",
            text,
            "es-ES",
            "email",
            Sender(email=ADDRESS, proven=proven),
        )

    stage.later(minutes=3)
    stage.work()

    with stage.services.database.tenant(stage.restaurant_id) as tx:
        assert tx.value("SELECT count(*) FROM guests WHERE erased_at IS NULL") == left
