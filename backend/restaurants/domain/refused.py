"""An expected no, as a value. Returned by every pure decision; the use cases turn it into
`platform.refusals.Refusal`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Refused:
    """A stable code and the numbers behind it.

    `params` are JSON values under camelCase names: numbers, texts, `HH:MM` times, ISO dates, and instants as
    ISO 8601 with the restaurant's offset.
    """

    code: str
    params: Mapping[str, object] = field(default_factory=dict)
