"""Use cases about a restaurant's own words in messages: read them, keep them once they are proven to work, go back to ours.

Called by routes. Words that cannot be rendered with any sample booking are refused with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from backend.notifications.domain.kinds import MessageKind
from backend.notifications.overrides import LONGEST, Override, problems_of
from backend.notifications.store import MessageStore
from backend.platform.audit import Audit
from backend.platform.clock import Clock
from backend.platform.database import Database, Row, Tx
from backend.platform.refusals import Refusal, field_refusal


class OwnWords:
    """A restaurant's texts in place of ours."""

    def __init__(self, database: Database, clock: Clock, store: MessageStore, audit: Audit) -> None:
        self._database = database
        self._clock = clock
        self._store = store
        self._audit = audit

    def every(self, restaurant_id: UUID) -> Sequence[Row]:
        """`{kind, language, part, body}` of each text of its own."""
        with self._database.tenant(restaurant_id) as tx:
            return self._store.templates(tx)

    def keep(self, restaurant_id: UUID, kind: str, language: str, part: str, body: str, by: str) -> None:
        """Keeps a text; raises Refusal naming `body` when it would not work, `not_found` for a message we do not send."""
        override = _override(kind, language, part, body)
        if len(body) > LONGEST[part]:
            raise field_refusal("body", "too_long", max=LONGEST[part])
        problems = problems_of(override)
        if problems:
            raise field_refusal("body", "bad_template", problem=problems[0])
        now = self._clock.now()
        with self._database.tenant(restaurant_id) as tx:
            self._store.keep_template(tx, kind, language, part, body, by, now)
            self._note(tx, restaurant_id, by, "message_template.kept", override)

    def forget(self, restaurant_id: UUID, kind: str, language: str, part: str, by: str) -> None:
        """Back to our words; forgetting what is not there does nothing."""
        override = _override(kind, language, part, "")
        with self._database.tenant(restaurant_id) as tx:
            if self._store.forget_template(tx, kind, language, part):
                self._note(tx, restaurant_id, by, "message_template.forgotten", override)

    def _note(self, tx: Tx, restaurant_id: UUID, by: str, action: str, override: Override) -> None:
        what = {"kind": override.kind.value, "language": override.language, "part": override.part}
        self._audit.write(
            tx,
            by,
            action,
            "restaurant",
            restaurant_id,
            after=what,
            now=self._clock.now(),
        )


def _override(kind: str, language: str, part: str, body: str) -> Override:
    if kind not in set(MessageKind) or language not in ("es", "en") or part not in LONGEST:
        raise Refusal("not_found")
    return Override(MessageKind(kind), language, part, body)  # type: ignore[arg-type]
