"""The address that Amazon SNS writes to: letters that SES took in, bounces of ours, and the confirmation of the subscription.

Whatever is not provably SNS's, of today and by a topic of ours is refused with 403. What SNS should repeat gets 503; all else 200,
also what says nothing to us, because repeating would not change it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from backend.conversations.channels.email import ses
from backend.conversations.channels.email.door import Arrival, MailDoor, is_passing
from backend.conversations.channels.email.sns import (
    Aws,
    NotFromSnsError,
    SnsMessage,
    SnsVerifier,
    Unreachable,
)
from backend.conversations.channels.email.store import MailStore
from backend.conversations.channels.ports import Feedback
from backend.platform.clock import Clock
from backend.platform.http import ANYONE, Answer, Api, Call
from backend.platform.refusals import Refusal

log = logging.getLogger(__name__)

PATH: Final = "/webhooks/sns/mail"


@dataclass(frozen=True, slots=True)
class SesParts:
    """What the webhook works with. `buckets` are those that letters may lie in; `restaurants` are all of this server."""

    verifier: SnsVerifier
    aws: Aws
    letters: ses.LetterStore
    door: MailDoor
    feedback: Feedback
    store: MailStore
    clock: Clock
    buckets: Collection[str]
    restaurants: Callable[[], Iterable[UUID]]


def ses_api(parts: SesParts) -> Api:
    """The endpoint that is entered at Amazon SNS."""
    api = Api("webhooks", prefix="")

    @api.route(
        "POST",
        PATH,
        who={ANYONE},
        unguarded=True,
        summary="For Amazon SNS: mail that came in by SES, and what became of ours",
        answers={200: "text/plain"},
        refusals=("malformed_request", "forbidden", "unavailable"),
    )
    def sns_mail(call: Call) -> Answer:
        now = parts.clock.now()
        told = _json(call.request.get_data(cache=False))
        try:
            message = parts.verifier.verify(told, now)
            _done(parts, message)
        except NotFromSnsError as forged:
            log.warning("a message that is not SNS's was refused", extra={"reason": str(forged)})
            raise Refusal("forbidden") from forged
        except Unreachable as away:
            log.warning("SNS shall repeat a message", extra={"reason": str(away)})
            raise Refusal("unavailable", headers={"Retry-After": "20"}) from away
        except Refusal as busy:
            # SNS repeats what got a 5xx, and nothing that got a 4xx.
            raise (
                Refusal("unavailable", headers={"Retry-After": "20"}) if is_passing(busy) else busy
            ) from busy
        return Answer("", 200, mimetype="text/plain")

    return api


def _json(body: bytes) -> dict[str, object]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as wrong:
        raise Refusal("malformed_request") from wrong
    if not isinstance(told, dict):
        raise Refusal("malformed_request")
    return told


def _done(parts: SesParts, message: SnsMessage) -> None:
    if message.kind == "SubscriptionConfirmation":
        parts.aws.confirm(message.subscribe_url)
        log.info("subscribed to mail", extra={"topic": message.topic})
        return
    if message.kind != "Notification":
        log.warning("the subscription to mail was ended", extra={"topic": message.topic})
        return
    try:
        found = ses.told_in(message.text, message.at, parts.buckets)
    except ses.NotUnderstoodError as wrong:
        log.error("a notification of SES is not understood", extra={"reason": str(wrong)})
        return
    if isinstance(found, ses.Failure):
        _failed(parts, found)
    elif found is not None:
        _arrived(parts, found)


def _arrived(parts: SesParts, found: Arrival | ses.Stored) -> None:
    arrival = found
    if isinstance(arrival, ses.Stored):
        raw = parts.letters.letter(arrival.bucket, arrival.key, parts.door.rules.largest)
        if raw is None:
            log.warning("a letter is larger than we read, or gone from S3")
            parts.door.too_large()
            return
        arrival = ses.with_letter(arrival, raw)
    parts.door.take(arrival, parts.clock.now())


def _failed(parts: SesParts, failure: ses.Failure) -> None:
    """A letter of whichever restaurant sent it: by its address, else all are asked."""
    known = parts.store.restaurant_of(failure.senders)
    now = parts.clock.now()
    for restaurant_id in [known[0]] if known else parts.restaurants():
        if parts.feedback.record(restaurant_id, "email", failure.letter, "failed", now, error=failure.reason):
            return
