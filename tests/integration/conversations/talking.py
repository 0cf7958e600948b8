"""What the tests of threads say and do: a guest on a page, the staff in their inbox, the events in between."""

from __future__ import annotations

from itertools import count
from typing import Any

from stage import Stage
from werkzeug.test import TestResponse

NUMBERS = count()
SESSION = "session-0123456789abcdef"


def send(stage: Stage, text: str, *, session: str = SESSION, message: str | None = None) -> TestResponse:
    """One message of a guest's page."""
    body = {
        "sessionId": session,
        "messageId": message or f"m{next(NUMBERS)}",
        "text": text,
        "locale": "es-ES",
    }
    return stage.call("POST", f"/chat/{stage.restaurant_id}/messages", stage.publishable, json=body)


def say(stage: Stage, *texts: str, session: str = SESSION) -> str:
    """Says one after another; the text of the last answer, empty when the assistant is silent."""
    told = ""
    for text in texts:
        answer = send(stage, text, session=session)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        told = " ".join(each["text"] for each in answer.get_json()["replies"])
    return told


def resume(stage: Stage, session: str = SESSION, **query: Any) -> TestResponse:
    """What the page gets after a reload."""
    headers = {"X-SaveIt-Session": session}
    path = f"/chat/{stage.restaurant_id}/messages"
    return stage.call("GET", path, stage.publishable, headers=headers, query_string=query)


def inbox(stage: Stage, who: dict[str, str] | None = None, **query: Any) -> dict[str, Any]:
    """A page of the inbox."""
    given = {"restaurantId": str(stage.restaurant_id), **query}
    answer = stage.call("GET", "/conversations", who or stage.staff["host"], query_string=given)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


def thread(stage: Stage) -> dict[str, Any]:
    """The restaurant's only conversation."""
    [found] = inbox(stage)["conversations"]
    return found


def do(
    stage: Stage, what: str, conversation: str | None = None, who: dict[str, str] | None = None, **body: Any
) -> TestResponse:
    """One act of the staff on a conversation, the only one unless it is named."""
    path = f"/conversations/{conversation or thread(stage)['id']}/{what}"
    return stage.call("POST", path, who or stage.staff["host"], **({"json": body} if body else {}))


def answer(stage: Stage, text: str, message: str | None = None, **more: Any) -> dict[str, Any]:
    """What the staff say; the message."""
    given = do(stage, "messages", messageId=message or f"a{next(NUMBERS)}", text=text, **more)
    assert given.status_code == 201, given.get_data(as_text=True)
    return given.get_json()["message"]


def read(stage: Stage, **query: Any) -> dict[str, Any]:
    """The end of the only conversation as the staff see it."""
    path = f"/conversations/{thread(stage)['id']}"
    found = stage.call("GET", path, stage.staff["host"], query_string=query)
    assert found.status_code == 200, found.get_data(as_text=True)
    return found.get_json()


def events(stage: Stage) -> list[dict[str, Any]]:
    """The data of the restaurant's conversation events, oldest first."""
    with stage.services.database.tenant(stage.restaurant_id) as tx:
        rows = tx.all("SELECT data FROM outbox WHERE type = 'conversation.message' ORDER BY position")
    return [dict(row["data"]) for row in rows]


def acts(stage: Stage) -> list[str]:
    """What the audit trail says was done to conversations."""
    with stage.services.database.tenant(stage.restaurant_id) as tx:
        rows = tx.all("SELECT action FROM audit WHERE subject_kind = 'conversation' ORDER BY id")
    return [row["action"] for row in rows]
