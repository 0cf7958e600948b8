"""The states of a booking and which moves between them are allowed, for whom and when.

Called by every use case that changes a booking. A move never checks tables: where it takes capacity again the
caller does, with `availability.domain.evaluate` and the allocation in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from backend.reservations.domain.requirements import Requirement, refuse_unsettled
from backend.reservations.domain.status import TAKES_CAPACITY, Status
from backend.restaurants.domain import Refused

Actor = Literal["guest", "staff", "system"]

UNDO_WINDOW = timedelta(minutes=5)
NO_SHOW_REVERSIBLE = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a move is judged by. Instants are aware; `status_since` is when the booking took its present
    status.

    `grace` is how long after the start nobody's absence counts: the late grace for staff,
    `noShowAfterMinutes` for the scheduler. `previous` is the status before the present one, for undoing; a
    manager may get a longer `undo_window` than a host. `override`: staff let a party in whose requirements
    are unsettled.
    """

    actor: Actor
    starts_at: datetime
    ends_at: datetime
    status_since: datetime
    arrived_count: int = 0
    grace: timedelta = timedelta(minutes=15)
    unsettled: frozenset[Requirement] = frozenset()
    previous: Status | None = None
    override: bool = False
    undo_window: timedelta = UNDO_WINDOW


@dataclass(frozen=True, slots=True)
class Allowed:
    """The move may be made. `needs_capacity`: only if its tables can be taken again; `frees_capacity`: they
    are given back."""

    to: Status
    needs_capacity: bool = False
    frees_capacity: bool = False
    undo: bool = False


Guard = Callable[[Facts, datetime], Refused | None]


def move(status: Status, to: Status, facts: Facts, now: datetime) -> Allowed | Refused:
    """Whether the booking may become `to`.

    Refused with `invalid_transition` (params `from`, `to` and what stands in the way: `earliest`, `arrived`,
    `reversibleUntil`), or with the code of an unsettled requirement.
    """
    undo = _is_undo(status, to, facts, now)
    guards = _MOVES.get((status, to))
    if undo:
        guards = ()
    elif guards is None:
        return _invalid(status, to)
    for guard in guards:
        refused = guard(facts, now)
        if refused is not None:
            return _named(refused, status, to)
    before, after = status in TAKES_CAPACITY, to in TAKES_CAPACITY
    return Allowed(to, needs_capacity=after and not before, frees_capacity=before and not after, undo=undo)


def moves_from(status: Status, facts: Facts, now: datetime) -> tuple[Status, ...]:
    """The statuses this actor may give the booking now: what a screen may offer as buttons."""
    return tuple(to for to in Status if isinstance(move(status, to, facts, now), Allowed))


def _is_undo(status: Status, to: Status, facts: Facts, now: datetime) -> bool:
    """Staff take back a slip of the finger: to the status before, within a few minutes."""
    if facts.actor != "staff" or to != facts.previous or (status, to) not in _UNDOABLE:
        return False
    return now - facts.status_since <= facts.undo_window


def _staff_only(facts: Facts, now: datetime) -> Refused | None:
    return None if facts.actor == "staff" else Refused("invalid_transition", {"only": "staff"})


def _not_by_guest(facts: Facts, now: datetime) -> Refused | None:
    return Refused("invalid_transition", {"only": "staff"}) if facts.actor == "guest" else None


def _settled(facts: Facts, now: datetime) -> Refused | None:
    return refuse_unsettled(facts.unsettled)


def _settled_or_override(facts: Facts, now: datetime) -> Refused | None:
    return None if facts.override and facts.actor == "staff" else refuse_unsettled(facts.unsettled)


def _nobody_came(facts: Facts, now: datetime) -> Refused | None:
    if facts.arrived_count > 0:
        return Refused("invalid_transition", {"arrived": facts.arrived_count})
    earliest = facts.starts_at + facts.grace
    return None if now >= earliest else Refused("invalid_transition", {"earliest": earliest.isoformat()})


def _guest_before_start(facts: Facts, now: datetime) -> Refused | None:
    """A guest cancels until the start; after it only staff can say what happened."""
    if facts.actor != "guest" or now < facts.starts_at:
        return None
    return Refused("invalid_transition", {"startedAt": facts.starts_at.isoformat()})


def _not_over(facts: Facts, now: datetime) -> Refused | None:
    return (
        None if now < facts.ends_at else Refused("invalid_transition", {"endedAt": facts.ends_at.isoformat()})
    )


def _still_reversible(facts: Facts, now: datetime) -> Refused | None:
    until = facts.status_since + NO_SHOW_REVERSIBLE
    return None if now <= until else Refused("invalid_transition", {"reversibleUntil": until.isoformat()})


_P, _C, _I, _S = Status.PENDING, Status.CONFIRMED, Status.CHECKED_IN, Status.SEATED
_D, _X, _N, _E = Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW, Status.EXPIRED

_MOVES: dict[tuple[Status, Status], tuple[Guard, ...]] = {
    (_P, _C): (_not_by_guest, _settled),
    (_P, _I): (_not_by_guest, _settled_or_override),
    (_P, _S): (_staff_only, _settled_or_override),
    (_P, _X): (_guest_before_start,),
    (_P, _E): (_not_by_guest,),
    (_C, _I): (_not_by_guest,),
    (_C, _S): (_staff_only,),
    (_C, _X): (_guest_before_start,),
    (_C, _N): (_not_by_guest, _nobody_came),
    (_I, _S): (_staff_only,),
    (_I, _X): (_staff_only,),
    (_S, _D): (_not_by_guest,),
    (_X, _C): (_staff_only, _not_over, _settled_or_override),
    (_E, _C): (_staff_only, _not_over, _settled_or_override),
    (_N, _I): (_not_by_guest, _still_reversible),
    (_N, _S): (_staff_only, _still_reversible),
}

# What a new move within a few minutes takes back.
_UNDOABLE = frozenset(
    {
        (_I, _C),
        (_I, _P),
        (_S, _I),
        (_S, _C),
        (_S, _P),
        (_D, _S),
        (_N, _C),
        (_N, _I),
        (_X, _P),
        (_X, _C),
        (_X, _I),
        (_C, _P),
    }
)


def _invalid(status: Status, to: Status) -> Refused:
    return Refused("invalid_transition", {"from": status.value, "to": to.value})


def _named(refused: Refused, status: Status, to: Status) -> Refused:
    return Refused(refused.code, {"from": status.value, "to": to.value, **refused.params})
