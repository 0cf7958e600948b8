"""Second readers for messages the built-in parser is unsure of: Lex V2, Anthropic, OpenAI, and the chain that asks them.

`docs/decisions/012-engines.md` says how and why. Only the wiring makes engines; without any the built-in parser reads alone.
"""

from backend.conversations.engines.port import BuiltInReader, Engine, EngineError, Reader

__all__ = ["BuiltInReader", "Engine", "EngineError", "Reader"]
