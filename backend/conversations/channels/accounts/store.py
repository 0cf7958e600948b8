"""Channel accounts in PostgreSQL, their secrets sealed. Called by the account service, by webhooks and by the sending."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.platform.ciphers import Cipher
from backend.platform.database import Prepared, Row, Tx, to_json

SECRETS = "channel.secrets"

_FIND = Prepared("SELECT restaurant_id FROM find_channel_account(:channel, :account)")
_GET = Prepared("""
SELECT channel, account, settings, secrets_sealed, changed_by, changed_at FROM channel_accounts
WHERE restaurant_id = :restaurant_id AND channel = :channel
""")
_ALL = """
SELECT channel, account, settings, secrets_sealed, changed_by, changed_at FROM channel_accounts
WHERE restaurant_id = :restaurant_id ORDER BY channel
"""
_KEEP = """
INSERT INTO channel_accounts (restaurant_id, channel, account, settings, secrets_sealed, changed_by, changed_at)
VALUES (:restaurant_id, :channel, :account, CAST(:settings AS jsonb), :secrets, :by, :now)
ON CONFLICT (restaurant_id, channel) DO UPDATE SET account = EXCLUDED.account, settings = EXCLUDED.settings,
    secrets_sealed = EXCLUDED.secrets_sealed, changed_by = EXCLUDED.changed_by, changed_at = EXCLUDED.changed_at
"""
_FORGET = "DELETE FROM channel_accounts WHERE restaurant_id = :restaurant_id AND channel = :channel"


class AccountStore:
    """One account a channel and restaurant."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher

    def owner(self, tx: Tx, channel: str, account: str) -> UUID | None:
        """Whose account it is; in a transaction without a tenant."""
        found: UUID | None = tx.value(_FIND, channel=channel, account=account)
        return found

    def get(self, tx: Tx, channel: str) -> Row | None:
        """The account as it is kept."""
        return tx.one(_GET, restaurant_id=tx.restaurant_id, channel=channel)

    def all(self, tx: Tx) -> list[Row]:
        """All of the restaurant's."""
        return tx.all(_ALL, restaurant_id=tx.restaurant_id)

    def secrets(self, tx: Tx, row: Row) -> dict[str, Any]:
        """The secrets of an account, opened."""
        assert tx.restaurant_id is not None  # noqa: S101 - tenant transactions have one
        sealed = row["secrets_sealed"]
        return {} if sealed is None else dict(self._cipher.open_json(tx.restaurant_id, SECRETS, sealed))

    def opened(self, tx: Tx, channel: str) -> dict[str, Any] | None:
        """What a sender is given: settings and secrets side by side, with `account` and `restaurantId`; None without an account."""
        row = self.get(tx, channel)
        if row is None:
            return None
        named = {"account": row["account"], "restaurantId": str(tx.restaurant_id)}
        return {**row["settings"], **self.secrets(tx, row), **named}

    def keep(
        self,
        tx: Tx,
        channel: str,
        account: str,
        settings: Mapping[str, Any],
        secrets: Mapping[str, Any],
        by: str,
        now: datetime,
    ) -> None:
        """Connects it, or changes it; PostgreSQL refuses (SQLSTATE 23505) an account of another restaurant."""
        assert tx.restaurant_id is not None  # noqa: S101 - tenant transactions have one
        tx.run(
            _KEEP,
            restaurant_id=tx.restaurant_id,
            channel=channel,
            account=account,
            settings=to_json(settings),
            secrets=self._cipher.seal_json(tx.restaurant_id, SECRETS, dict(secrets)) if secrets else None,
            by=by,
            now=now,
        )

    def forget(self, tx: Tx, channel: str) -> bool:
        """Whether there was one."""
        return tx.run(_FORGET, restaurant_id=tx.restaurant_id, channel=channel) == 1
