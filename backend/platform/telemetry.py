"""Figures about the running system, in Prometheus form, joined over the web processes. Called by the HTTP edge, worker and feed."""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5.0)


class Telemetry:
    """The counters of one process. With PROMETHEUS_MULTIPROC_DIR set they are shared through files."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Histogram(
            "saveit_http_seconds",
            "Time to answer HTTP requests",
            ["method", "route", "status"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._defects = Counter(
            "saveit_defects", "Requests that ended in an unexpected error", registry=self.registry
        )
        self._events = Counter("saveit_events", "Events relayed", ["type"], registry=self.registry)
        self._outcomes = Counter(
            "saveit_outcomes",
            "Bookings, refusals, check-ins by outcome",
            ["what", "outcome"],
            registry=self.registry,
        )
        self._readings = Counter(
            "saveit_readings",
            "Messages for a second reader, by what became of it",
            ["engine", "outcome"],
            registry=self.registry,
        )
        self._reading_seconds = Histogram(
            "saveit_reading_seconds",
            "Time second readers took, answered or not",
            ["engine"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.visitors = Gauge(
            "saveit_live_visitors",
            "Guests' pages connected to the chat",
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self.screens = Gauge(
            "saveit_live_screens",
            "Connected live screens",
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self._children: dict[tuple[str, str, int], Histogram] = {}

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One answered request."""
        key = (method, route, status)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = self._requests.labels(method, route, str(status))
        child.observe(seconds)

    def defect(self) -> None:
        """One request that met a defect."""
        self._defects.inc()

    def event(self, event_type: str) -> None:
        """One relayed event."""
        self._events.labels(event_type).inc()

    def outcome(self, what: str, outcome: str) -> None:
        """One business outcome, such as ('booking', 'slot_unavailable')."""
        self._outcomes.labels(what, outcome).inc()

    def reading(self, engine: str, outcome: str, seconds: float | None = None) -> None:
        """One message for a second reader, such as ('lex', 'timeout'); `seconds` only when it was asked."""
        self._readings.labels(engine, outcome).inc()
        if seconds is not None:
            self._reading_seconds.labels(engine).observe(seconds)

    def exposition(self) -> bytes:
        """The text Prometheus scrapes."""
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            joined = CollectorRegistry()
            multiprocess.MultiProcessCollector(joined)  # type: ignore[no-untyped-call]
            return generate_latest(joined)
        return generate_latest(self.registry)
