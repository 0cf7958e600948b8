"""Twilio's webhooks: a guest's message, and what became of ours. Verify, write down, answer at once."""

from __future__ import annotations

import logging

from backend.conversations.channels.twilio import parsing
from backend.conversations.channels.webhooks import Doorway, Owned
from backend.platform.http import ANYONE, Answer, Api, Call
from backend.platform.refusals import Refusal
from backend.platform.senders import OptedOutError
from backend.platform.senders.twilio import error_of, is_signed

log = logging.getLogger(__name__)

MESSAGES_PATH = "/webhooks/twilio/messages"
STATUS_PATH = "/webhooks/twilio/status"
_EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


def twilio_api(door: Doorway) -> Api:
    """The endpoints that are entered at Twilio."""
    api = Api("webhooks", prefix="")

    @api.route(
        "POST",
        MESSAGES_PATH,
        who={ANYONE},
        unguarded=True,
        summary="For Twilio: a guest's message on WhatsApp or by SMS",
        answers={200: "text/xml"},
        refusals=("forbidden",),
    )
    def messages(call: Call) -> Answer:
        form, parties, owned = _verified(door, call, ours="To", theirs="From")
        now = door.now()
        session = door.intake.session(owned.restaurant_id, parties.channel, parties.address)
        message = parsing.inbound(form, parties, session, now)
        if message is None:
            log.warning("twilio sent a message without a name")
            return _answer()
        stop = parsing.opted(form)
        if stop is not None:
            door.stopped(owned, parties.channel, parties.address, stop=stop)  # Twilio has answered it
        else:
            door.intake.take(owned.restaurant_id, [message], now)
        return _answer()

    @api.route(
        "POST",
        STATUS_PATH,
        who={ANYONE},
        unguarded=True,
        summary="For Twilio: what became of a message",
        answers={200: "text/xml"},
        refusals=("forbidden",),
    )
    def status(call: Call) -> Answer:
        form, parties, owned = _verified(door, call, ours="From", theirs="To")
        told = parsing.status(form, call.request.args.get("ref"))
        if told is None:
            return _answer()
        now = door.now()
        known = door.feedback.record(
            owned.restaurant_id,
            parties.channel,
            told.provider_id,
            told.state,
            now,
            error=f"Twilio reported {told.error}" if told.error else None,
            ref=told.ref,
        )
        if not known:
            log.info("a report about a message that is not ours", extra={"state": told.state})
        if told.error.isdigit() and isinstance(error_of(int(told.error), 0, None), OptedOutError):
            door.stopped(owned, parties.channel, parties.address, stop=True)
        return _answer()

    return api


def _answer() -> Answer:
    return Answer(_EMPTY, 200, mimetype="text/xml")


def _verified(
    door: Doorway, call: Call, *, ours: str, theirs: str
) -> tuple[dict[str, str], parsing.Addressed, Owned]:
    """The form, once its signature is that of the account it is for; raises Refusal('forbidden').

    Twilio signs the address as it was entered there: behind a proxy that is the public one, not the one that we see.
    """
    request = call.request
    form = request.form
    plain = {name: form[name] for name in form}
    parties = parsing.addressed(plain, ours, theirs)
    owned = door.owned(parties.channel, parties.account) if parties else None
    if parties is None or owned is None:
        raise Refusal("forbidden")
    query = request.query_string.decode("latin-1")
    address = f"{call.base_url}{request.path}" + (f"?{query}" if query else "")
    token = str(owned.account.get("authToken") or "")
    signature = request.headers.get("X-Twilio-Signature", "")
    if not token or not signature.isascii() or not is_signed(token, address, form, signature):
        raise Refusal("forbidden")
    return plain, parties, owned
