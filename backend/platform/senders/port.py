"""The port every sender fulfils, and the two ways it may fail. Called by the delivery handler."""

from __future__ import annotations

from typing import Protocol

from backend.platform.senders.message import Outgoing


class SendError(Exception):
    """A message did not leave. The text names the cause without any address, so that it may be logged."""


class TemporarySendError(SendError):
    """Trying again later may work: network, timeouts, greylisting, our own credentials."""


class PermanentSendError(SendError):
    """Trying again changes nothing: the address is refused or missing, or the message is not acceptable."""


class MessageSender(Protocol):
    """Hands a message to its channel."""

    def send(self, outgoing: Outgoing) -> None:
        """Returns when the channel has taken the message.

        Raises TemporarySendError or PermanentSendError, nothing else that is expected.
        """
