"""The backend's conversations as the host app calls them: the `InboxServer` of core, over the device's own client.

Called by the inbox's thread. Outcomes are those of the client: an answer, RejectedError or UnreachableError.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from host_app.core import inbox_wire
from host_app.core.conversations import Handler, Message, OwnAnswer, Thread
from host_app.devices.server import HttpServer

_LISTED = 200  # threads a page, as many as the server gives at once
_PAGES = 5  # of a list; more threads than that nobody reads
_SAID = 40  # messages a page


class HttpInbox:
    """Calls the inbox with the device's token."""

    def __init__(self, server: HttpServer) -> None:
        self._server = server

    def threads(self, handler: Handler) -> tuple[list[Thread], bool]:
        """The threads that the staff or the assistant have, the latest first, and whether these are all of them."""
        restaurant, found = str(self._server.restaurant_id), list[Thread]()
        query = {"restaurantId": restaurant, "handler": handler, "limit": str(_LISTED)}
        pages = _PAGES if handler == "staff" else 1
        for _ in range(pages):
            page = self._server.call("GET", "/conversations", query=query)
            found += self._server.read(_threads, page)
            if not page.get("nextCursor"):
                return found, True
            query["cursor"] = str(page["nextCursor"])
        return found, False

    def said(self, thread_id: UUID, before: str | None) -> tuple[Thread, list[Message], str | None]:
        """A thread, a part of what was said in it, and the cursor of the part before that."""
        query = {"limit": str(_SAID), **({"cursor": before} if before else {})}
        page = self._server.call("GET", f"/conversations/{thread_id}", query=query)
        return self._server.read(_said, page)

    def answer(self, answer: OwnAnswer) -> Message:
        """Says it to the guest. The same `message_id` again is the same message."""
        body = {"messageId": answer.message_id, "text": answer.text}
        said = self._server.call("POST", f"/conversations/{answer.thread_id}/messages", body=body)
        return self._server.read(lambda each: inbox_wire.message(each["message"]), said)

    def take(self, thread_id: UUID) -> Thread:
        """The staff have it from now on."""
        return self._post(thread_id, "take")

    def release(self, thread_id: UUID) -> Thread:
        """The assistant has it from now on."""
        return self._post(thread_id, "release")

    def mark_read(self, thread_id: UUID) -> Thread:
        """Somebody has looked at it."""
        return self._post(thread_id, "read")

    def typing(self, thread_id: UUID) -> None:
        """Shows the guest that somebody is writing."""
        self._server.call("POST", f"/conversations/{thread_id}/typing")

    def _post(self, thread_id: UUID, act: str) -> Thread:
        answer = self._server.call("POST", f"/conversations/{thread_id}/{act}")
        return self._server.read(lambda each: inbox_wire.thread(each["conversation"]), answer)


def _threads(page: Any) -> list[Thread]:
    return [inbox_wire.thread(each) for each in page["conversations"]]


def _said(page: Any) -> tuple[Thread, list[Message], str | None]:
    messages = [inbox_wire.message(each) for each in page["messages"]]
    return inbox_wire.thread(page["conversation"]), messages, page.get("nextCursor")
