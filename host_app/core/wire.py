"""The server's JSON, read into records and written from them.

Called by the server client and the store. Unknown fields are ignored, so that a newer server does not stop an
older tablet; a field that is missing or of the wrong kind raises WireError, which the caller treats as a
defective answer, never as no.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeVar, cast, get_args
from uuid import UUID

from backend.checkin import Arrival, DayKeys, Result
from host_app.core.records import Answer, CheckIn, Guest, Manifest, Party, Restaurant

Json = Mapping[str, Any]
T = TypeVar("T")

_RESULTS = frozenset(get_args(Result))


class WireError(ValueError):
    """The server's answer is not what the contract says."""


def read(reader: Callable[[Any], T], document: Any) -> T:
    """Runs a reader of this module and turns every way a document can be wrong into WireError."""
    try:
        return reader(document)
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise WireError(f"unreadable answer: {wrong!r}") from wrong


def party(document: Json) -> Party:
    """A `reservation` of the contract, with its `guest` inside."""
    return Party(
        id=UUID(document["id"]),
        code=str(document["code"]),
        restaurant_id=UUID(document["restaurantId"]),
        service_date=date.fromisoformat(document.get("serviceDate") or document["date"]),
        starts_at=instant(document["startsAt"]),
        ends_at=instant(document["endsAt"]),
        party_size=int(document["partySize"]),
        arrived_count=int(document.get("arrivedCount") or 0),
        status=str(document["status"]),
        version=int(document["version"]),
        guest=guest(document.get("guest") or {"name": document.get("name")}),
        tables=tuple(str(table["number"]) for table in document.get("tables") or ()),
        area=document.get("area"),
        channel=document.get("channel"),
        notes=document.get("notes"),
        occasion=document.get("occasion"),
        arrivals=arrivals(document.get("arrivals")),
    )


def guest(document: Json) -> Guest:
    """A `guest` of the contract; a walk-in may have no name."""
    return Guest(
        name=str(document.get("name") or ""),
        phone=document.get("phone"),
        tags=tuple(str(tag) for tag in document.get("tags") or ()),
        allergies=_listed(document.get("allergies")),
        notes=document.get("notes"),
        visits=document.get("visits"),
    )


def arrivals(documents: Any) -> tuple[Arrival, ...]:
    """`previousArrivals` of a verdict."""
    return tuple(
        Arrival(at=instant(each["at"]), device=str(each.get("device") or ""), count=int(each["count"]))
        for each in documents or ()
    )


def manifest(document: Json) -> Manifest:
    """`GET /devices/manifest`."""
    last_event = document.get("lastEventId")
    return Manifest(
        service_date=date.fromisoformat(document["date"]),
        server_time=instant(document["serverTime"]),
        parties=tuple(party(each) for each in document["reservations"]),
        day_keys=day_keys(document["dayKeys"]),
        revoked=frozenset(UUID(each) for each in document.get("revoked") or ()),
        last_event_id=None if last_event is None else int(last_event),
        restaurant=restaurant(document["restaurant"]) if document.get("restaurant") else None,
    )


def day_keys(documents: Any) -> DayKeys:
    """`dayKeys` of the manifest: 32 bytes each, in unpadded base64url."""
    return DayKeys(
        {
            (date.fromisoformat(each["date"]), int(each["keyId"])): key_bytes(str(each["key"]))
            for each in documents
        }
    )


def key_bytes(text: str) -> bytes:
    """A key from its unpadded base64url; ValueError unless it is 32 bytes."""
    key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if len(key) != 32:
        raise ValueError("a day key has 32 bytes")
    return key


def key_text(key: bytes) -> str:
    """The opposite of `key_bytes`."""
    return base64.urlsafe_b64encode(key).decode("ascii").rstrip("=")


def restaurant(document: Json) -> Restaurant:
    """What a manifest says of its restaurant, or `{id, profile, rules}` of the configuration."""
    profile, rules = document.get("profile") or document, document.get("rules") or document
    door = rules.get("door") or {}
    return Restaurant(
        id=UUID(document["id"]),
        name=str(profile["name"]),
        timezone=str(profile["timezone"]),
        early=timedelta(minutes=int(door.get("earlyMinutes", 15))),
        late=timedelta(minutes=int(door.get("lateMinutes", 15))),
        late_grace=timedelta(minutes=int(rules.get("lateGraceMinutes", 15))),
        areas={str(area["id"]): dict(area["name"]) for area in document.get("areas") or ()},
    )


def restaurant_body(known: Restaurant) -> dict[str, Any]:
    """The opposite of `restaurant`, for the store."""
    return {
        "id": str(known.id),
        "name": known.name,
        "timezone": known.timezone,
        "door": {
            "earlyMinutes": known.early // timedelta(minutes=1),
            "lateMinutes": known.late // timedelta(minutes=1),
        },
        "lateGraceMinutes": known.late_grace // timedelta(minutes=1),
        "areas": [{"id": area, "name": dict(names)} for area, names in known.areas.items()],
    }


def answer(document: Json) -> Answer:
    """A verdict of the contract, decided by the server."""
    if document["result"] not in _RESULTS:
        raise ValueError(f"unknown verdict {document['result']!r}")
    return Answer(
        result=cast(Result, document["result"]),
        reason=str(document["reason"]),
        override=bool(document.get("override")),
        party=_party_of_verdict(document),
        previous_arrivals=arrivals(document.get("previousArrivals")),
        source="server",
    )


def check_in_body(act: CheckIn) -> dict[str, Any]:
    """The body of `/qr/checkin`, and one element of a batch."""
    body: dict[str, Any] = {"eventId": act.event_id, "scannedAt": act.scanned_at.isoformat()}
    if act.code is not None:
        body["code"] = act.code
    if act.reservation_id is not None:
        body["reservationId"] = str(act.reservation_id)
    if act.arrived_count is not None:
        body["arrivedCount"] = act.arrived_count
    if act.override:
        body["override"] = True
    if act.reason is not None:
        body["reason"] = act.reason
    return body


def check_in(body: Json) -> CheckIn:
    """The opposite of `check_in_body`."""
    return CheckIn(
        event_id=str(body["eventId"]),
        scanned_at=instant(body["scannedAt"]),
        code=body.get("code"),
        reservation_id=UUID(body["reservationId"]) if body.get("reservationId") else None,
        arrived_count=body.get("arrivedCount"),
        override=bool(body.get("override")),
        reason=body.get("reason"),
    )


def party_body(known: Party) -> dict[str, Any]:
    """A party as the contract's JSON, for the store; `party` reads it back equal."""
    return {
        "id": str(known.id),
        "code": known.code,
        "restaurantId": str(known.restaurant_id),
        "serviceDate": known.service_date.isoformat(),
        "startsAt": known.starts_at.isoformat(),
        "endsAt": known.ends_at.isoformat(),
        "partySize": known.party_size,
        "arrivedCount": known.arrived_count,
        "status": known.status,
        "version": known.version,
        "tables": [{"number": number} for number in known.tables],
        "area": known.area,
        "channel": known.channel,
        "notes": known.notes,
        "occasion": known.occasion,
        "arrivals": [
            {"at": each.at.isoformat(), "device": each.device, "count": each.count} for each in known.arrivals
        ],
        "guest": {
            "name": known.guest.name,
            "phone": known.guest.phone,
            "tags": list(known.guest.tags),
            "allergies": known.guest.allergies,
            "notes": known.guest.notes,
            "visits": known.guest.visits,
        },
    }


def instant(text: str) -> datetime:
    """An ISO 8601 instant with its offset; ValueError without one."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("an instant has an offset")
    return moment


def _party_of_verdict(document: Json) -> Party | None:
    reservation = document.get("reservation")
    if not reservation:
        return None
    with_guest = {**reservation, "guest": reservation.get("guest") or document.get("guest") or {}}
    return party({"arrivals": document.get("previousArrivals"), **with_guest})


def _listed(value: Any) -> str | None:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value) or None
    return value or None
