"""What a restaurant is and what rules it keeps, as immutable values. Standard library only.

Called by availability and reservations (decisions), by the schemas (JSON in and out) and by whoever shows a
restaurant. Wall-clock times are of the restaurant's zone; amounts of money are in the profile's currency.
"""

from backend.restaurants.domain.config import RestaurantConfig
from backend.restaurants.domain.floor import Area, Bookable, Combination, Table, TableShape, combination
from backend.restaurants.domain.hours import (
    OpenHours,
    Slot,
    is_real,
    minute_of,
    opening,
    service_date_of,
    slots_of,
    wall_instant,
)
from backend.restaurants.domain.notices import NOTICE_CODES, Notice, notices
from backend.restaurants.domain.profile import FAQ_TOPICS, Faq, Formality, Profile
from backend.restaurants.domain.refused import Refused
from backend.restaurants.domain.rules import (
    WEEKDAYS,
    CancellationPolicy,
    Capacity,
    CustomSlots,
    DayHours,
    Door,
    Pacing,
    PartySize,
    Requirements,
    ReservationWindow,
    Rules,
    Shift,
    SpecialDate,
    SpecialKind,
    TimeSlots,
    TurnTime,
)
from backend.restaurants.domain.seating import TooManyCombinationsError, connected_groups
from backend.restaurants.domain.values import Bilingual, Money, contrast, readable_text_on

__all__ = [
    "FAQ_TOPICS",
    "NOTICE_CODES",
    "WEEKDAYS",
    "Area",
    "Bilingual",
    "Bookable",
    "CancellationPolicy",
    "Capacity",
    "Combination",
    "CustomSlots",
    "DayHours",
    "Door",
    "Faq",
    "Formality",
    "Money",
    "Notice",
    "OpenHours",
    "Pacing",
    "PartySize",
    "Profile",
    "Refused",
    "Requirements",
    "ReservationWindow",
    "RestaurantConfig",
    "Rules",
    "Shift",
    "Slot",
    "SpecialDate",
    "SpecialKind",
    "Table",
    "TableShape",
    "TimeSlots",
    "TooManyCombinationsError",
    "TurnTime",
    "combination",
    "connected_groups",
    "contrast",
    "is_real",
    "minute_of",
    "notices",
    "opening",
    "readable_text_on",
    "service_date_of",
    "slots_of",
    "wall_instant",
]
