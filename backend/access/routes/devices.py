"""The `/devices` endpoints: enrolment codes, enrolling, the list, revoking."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

from backend.access.domain import enrolment_text
from backend.access.qr import enrolment_png
from backend.access.schemas import (
    DeviceAnswer,
    DeviceList,
    DeviceOut,
    Enrol,
    Enrolled,
    EnrolmentCodeIn,
    EnrolmentCodeList,
    EnrolmentCodeMade,
    EnrolmentCodeOut,
    PageQuery,
)
from backend.access.service import Devices, NewEnrolmentCode
from backend.platform.http import ANYONE, Answer, Api, Call
from backend.platform.http.caller import MANAGEMENT

_CODES = "/devices/enrolment-codes"


def device_routes(api: Api, devices: Devices) -> None:
    """Declares them."""
    _code_routes(api, devices)

    @api.route(
        "POST",
        "/devices/enrol",
        who={ANYONE},
        summary="Enrol a device with a code",
        body=Enrol,
        answers={201: Enrolled},
        refusals=("enrolment_code_used", "rate_limited"),
        example={"code": "K7M2-QX4T", "name": "Tablet de la entrada"},
    )
    def enrol(call: Call, body: Enrol) -> Enrolled:
        return Enrolled(**asdict(devices.enrol(body.code, body.name)))

    @api.route(
        "GET",
        "/devices",
        who=MANAGEMENT,
        summary="The devices, with when each was last heard of",
        query=PageQuery,
        answers={200: DeviceList},
    )
    def list_devices(call: Call, query: PageQuery) -> DeviceList:
        page = devices.page(call.caller, query.limit, query.cursor)
        shown = [DeviceOut(**asdict(each)) for each in page.items]
        return DeviceList(devices=shown, next_cursor=page.next_cursor)

    @api.route(
        "POST",
        "/devices/<uuid:device_id>/revoke",
        who=MANAGEMENT,
        summary="End a device's access",
        answers={200: DeviceAnswer},
        refusals=("not_found",),
    )
    def revoke_device(call: Call, device_id: UUID) -> DeviceAnswer:
        return DeviceAnswer(device=DeviceOut(**asdict(devices.revoke(call.caller, device_id))))


def _code_routes(api: Api, devices: Devices) -> None:
    @api.route(
        "POST",
        _CODES,
        who=MANAGEMENT,
        summary="Make an enrolment code, shown once",
        body=EnrolmentCodeIn,
        body_optional=True,
        answers={201: EnrolmentCodeMade},
        example={"uses": 2, "validMinutes": 60},
    )
    def create_code(call: Call, body: EnrolmentCodeIn) -> EnrolmentCodeMade:
        valid_for = timedelta(minutes=body.valid_minutes)
        return _made(call, devices.create_code(call.caller, uses=body.uses, valid_for=valid_for))

    @api.route(
        "GET",
        _CODES,
        who=MANAGEMENT,
        summary="The enrolment codes that can still be used",
        query=PageQuery,
        answers={200: EnrolmentCodeList},
    )
    def list_codes(call: Call, query: PageQuery) -> EnrolmentCodeList:
        page = devices.codes(call.caller, query.limit, query.cursor)
        shown = [EnrolmentCodeOut(**asdict(each)) for each in page.items]
        return EnrolmentCodeList(codes=shown, next_cursor=page.next_cursor)

    @api.route(
        "POST",
        f"{_CODES}/<uuid:code_id>/withdraw",
        who=MANAGEMENT,
        summary="Make an enrolment code unusable",
        answers={204: None},
        refusals=("not_found",),
    )
    def withdraw_code(call: Call, code_id: UUID) -> Answer:
        devices.withdraw_code(call.caller, code_id)
        return Answer(None, 204)

    @api.route(
        "GET",
        f"{_CODES}/<ticket>/qr.png",
        who={ANYONE},
        summary="The QR of an enrolment code, at the address its making gave, while it can be used",
        answers={200: "image/png"},
        refusals=("not_found",),
    )
    def code_picture(call: Call, ticket: str) -> Answer:
        code = devices.code_of_ticket(ticket)
        return Answer(enrolment_png(enrolment_text(call.base_url, code)), mimetype="image/png")


def _made(call: Call, made: NewEnrolmentCode) -> EnrolmentCodeMade:
    return EnrolmentCodeMade(
        id=made.id,
        code=made.code,
        text=enrolment_text(call.base_url, made.code),
        qr_url=f"/api/v1{_CODES}/{made.ticket}/qr.png",
        uses_left=made.uses,
        expires_at=made.expires_at,
    )
