"""One sender that hands each message to the sender of its channel.

Chosen in wiring: mail by SMTP, the rest to the mailbox.
"""

from __future__ import annotations

from collections.abc import Mapping

from backend.platform.senders.message import Channel, Outgoing
from backend.platform.senders.port import MessageSender, PermanentSendError


class SenderByChannel:
    """A MessageSender made of one per channel; a channel without a sender is refused for good."""

    def __init__(self, senders: Mapping[Channel, MessageSender]) -> None:
        self._senders = dict(senders)

    def send(self, outgoing: Outgoing) -> None:
        sender = self._senders.get(outgoing.channel)
        if sender is None:
            raise PermanentSendError(f"no sender for channel {outgoing.channel}")
        sender.send(outgoing)
