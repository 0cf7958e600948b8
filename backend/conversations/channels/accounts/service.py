"""Connects a restaurant's accounts at providers: shows, keeps, checks and disconnects them. Called by their endpoints.

Secrets go in and never come out: they are sealed with the account, and what is shown says only that they are there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from pydantic import ValidationError

from backend.conversations.channels.accounts.kinds import AccountKind
from backend.conversations.channels.accounts.store import AccountStore
from backend.platform.audit import Audit
from backend.platform.clock import Clock
from backend.platform.database import Database, IntegrityError, Row, Tx
from backend.platform.http.problems import field_errors
from backend.platform.refusals import FieldError, Refusal, field_refusal
from backend.platform.senders import AccountSendError, PermanentSendError, SendError
from backend.platform.shapes import Shape

_UNIQUE = "23505"


class AccountService:
    """Accounts of one restaurant at a time. `kinds` are the providers of each channel, `token` the word that a restaurant enters at
    a provider which asks for one."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        store: AccountStore,
        audit: Audit,
        kinds: Mapping[str, Sequence[AccountKind]],
        token: Callable[[UUID], str],
    ) -> None:
        self._database = database
        self._clock = clock
        self._store = store
        self._audit = audit
        self._kinds = kinds
        self._token = token

    def every(self, restaurant_id: UUID) -> list[dict[str, Any]]:
        """All accounts, as they are shown."""
        with self._database.tenant(restaurant_id) as tx:
            return [self._shown(tx, restaurant_id, row) for row in self._store.all(tx)]

    def get(self, restaurant_id: UUID, channel: str) -> dict[str, Any]:
        """The account of a channel, as it is shown; raises Refusal('not_found')."""
        self._check_name(channel)
        with self._database.tenant(restaurant_id) as tx:
            return self._shown(tx, restaurant_id, self._row(tx, channel))

    def put(
        self,
        restaurant_id: UUID,
        channel: str,
        provider: str,
        account: str,
        settings: dict[str, Any],
        secrets: dict[str, Any],
        by: str,
    ) -> dict[str, Any]:
        """Connects the channel or changes its account. Secrets that are left out stay as they were while the provider and the
        account stay; raises Refusal('invalid_request') naming the field, Refusal('channel_taken') for another's account,
        Refusal('unavailable') when the provider has to be asked and is not reached."""
        kind = self._kind(channel, provider)
        name = kind.normal(account.strip())
        kept_settings = _valid(kind.settings, settings, "settings")
        given = _valid(kind.secrets, secrets, "secrets")
        now = self._clock.now()
        with self._database.tenant(restaurant_id) as tx:
            before = self._store.get(tx, channel)
            stay = self._stay(tx, before, provider, name)
        full, kept = {**kept_settings, "provider": provider}, {**(stay or {}), **given}
        opened = {**full, **kept, "account": name}
        kind.complete(opened)
        if kind.must_prove(opened) and (given or stay is None):
            _prove(kind, opened)
        try:
            with self._database.tenant(restaurant_id) as tx:
                self._store.keep(tx, channel, name, full, kept, by, now)
                after = {"channel": channel, "provider": provider, "secrets": sorted(given)}
                self._record(tx, by, "connected" if before is None else "changed", channel, after)
                return self._shown(tx, restaurant_id, self._row(tx, channel))
        except IntegrityError as wrong:
            if getattr(wrong.orig, "pgcode", None) == _UNIQUE:
                raise Refusal("channel_taken") from wrong
            raise

    def delete(self, restaurant_id: UUID, channel: str, by: str) -> None:
        """Disconnects it; what waits to be sent over it fails. Raises Refusal('not_found')."""
        self._check_name(channel)
        with self._database.tenant(restaurant_id) as tx:
            if not self._store.forget(tx, channel):
                raise Refusal("not_found")
            self._record(tx, by, "disconnected", channel, {"channel": channel})

    def test(self, restaurant_id: UUID, channel: str) -> dict[str, Any]:
        """Asks the provider whether the account works: `{ok, facts}` or `{ok: false, reason, detail}`; reasons: `credentials`
        (refused), `account` (refused for something else), `unreachable`. Raises Refusal('not_found')."""
        self._check_name(channel)
        with self._database.tenant(restaurant_id) as tx:
            row = self._row(tx, channel)
            opened = self._store.opened(tx, channel)
        assert opened is not None  # noqa: S101 - it was there in this transaction
        kind = self._kind(channel, str(row["settings"].get("provider")))
        try:
            return {"ok": True, "facts": dict(kind.check(opened))}
        except SendError as refused:
            reason = (
                "credentials"
                if isinstance(refused, AccountSendError)
                else "account"
                if isinstance(refused, PermanentSendError)
                else "unreachable"
            )
            return {"ok": False, "reason": reason, "detail": str(refused)}

    def _check_name(self, channel: str) -> None:
        """A path may hold anything, also what no query takes."""
        if channel not in self._kinds:
            raise Refusal("not_found")

    def _kind(self, channel: str, provider: str) -> AccountKind:
        self._check_name(channel)
        found = next((kind for kind in self._kinds[channel] if kind.provider == provider), None)
        if found is None:
            raise field_refusal("provider", "not_a_choice")
        return found

    def _row(self, tx: Tx, channel: str) -> Row:
        row = self._store.get(tx, channel)
        if row is None:
            raise Refusal("not_found")
        return row

    def _stay(self, tx: Tx, before: Row | None, provider: str, name: str) -> dict[str, Any] | None:
        """The secrets, None for another account: those of one are none of another's."""
        same = before is not None and (before["settings"].get("provider"), before["account"]) == (
            provider,
            name,
        )
        return self._store.secrets(tx, before) if same and before is not None else None

    def _shown(self, tx: Tx, restaurant_id: UUID, row: Row) -> dict[str, Any]:
        settings = dict(row["settings"])
        provider = str(settings.pop("provider", ""))
        kind = next((each for each in self._kinds.get(row["channel"], ()) if each.provider == provider), None)
        shown: dict[str, Any] = {
            "channel": row["channel"],
            "provider": provider,
            "account": row["account"],
            "settings": settings,
            "secrets": sorted(self._store.secrets(tx, row)),
            "webhooks": dict(kind.webhooks) if kind else {},
            "changedBy": row["changed_by"],
            "changedAt": row["changed_at"].isoformat(),
        }
        if kind is not None and kind.verifies:
            shown["verifyToken"] = self._token(restaurant_id)
        return shown

    def _record(self, tx: Tx, by: str, action: str, channel: str, after: dict[str, Any]) -> None:
        assert tx.restaurant_id is not None  # noqa: S101 - tenant transactions have one
        subject = uuid5(tx.restaurant_id, channel)
        self._audit.write(tx, by, f"channel.{action}", "channel", subject, after=after, now=self._clock.now())


def _prove(kind: AccountKind, opened: dict[str, Any]) -> None:
    """Raises Refusal unless the provider says that the account is that of whoever has its secrets."""
    try:
        mine = kind.owns(opened, kind.check(opened))
    except (AccountSendError, PermanentSendError):
        mine = False
    except SendError as away:
        raise Refusal("unavailable", headers={"Retry-After": "20"}) from away
    if not mine:
        raise field_refusal("secrets.accessToken", "invalid")


def _valid(shape: type[Shape], given: dict[str, Any], where: str) -> dict[str, Any]:
    """The part of an account in its shape, as JSON without what was left out; a wrong field is named with its way."""
    try:
        return shape.model_validate(given).model_dump(mode="json", by_alias=True, exclude_none=True)
    except ValidationError as wrong:
        named = [FieldError(f"{where}.{each.field}", each.code, each.params) for each in field_errors(wrong)]
        raise Refusal("invalid_request", fields=named) from None
