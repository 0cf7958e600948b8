"""The `/staff` endpoints: who works here. Owners manage everyone, managers manage hosts."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from backend.access.schemas import PageQuery, StaffAnswer, StaffChange, StaffIn, StaffList, StaffOut
from backend.access.service import People, PersonChange, StaffMember
from backend.platform.http import Api, Call
from backend.platform.http.caller import MANAGEMENT


def people_routes(api: Api, people: People) -> None:
    """Declares them."""

    @api.route(
        "GET",
        "/staff",
        who=MANAGEMENT,
        summary="The members of staff",
        query=PageQuery,
        answers={200: StaffList},
    )
    def list_staff(call: Call, query: PageQuery) -> StaffList:
        page = people.page(call.caller, query.limit, query.cursor)
        return StaffList(staff=[_out(each) for each in page.items], next_cursor=page.next_cursor)

    @api.route(
        "POST",
        "/staff",
        who=MANAGEMENT,
        summary="Add a member of staff",
        body=StaffIn,
        answers={201: StaffAnswer},
        example={
            "email": "tomas@lamarea.example",
            "name": "Tomás Vidal",
            "role": "host",
            "password": "cuatro palabras al azar",
            "locale": "es-ES",
        },
    )
    def add_staff(call: Call, body: StaffIn) -> StaffAnswer:
        member = people.add(
            call.caller,
            email=body.email,
            name=body.name,
            role=body.role,
            password=body.password.get_secret_value(),
            locale=body.locale,
        )
        return StaffAnswer(staff=_out(member))

    @api.route(
        "PUT",
        "/staff/<uuid:staff_id>",
        who=MANAGEMENT,
        summary="Change a member of staff; a new password or switching off ends their sessions",
        body=StaffChange,
        answers={200: StaffAnswer},
        refusals=("not_found",),
        example={"role": "manager", "active": True},
    )
    def change_staff(call: Call, staff_id: UUID, body: StaffChange) -> StaffAnswer:
        change = PersonChange(
            email=body.email,
            name=body.name,
            role=body.role,
            locale=body.locale,
            active=body.active,
            password=body.password.get_secret_value() if body.password else None,
        )
        return StaffAnswer(staff=_out(people.change(call.caller, staff_id, change)))


def _out(member: StaffMember) -> StaffOut:
    fields = asdict(member)
    del fields["restaurant_id"]
    return StaffOut(**fields)
