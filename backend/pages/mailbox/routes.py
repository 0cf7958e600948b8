"""The mailbox routes:

/mailbox/, one message, the mail for its frame, and its files. Mounted only on the embedded home.

What a message holds was written by others, so the mail is shown in a frame that runs nothing and reaches
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from flask import Blueprint, Response, redirect, request

from backend.pages.mailbox.views import (
    Face,
    ListPage,
    MessagePage,
    framed_mail,
    render_mailbox,
    render_message,
)
from backend.pages.web import PLAIN, allowed_to, html, prepare, reader
from backend.platform.http import ANYONE
from backend.platform.refusals import Refusal
from backend.platform.senders import Stored, StoredPart, count_mailbox, list_mailbox, open_stored

_PAGE = 50
_WITH_FRAME = f"{PLAIN}; frame-src 'self'".replace("img-src 'self'", "img-src 'self' data:")
# The mail itself: its own inline styles and embedded images, and nothing else. It may be framed by our page only.
_MAIL = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


def mailbox_blueprint(folder: Path, timezone: Callable[[], str] = lambda: "UTC") -> Blueprint:
    """The routes over the mailbox of the data folder `folder`;

    Times are shown on the clock of `timezone()` (IANA), asked at each visit.
    """
    blueprint = Blueprint("mailbox", __name__, url_prefix="/mailbox")
    prepare(blueprint)
    routes = _MailboxRoutes(folder, timezone)
    anyone = allowed_to({ANYONE})

    @blueprint.get("")
    @anyone
    def without_slash() -> Response:
        return cast(Response, redirect("/mailbox/", 308))

    @blueprint.get("/")
    @anyone
    def messages() -> Response:
        return routes.messages()

    @blueprint.get("/<restaurant>/<message_id>")
    @anyone
    def message(restaurant: str, message_id: str) -> Response:
        return routes.message(restaurant, message_id)

    @blueprint.get("/<restaurant>/<message_id>/mail")
    @anyone
    def mail(restaurant: str, message_id: str) -> Response:
        return routes.mail(restaurant, message_id)

    @blueprint.get("/<restaurant>/<message_id>/files/<int:number>")
    @anyone
    def file(restaurant: str, message_id: str, number: int) -> Response:
        return routes.file(restaurant, message_id, number)

    return blueprint


@dataclass(frozen=True, slots=True)
class _MailboxRoutes:
    folder: Path
    timezone: Callable[[], str]

    def messages(self) -> Response:
        count = count_mailbox(self.folder)
        page = request.args.get("page", 1, int)
        page = min(max(page, 1), max(1, -(-count // _PAGE)))
        shown = ListPage(
            messages=list_mailbox(self.folder, first=(page - 1) * _PAGE, most=_PAGE),
            count=count,
            newer=f"/mailbox/?page={page - 1}" if page > 1 else "",
            older=f"/mailbox/?page={page + 1}" if page * _PAGE < count else "",
            timezone=self.timezone(),
        )
        return html(render_mailbox(shown, self._locale()))

    def message(self, restaurant: str, message_id: str) -> Response:
        stored, mail, parts = self._open(restaurant, message_id)
        wanted = request.args.get("as")
        face = cast(Face, wanted) if wanted in get_args(Face) else "mail"
        page = MessagePage(stored, parts, face if mail is not None else "short", self.timezone())
        return html(render_message(page, self._locale()), policy=_WITH_FRAME)

    def mail(self, restaurant: str, message_id: str) -> Response:
        _, mail, parts = self._open(restaurant, message_id)
        if mail is None:
            raise Refusal("not_found")
        return html(framed_mail(mail, parts), policy=_MAIL)

    def file(self, restaurant: str, message_id: str, number: int) -> Response:
        _, _, parts = self._open(restaurant, message_id)
        if number >= len(parts):
            raise Refusal("not_found")
        part = parts[number]
        answer = Response(part.content, mimetype=part.content_type)
        answer.headers.set("Content-Disposition", "attachment", filename=part.filename)
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _open(self, restaurant: str, message_id: str) -> tuple[Stored, str | None, list[StoredPart]]:
        found = open_stored(self.folder, restaurant, message_id)
        if found is None:
            raise Refusal("not_found")
        return found

    def _locale(self) -> str:
        return reader().locale(None, "es")
