"""What a letter says, subject included where it says what the text does not ("Reserva viernes 27, 4 personas"). Pure.

Called by `door`. Only the first letter of a thread has a subject of its own: later ones repeat it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from backend.conversations.channels.email.reading import LONGEST_WORDS, Letter
from backend.conversations.understanding import understand

_REPLY: Final = re.compile(r"\s*(?:re|rv|rm|fw|fwd|aw|tr|resp?|wg)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
# Only whether something is told counts here, not what it comes to: any day will do.
_SOME_DAY: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)


def words_of(letter: Letter) -> str:
    """The guest's words, led by the subject where it tells of a day, an hour or people that they do not."""
    if letter.references or _REPLY.match(letter.subject) or not letter.subject:
        return letter.words
    if not letter.words:
        return letter.subject
    if _told(letter.subject) - _told(letter.words):
        return f"{letter.subject}\n{letter.words}"[:LONGEST_WORDS]
    return letter.words


def _told(text: str) -> set[str]:
    slots = understand(text, now=_SOME_DAY, tz="UTC", language="es").slots
    told = {"date": slots.date, "time": slots.time, "party_size": slots.party_size}
    return {name for name, value in told.items() if value is not None}
