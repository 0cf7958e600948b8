"""What the mail channel asks of PostgreSQL, on both roles."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from stage import NOW, Stage

from backend.conversations.channels.email.store import MailStore, Position

LIFE, REST = timedelta(minutes=5), timedelta(seconds=20)


@pytest.fixture(params=["web", "worker"])
def store(request: pytest.FixtureRequest, stage: Stage) -> MailStore:
    services = stage.services if request.param == "web" else stage.worker
    return MailStore(services.database, lambda: None)


def address(stage: Stage) -> str:
    return f"reservas@{stage.restaurant_id.hex[-12:]}.example"


def connect(stage: Stage) -> None:
    body = {"provider": "mail", "account": address(stage), "settings": {}, "secrets": {}}
    stage.call("PUT", f"/restaurants/{stage.restaurant_id}/channels/email", stage.staff["owner"], json=body)


def test_an_address_leads_to_the_restaurant_that_connected_it(stage: Stage, store: MailStore) -> None:
    connect(stage)
    found = store.restaurant_of(("otros@example.org", address(stage)))
    assert found == (stage.restaurant_id, address(stage))


def test_an_address_with_a_tag_is_the_one_without(stage: Stage, store: MailStore) -> None:
    connect(stage)
    tagged = address(stage).replace("@", "+web@")
    assert store.restaurant_of((tagged,)) == (stage.restaurant_id, address(stage))


def test_an_address_of_nobody_leads_nowhere(store: MailStore) -> None:
    assert store.restaurant_of(("otros@example.org",)) is None


def test_on_a_machine_with_one_restaurant_every_address_is_its_own(stage: Stage) -> None:
    store = MailStore(stage.worker.database, lambda: stage.restaurant_id)
    assert store.restaurant_of(("hola@example.org", "b@example.org")) == (
        stage.restaurant_id,
        "hola@example.org",
    )


def test_an_answer_that_a_provider_named_leads_to_its_conversation(stage: Stage, store: MailStore) -> None:
    thread, message = UUID(int=stage.restaurant_id.int ^ 1), UUID(int=stage.restaurant_id.int ^ 2)
    with stage.services.database.tenant(stage.restaurant_id) as tx:
        tx.run(
            "INSERT INTO conversations (id, restaurant_id, channel, session_id, created_at, updated_at)"
            " VALUES (:id, :r, 'email', 'persona.hilo', :now, :now)",
            id=thread,
            r=stage.restaurant_id,
            now=NOW,
        )
        tx.run(
            "INSERT INTO outbound_messages (id, restaurant_id, conversation_id, channel, author, cause, position, body_sealed,"
            " state, provider_id, due_at, created_at)"
            " VALUES (:id, :r, :thread, 'email', 'assistant', 'c', 0, :body, 'sent', '0102-ses', :now, :now)",
            id=message,
            r=stage.restaurant_id,
            thread=thread,
            body=b"x",
            now=NOW,
        )
    assert (
        store.answered_session(stage.restaurant_id, ["a@b", "0102-ses@eu-west-1.amazonses.com"])
        == "persona.hilo"
    )


def test_another_restaurant_s_messages_lead_nowhere(
    stage: Stage, new_stage: object, store: MailStore
) -> None:
    booked = stage.booked(guest={"name": "Lucía", "email": "lucia@correo.example"})["reservation"]
    stage.work()
    [mail] = stage.mails()
    other: Stage = new_stage()  # type: ignore[operator]
    assert store.booking_of(stage.restaurant_id, [f"{mail['message_id']}@x"]) == UUID(booked["id"])
    assert store.booking_of(other.restaurant_id, [f"{mail['message_id']}@x"]) is None


# Positions are the worker's alone.


@pytest.fixture
def positions(stage: Stage) -> tuple[MailStore, str]:
    return MailStore(stage.worker.database, lambda: None), stage.restaurant_id.hex


def test_a_mailbox_that_was_never_read_has_no_position(positions: tuple[MailStore, str]) -> None:
    store, name = positions
    assert store.lease(name, NOW, LIFE, REST) == Position(None, None)


def test_a_mailbox_is_one_worker_s_until_it_is_released(positions: tuple[MailStore, str]) -> None:
    store, name = positions
    store.lease(name, NOW, LIFE, REST)
    assert store.lease(name, NOW, LIFE, REST) is None
    store.advance(name, Position(7, 12))
    store.release(name, NOW)
    assert store.lease(name, NOW + REST, LIFE, REST) == Position(7, 12)


def test_a_mailbox_that_a_worker_has_just_looked_into_rests(positions: tuple[MailStore, str]) -> None:
    store, name = positions
    store.lease(name, NOW, LIFE, REST)
    store.release(name, NOW)
    assert store.lease(name, NOW + REST / 2, LIFE, REST) is None


def test_a_mailbox_of_a_worker_that_died_is_read_again_after_a_while(
    positions: tuple[MailStore, str],
) -> None:
    store, name = positions
    store.lease(name, NOW, LIFE, REST)
    assert store.lease(name, NOW + LIFE + timedelta(seconds=1), LIFE, REST) == Position(None, None)
