"""HTTP for availability: parse, call one use case, answer."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from backend.availability.domain import Ask, Offer
from backend.availability.schemas import (
    CheckBody,
    CheckOut,
    DayOut,
    DayQuery,
    DemandOut,
    DemandQuery,
    HoldBody,
    HoldOut,
    MonthOut,
    MonthQuery,
    RefreshBody,
    RefreshOut,
    WalkInOut,
    WalkInQuery,
)
from backend.availability.service import AvailabilityService, alternative_json
from backend.platform.http import DEVICE, KEYS, SECRET, STAFF, Answer, Api, Call
from backend.platform.http.caller import MANAGEMENT

_READERS = KEYS | STAFF | {DEVICE}
_EXAMPLE = {
    "restaurantId": "0193a0c2-8c1e-7000-8000-000000000001",
    "date": "2026-12-18",
    "time": "20:00",
    "partySize": 4,
    "area": "terraza",
}


def channel_of(call: Call) -> str:
    """The channel by who is authenticated, never by what the request says."""
    return "staff" if call.caller.works_here else "web"


def availability_api(service: AvailabilityService) -> Api:
    """The endpoints of availability."""
    api = Api("availability")

    @api.route(
        "GET",
        "/availability/<uuid:restaurant_id>",
        who=_READERS,
        summary="A day's slots",
        query=DayQuery,
        answers={200: DayOut},
    )
    def day(call: Call, restaurant_id: UUID, query: DayQuery) -> bytes:
        restaurant = call.of_tenant(restaurant_id)
        return service.day_json(restaurant, query.date, query.party_size, query.area, channel_of(call))

    @api.route(
        "GET",
        "/availability/<uuid:restaurant_id>/calendar",
        who=_READERS,
        summary="A month's days",
        query=MonthQuery,
        answers={200: MonthOut},
    )
    def calendar(call: Call, restaurant_id: UUID, query: MonthQuery) -> dict[str, object]:
        restaurant = call.of_tenant(restaurant_id)
        month = date.fromisoformat(f"{query.month}-01")
        days = service.month(restaurant, month, query.party_size, query.area, channel_of(call))
        return {
            "days": [
                {
                    "date": day.date.isoformat(),
                    "available": day.available,
                    **({"reason": day.reason} if day.reason else {}),
                }
                for day in days
            ]
        }

    @api.route(
        "POST",
        "/availability/check",
        who=_READERS,
        summary="Whether one slot is free, with alternatives",
        body=CheckBody,
        answers={200: CheckOut},
        example=_EXAMPLE,
    )
    def check(call: Call, body: CheckBody) -> dict[str, object]:
        decision, others = service.check(call.of_tenant(body.restaurant_id), _ask(call, body))
        free = isinstance(decision.outcome, Offer)
        return {
            "available": free,
            "reasons": [] if isinstance(decision.outcome, Offer) else [decision.outcome.code],
            "alternatives": [alternative_json(each) for each in others],
        }

    @api.route(
        "PUT",
        "/availability/refresh",
        who=STAFF | {SECRET},
        summary="Compute cached answers anew",
        body=RefreshBody,
        answers={200: RefreshOut},
    )
    def refresh(call: Call, body: RefreshBody) -> dict[str, object]:
        service.refresh(call.of_tenant(body.restaurant_id), body.date)
        return {"refreshed": True}

    @api.route(
        "POST",
        "/availability/holds",
        who=_READERS,
        summary="Keep a slot for a few minutes, or a kept one for longer",
        body=HoldBody,
        answers={201: HoldOut},
        refusals=("slot_unavailable", "pacing_limit", "lock_timeout", "outside_hours", "too_soon", "too_far"),
        example=_EXAMPLE,
    )
    def hold(call: Call, body: HoldBody) -> dict[str, object]:
        held = service.hold(call.of_tenant(body.restaurant_id), _ask(call, body), body.instead_of)
        return {
            "holdId": str(held.id),
            "expiresAt": held.expires_at.isoformat(),
            "expiresIn": service.seconds_left(held),
        }

    @api.route(
        "DELETE",
        "/availability/holds/<uuid:hold_id>",
        who=_READERS,
        summary="Give a held slot back",
        answers={204: None},
    )
    def release(call: Call, hold_id: UUID) -> Answer:
        service.release(call.tenant(), hold_id)
        return Answer(None, 204)

    @api.route(
        "GET",
        "/availability/<uuid:restaurant_id>/walk-in",
        who=STAFF | {DEVICE},
        summary="Tables for a party at the door",
        query=WalkInQuery,
        answers={200: WalkInOut},
    )
    def walk_in(call: Call, restaurant_id: UUID, query: WalkInQuery) -> dict[str, object]:
        config, choices = service.walk_in_tables(call.of_tenant(restaurant_id), query.party_size)
        return {
            "choices": [
                {
                    "tableIds": [str(table) for table in choice.table_ids],
                    "numbers": list(choice.numbers),
                    "area": choice.area,
                    "seats": choice.seats,
                    "freeUntil": choice.free_until and choice.free_until.astimezone(config.zone).isoformat(),
                    "wholeStay": choice.whole_stay,
                }
                for choice in choices
            ]
        }

    @api.route(
        "GET",
        "/availability/<uuid:restaurant_id>/refused",
        who=MANAGEMENT,
        summary="What guests asked for and did not get",
        query=DemandQuery,
        answers={200: DemandOut},
    )
    def refused(call: Call, restaurant_id: UUID, query: DemandQuery) -> dict[str, object]:
        rows = service.refused_demand(call.of_tenant(restaurant_id), query.first, query.last)
        return {
            "rows": [
                {
                    "code": row["code"],
                    "time": row["local_time"] and row["local_time"].strftime("%H:%M"),
                    "times": row["times"],
                    "covers": row["covers"] or 0,
                }
                for row in rows
            ]
        }

    return api


def _ask(call: Call, body: CheckBody) -> Ask:
    return Ask(body.date, body.time, body.party_size, body.area, channel_of(call))
