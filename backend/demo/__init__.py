"""The demonstration restaurant, made at first start: a believable house with a week of bookings around today, in all states.

`make_demo` is called by `python -m backend demo`; it does nothing when there is a restaurant already.
"""

from __future__ import annotations

import json
import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from backend.access.service import PersonChange
from backend.demo.house import SLUG, house_document
from backend.demo.week import fill_week
from backend.platform.http.caller import OWNER, PUBLISHABLE, SECRET, Caller
from backend.platform.ids import uuid7
from backend.restaurants.schemas import ConfigDocument
from backend.wiring import Services

_STAFF = (
    ("owner", "lucia@casalucero.example", "Lucía Lucero"),
    ("manager", "marcos@casalucero.example", "Marcos Vidal"),
    ("host", "sala@casalucero.example", "Inés Prado"),
)
# A demonstration is tried on several devices over weeks; a real restaurant makes codes for one device and a day.
_CODE_USES, _CODE_LIFE = 1000, timedelta(days=365)


def make_demo(services: Services) -> bool:
    """Makes the restaurant, its people, keys and bookings, and writes DIR/demo.json; False when there is nothing to do.

    A start that was killed half way is finished by the next one: what is there is kept, and new keys and passwords are made,
    because those of the first try are nowhere to be read.
    """
    path = services.settings.data_dir / "demo.json"
    known = {row["slug"]: row["id"] for row in services.restaurants.all()}
    if path.exists() or (known and SLUG not in known):
        return False
    if SLUG in known:
        restaurant_id = known[SLUG]
    else:
        restaurant_id = uuid7()
        document = ConfigDocument.model_validate(house_document(services.clock.now()))
        services.restaurants.create(restaurant_id, document, "system:demo")
    config = services.restaurants.config(restaurant_id)
    facts = _access(services, Caller(OWNER, restaurant_id))
    if not _has_bookings(services, restaurant_id):
        fill_week(services, config)
    _write(
        path,
        {
            "baseUrl": services.settings.base_url,
            "restaurantId": str(restaurant_id),
            "slug": config.profile.slug,
            "timezone": config.profile.timezone,
            **facts,
        },
    )
    return True


def _has_bookings(services: Services, restaurant_id: UUID) -> bool:
    page = services.reservations.queries.day(
        restaurant_id, day=None, statuses=None, search=None, cursor=None, limit=1
    )
    return bool(page.views)


def _access(services: Services, owner: Caller) -> dict[str, Any]:
    access = services.access
    there = {member.email: member.id for member in access.people.page(owner, 200).items}
    staff = []
    for role, email, name in _STAFF:
        password = f"{secrets.token_hex(2)}-{secrets.token_hex(2)}-{secrets.token_hex(2)}"
        if email in there:
            access.people.change(owner, there[email], PersonChange(password=password))
        else:
            access.people.add(owner, email=email, name=name, role=role, password=password, locale="es")
        staff.append({"role": role, "email": email, "password": password})
    publishable = access.api_keys.create(owner, kind=PUBLISHABLE, name="Web de Casa Lucero")
    secret = access.api_keys.create(owner, kind=SECRET, name="Servidor de pruebas")
    code = access.devices.create_code(owner, uses=_CODE_USES, valid_for=_CODE_LIFE)
    return {
        "publishableKey": publishable.key,
        "secretKey": secret.key,
        "enrolmentCode": code.code,
        "staff": staff,
    }


def _write(path: Path, facts: dict[str, Any]) -> None:
    fresh = path.with_suffix(".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(facts, file, ensure_ascii=False, indent=2)
        file.write("\n")
    fresh.replace(path)
