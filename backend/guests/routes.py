"""HTTP for guests: parse, call one use case, answer."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from backend.guests.present import guest_json
from backend.guests.service import GuestService
from backend.platform.http import DEVICE, STAFF, Answer, Api, Call
from backend.platform.http.caller import MANAGEMENT
from backend.platform.shapes import Shape

Tag = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class GuestBody(Shape):
    """What to change; what is left out stays, '' empties a text."""

    notes: Annotated[str, StringConstraints(max_length=2000)] | None = None
    allergies: Annotated[str, StringConstraints(max_length=1000)] | None = None
    tags: Annotated[list[Tag], Field(max_length=20)] | None = None
    blocked: bool | None = None


class ErasedOut(Shape):
    """How many rows lost their personal data."""

    reservations: int
    messages: int


def guests_api(service: GuestService) -> Api:
    """The endpoints of guests."""
    api = Api("guests")

    @api.route(
        "GET", "/guests/<uuid:guest_id>", who=STAFF | {DEVICE}, summary="One guest", answers={200: None}
    )
    def get(call: Call, guest_id: UUID) -> dict[str, Any]:
        return {"guest": guest_json(service.get(call.tenant(), guest_id))}

    @api.route(
        "PUT",
        "/guests/<uuid:guest_id>",
        who=STAFF | {DEVICE},
        summary="Note allergies, wishes, tags",
        body=GuestBody,
        answers={200: None},
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
        answers={200: None},
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
