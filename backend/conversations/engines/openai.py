"""The engine that asks an OpenAI model through OpenAI's SDK (Responses API): one function, strict schema. Made by the wiring.

Nothing is kept at OpenAI (`store` is false). The SDK is imported when the engine is made: who does not use it does not pay for it.
"""

from __future__ import annotations

import json
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


class OpenAiEngine:
    """Asks the Responses API. `reasoning` is the effort sent, `temperature` the sampling temperature; empty and None: not sent."""

    name = "openai"

    def __init__(
        self, *, key: str, model: str, base_url: str, reasoning: str, temperature: float | None
    ) -> None:
        import openai  # see the module's docstring

        from backend.conversations.engines.transport import http_client

        self._sdk = openai
        self._client = openai.OpenAI(api_key=key, base_url=base_url, max_retries=0, http_client=http_client())
        _ = (
            self._client.responses
        )  # its module is large and would else be imported within the first guest's time
        self._fixed = _fixed(model, reasoning, temperature)

    def ask(self, question: Question, within: float) -> Answer:
        """See `Engine`. Not tried twice: the deadline is short and the next engine or the built-in answer is at hand."""
        try:
            # Raw: the SDK would build its records out of whatever comes, and what comes is looked at here.
            raw = self._client.responses.with_raw_response.create(
                input=prompt(question), timeout=within, **self._fixed
            )
            return _answer(object_in(raw.http_response.content))
        except self._sdk.APIStatusError as refused:
            raise failure_of(refused.status_code, refused.response.headers) from refused
        except self._sdk.APITimeoutError as late:
            raise EngineError("timeout") from late
        except self._sdk.APIConnectionError as lost:
            raise EngineError("unreachable", type(lost.__cause__).__name__) from lost


def _fixed(model: str, reasoning: str, temperature: float | None) -> dict[str, Any]:
    tool = {
        "type": "function",
        "name": TOOL,
        "description": TOOL_DESCRIPTION,
        "parameters": tool_schema(),
        "strict": True,
    }
    fixed: dict[str, Any] = {
        "model": model,
        "instructions": INSTRUCTIONS,
        "tools": [tool],
        "tool_choice": {"type": "function", "name": TOOL},
        "parallel_tool_calls": False,
        "max_output_tokens": _MOST_TOKENS,
        "store": False,
    }
    if reasoning:
        fixed["reasoning"] = {"effort": reasoning}
    return fixed if temperature is None else fixed | {"temperature": temperature}


def _answer(response: Mapping[str, Any]) -> Answer:
    items = objects(response.get("output"))
    for item in items:
        if item.get("type") == "function_call" and item.get("name") == TOOL:
            return _called(item.get("arguments"))
    if any(part.get("type") == "refusal" for item in items for part in objects(item.get("content"))):
        raise EngineError("refused")
    raise EngineError("unusable", "no function call")


def _called(arguments: object) -> Answer:
    try:
        return answer_of(json.loads(arguments if isinstance(arguments, str) else ""))
    except ValueError as cut:  # an answer that met the limit of tokens ends in the middle
        raise EngineError("unusable", "the arguments are no JSON") from cut
