"""HTTP for messages: what a guest was written, and a restaurant's own words. Parse, call one use case, answer."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints

from backend.notifications.own_words import OwnWords
from backend.notifications.service import NotificationService
from backend.platform.http import STAFF, Answer, Api, Call
from backend.platform.http.caller import MANAGEMENT
from backend.platform.shapes import Shape


class WordsBody(Shape):
    """A text with placeholders such as {{ guest }} or {{ time }}."""

    body: Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=False)]


class MessagesOut(Shape):
    """What was written to the guest of a booking, oldest first."""

    messages: list[dict[str, Any]]


class WordsOut(Shape):
    """The restaurant's own texts."""

    templates: list[dict[str, Any]]


def notifications_api(service: NotificationService, words: OwnWords) -> Api:
    """The endpoints of messages."""
    api = Api("notifications")

    @api.route(
        "GET",
        "/reservations/<uuid:reservation_id>/messages",
        who=STAFF,
        summary="What was written to the guest about a reservation",
        answers={200: MessagesOut},
    )
    def messages(call: Call, reservation_id: UUID) -> dict[str, Any]:
        rows = service.messages(call.tenant(), reservation_id)
        return {
            "messages": [
                {
                    "id": str(row["id"]),
                    "kind": row["kind"],
                    "channel": row["channel"],
                    "state": row["state"],
                    "dueAt": row["due_at"].isoformat(),
                    "sentAt": row["sent_at"] and row["sent_at"].isoformat(),
                    "deliveredAt": row["delivered_at"] and row["delivered_at"].isoformat(),
                    "readAt": row["read_at"] and row["read_at"].isoformat(),
                    "lastError": row["last_error"],
                }
                for row in rows
            ]
        }

    @api.route(
        "GET",
        "/message-templates",
        who=MANAGEMENT,
        summary="The restaurant's own words in messages",
        answers={200: WordsOut},
    )
    def every(call: Call) -> dict[str, Any]:
        names = ("kind", "language", "part", "body")
        return {"templates": [{name: row[name] for name in names} for row in words.every(call.tenant())]}

    @api.route(
        "PUT",
        "/message-templates/<string:kind>/<string:language>/<string:part>",
        who=MANAGEMENT,
        summary="Write one part of a message in your own words",
        body=WordsBody,
        answers={204: None},
        example={"body": "Te esperamos, {{ guest }}."},
    )
    def keep(call: Call, kind: str, language: str, part: str, body: WordsBody) -> Answer:
        words.keep(call.tenant(), kind, language, part, body.body, call.caller.label)
        return Answer(None, 204)

    @api.route(
        "DELETE",
        "/message-templates/<string:kind>/<string:language>/<string:part>",
        who=MANAGEMENT,
        summary="Go back to SaveIt's words",
        answers={204: None},
    )
    def forget(call: Call, kind: str, language: str, part: str) -> Answer:
        words.forget(call.tenant(), kind, language, part, call.caller.label)
        return Answer(None, 204)

    return api
