"""The engine that asks an Amazon Lex V2 bot through boto3. The bot is `infra/cloudformation/lex.yaml`. Made by the wiring.

Each message is a session of its own with a random name: Lex keeps nothing between messages and learns nothing about who writes.
boto3 is imported when the engine is made: who does not use it does not pay for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from backend.conversations.engines.catalogue import BY_LEX_NAME, BY_LEX_SLOT, LEX_SLOT_OF_CONTEXT
from backend.conversations.engines.port import Answer, Claim, EngineError, Failure, Question

_MOST_CHARACTERS = 1024
_FALLBACK = "FallbackIntent"
_ANSWERED = 0.7  # Lex gives no score when it took the message for the answer to its question
_THROTTLED = frozenset({"ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"})


class LexEngine:
    """Asks RecognizeText. `locales` are those the bot has ('es_ES', 'en_US', ...), the better of two of a language first."""

    name = "lex"

    def __init__(
        self,
        *,
        bot_id: str,
        alias_id: str,
        region: str,
        endpoint_url: str,
        locales: Sequence[str],
        timeout: float,
    ) -> None:
        import boto3  # see the module's docstring
        from botocore import exceptions, parsers
        from botocore.config import Config

        self._errors, self._parsing = exceptions, parsers
        self._client: Any = boto3.session.Session().client(
            "lexv2-runtime",
            region_name=region,
            endpoint_url=endpoint_url or None,
            config=Config(
                connect_timeout=timeout,
                read_timeout=timeout,
                retries={"total_max_attempts": 1, "mode": "standard"},
            ),
        )
        self._bot = {"botId": bot_id, "botAliasId": alias_id}
        self._locales = tuple(locales)

    def ask(self, question: Question, within: float) -> Answer:
        """See `Engine`. The client's own time-outs are those of the settings; the caller's deadline ends what takes longer."""
        request = {
            **self._bot,
            "localeId": locale_of(question, self._locales),
            "sessionId": uuid4().hex,
            "text": question.text[:_MOST_CHARACTERS],
            "requestAttributes": {"x-amz-lex:time-zone": question.tz},
        }
        expected = LEX_SLOT_OF_CONTEXT.get(question.context or "")
        if expected:
            request["sessionState"] = {
                "dialogAction": {"type": "ElicitSlot", "slotToElicit": expected},
                "intent": {"name": "Reserve", "slots": {}, "state": "InProgress"},
            }
        return answer_of(self._recognised(request))

    def _recognised(self, request: dict[str, Any]) -> Mapping[str, Any]:
        try:
            answered: Mapping[str, Any] = self._client.recognize_text(**request)
        except self._errors.ClientError as refused:
            raise _failure(refused.response) from refused
        except (self._errors.ConnectTimeoutError, self._errors.ReadTimeoutError) as late:
            raise EngineError("timeout") from late
        except self._errors.BotoCoreError as lost:
            raise EngineError("unreachable", type(lost).__name__) from lost
        except (self._parsing.ResponseParserError, AttributeError, TypeError, ValueError) as odd:
            # boto takes an answer to be of its model, and stumbles in many ways over one that is not.
            raise EngineError("malformed", type(odd).__name__) from odd
        return answered


def locale_of(question: Question, locales: Sequence[str]) -> str:
    """The bot's locale for the guest: of the very region, else the first of the language, else the first at all."""
    exact = question.locale.replace("-", "_")
    alike = [each for each in locales if each.startswith(question.language)]
    if exact in alike:
        return exact
    # Latin America writes to es_419 where the bot has it.
    if question.language == "es" and "_" in exact and exact != "es_ES" and "es_419" in alike:
        return "es_419"
    return (alike or list(locales))[0]


def _failure(response: Mapping[str, Any]) -> EngineError:
    code = str(response.get("Error", {}).get("Code", ""))
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    kind: Failure = (
        "throttled" if code in _THROTTLED or status == 429 else "failed" if status >= 500 else "rejected"
    )
    return EngineError(kind, code or str(status), only_this_message=code == "ValidationException")


def answer_of(answered: Mapping[str, Any]) -> Answer:
    """The best interpretation as an answer; raises EngineError('malformed') when there is none in it."""
    interpretations = answered.get("interpretations")
    if not isinstance(interpretations, list) or not interpretations:
        raise EngineError("malformed", "no interpretations")
    best = interpretations[0]
    intent = best.get("intent") or {}
    name = intent.get("name")
    if not isinstance(name, str):
        raise EngineError("malformed", "an interpretation without an intent")
    claims = tuple(_claims(intent.get("slots") or {}))
    return Answer(BY_LEX_NAME.get(name, "other"), claims, _confidence(best, name, claims))


def _confidence(best: Mapping[str, Any], name: str, claims: Sequence[Claim]) -> float:
    score = (best.get("nluConfidence") or {}).get("score")
    if isinstance(score, int | float):
        return float(score)
    return _ANSWERED if name != _FALLBACK and claims else 0.0


def _claims(slots: Mapping[str, Any]) -> list[Claim]:
    claims = []
    for lex_name, filled in slots.items():
        value = (filled or {}).get("value") or {}
        slot = BY_LEX_SLOT.get(lex_name)
        words, read = value.get("originalValue"), _value(value)
        if slot and isinstance(words, str) and read:
            claims.append(Claim(slot, read, words))
    return claims


def _value(value: Mapping[str, Any]) -> str | None:
    """What Lex resolved the words to: an ambiguous hour has several values, and no interpreted one."""
    read = value.get("interpretedValue") or next(iter(value.get("resolvedValues") or ()), None)
    return read if isinstance(read, str) else None
