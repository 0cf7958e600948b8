"""The engine that asks a Claude model through Anthropic's SDK: one tool, strict schema, no text. Made by the wiring.

The SDK is imported when the engine is made, because it costs over a second and 50 MB: who does not use it does not pay for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.conversations.engines.asking import (
    INSTRUCTIONS,
    TOOL,
    TOOL_DESCRIPTION,
    answer_of,
    object_in,
    objects,
    prompt,
)
from backend.conversations.engines.catalogue import tool_schema
from backend.conversations.engines.failing import failure_of
from backend.conversations.engines.port import Answer, EngineError, Question

_MOST_TOKENS = 700


class AnthropicEngine:
    """Asks the Messages API. `thinking` is sent as the model's thinking mode; empty: not sent."""

    name = "anthropic"

    def __init__(self, *, key: str, model: str, base_url: str, thinking: str) -> None:
        import anthropic  # see the module's docstring

        from backend.conversations.engines.transport import http_client

        self._sdk = anthropic
        self._client = anthropic.Anthropic(
            api_key=key, base_url=base_url, max_retries=0, http_client=http_client()
        )
        self._fixed = _fixed(model, thinking)

    def ask(self, question: Question, within: float) -> Answer:
        """See `Engine`. Not tried twice: the deadline is short and the next engine or the built-in answer is at hand."""
        messages: Any = [{"role": "user", "content": prompt(question)}]
        try:
            # Raw: the SDK would build its records out of whatever comes, and what comes is looked at here.
            raw = self._client.messages.with_raw_response.create(
                messages=messages, timeout=within, **self._fixed
            )
            return _answer(object_in(raw.http_response.content))
        except self._sdk.APIStatusError as refused:
            raise failure_of(refused.status_code, refused.response.headers) from refused
        except self._sdk.APITimeoutError as late:
            raise EngineError("timeout") from late
        except self._sdk.APIConnectionError as lost:
            raise EngineError("unreachable", type(lost.__cause__).__name__) from lost


def _fixed(model: str, thinking: str) -> dict[str, Any]:
    """What every request says. No temperature: the API takes none any more. A model that thinks may not be forced to the tool."""
    tool = {
        "name": TOOL,
        "description": TOOL_DESCRIPTION,
        "input_schema": tool_schema(),
        "strict": True,
    }
    choice: dict[str, Any] = {"type": "auto", "disable_parallel_tool_use": True}
    if thinking == "disabled":
        choice |= {"type": "tool", "name": TOOL}
    fixed: dict[str, Any] = {
        "model": model,
        "max_tokens": _MOST_TOKENS,
        "system": INSTRUCTIONS,
        "tools": [tool],
        "tool_choice": choice,
    }
    return fixed | ({"thinking": {"type": thinking}} if thinking else {})


def _answer(message: Mapping[str, Any]) -> Answer:
    if message.get("stop_reason") == "refusal":
        raise EngineError("refused")
    for block in objects(message.get("content")):
        if block.get("type") == "tool_use" and block.get("name") == TOOL:
            return answer_of(block.get("input"))
    raise EngineError("unusable", "no tool call")
