"""HTTP for access: parse, call one use case, answer. One module for each part; mounted by `backend.app`."""

from __future__ import annotations

from backend.access.routes.api_keys import api_key_routes
from backend.access.routes.devices import device_routes
from backend.access.routes.people import people_routes
from backend.access.routes.sessions import session_routes
from backend.access.service import AccessService
from backend.platform.http import Api


def access_api(service: AccessService) -> Api:
    """The endpoints under /auth, /staff, /devices and /api-keys."""
    api = Api("access")
    session_routes(api, service)
    people_routes(api, service.people)
    device_routes(api, service.devices)
    api_key_routes(api, service.api_keys)
    return api


__all__ = ["access_api"]
