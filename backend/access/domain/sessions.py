"""What to do with a refresh token that somebody shows. Standard library only; called by the sessions service.

A token is used once and gives the next one. A client whose answer got lost shows the old one again: for a few
seconds it gets the same successor, as long as nobody has used that. Anything later is a copy in other hands,
and ends the session.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum


class Verdict(Enum):
    """What the sessions service does next."""

    ROTATE = "rotate"  # first use: mark it used, make its successor
    REPEAT = "repeat"  # the answer was lost on the way: the same successor again
    REUSED = "reused"  # a copy: end the whole session
    EXPIRED = "expired"  # too old, signed out, or the account is switched off


@dataclass(frozen=True, slots=True)
class RefreshFacts:
    """What is stored about the token. Instants are aware."""

    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    successor_used: bool
    account_active: bool


def judge_refresh(facts: RefreshFacts, now: datetime, grace: timedelta) -> Verdict:
    """The verdict at `now`; `grace` is how long after its use a token may be shown again."""
    if facts.used_at is not None:
        in_time = now - facts.used_at <= grace
        if facts.revoked_at is not None or facts.successor_used or not in_time:
            return Verdict.REUSED
    if facts.revoked_at is not None or not facts.account_active or now >= facts.expires_at:
        return Verdict.EXPIRED
    return Verdict.REPEAT if facts.used_at is not None else Verdict.ROTATE
