"""Is it free, and if not, why not: the one answer for the widget, the bots, the staff, the API and the final
write.

Pure, standard library only. `evaluate` decides about one time; `day_slots`, `month_view` and `alternatives`
ask the same gates about many, so that what they offer is what `evaluate` grants. Callers load the occupancy
of `span(...)`, for `evaluate` that of `reach(...)`, and pass it in.
"""

from backend.availability.domain.calendar import day_slots, month_view
from backend.availability.domain.evaluate import evaluate
from backend.availability.domain.nearby import alternatives
from backend.availability.domain.reach import Reach, reach
from backend.availability.domain.records import (
    Alternative,
    Ask,
    DayView,
    Kind,
    Occupied,
    Offer,
    SlotView,
    TableChoice,
)
from backend.availability.domain.span import span
from backend.availability.domain.walk_in import seat_walk_in, walk_in
from backend.restaurants.domain import Refused

__all__ = [
    "Alternative",
    "Ask",
    "DayView",
    "Kind",
    "Occupied",
    "Offer",
    "Reach",
    "Refused",
    "SlotView",
    "TableChoice",
    "alternatives",
    "day_slots",
    "evaluate",
    "month_view",
    "reach",
    "seat_walk_in",
    "span",
    "walk_in",
]
