"""The port every sender fulfils, and the ways it may fail: for now, or for good. Called by the delivery handler."""

from __future__ import annotations

from typing import Protocol

from backend.platform.senders.message import Outgoing


class SendError(Exception):
    """A message did not leave. The text names the cause without any address, so that it may be logged."""


class TemporarySendError(SendError):
    """Trying again later may work: network, timeouts, throttling. `retry_after` is the provider's own wish, seconds."""

    def __init__(self, cause: str, *, retry_after: float | None = None) -> None:
        super().__init__(cause)
        self.retry_after = retry_after


class AccountSendError(TemporarySendError):
    """The restaurant's account at the provider does not work (credentials, permissions, funds): nothing of it will leave until
    somebody mends it."""


class InDoubtSendError(TemporarySendError):
    """The provider was asked and no answer came: it may have taken the message. Never sent again without looking first."""


class PermanentSendError(SendError):
    """Trying again changes nothing: the address is refused or missing, or the message is not acceptable."""


class WindowClosedError(PermanentSendError):
    """The provider lets only an approved template out now, and there is none for this."""


class OptedOutError(PermanentSendError):
    """The guest told the provider that they want no more messages from this number."""


class MessageSender(Protocol):
    """Hands a message to its channel."""

    def send(self, outgoing: Outgoing) -> None:
        """Returns when the channel has taken the message.

        Raises TemporarySendError or PermanentSendError, nothing else that is expected.
        """
