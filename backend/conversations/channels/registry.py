"""Which channels there are: for each its sender, its webhooks and how its account is checked. Filled by the wiring, which is
where a channel joins; read by the worker's sending and by the application, which mounts the webhooks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from backend.conversations.channels.ports import ChannelSender
from backend.conversations.channels.records import ChannelName, Outbound, Receipt
from backend.platform.http import Api
from backend.platform.senders import PermanentSendError


@runtime_checkable
class Finding(Protocol):
    """A sender that can ask its provider whether a message was taken, for those that are in doubt."""

    def find(self, account: dict[str, Any], message: Outbound) -> Receipt | None:
        """What the provider knows of the message, None when it never took it. Raises SendError when it cannot be asked."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel. `needs_account` false: its sender works from the server's settings when a restaurant has no account of its own.

    `api` are its webhooks, mounted as they are. `window_hours` is how long after a guest's message a provider lets anything be
    answered, None without such a rule.
    """

    name: ChannelName
    sender: ChannelSender
    api: Api | None = None
    needs_account: bool = True
    window_hours: float | None = None


@dataclass(slots=True)
class Channels:
    """All of them."""

    _by_name: dict[str, Channel] = field(default_factory=dict)

    def add(self, channel: Channel) -> None:
        """One more channel; raises ValueError for a name that is there already."""
        if channel.name in self._by_name:
            raise ValueError(f"the channel {channel.name!r} is there already")
        self._by_name[channel.name] = channel

    def get(self, name: str) -> Channel | None:
        """The channel of that name, None when there is none (the web has no sender: its page fetches)."""
        return self._by_name.get(name)

    @property
    def apis(self) -> list[Api]:
        """The webhooks of all channels, each once."""
        found: list[Api] = []
        for channel in self._by_name.values():
            if channel.api is not None and channel.api not in found:
                found.append(channel.api)
        return found


class SenderByProvider:
    """A ChannelSender made of one a provider: the account says which."""

    def __init__(self, senders: Mapping[str, ChannelSender]) -> None:
        self._senders = dict(senders)

    def send(self, account: dict[str, Any], message: Outbound) -> Receipt:
        return self._of(account).send(account, message)

    def find(self, account: dict[str, Any], message: Outbound) -> Receipt | None:
        """As `Finding`; a provider that cannot be asked answers that it does not know of the message."""
        sender = self._of(account)
        return sender.find(account, message) if isinstance(sender, Finding) else None

    def _of(self, account: dict[str, Any]) -> ChannelSender:
        sender = self._senders.get(str(account.get("provider")))
        if sender is None:
            raise PermanentSendError("the account names no provider that carries this channel")
        return sender
