"""`/healthz`, `/readyz` and `/metrics`: what a supervisor, a load balancer and a scraper ask. Mounted by `backend.app`.

Not counted and not authenticated, except the figures: they are for this machine, or for whoever has `metrics_token`.
"""

from __future__ import annotations

import hmac
import ipaddress
import logging

from flask import Request
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from backend.platform.database import Database
from backend.platform.http import ANYONE, Answer, Api, Call
from backend.platform.redis import Redis
from backend.platform.refusals import Refusal
from backend.platform.shapes import Shape
from backend.platform.telemetry import Telemetry
from backend.platform.worker.pulse import PULSE_KEY

log = logging.getLogger(__name__)

_EXPOSITION = CONTENT_TYPE_LATEST.removesuffix("; charset=utf-8")
_OK, _DOWN, _UNKNOWN = "ok", "down", "unknown"


class HealthOut(Shape):
    """The process answers."""

    status: str


class ReadyOut(Shape):
    """`ready`: all is well. `degraded`: bookings go on, something beside them does not. `unavailable`: no database."""

    status: str
    database: str
    redis: str
    worker: str


def operations_api(database: Database, redis: Redis, telemetry: Telemetry, metrics_token: str = "") -> Api:
    """The routes of operations."""
    api = Api("operations", prefix="")

    @api.route(
        "GET",
        "/healthz",
        who={ANYONE},
        unguarded=True,
        summary="Whether this process answers",
        answers={200: HealthOut},
    )
    def healthz(call: Call) -> HealthOut:
        return HealthOut(status=_OK)

    @api.route(
        "GET",
        "/readyz",
        who={ANYONE},
        unguarded=True,
        summary="Whether bookings can be taken, and how the parts are",
        answers={200: ReadyOut, 503: ReadyOut},
    )
    def readyz(call: Call) -> Answer:
        found = _look(database, redis)
        return Answer(found, 503 if found.status == "unavailable" else 200, {"Cache-Control": "no-store"})

    @api.route(
        "GET",
        "/metrics",
        who={ANYONE},
        unguarded=True,
        summary="Figures for Prometheus",
        answers={200: "text/plain"},
        refusals=("not_found",),
    )
    def metrics(call: Call) -> Answer:
        if not _may_scrape(call.request, metrics_token):
            raise Refusal("not_found")
        return Answer(telemetry.exposition(), mimetype=_EXPOSITION)

    return api


def _look(database: Database, redis: Redis) -> ReadyOut:
    parts = {"database": _database(database), "redis": _OK if redis.is_up() else _DOWN}
    # The worker's pulse is in Redis; without it nobody can say.
    seen = redis.attempt(lambda client: client.exists(PULSE_KEY))
    parts["worker"] = _UNKNOWN if seen is None else _OK if seen else _DOWN
    if parts["database"] != _OK:
        return ReadyOut(status="unavailable", **parts)
    return ReadyOut(status="ready" if set(parts.values()) == {_OK} else "degraded", **parts)


def _database(database: Database) -> str:
    """Whether this process can read what bookings need; not only whether something listens."""
    try:
        with database.platform() as tx:
            tx.value("SELECT count(*) FROM allocations WHERE false")
    except (Refusal, SQLAlchemyError) as lost:
        log.warning("not ready", extra={"reason": type(lost).__name__})
        return _DOWN
    return _OK


def _may_scrape(request: Request, token: str) -> bool:
    given = request.headers.get("Authorization", "")
    if token:
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    # A proxy on this machine would make everyone look local.
    proxied = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip"))
    try:
        return not proxied and ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
