"""Meta's webhook, for WhatsApp and Instagram alike: the challenge when it is entered, and deliveries. Verify the raw body, write
down, answer at once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from uuid import UUID

from backend.conversations.channels.meta import parsing
from backend.conversations.channels.webhooks import Doorway, Owned
from backend.platform.http import ANYONE, Answer, Api, Call
from backend.platform.refusals import Refusal
from backend.platform.senders import OptedOutError
from backend.platform.senders.meta import error_of

log = logging.getLogger(__name__)

PATH = "/webhooks/meta"
LARGEST = 4_000_000  # Meta's largest delivery is said to be 3 MB
MOST_UNKNOWN = 20  # accounts that are looked up before a signature is known to be good
_SCHEME = "sha256="


def meta_api(door: Doorway, app_secret: str, is_ours: Callable[[str], bool]) -> Api:
    """The endpoint that is entered at Meta. `app_secret` is that of the server's own app, '' without one: then each account brings
    its own. `is_ours` knows the tokens that restaurants were given to enter."""
    api = Api("webhooks.meta", prefix="")

    @api.route(
        "GET",
        PATH,
        who={ANYONE},
        unguarded=True,
        summary="For Meta: the question when the webhook is entered",
        answers={200: "text/plain"},
        refusals=("forbidden",),
    )
    def challenge(call: Call) -> Answer:
        asked = call.request.args
        word = asked.get("hub.challenge", "")
        if asked.get("hub.mode") != "subscribe" or not is_ours(asked.get("hub.verify_token", "")):
            raise Refusal("forbidden")
        if not 0 < len(word) <= 200 or not word.isprintable():
            raise Refusal("malformed_request")
        return Answer(word, 200, mimetype="text/plain")

    @api.route(
        "POST",
        PATH,
        who={ANYONE},
        unguarded=True,
        summary="For Meta: guests' messages and what became of ours",
        answers={200: "text/plain"},
        refusals=("forbidden",),
    )
    def deliver(call: Call) -> Answer:
        call.request.max_content_length = LARGEST
        raw = call.request.get_data(cache=False)
        signature = call.request.headers.get("X-Hub-Signature-256", "")
        for piece, owned in _verified(door, raw, signature, app_secret):
            _take(door, piece, owned)
        return Answer("EVENT_RECEIVED", 200, mimetype="text/plain")

    return api


def _verified(
    door: Doorway, raw: bytes, signature: str, app_secret: str
) -> list[tuple[parsing.Piece, Owned]]:
    """The pieces of a delivery that are signed with the secret of whoever they are for; raises Refusal('forbidden') when there is
    none and the server's own app did not sign it either."""
    signed: dict[str, bool] = {}

    def is_signed(secret: str) -> bool:
        if secret not in signed:
            signed[secret] = bool(secret) and matches(secret, raw, signature)
        return signed[secret]

    found = parsing.pieces(_json(raw))
    named = dict.fromkeys((each.channel, each.account) for each in found)
    if len(named) > MOST_UNKNOWN and not is_signed(app_secret):
        raise Refusal("forbidden")  # whoever has signed nothing yet does not get to ask for more
    owners = {each: door.owned(*each) for each in named}
    trusted = [
        (piece, owned)
        for piece in found
        if (owned := owners[piece.channel, piece.account]) is not None
        and is_signed(str(owned.account.get("appSecret") or app_secret))
        and owned.account.get("provider") == "meta"
    ]
    if not trusted and not is_signed(app_secret):
        raise Refusal("forbidden")
    return trusted


def matches(secret: str, raw: bytes, signature: str) -> bool:
    """Whether Meta signed exactly these bytes: HMAC-SHA256 under the app's secret, in hexadecimal after `sha256=`."""
    if not signature.startswith(_SCHEME) or not signature.isascii():
        return False
    expected = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature.removeprefix(_SCHEME).lower())


def _json(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _take(door: Doorway, piece: parsing.Piece, owned: Owned) -> None:
    now = door.now()
    restaurant_id: UUID = owned.restaurant_id
    told = parsing.read(
        piece, lambda address: door.intake.session(restaurant_id, piece.channel, address), now
    )
    if told.malformed:
        log.warning(
            "items of a delivery cannot be read", extra={"channel": piece.channel, "items": told.malformed}
        )
    door.intake.take(restaurant_id, told.messages, now)
    for status in told.statuses:
        door.feedback.record(
            restaurant_id,
            piece.channel,
            status.provider_id,
            status.state,
            now,
            error=f"Meta reported {status.error}" if status.error else None,
            ref=status.ref,
        )
        if status.error and isinstance(error_of(status.error, 0, 0), OptedOutError):
            door.stopped(owned, piece.channel, status.address, stop=True)
    for echo in told.echoes:
        session = door.intake.session(restaurant_id, piece.channel, echo.address)
        door.feedback.echoed(restaurant_id, piece.channel, session, echo.text, echo.provider_id, now)
