"""HTTP for reservations: parse, call one use case, answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from backend.availability.domain import Ask
from backend.guests import guest_json
from backend.platform.http import DEVICE, DINERS, GUEST, SECRET, STAFF, Answer, Api, Call
from backend.platform.refusals import Refusal, field_refusal
from backend.reservations.booking import BookingRequest, hash_of
from backend.reservations.changes import ChangeRequest
from backend.reservations.desk import By, View
from backend.reservations.domain import Requirement, Status
from backend.reservations.links import GuestLinks
from backend.reservations.present import reservation_json, with_notes
from backend.reservations.schemas import (
    BookBody,
    BookedOut,
    CancelBody,
    CancelledOut,
    ChangeBody,
    ChangedOut,
    ListOut,
    ListQuery,
    OneOut,
    PageQuery,
    SettleBody,
    StatusBody,
    TablesBody,
    TrailOut,
    WalkInBody,
)
from backend.reservations.service import ReservationService

_HOUSE = STAFF | {DEVICE}
_RULES = [
    "too_soon",
    "too_far",
    "same_day_not_allowed",
    "closed",
    "outside_hours",
    "not_a_slot",
    "special_date_closed",
    "party_too_small",
    "party_too_large",
    "pacing_limit",
    "guest_blocked",
    "phone_verification_required",
    "privacy_not_accepted",
    "idempotency_key_reused",
]
_STATUSES = frozenset(status.value for status in Status)
_EXAMPLE = {
    "restaurantId": "0193a0c2-8c1e-7000-8000-000000000001",
    "date": "2026-12-18",
    "time": "20:00",
    "partySize": 4,
    "guest": {"name": "Lucía García", "phone": "600 111 222", "locale": "es"},
    "privacyAccepted": True,
}


def by_of(call: Call) -> By:
    """Who acts, as the use cases see them."""
    caller = call.caller
    if caller.kind == GUEST:
        return By(f"guest:{caller.reservation_id}", "guest", caller.reservation_id)
    return By(caller.label, "staff" if caller.works_here else "guest")


def shown_json(call: Call, view: View) -> dict[str, Any]:
    """The reservation for this caller; with its guest for the house only."""
    shown = with_notes(reservation_json(view.reservation, view.config), view.reservation)
    if call.caller.works_here and view.guest is not None:
        shown["guest"] = guest_json(view.guest)
    return shown


def one_json(call: Call, view: View) -> dict[str, Any]:
    """`{reservation, guest?}`."""
    shown = shown_json(call, view)
    return {"reservation": shown, "guest": shown["guest"]} if "guest" in shown else {"reservation": shown}


def reservations_api(service: ReservationService, links: GuestLinks) -> Api:
    """The endpoints of reservations."""
    api = Api("reservations")
    issuer = service.desk.issuer

    def qr(view: View, base_url: str) -> dict[str, Any]:
        one = view.reservation
        return {
            "code": issuer.code(one.id, one.restaurant_id, one.date, one.qr),
            "imageUrl": links.urls(one, base_url)["imageUrl"],
            "expiresAt": one.qr.expires_at.astimezone(view.config.zone).isoformat(),
        }

    @api.route(
        "POST",
        "/reservations",
        who=(DINERS - {GUEST}) | _HOUSE,
        summary="Book a table",
        body=BookBody,
        answers={201: BookedOut},
        refusals=("slot_unavailable", "lock_timeout", *_RULES),
        headers=("Idempotency-Key",),
        example=_EXAMPLE,
    )
    def book(call: Call, body: BookBody) -> Answer:
        call.of_tenant(body.restaurant_id)
        answer = service.booking.book(_booking(call, body))
        reservation_id = UUID(answer["reservation"]["id"])
        urls = links.of_answer(answer, call.base_url)
        document = {
            "reservation": answer["reservation"],
            "qr": {**answer["qr"], "imageUrl": urls["imageUrl"]},
            "manageUrl": urls["manageUrl"],
        }
        return Answer(document, 201, {"Location": f"/api/v1/reservations/{reservation_id}"})

    @api.route(
        "GET",
        "/reservations/<uuid:reservation_id>",
        who={SECRET, GUEST} | _HOUSE,
        summary="One reservation",
        answers={200: OneOut},
    )
    def get(call: Call, reservation_id: UUID) -> Answer:
        _own(call, reservation_id)
        view = service.queries.get(call.tenant(), reservation_id)
        return Answer(one_json(call, view), headers={"ETag": f'"{view.reservation.version}"'})

    @api.route(
        "GET",
        "/reservations",
        who={SECRET} | _HOUSE,
        summary="A day's reservations, or a search",
        query=ListQuery,
        answers={200: ListOut},
    )
    def every(call: Call, query: ListQuery) -> dict[str, Any]:
        page = service.queries.day(
            call.of_tenant(query.restaurant_id),
            day=query.date,
            statuses=_statuses(query.status),
            search=query.q,
            cursor=query.cursor,
            limit=query.limit,
        )
        return _page(call, page.views, page.next_cursor)

    @api.route(
        "GET",
        "/reservations/user/<uuid:guest_id>",
        who={SECRET} | _HOUSE,
        summary="A guest's reservations",
        query=PageQuery,
        answers={200: ListOut},
    )
    def of_guest(call: Call, guest_id: UUID, query: PageQuery) -> dict[str, Any]:
        page = service.queries.by_guest(call.tenant(), guest_id, query.cursor, query.limit)
        return _page(call, page.views, page.next_cursor)

    @api.route(
        "PUT",
        "/reservations/<uuid:reservation_id>",
        who={SECRET, GUEST} | _HOUSE,
        summary="Change a reservation",
        body=ChangeBody,
        answers={200: ChangedOut},
        refusals=("slot_unavailable", "version_conflict", "invalid_transition", "window_passed", *_RULES),
        headers=("If-Match",),
        example={"time": "21:00", "partySize": 5},
    )
    def change(call: Call, reservation_id: UUID, body: ChangeBody) -> Answer:
        if body.override and not call.caller.is_staff:
            raise Refusal("override_not_allowed")
        view = service.changes.change(
            ChangeRequest(
                restaurant_id=call.tenant(),
                reservation_id=reservation_id,
                by=by_of(call),
                channel="staff" if call.caller.works_here else "web",
                version=call.if_match(required=False),
                **{name: getattr(body, name) for name in ChangeBody.model_fields},
            )
        )
        document = {**one_json(call, view), "qr": qr(view, call.base_url)}
        return Answer(document, headers={"ETag": f'"{view.reservation.version}"'})

    @api.route(
        "DELETE",
        "/reservations/<uuid:reservation_id>",
        who={SECRET, GUEST} | _HOUSE,
        summary="Cancel a reservation",
        body=CancelBody,
        body_optional=True,
        answers={200: CancelledOut},
        refusals=("invalid_transition", "version_conflict"),
        headers=("If-Match",),
    )
    def cancel(call: Call, reservation_id: UUID, body: CancelBody) -> dict[str, Any]:
        if body.waive and not call.caller.is_staff:
            raise Refusal("override_not_allowed")
        done = service.moves.cancel(
            call.tenant(),
            reservation_id,
            by_of(call),
            reason=body.reason,
            waive=body.waive,
            version=call.if_match(required=False),
        )
        penalty = done.penalty and {"amount": str(done.penalty.amount), "currency": done.penalty.currency}
        document = {**one_json(call, done.view), "lateCancellation": done.late}
        return {**document, "penalty": penalty} if penalty else document

    @api.route(
        "POST",
        "/reservations/<uuid:reservation_id>/status",
        who=_HOUSE,
        summary="Move a reservation to another state",
        body=StatusBody,
        answers={200: OneOut},
        refusals=("invalid_transition", "slot_unavailable", "deposit_required", "identification_required"),
        headers=("If-Match",),
        example={"status": "seated"},
    )
    def status(call: Call, reservation_id: UUID, body: StatusBody) -> dict[str, Any]:
        by, version = by_of(call), call.if_match(required=False)
        if body.status == "cancelled":
            done = service.moves.cancel(
                call.tenant(), reservation_id, by, reason=body.reason, version=version
            )
            return one_json(call, done.view)
        view = service.moves.move(
            call.tenant(),
            reservation_id,
            Status(body.status),
            by,
            tables=body.table_ids,
            reason=body.reason,
            version=version,
        )
        return one_json(call, view)

    @api.route(
        "POST",
        "/reservations/<uuid:reservation_id>/undo",
        who=_HOUSE,
        summary="Take the last move back",
        answers={200: OneOut},
        refusals=("nothing_to_undo", "slot_unavailable"),
    )
    def undo(call: Call, reservation_id: UUID) -> dict[str, Any]:
        return one_json(call, service.moves.undo(call.tenant(), reservation_id, by_of(call)))

    @api.route(
        "POST",
        "/reservations/<uuid:reservation_id>/tables",
        who=_HOUSE,
        summary="Give a reservation other tables",
        body=TablesBody,
        answers={200: OneOut},
        refusals=("slot_unavailable", "invalid_transition", "version_conflict"),
        headers=("If-Match",),
    )
    def tables(call: Call, reservation_id: UUID, body: TablesBody) -> dict[str, Any]:
        version = call.if_match(required=False)
        return one_json(
            call, service.changes.assign(call.tenant(), reservation_id, body.table_ids, version, by_of(call))
        )

    @api.route(
        "POST",
        "/reservations/<uuid:reservation_id>/requirements/<string:name>",
        who=STAFF,
        summary="Settle or waive what a reservation lacks",
        body=SettleBody,
        answers={200: OneOut},
        example={"state": "settled", "note": "Pagado por teléfono"},
    )
    def settle(call: Call, reservation_id: UUID, name: str, body: SettleBody) -> dict[str, Any]:
        try:
            requirement = Requirement(name)
        except ValueError:
            raise Refusal("not_found") from None
        view = service.moves.settle(
            call.tenant(), reservation_id, requirement, body.state, by_of(call), body.note
        )
        return one_json(call, view)

    @api.route(
        "GET",
        "/reservations/<uuid:reservation_id>/trail",
        who=STAFF,
        summary="Who did what to a reservation",
        answers={200: TrailOut},
    )
    def trail(call: Call, reservation_id: UUID) -> dict[str, Any]:
        rows = service.queries.trail(call.tenant(), reservation_id)
        names = ("actor", "action", "before", "after", "reason")
        return {
            "entries": [{"at": row["at"].isoformat(), **{name: row[name] for name in names}} for row in rows]
        }

    @api.route(
        "POST",
        "/walk-ins",
        who=_HOUSE,
        summary="Seat a party without a booking",
        body=WalkInBody,
        answers={201: OneOut},
        refusals=("slot_unavailable", "party_too_large"),
    )
    def walk_in(call: Call, body: WalkInBody) -> Answer:
        restaurant = call.of_tenant(body.restaurant_id)
        view = service.walk_ins.seat(restaurant, body.party_size, body.table_ids, by_of(call), body.name)
        return Answer(one_json(call, view), 201)

    return api


def _booking(call: Call, body: BookBody) -> BookingRequest:
    caller, by = call.caller, by_of(call)
    staff_only = body.override or body.table_ids or body.duration_minutes
    if staff_only and not caller.is_staff:
        raise Refusal("override_not_allowed")
    ask = Ask(
        date=body.date,
        time=body.time,
        party_size=body.party_size,
        area=body.area,
        channel="staff" if caller.works_here else "web",
        override=body.override,
        tables=tuple(body.table_ids),
        duration_minutes=body.duration_minutes,
    )
    key = call.idempotency_key()
    return BookingRequest(
        restaurant_id=body.restaurant_id,
        ask=ask,
        name=body.guest.name,
        phone=body.guest.phone,
        email=body.guest.email,
        locale=body.guest.locale,
        notes=body.notes or None,
        occasion=body.occasion or None,
        channel=body.channel or _channel(call),
        hold_id=body.hold_id,
        privacy_accepted=body.privacy_accepted,
        reason=body.reason,
        by=replace(by, actor="staff") if caller.works_here else by,
        replay_key=key,
        body_hash=hash_of(body.model_dump_json()) if key else b"",
    )


def _channel(call: Call) -> str:
    if call.caller.works_here:
        return "staff"
    return "partner" if call.caller.kind == SECRET else "web"


def _own(call: Call, reservation_id: UUID) -> None:
    if call.caller.kind == GUEST and call.caller.reservation_id != reservation_id:
        raise Refusal("not_found")


def _statuses(given: str | None) -> list[str] | None:
    if given is None:
        return None
    names = [each.strip() for each in given.split(",") if each.strip()]
    if not names or not set(names) <= _STATUSES:
        raise field_refusal("status", "not_a_choice")
    return names


def _page(call: Call, views: list[View], cursor: str | None) -> dict[str, Any]:
    rows = [shown_json(call, view) for view in views]
    return {"reservations": rows, **({"nextCursor": cursor} if cursor else {})}
