"""A restaurant's own words in place of ours: checked before they are kept, harmless when they fail.

Called by the settings use case (`problems_of`) and by rendering (`fill`). A restaurant writes words only:
subject, body and short text, with placeholders and conditions. The frame, the code, the details and the links
stay ours, so no override can break a mail, hide what a guest needs, run for long or reach anything but its
placeholders.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from backend.notifications.composing import compose
from backend.notifications.domain.kinds import MessageKind
from backend.notifications.samples import sample_facts
from backend.notifications.voice import Voice

Part = Literal["subject", "body", "short"]
LONGEST: Mapping[str, int] = {"subject": 200, "body": 4000, "short": 600}

_FILTERS = frozenset({"upper", "lower", "capitalize", "trim", "default"})
_RESERVED = frozenset(
    {"self", "super", "caller", "loop", "varargs", "kwargs"}
)  # names the template engine fills
# What words need, and nothing that loops, assigns, imports or calls: the text bounds time and memory.
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.CondExpr,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Compare,
    nodes.Operand,
    nodes.Filter,
)


class BadOverrideError(ValueError):
    """An override that cannot be used; the text says why, in English, for the restaurant's settings page."""


@dataclass(frozen=True, slots=True)
class Override:
    """A restaurant's own words for one part of one kind of message in one language ('es' or 'en')."""

    kind: MessageKind
    language: str
    part: Part
    source: str


def problems_of(override: Override) -> list[str]:
    """What is wrong with it, found by rendering it with sample bookings; empty when it may be kept."""
    try:
        for facts in sample_facts(override.kind):
            for formality in ("tu", "usted"):
                letter = compose(override.kind, facts, Voice(override.language, formality))
                fill(override, letter.words)
    except BadOverrideError as problem:
        return [str(problem)]
    return []


def choose(overrides: Iterable[Override], kind: MessageKind, language: str, part: Part) -> Override | None:
    """The restaurant's override for this part, or None."""
    wanted = (kind, language, part)
    return next((each for each in overrides if (each.kind, each.language, each.part) == wanted), None)


def fill(override: Override, known: Mapping[str, str]) -> str:
    """The override's words with its placeholders filled; raises BadOverrideError and nothing else."""
    try:
        text = _compiled(override.source, override.part).render(known).strip()
    except BadOverrideError:
        raise
    except Exception as failure:
        raise BadOverrideError(f"{type(failure).__name__}: {failure}") from failure
    if not text:
        raise BadOverrideError("the text is empty")
    return " ".join(text.split()) if override.part == "subject" else text


@lru_cache(maxsize=512)
def _compiled(source: str, part: str) -> Template:
    if len(source) > LONGEST[part]:
        raise BadOverrideError(f"longer than {LONGEST[part]} characters")
    try:
        _refuse_more_than_words(_ENVIRONMENT.parse(source))
        return _ENVIRONMENT.from_string(source)
    except (TemplateError, RecursionError) as failure:
        raise BadOverrideError(f"cannot be read: {failure}") from failure


def _refuse_more_than_words(tree: nodes.Template) -> None:
    for node in (tree, *tree.find_all(nodes.Node)):
        if not isinstance(node, _ALLOWED):
            raise BadOverrideError(f"line {node.lineno}: {type(node).__name__.lower()} is not allowed here")
        if isinstance(node, nodes.Name) and node.name in _RESERVED:
            raise BadOverrideError(f"line {node.lineno}: {node.name!r} is no placeholder")
        if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            raise BadOverrideError(f"line {node.lineno}: there is no filter {node.name!r} here")


# Plain text: the mail layout escapes it when it goes into HTML, SMS and chat take it as it is.
_ENVIRONMENT = ImmutableSandboxedEnvironment(autoescape=False, undefined=StrictUndefined)
_ENVIRONMENT.globals.clear()
