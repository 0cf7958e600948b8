"""What PostgreSQL says when another transaction was quicker, and doing the work again. Called by services around a transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TypeVar

from backend.platform.database import IntegrityError, OperationalError, sqlstate
from backend.platform.refusals import Refusal

T = TypeVar("T")

UNIQUE = "23505"  # the same key was written by somebody else
OVERLAP = "23P01"  # the table is taken for a part of that time
# And: a serialisation failure, a deadlock. What the other left is looked at anew.
AGAIN = frozenset({OVERLAP, "40001", "40P01"})
_ATTEMPTS = 3


def until_settled(work: Callable[[], T], *, also: Collection[str] = ()) -> T:
    """What `work` gives, a whole transaction that is done again after losing against another; `also` are further SQLSTATEs that
    mean that. Raises Refusal('lock_timeout') when it loses every time."""
    for _ in range(_ATTEMPTS):
        try:
            return work()
        except (IntegrityError, OperationalError) as lost:
            if sqlstate(lost) not in AGAIN and sqlstate(lost) not in also:
                raise
    raise Refusal("lock_timeout", headers={"Retry-After": "1"})


@contextmanager
def overlap_refused(refusal: Callable[[], Refusal]) -> Iterator[None]:
    """A table that somebody else took in between is the refusal that `refusal` makes, not a defect."""
    try:
        yield
    except IntegrityError as lost:
        if sqlstate(lost) != OVERLAP:
            raise
        raise refusal() from lost
