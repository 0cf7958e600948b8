"""The built-in parser for Spanish and English: `understand(text, now=…, tz=…) -> Understanding`.

Standard library only, pure, about a millisecond a message. `docs/decisions/010-understanding.md` says how and why.
"""

from backend.conversations.understanding.compose import understand
from backend.conversations.understanding.records import Intent, Slots, Span, Understanding

__all__ = ["Intent", "Slots", "Span", "Understanding", "understand"]
