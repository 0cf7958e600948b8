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

from backend.demo.house import house_document
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
    """Makes the restaurant, its people, keys and bookings, and writes DIR/demo.json; False when it was there."""
    path = services.settings.data_dir / "demo.json"
    if services.restaurants.all():
        return False
    restaurant_id = uuid7()
    document = ConfigDocument.model_validate(house_document(services.clock.now()))
    config = services.restaurants.create(restaurant_id, document, "system:demo")
    facts = _access(services, Caller(OWNER, restaurant_id))
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


def _access(services: Services, owner: Caller) -> dict[str, Any]:
    access = services.access
    staff = []
    for role, email, name in _STAFF:
        password = f"{secrets.token_hex(2)}-{secrets.token_hex(2)}-{secrets.token_hex(2)}"
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
