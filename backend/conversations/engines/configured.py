"""From the settings to the reader the dialogue gets: the built-in parser alone, or a chain with engines. Called by the wiring.

Engines are made here and now, with their SDKs: a first guest must not wait for an import.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from backend.conversations.engines.anthropic import AnthropicEngine
from backend.conversations.engines.budget import DailyBudget
from backend.conversations.engines.chain import Asked, Figures, Limits, ReaderChain
from backend.conversations.engines.circuit import Circuit
from backend.conversations.engines.deadline import Lines
from backend.conversations.engines.lex import LexEngine
from backend.conversations.engines.openai import OpenAiEngine
from backend.conversations.engines.port import BuiltInReader, Engine, Reader
from backend.platform.redis import Redis
from backend.settings import Settings


def reader(settings: Settings, redis: Redis, figures: Figures, now: Callable[[], datetime]) -> Reader:
    """The reader that `SAVEIT_READERS` describes."""
    built_in = BuiltInReader()
    engines = [asked(name, settings) for name in settings.readers.split(",")[1:]]
    if not engines:
        return built_in
    limits = Limits(
        threshold=settings.readers_threshold,
        deadline=settings.readers_deadline_ms / 1000,
        per_turn=settings.readers_per_turn,
    )
    return ReaderChain(built_in, engines, limits, DailyBudget(redis, settings.readers_per_day, now), figures)


def asked(name: str, settings: Settings) -> Asked:
    """An engine of that name with what guards it; imports its SDK."""
    engine, within_ms = _MAKERS[name](settings)
    circuit = Circuit(
        settings.readers_failures, settings.readers_window_s, settings.readers_pause_s, time.monotonic
    )
    return Asked(engine, circuit, Lines(settings.readers_at_once), within_ms / 1000)


def _lex(settings: Settings) -> tuple[Engine, int]:
    engine = LexEngine(
        bot_id=settings.lex_bot_id,
        alias_id=settings.lex_alias_id,
        region=settings.lex_region,
        endpoint_url=settings.lex_endpoint_url,
        locales=settings.lex_locales.replace(" ", "").split(","),
        timeout=settings.lex_timeout_ms / 1000,
    )
    return engine, settings.lex_timeout_ms


def _anthropic(settings: Settings) -> tuple[Engine, int]:
    engine = AnthropicEngine(
        key=settings.anthropic_api_key,
        model=settings.anthropic_model,
        base_url=settings.anthropic_base_url,
        thinking=settings.anthropic_thinking,
    )
    return engine, settings.anthropic_timeout_ms


def _openai(settings: Settings) -> tuple[Engine, int]:
    engine = OpenAiEngine(
        key=settings.openai_api_key,
        model=settings.openai_model,
        base_url=settings.openai_base_url,
        reasoning=settings.openai_reasoning,
        temperature=settings.openai_temperature,
    )
    return engine, settings.openai_timeout_ms


_MAKERS = {"lex": _lex, "anthropic": _anthropic, "openai": _openai}
