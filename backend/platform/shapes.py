"""The base of every JSON shape: camelCase outside, snake_case inside, nothing unknown accepted.

Called by each folder's `schemas.py`. Answers use `dump`, which writes instants with their offset.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

# Far enough for any booking and any report, near enough that a day more or less is still a date.
ServiceDate = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31), examples=["2026-12-18"])]


class Shape(BaseModel):
    """A JSON object. Unknown members are refused so that a misspelt name never passes silently."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        str_strip_whitespace=True,
        frozen=True,
    )

    def dump(self) -> dict[str, Any]:
        """The object in JSON types with camelCase names."""
        return self.model_dump(mode="json", by_alias=True)
