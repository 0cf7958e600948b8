"""HTTP for guests: parse, call one use case, answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from backend.guests.present import guest_json
from backend.guests.schemas import ErasedOut, ExportOut, GuestBody, OneGuestOut
from backend.guests.service import GuestService
from backend.platform.http import DEVICE, STAFF, Answer, Api, Call
from backend.platform.http.caller import MANAGEMENT


def guests_api(service: GuestService) -> Api:
    """The endpoints of guests."""
    api = Api("guests")

    @api.route(
        "GET",
        "/guests/<uuid:guest_id>",
        who=STAFF | {DEVICE},
        summary="One guest",
        answers={200: OneGuestOut},
    )
    def get(call: Call, guest_id: UUID) -> dict[str, Any]:
        return {"guest": guest_json(service.get(call.tenant(), guest_id))}

    @api.route(
        "PUT",
        "/guests/<uuid:guest_id>",
        who=STAFF | {DEVICE},
        summary="Note allergies, wishes, tags",
        body=GuestBody,
        answers={200: OneGuestOut},
        example={"allergies": "Frutos secos", "tags": ["habitual"]},
    )
    def update(call: Call, guest_id: UUID, body: GuestBody) -> dict[str, Any]:
        changes = {name: getattr(body, name) for name in GuestBody.model_fields}
        return {"guest": guest_json(service.update(call.tenant(), guest_id, call.caller.label, **changes))}

    @api.route(
        "GET",
        "/guests/<uuid:guest_id>/export",
        who=MANAGEMENT,
        summary="Everything that is kept about a guest",
        answers={200: ExportOut},
    )
    def export(call: Call, guest_id: UUID) -> Answer:
        document = service.export(call.tenant(), guest_id, call.caller.label)
        return Answer(
            document, headers={"Content-Disposition": f'attachment; filename="guest-{guest_id}.json"'}
        )

    @api.route(
        "POST",
        "/guests/<uuid:guest_id>/erase",
        who=MANAGEMENT,
        summary="Remove a person and keep the counts",
        answers={200: ErasedOut},
    )
    def erase(call: Call, guest_id: UUID) -> dict[str, int]:
        return service.erase(call.tenant(), guest_id, call.caller.label)

    return api
