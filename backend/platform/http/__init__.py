"""The HTTP edge: endpoint declarations, callers, problem documents, OpenAPI. Used by every `routes.py` and by `backend.app`."""

from backend.platform.http.caller import (
    ANYONE,
    DEVICE,
    DINERS,
    GUEST,
    HOST,
    KEYS,
    MANAGER,
    OWNER,
    PUBLISHABLE,
    SECRET,
    STAFF,
    Caller,
)
from backend.platform.http.endpoint import Answer, Api, Call, Endpoint

__all__ = [
    "ANYONE",
    "DEVICE",
    "DINERS",
    "GUEST",
    "HOST",
    "KEYS",
    "MANAGER",
    "OWNER",
    "PUBLISHABLE",
    "SECRET",
    "STAFF",
    "Answer",
    "Api",
    "Call",
    "Caller",
    "Endpoint",
]
