"""Events: written with the change they tell of, relayed once committed, handled until their effect is there exactly once."""

from backend.platform.events.event import Event, Handler, RetryLaterError
from backend.platform.events.outbox import Outbox

__all__ = ["Event", "Handler", "Outbox", "RetryLaterError"]
