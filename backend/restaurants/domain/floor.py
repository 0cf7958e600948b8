"""The floor: areas, tables and which tables may be pushed together. Called by availability and the floor
plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from backend.restaurants.domain.values import Bilingual

TableShape = Literal["round", "square", "rectangle", "bar"]
# online: anyone · in_house: bookings by staff and walk-ins · walk_in: only who stands at the door
Bookable = Literal["online", "in_house", "walk_in"]
Combination = frozenset[UUID]  # exactly two tables that stand side by side


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the house that a guest may ask for; `id` is a short key such as 'terraza'."""

    id: str
    name: Bilingual


@dataclass(frozen=True, slots=True)
class Table:
    """A table. Positions and sizes are centimetres on the floor plan, x and y of the upper left corner;
    rotation is degrees clockwise.

    `priority`: of two tables that suit a party equally well the one with the higher priority is given first.
    """

    id: UUID
    number: str
    min_party: int
    max_party: int
    area: str
    shape: TableShape = "square"
    x: int = 0
    y: int = 0
    width: int = 80
    height: int = 80
    rotation: int = 0
    priority: int = 0
    bookable: Bookable = "online"

    @property
    def capacity(self) -> int:
        """How many people it seats."""
        return self.max_party


def combination(one: UUID, other: UUID) -> Combination:
    """Two tables that may be pushed together."""
    return frozenset((one, other))
