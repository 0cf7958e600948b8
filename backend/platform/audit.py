"""The audit trail: who did what to which thing, written in the change's own transaction and never rewritten.

Called by every service that changes something. `before` and `after` carry ids, codes and numbers; personal
data stays out, because these rows outlive an erasure.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.platform.database import Prepared, Tx, to_json
from backend.platform.ids import uuid7
from backend.platform.logs import request_id

INSERT = Prepared("""
INSERT INTO audit (id, restaurant_id, at, actor, action, subject_kind, subject_id,
                   before, after, reason, request_id)
VALUES (:id, :restaurant_id, :at, :actor, :action, :subject_kind, :subject_id,
        CAST(:before AS jsonb), CAST(:after AS jsonb), :reason, :request_id)
""")


class Audit:
    """Writes audit rows. Stateless: `Audit.write(tx, ...)`."""

    @staticmethod
    def write(
        tx: Tx,
        actor: str,
        action: str,
        subject_kind: str,
        subject_id: UUID,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        reason: str | None = None,
        *,
        now: datetime,
    ) -> None:
        """One row for the transaction's restaurant; it exists if and only if the transaction commits.

        `actor` is `Caller.label` ('manager:<id>') or 'system:<part>'; `action` a dotted name such as
        'reservation.cancelled'; `now` an aware instant.
        """
        tx.queue(
            INSERT,
            # By the machine's clock: a moved clock must not fill months that have no partition yet.
            id=uuid7(),
            restaurant_id=tx.restaurant_id,
            at=now,
            actor=actor,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            before=None if before is None else to_json(before),
            after=None if after is None else to_json(after),
            reason=reason,
            request_id=request_id.get(),
        )
