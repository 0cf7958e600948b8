"""What was said in a chat is forgotten in time: the state of a conversation within a day, its words after the days that are set."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from stage import Stage


def said(stage: Stage, text: str = "mesa para 2 mañana a las 20:00, Ana Gil, 600 111 222") -> None:
    """A guest says it."""
    body = {"sessionId": "s", "messageId": "m", "text": text, "locale": "es-ES"}
    assert (
        stage.call("POST", f"/chat/{stage.restaurant_id}/messages", stage.publishable, json=body).status_code
        == 200
    )


def kept(stage: Stage) -> dict[str, Any]:
    """How many conversations, states and turns of this restaurant there are."""
    with stage.worker.database.tenant(stage.restaurant_id) as tx:
        return {
            "conversations": tx.value("SELECT count(*) FROM conversations"),
            "states": tx.value("SELECT count(state_sealed) FROM conversations"),
            "turns": tx.value("SELECT count(*) FROM conversation_turns"),
        }


def upkeep(stage: Stage) -> None:
    """The day's housekeeping, on the worker's role."""
    stage.worker.keepers["conversations"](stage.clock.now())


def test_a_conversation_under_way_is_kept_whole(stage: Stage) -> None:
    said(stage)
    stage.later(minutes=50)

    upkeep(stage)

    assert kept(stage) == {"conversations": 1, "states": 1, "turns": 1}


def test_the_state_is_gone_when_nobody_can_go_on_with_it(stage: Stage) -> None:
    said(stage)
    stage.later(minutes=61)

    upkeep(stage)

    assert kept(stage) == {"conversations": 1, "states": 0, "turns": 1}


def test_the_words_are_gone_after_the_days_that_are_set(new_stage: Callable[..., Stage]) -> None:
    stage, other = new_stage(conversation_days=3), new_stage(conversation_days=3)
    said(stage)
    stage.clock.at += timedelta(days=3, minutes=1)
    other.clock.at = stage.clock.at
    said(other)

    upkeep(stage)

    assert kept(stage) == {"conversations": 0, "states": 0, "turns": 0}
    assert kept(other) == {"conversations": 1, "states": 1, "turns": 1}


def test_a_session_that_was_forgotten_begins_anew(new_stage: Callable[..., Stage]) -> None:
    stage = new_stage(conversation_days=1)
    said(stage)
    stage.clock.at += timedelta(days=2)
    upkeep(stage)

    said(stage, "hola")

    assert kept(stage)["turns"] == 1
