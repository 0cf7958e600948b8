"""Guests and consents in PostgreSQL: sealed columns in, opened guests out. Called by services inside their transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.guests.domain import Contact, Guest
from backend.platform.ciphers import Cipher
from backend.platform.database import Prepared, Row, Tx, id_array
from backend.platform.ids import uuid7

COLUMNS = """id, name_sealed, phone_sealed, email_sealed, notes_sealed, allergies_sealed, phone_verified, locale, tags,
no_shows, late_cancellations, visits, blocked_at, erased_at"""
BY_CONTACT = f"""
SELECT {COLUMNS} FROM guests WHERE restaurant_id = :restaurant_id AND erased_at IS NULL
AND (phone_index = :phone OR (email_index = :email AND (phone_index IS NULL OR CAST(:phone AS bytea) IS NULL)))
ORDER BY (phone_index IS NOT DISTINCT FROM :phone) DESC, created_at LIMIT 1
"""
_BY_IDS = Prepared(f"SELECT {COLUMNS} FROM guests WHERE restaurant_id = :restaurant_id AND id = ANY(:ids)")
_ADD = Prepared("""
INSERT INTO guests (id, restaurant_id, name_sealed, phone_sealed, email_sealed, phone_index, email_index, locale,
                    created_at, updated_at)
VALUES (:id, :restaurant_id, :name, :phone, :email, :phone_index, :email_index, :locale, :now, :now)
""")
# Fills what was unknown; what a guest or the staff said before is not overwritten by whoever types the same phone.
_COMPLETE = """
UPDATE guests SET updated_at = :now, locale = :locale,
    email_sealed = coalesce(email_sealed, :email), email_index = coalesce(email_index, :email_index),
    phone_sealed = coalesce(phone_sealed, :phone), phone_index = coalesce(phone_index, :phone_index),
    name_sealed = coalesce(name_sealed, :name)
WHERE id = :id AND restaurant_id = :restaurant_id
"""
_UPDATE = """
UPDATE guests SET updated_at = :now,
    notes_sealed = CASE WHEN :set_notes THEN :notes ELSE notes_sealed END,
    allergies_sealed = CASE WHEN :set_allergies THEN :allergies ELSE allergies_sealed END,
    tags = CASE WHEN :set_tags THEN CAST(:tags AS text[]) ELSE tags END,
    blocked_at = CASE WHEN :set_blocked THEN CASE WHEN :blocked THEN coalesce(blocked_at, :now) END ELSE blocked_at END
WHERE id = :id AND restaurant_id = :restaurant_id
"""
_CONSENTS = """
SELECT purpose, policy_version, channel, given, at FROM consents
WHERE restaurant_id = :restaurant_id AND guest_id = :id ORDER BY at
"""
_LATEST_CONSENT = """
SELECT given FROM consents WHERE restaurant_id = :restaurant_id AND guest_id = :id AND purpose = :purpose
ORDER BY at DESC, id DESC LIMIT 1
"""
_MESSAGES = """
SELECT kind, channel, state, created_at FROM messages
WHERE restaurant_id = :restaurant_id AND guest_id = :id ORDER BY id
"""
_ERASE_GUEST = """
UPDATE guests SET name_sealed = NULL, phone_sealed = NULL, email_sealed = NULL, notes_sealed = NULL, allergies_sealed = NULL,
    phone_index = NULL, email_index = NULL, tags = '{}', phone_verified = false, erased_at = coalesce(erased_at, :now),
    updated_at = :now
WHERE id = :id AND restaurant_id = :restaurant_id
"""
_ERASE_RESERVATIONS = """
UPDATE reservations SET name_sealed = NULL, notes_sealed = NULL, occasion = NULL
WHERE restaurant_id = :restaurant_id AND guest_id = :id
AND (name_sealed IS NOT NULL OR notes_sealed IS NOT NULL OR occasion IS NOT NULL)
"""
_ERASE_WAITING = """
UPDATE waitlist_entries SET name_sealed = NULL, updated_at = :now,
    state = CASE WHEN state IN ('waiting', 'notified') THEN 'cancelled' ELSE state END
WHERE restaurant_id = :restaurant_id AND guest_id = :id
"""
# Answers kept for repeats hold the name; a repeat of an erased guest's scan is answered without it.
_BLANK_ANSWERS = """
UPDATE checkins SET answer_sealed = :blank WHERE restaurant_id = :restaurant_id AND reservation_id IN
    (SELECT id FROM reservations WHERE restaurant_id = :restaurant_id AND guest_id = :id)
"""
# So do the answers to bookings. A repeat of one is refused from now on: what was asked is no longer known.
_BLANK_REPEATS = """
UPDATE idempotency_keys SET answer_sealed = :blank, body_hash = '' WHERE restaurant_id = :restaurant_id AND subject_id IN
    (SELECT id FROM reservations WHERE restaurant_id = :restaurant_id AND guest_id = :id)
"""
_SKIP_MESSAGES = """
UPDATE messages SET state = CASE WHEN state = 'waiting' THEN 'skipped' ELSE state END, facts = '{}'
WHERE restaurant_id = :restaurant_id AND guest_id = :id
"""
_CONSENT = Prepared("""
INSERT INTO consents (id, restaurant_id, guest_id, purpose, policy_version, channel, given, at)
VALUES (:id, :restaurant_id, :guest_id, :purpose, :policy_version, :channel, :given, :now)
""")

MESSAGES = "messages"  # the purpose of a consent to be written to without having asked

BlindIndexes = tuple[bytes | None, bytes | None]  # of phone and e-mail


class GuestStore:
    """Finds, adds and opens guests."""

    def __init__(self, cipher: Cipher) -> None:
        self.cipher = cipher

    def find(self, tx: Tx, contact: Contact) -> Guest | None:
        """The guest with that phone, else with that e-mail."""
        phone, email = self.indexes(tx, contact)
        if phone is None and email is None:
            return None
        row = tx.one(BY_CONTACT, restaurant_id=tx.restaurant_id, phone=phone, email=email)
        return self.open(tx, row) if row else None

    def indexes(self, tx: Tx, contact: Contact) -> BlindIndexes:
        """The blind indexes of phone and e-mail."""
        return (
            self.cipher.blind(tx.restaurant_id, "phone", contact.phone),
            self.cipher.blind(tx.restaurant_id, "email", contact.email),
        )

    def indexes_of(self, tx: Tx, guest: Guest) -> BlindIndexes:
        """The same of a known guest's."""
        return self.indexes(tx, Contact(guest.name or "", guest.phone, guest.email, guest.locale))

    def add(self, tx: Tx, contact: Contact, indexes: BlindIndexes, now: datetime) -> UUID:
        """A new guest; PostgreSQL refuses (SQLSTATE 23505) a phone that somebody else added this instant."""
        guest_id = uuid7()
        tx.queue(
            _ADD, id=guest_id, restaurant_id=tx.restaurant_id, now=now, **self._sealed(tx, contact, indexes)
        )
        return guest_id

    def complete(self, tx: Tx, guest: Guest, contact: Contact, now: datetime) -> None:
        """Adds to a known guest what this contact says more; writes nothing when it says nothing more."""
        more = (contact.email and not guest.email) or (contact.phone and not guest.phone) or not guest.name
        if more or contact.locale != guest.locale:
            tx.queue(
                _COMPLETE,
                id=guest.id,
                restaurant_id=tx.restaurant_id,
                now=now,
                **self._sealed(tx, contact, self.indexes(tx, contact)),
            )

    def consent(
        self,
        tx: Tx,
        guest_id: UUID,
        purpose: str,
        policy_version: str,
        channel: str,
        *,
        given: bool,
        now: datetime,
    ) -> None:
        """What the guest agreed to, with the text's version and the instant."""
        tx.queue(
            _CONSENT,
            id=uuid7(),
            restaurant_id=tx.restaurant_id,
            guest_id=guest_id,
            purpose=purpose,
            policy_version=policy_version,
            channel=channel,
            given=given,
            now=now,
        )

    def verify_phone(self, tx: Tx, guest_id: UUID, now: datetime) -> None:
        """Somebody made sure that the phone is the guest's."""
        tx.run(
            "UPDATE guests SET phone_verified = true, updated_at = :now WHERE id = :id AND restaurant_id = :restaurant_id",
            id=guest_id,
            restaurant_id=tx.restaurant_id,
            now=now,
        )

    def update(
        self,
        tx: Tx,
        guest_id: UUID,
        now: datetime,
        *,
        notes: str | None,
        allergies: str | None,
        tags: Sequence[str] | None,
        blocked: bool | None,
    ) -> None:
        """What staff know of a guest; None leaves a field as it is, '' empties it."""
        assert tx.restaurant_id is not None  # noqa: S101 - tenant transactions have one
        tx.run(
            _UPDATE,
            id=guest_id,
            restaurant_id=tx.restaurant_id,
            now=now,
            set_notes=notes is not None,
            notes=self.cipher.seal(tx.restaurant_id, "guest.notes", notes),
            set_allergies=allergies is not None,
            allergies=self.cipher.seal(tx.restaurant_id, "guest.allergies", allergies),
            set_tags=tags is not None,
            tags=list(tags or []),
            set_blocked=blocked is not None,
            blocked=bool(blocked),
        )

    def consents(self, tx: Tx, guest_id: UUID) -> Sequence[Row]:
        """What the guest agreed to, oldest first."""
        return tx.all(_CONSENTS, restaurant_id=tx.restaurant_id, id=guest_id)

    def wants_messages(self, tx: Tx, guest_id: UUID) -> bool:
        """Whether they may be written to without having asked for it: so until they say stop, and again once they say start."""
        given = tx.value(_LATEST_CONSENT, restaurant_id=tx.restaurant_id, id=guest_id, purpose=MESSAGES)
        return given is not False

    def has_agreed(self, tx: Tx, guest_id: UUID, purpose: str) -> bool:
        """Whether their latest word on that purpose is a yes; silence is none."""
        given = tx.value(_LATEST_CONSENT, restaurant_id=tx.restaurant_id, id=guest_id, purpose=purpose)
        return given is True

    def messages(self, tx: Tx, guest_id: UUID) -> Sequence[Row]:
        """What was written to the guest, oldest first."""
        return tx.all(_MESSAGES, restaurant_id=tx.restaurant_id, id=guest_id)

    def erase(self, tx: Tx, guest_id: UUID, now: datetime) -> dict[str, int]:
        """Takes the person out of every row; the rows and their counts stay."""
        assert tx.restaurant_id is not None  # noqa: S101 - tenant transactions have one
        who = {"restaurant_id": tx.restaurant_id, "id": guest_id}
        tx.run(_ERASE_GUEST, now=now, **who)
        tx.run(_ERASE_WAITING, now=now, **who)
        tx.run(
            _BLANK_ANSWERS,
            blank=self.cipher.seal_json(tx.restaurant_id, "checkin.answer", {"erased": True}),
            **who,
        )
        tx.run(
            _BLANK_REPEATS,
            blank=self.cipher.seal_json(tx.restaurant_id, "idempotency.answer", {"erased": True}),
            **who,
        )
        return {"reservations": tx.run(_ERASE_RESERVATIONS, **who), "messages": tx.run(_SKIP_MESSAGES, **who)}

    def by_ids(self, tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Guest]:
        """The guests with those ids; one query whatever their number."""
        wanted = list({each for each in ids if each is not None})
        if not wanted:
            return {}
        rows = tx.all(_BY_IDS, restaurant_id=tx.restaurant_id, ids=id_array(wanted))
        return {row["id"]: self.open(tx, row) for row in rows}

    def open(self, tx: Tx, row: Row) -> Guest:
        """The guest of a row with `COLUMNS`."""
        assert tx.restaurant_id is not None  # noqa: S101 - tenant transactions have one
        restaurant = tx.restaurant_id
        return Guest(
            id=row["id"],
            name=self.cipher.open(restaurant, "guest.name", row["name_sealed"]),
            phone=self.cipher.open(restaurant, "guest.phone", row["phone_sealed"]),
            email=self.cipher.open(restaurant, "guest.email", row["email_sealed"]),
            notes=self.cipher.open(restaurant, "guest.notes", row["notes_sealed"]),
            allergies=self.cipher.open(restaurant, "guest.allergies", row["allergies_sealed"]),
            locale=row["locale"],
            tags=tuple(row["tags"]),
            no_shows=row["no_shows"],
            late_cancellations=row["late_cancellations"],
            visits=row["visits"],
            phone_verified=row["phone_verified"],
            blocked_at=row["blocked_at"],
            erased_at=row["erased_at"],
        )

    def _sealed(self, tx: Tx, contact: Contact, indexes: BlindIndexes) -> dict[str, Any]:
        assert tx.restaurant_id is not None  # noqa: S101 - tenant transactions have one
        phone_index, email_index = indexes
        return {
            "name": self.cipher.seal(tx.restaurant_id, "guest.name", contact.name),
            "phone": self.cipher.seal(tx.restaurant_id, "guest.phone", contact.phone),
            "email": self.cipher.seal(tx.restaurant_id, "guest.email", contact.email),
            "phone_index": phone_index,
            "email_index": email_index,
            "locale": contact.locale,
        }
