"""HTTP for the waiting list: parse, call one use case, answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from backend.guests import guest_json
from backend.platform.http import DEVICE, DINERS, GUEST, PUBLISHABLE, SECRET, STAFF, Answer, Api, Call
from backend.platform.limits import RateLimiter
from backend.platform.refusals import field_refusal
from backend.reservations.desk import By
from backend.reservations.schemas import (
    OneWaitEntryOut,
    WaitBody,
    WaitEntriesOut,
    WaitListQuery,
    WaitStateBody,
)
from backend.reservations.waitlist.record import OPEN, EntryView, WaitlistState, entry_json
from backend.reservations.waitlist.service import Waitlist, WaitRequest

_HOUSE = STAFF | {DEVICE}


def waitlist_api(waitlist: Waitlist, limiter: RateLimiter, per_minute: int) -> Api:
    """The endpoints of the waiting list; `per_minute` is how often one address may join from a page.

    A page's own limit is far above what a person asks for: made-up entries would push the real ones down.
    """
    api = Api("waitlist")

    @api.route(
        "POST",
        "/waitlist",
        who=(DINERS - {GUEST}) | _HOUSE,
        summary="Ask for a table should one come free",
        body=WaitBody,
        answers={201: OneWaitEntryOut},
        refusals=("privacy_not_accepted", "too_soon", "too_far", "closed", "party_too_large", "not_a_slot"),
        example={
            "restaurantId": "0193a0c2-8c1e-7000-8000-000000000001",
            "date": "2026-12-18",
            "time": "21:00",
            "partySize": 4,
            "guest": {"name": "Lucía García", "phone": "600 111 222", "locale": "es"},
            "privacyAccepted": True,
        },
    )
    def join(call: Call, body: WaitBody) -> Answer:
        restaurant, by = call.of_tenant(body.restaurant_id), _by(call)
        if call.caller.kind == PUBLISHABLE:
            limiter.pass_or_refuse(f"waitlist:{restaurant}:{call.request.remote_addr}", per_minute)
        joined = waitlist.join(
            WaitRequest(
                restaurant_id=restaurant,
                date=body.date,
                time=body.time,
                party_size=body.party_size,
                area=body.area,
                name=body.guest.name,
                phone=body.guest.phone,
                email=body.guest.email,
                locale=body.guest.locale,
                channel="staff" if call.caller.works_here else "web",
                by=by,
                privacy_accepted=body.privacy_accepted,
            )
        )
        return Answer({"entry": _shown(call, joined)}, 201)

    @api.route(
        "GET",
        "/waitlist",
        who={SECRET} | _HOUSE,
        summary="Who waits for a table",
        query=WaitListQuery,
        answers={200: WaitEntriesOut},
    )
    def entries(call: Call, query: WaitListQuery) -> dict[str, Any]:
        restaurant = call.of_tenant(query.restaurant_id)
        found = waitlist.day(restaurant, query.date, _states(query.state), query.limit)
        return {"entries": [_shown(call, each) for each in found]}

    @api.route(
        "POST",
        "/waitlist/<uuid:entry_id>/state",
        who=_HOUSE,
        summary="Say what became of an entry",
        body=WaitStateBody,
        answers={200: OneWaitEntryOut},
        refusals=("invalid_transition", "version_conflict"),
        headers=("If-Match",),
        example={"state": "notified"},
    )
    def state(call: Call, entry_id: UUID, body: WaitStateBody) -> dict[str, Any]:
        version = call.if_match(required=False)
        view = waitlist.set_state(call.tenant(), entry_id, WaitlistState(body.state), _by(call), version)
        return {"entry": _shown(call, view)}

    return api


def _by(call: Call) -> By:
    return By(call.caller.label, "staff" if call.caller.works_here else "guest")


def _shown(call: Call, view: EntryView) -> dict[str, Any]:
    shown = {**entry_json(view.entry, view.config), "before": view.before}
    if call.caller.works_here and view.guest is not None:
        shown["guest"] = guest_json(view.guest)
    return shown


def _states(given: str | None) -> list[WaitlistState]:
    if given is None:
        return list(OPEN)
    names = [each.strip() for each in given.split(",") if each.strip()]
    if not names or not set(names) <= set(WaitlistState):
        raise field_refusal("state", "not_a_choice")
    return [WaitlistState(each) for each in names]
