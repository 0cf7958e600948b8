"""The conversations of the stand-in server: threads in memory over real HTTP, with the real one's promise about repeats."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from flask import request
from stand_in_server import StandInServer

_PAGE = 40


class StandInInbox:
    """Made around a stand-in server before it runs. The switches change its ways."""

    def __init__(self, server: StandInServer) -> None:
        self.server = server
        self.threads: dict[str, dict[str, Any]] = {}
        self.said: dict[str, list[dict[str, Any]]] = {}
        self.answers: dict[str, dict[str, Any]] = {}  # by the client's message id
        self.lose_answers = 0  # so many answers are taken, and the news of it is lost
        self.refuse_with: str | None = None
        self.typed: list[str] = []
        app = server._app
        app.get("/api/v1/conversations")(self._list)
        app.get("/api/v1/conversations/<uuid:thread_id>")(self._read)
        app.post("/api/v1/conversations/<uuid:thread_id>/messages")(self._answer)
        app.post("/api/v1/conversations/<uuid:thread_id>/<act>")(self._act)

    def thread(self, *words: str, handler: str = "staff", name: str | None = "Lucía") -> UUID:
        """A conversation in which the guest said these words."""
        thread_id = uuid4()
        now = datetime.now(UTC).isoformat()
        self.threads[str(thread_id)] = {
            "id": str(thread_id),
            "channel": "web",
            "handler": handler,
            "reason": "asked",
            "reasonText": "Ha pedido hablar con una persona",
            "name": name,
            "language": "es",
            "unread": 0,
            "handedOverAt": now if handler == "staff" else None,
            "reservationIds": [],
        }
        self.said[str(thread_id)] = []
        for each in words:
            self.say(thread_id, each)
        return thread_id

    def say(self, thread_id: UUID, text: str, author: str = "guest") -> dict[str, Any]:
        """Somebody says something, and the live feed tells."""
        message = {
            "id": str(uuid4()),
            "author": author,
            "text": text,
            "at": datetime.now(UTC).isoformat(),
        }
        key = str(thread_id)
        self.said[key].append(message)
        self.threads[key]["unread"] += author == "guest"
        self.tell(thread_id)
        return message

    def tell(self, thread_id: UUID) -> None:
        """The live feed tells that something happened in the conversation."""
        data = {"conversationId": str(thread_id), "author": "guest", "messageId": str(uuid4())}
        self.server.tell_event("conversation.message", data)

    def erase(self, thread_id: UUID) -> None:
        """The conversation is gone."""
        del self.threads[str(thread_id)], self.said[str(thread_id)]

    def texts(self, thread_id: UUID, author: str) -> list[str]:
        """What one side said."""
        return [each["text"] for each in self.said[str(thread_id)] if each["author"] == author]

    def _shown(self, key: str) -> dict[str, Any]:
        said = self.said[key]
        last = said[-1] if said else {"text": None, "at": None}
        return {**self.threads[key], "lastText": last["text"], "lastAt": last["at"]}

    def _list(self) -> Any:
        found = [
            self._shown(key)
            for key, each in self.threads.items()
            if each["handler"] == request.args["handler"]
        ]
        return {"conversations": found}

    def _read(self, thread_id: UUID) -> Any:
        key = str(thread_id)
        if key not in self.threads:
            return _problem(404, "not_found")
        end = int(request.args.get("cursor") or len(self.said[key]))
        start = max(0, end - _PAGE)
        page = {"conversation": self._shown(key), "messages": self.said[key][start:end]}
        return {**page, "nextCursor": str(start)} if start else page

    def _answer(self, thread_id: UUID) -> Any:
        key, body = str(thread_id), request.get_json()
        if key not in self.threads:
            return _problem(404, "not_found")
        if self.refuse_with:
            return _problem(422, self.refuse_with)
        if body["messageId"] not in self.answers:
            said = self.say(thread_id, body["text"], "staff")
            self.answers[body["messageId"]] = {**said, "state": "sent"}
            self.threads[key]["handler"] = "staff"
        if self.lose_answers:
            self.lose_answers -= 1
            return _problem(503, "lost")
        return {"message": self.answers[body["messageId"]]}, 201

    def _act(self, thread_id: UUID, act: str) -> Any:
        key = str(thread_id)
        if key not in self.threads:
            return _problem(404, "not_found")
        if act == "typing":
            self.typed.append(key)
            return "", 204
        change = {"take": {"handler": "staff"}, "release": {"handler": "bot", "reasonText": None}}.get(
            act, {}
        )
        self.threads[key] |= {**change, "unread": 0}
        return {"conversation": self._shown(key)}


def _problem(status: int, code: str) -> Any:
    return {"status": status, "code": code}, status, {"Content-Type": "application/problem+json"}
