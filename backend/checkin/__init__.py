"""Check-in: the signed code, the verdict at the door, arrival counts and their merge.

These public names are pure and need only the standard library, because the host app imports them on a tablet;
the server's use cases and images are reached through their own modules.
"""

from backend.checkin.arrivals import Arrival, ArrivalEvent, MergedArrivals, count_arrival, merge
from backend.checkin.codes import (
    Malformed,
    QrPayload,
    day_key,
    issue,
    json_signature,
    parse,
    restaurant_key,
    seed_payload,
    verify,
)
from backend.checkin.keys import DayKeys, KeyFinder, MasterKeys, MissingKey
from backend.checkin.verdict import (
    OVERRIDABLE,
    DoorRules,
    Reason,
    ReservationFacts,
    Result,
    Scan,
    Verdict,
    decide,
    reservation_id_of,
    service_date_of,
)

__all__ = [
    "OVERRIDABLE",
    "Arrival",
    "ArrivalEvent",
    "DayKeys",
    "DoorRules",
    "KeyFinder",
    "Malformed",
    "MasterKeys",
    "MergedArrivals",
    "MissingKey",
    "QrPayload",
    "Reason",
    "ReservationFacts",
    "Result",
    "Scan",
    "Verdict",
    "count_arrival",
    "day_key",
    "decide",
    "issue",
    "json_signature",
    "merge",
    "parse",
    "reservation_id_of",
    "restaurant_key",
    "seed_payload",
    "service_date_of",
    "verify",
]
