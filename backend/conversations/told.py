"""Who is talking, read from a turn: for the inbox, which shows a name, and for erasures, which look for phones and addresses.

Pure; called by the service at the end of each turn.
"""

from __future__ import annotations

from backend.conversations.dialogue.state import DialogueState
from backend.conversations.ports import Sender, Told
from backend.conversations.understanding import Understanding
from backend.guests import email_address, phone_number


def told_in(after: DialogueState, read: Understanding, sender: Sender, locale: str) -> Told:
    """What the state after the turn, the message and the channel say; `locale` is the restaurant's, for phones with no country."""
    phones = {each for each in (after.draft.phone, read.slots.phone, sender.phone) if each}
    emails = {each for each in (after.draft.email, read.slots.email, sender.email) if each}
    return Told(
        after.draft.name or read.slots.name,
        frozenset(found for each in phones if (found := phone_number(each, locale))),
        frozenset(found for each in emails if (found := email_address(each))),
        after.booked,
    )
