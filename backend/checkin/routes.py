"""HTTP at the door: parse, call one use case, answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from backend.checkin.schemas import (
    BatchBody,
    CheckinBody,
    GenerateBody,
    GeneratedOut,
    ManifestOut,
    ManifestQuery,
    ValidateBody,
    VerdictOut,
    VerdictsOut,
)
from backend.checkin.service import CheckinRequest, CheckinService
from backend.checkin.verdict import Scan
from backend.platform.http import DEVICE, GUEST, SECRET, STAFF, Api, Call
from backend.platform.refusals import Refusal
from backend.reservations.routes import by_of
from backend.reservations.service import GuestLinks

_DOOR = STAFF | {DEVICE, SECRET}


def checkin_api(service: CheckinService, links: GuestLinks) -> Api:
    """The endpoints at the door."""
    api = Api("checkin")

    @api.route(
        "POST",
        "/qr/generate",
        who=_DOOR | {GUEST},
        summary="A reservation's signed code",
        body=GenerateBody,
        answers={200: GeneratedOut},
    )
    def generate(call: Call, body: GenerateBody) -> dict[str, Any]:
        if call.caller.kind == GUEST and call.caller.reservation_id != body.reservation_id:
            raise Refusal("not_found")
        view, code, payload = service.code(call.tenant(), body.reservation_id)
        image = links.urls(view.reservation, call.base_url)["imageUrl"]
        return {"code": code, "payload": payload, "imageUrl": image}

    @api.route(
        "POST",
        "/qr/validate",
        who=_DOOR,
        summary="The verdict on a code; changes nothing",
        body=ValidateBody,
        answers={200: VerdictOut},
    )
    def validate(call: Call, body: ValidateBody) -> dict[str, Any]:
        return service.look(call.tenant(), body.code, for_house=call.caller.works_here)

    @api.route(
        "POST",
        "/qr/checkin",
        who=_DOOR,
        summary="Check a party in",
        body=CheckinBody,
        answers={200: VerdictOut},
        refusals=("idempotency_key_reused",),
        example={
            "code": "SI1…",
            "eventId": "0193a0c2-8c1e-7000-8000-000000000007",
            "scannedAt": "2026-12-18T20:02:00+01:00",
            "arrivedCount": 2,
        },
    )
    def checkin(call: Call, body: CheckinBody) -> dict[str, Any]:
        return service.check_in(call.tenant(), _request(call, body))

    @api.route(
        "POST",
        "/qr/checkin/batch",
        who=_DOOR,
        summary="What a device kept while it was offline",
        body=BatchBody,
        answers={200: VerdictsOut},
        refusals=("idempotency_key_reused",),
    )
    def batch(call: Call, body: BatchBody) -> dict[str, Any]:
        requests = [_request(call, each) for each in body.checkins]
        return {"verdicts": service.check_in_all(call.tenant(), requests)}

    @api.route(
        "GET",
        "/devices/manifest",
        who={DEVICE},
        summary="A tablet's evening: list, keys, revoked codes",
        query=ManifestQuery,
        answers={200: ManifestOut},
    )
    def manifest(call: Call, query: ManifestQuery) -> dict[str, Any]:
        return service.manifest(call.tenant(), query.date)

    return api


def _request(call: Call, body: CheckinBody) -> CheckinRequest:
    caller = call.caller
    scan = Scan(code=body.code) if body.code is not None else Scan(reservation_id=body.reservation_id)
    by = by_of(call)
    return CheckinRequest(
        scan=scan,
        event_id=UUID(str(body.event_id)),
        scanned_at=body.scanned_at,
        by=by if by.actor == "staff" else type(by)(by.label, "staff"),
        device_id=caller.id if caller.kind == DEVICE else None,
        place=caller.name if caller.kind == DEVICE else None,
        arrived_count=body.arrived_count,
        override=body.override,
        reason=body.reason,
        for_house=caller.works_here,
    )
