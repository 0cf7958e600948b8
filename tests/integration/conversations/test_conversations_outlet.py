"""What goes out over a thread: once a cause, in order with what was said, sent at once where the guest fetches it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from stage import Stage

from backend.conversations.dialogue.render import QuickReply, Reply
from backend.conversations.inbox.store import OUTBOUND_BODY
from backend.conversations.outlet import ThreadOutlet
from backend.platform.ciphers import Cipher
from backend.platform.refusals import Refusal

REPLIES = [Reply("Uno", (QuickReply("Sí", "sí"),)), Reply("Dos")]


def thread(stage: Stage, channel: str) -> UUID:
    """A thread on that channel."""
    identity = uuid4()
    with stage.services.database.tenant(stage.restaurant_id) as tx:
        tx.run(
            """INSERT INTO conversations (id, restaurant_id, channel, session_id, created_at, updated_at)
            VALUES (:id, :restaurant_id, :channel, :session, :now, :now)""",
            id=identity,
            restaurant_id=stage.restaurant_id,
            channel=channel,
            session=str(identity),
            now=stage.clock.now(),
        )
    return identity


def outlet(stage: Stage) -> ThreadOutlet:
    return ThreadOutlet(Cipher(stage.services.secrets), stage.services.outbox)


def say(stage: Stage, conversation_id: UUID, **more: Any) -> list[UUID]:
    with stage.services.database.tenant(stage.restaurant_id) as tx:
        given: dict[str, Any] = {"author": "assistant", "cause": "m1", "replies": REPLIES, **more}
        return outlet(stage).say(tx, conversation_id=conversation_id, now=stage.clock.now(), **given)


def rows(stage: Stage, conversation_id: UUID) -> list[dict[str, Any]]:
    with stage.services.database.tenant(stage.restaurant_id) as tx:
        found = tx.all(
            "SELECT * FROM outbound_messages WHERE conversation_id = :id ORDER BY place", id=conversation_id
        )
    return [dict(row) for row in found]


def events(stage: Stage, conversation_id: UUID) -> list[dict[str, Any]]:
    with stage.services.database.tenant(stage.restaurant_id) as tx:
        found = tx.all(
            "SELECT data FROM outbox WHERE type = 'conversation.message' AND subject_id = :id ORDER BY position",
            id=conversation_id,
        )
    return [row["data"] for row in found]


def test_what_a_channel_must_send_waits_in_order_with_its_words_sealed(stage: Stage) -> None:
    identity = thread(stage, "whatsapp")

    made = say(stage, identity)

    written = rows(stage, identity)
    assert [row["id"] for row in written] == made
    assert [(row["state"], row["position"], row["sent_at"]) for row in written] == [
        ("waiting", 0, None),
        ("waiting", 1, None),
    ]
    opened = [
        Cipher(stage.services.secrets).open_json(stage.restaurant_id, OUTBOUND_BODY, row["body_sealed"])
        for row in written
    ]
    assert [Reply.from_json(each) for each in opened] == REPLIES


def test_what_a_guests_page_fetches_is_sent_at_once_and_announced(stage: Stage) -> None:
    identity = thread(stage, "web")

    made = say(stage, identity, author="staff", staff_id=uuid4())

    assert {(row["state"], row["sent_at"]) for row in rows(stage, identity)} == {("sent", stage.clock.now())}
    assert [(each["author"], each["messageId"]) for each in events(stage, identity)] == [
        ("staff", str(each)) for each in made
    ]


def test_the_assistants_answers_on_other_channels_are_no_events(stage: Stage) -> None:
    identity = thread(stage, "whatsapp")

    say(stage, identity)

    assert events(stage, identity) == []


def test_the_same_cause_twice_is_said_once(stage: Stage) -> None:
    identity = thread(stage, "whatsapp")
    first = say(stage, identity)

    stage.clock.at += timedelta(minutes=1)
    again = say(stage, identity, replies=[Reply("Otra cosa")])

    assert again == first
    assert len(rows(stage, identity)) == 2


def test_the_assistant_says_nothing_more_in_a_thread_that_a_person_has_taken(stage: Stage) -> None:
    identity = thread(stage, "whatsapp")
    assert stage.call("POST", f"/conversations/{identity}/take", stage.staff["host"]).status_code == 200

    assert say(stage, identity) == []

    assert rows(stage, identity) == []
    assert len(say(stage, identity, author="staff", cause="m2")) == 2


def test_a_thread_of_another_restaurant_is_not_found(stage: Stage, new_stage: Any) -> None:
    elsewhere = thread(new_stage(), "whatsapp")

    with pytest.raises(Refusal) as refused:
        say(stage, elsewhere)

    assert refused.value.code == "not_found"
