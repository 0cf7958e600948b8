"""The whole configuration as one JSON document. Called by the configuration endpoints and the store."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from backend.platform.shapes import Shape
from backend.restaurants.schemas.checks import problems
from backend.restaurants.schemas.fields import Whole
from backend.restaurants.schemas.floor import AreaShape, ProfileShape, TableShapeIn
from backend.restaurants.schemas.rules import RulesShape

Pair = Annotated[list[UUID], Field(min_length=2, max_length=2)]


class ConfigDocument(Shape):
    """Everything a restaurant sets up. `version` is given back, never taken: a change says its version in
    `If-Match`."""

    version: Whole | None = None
    profile: ProfileShape
    areas: Annotated[list[AreaShape], Field(min_length=1, max_length=30)]
    tables: Annotated[list[TableShapeIn], Field(min_length=1, max_length=300)]
    combinations: Annotated[list[Pair], Field(max_length=900)] = Field(default_factory=list)
    rules: RulesShape

    @model_validator(mode="before")
    @classmethod
    def _tables_where_the_seed_has_them(cls, given: object) -> object:
        """A document without `tables` may carry them in `rules.capacity.tables`, their place in the seed's
        rules."""
        if not isinstance(given, dict) or "tables" in given:
            return given
        rules = given.get("rules")
        capacity = rules.get("capacity") if isinstance(rules, dict) else None
        tables = capacity.get("tables") if isinstance(capacity, dict) else None
        return {**given, "tables": tables} if tables else given

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        found = [InitErrorDetails(type=each.error, loc=each.path, input=None) for each in problems(self)]
        if found:
            # pydantic keeps the paths of a ValidationError raised inside a validator.
            raise ValidationError.from_exception_data(type(self).__name__, found)
        return self
