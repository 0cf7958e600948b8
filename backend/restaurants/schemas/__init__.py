"""A restaurant's set-up as JSON: what the configuration endpoints take and give, what the store keeps, and
the way to the domain.

Called by restaurants' routes, service and store. A bad value is a `pydantic.ValidationError` whose `loc` is
the JSON path and whose `type` is a code with a text `field.<code>`.
"""

from backend.restaurants.schemas.document import ConfigDocument
from backend.restaurants.schemas.from_domain import rules_document, to_document
from backend.restaurants.schemas.rules import RulesShape
from backend.restaurants.schemas.to_domain import to_domain

__all__ = ["ConfigDocument", "RulesShape", "rules_document", "to_document", "to_domain"]
