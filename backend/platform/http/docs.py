"""`/openapi.json`, `/docs` and `/docs/problems`: the same declarations for programs and for people. Mounted by `backend.app`.

Everything is served from here: no script, and nothing from other servers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from backend.platform.brand import tokens
from backend.platform.http import docs_view
from backend.platform.http.caller import ANYONE
from backend.platform.http.endpoint import Answer, Api, Call, Endpoint
from backend.platform.http.openapi import document
from backend.platform.texts import say

_HERE = Path(__file__).parent
_KEPT = {"Cache-Control": "public, max-age=300"}
_BY_LANGUAGE = {**_KEPT, "Vary": "Accept-Language"}


def docs_api(endpoints: Callable[[], Sequence[Endpoint]], version: str) -> Api:
    """The routes; `endpoints` is asked at the first request, when every folder has been mounted, and includes these."""
    api = Api("documentation", prefix="")
    guide = _Guide(endpoints, version)

    @api.route(
        "GET",
        "/openapi.json",
        who={ANYONE},
        unguarded=True,
        summary="This document",
        answers={200: "application/json"},
    )
    def openapi(call: Call) -> Answer:
        return Answer(guide.document(call.base_url), headers=_KEPT)

    @api.route(
        "GET",
        "/docs",
        who={ANYONE},
        unguarded=True,
        summary="The same, for people",
        answers={200: "text/html"},
    )
    def docs(call: Call) -> Answer:
        return Answer(guide.page(call.locale), headers=_BY_LANGUAGE, mimetype="text/html")

    @api.route(
        "GET",
        "/docs/problems",
        who={ANYONE},
        unguarded=True,
        summary="Every code of a refusal",
        answers={200: "text/html"},
    )
    def problems(call: Call) -> Answer:
        return Answer(_problems(call.locale), headers=_BY_LANGUAGE, mimetype="text/html")

    @api.route(
        "GET",
        "/docs/style.css",
        who={ANYONE},
        unguarded=True,
        summary="The style of these pages",
        answers={200: "text/css"},
    )
    def style(call: Call) -> Answer:
        return Answer(_style(), headers=_KEPT, mimetype="text/css")

    return api


class _Guide:
    """The document and its page, made once."""

    def __init__(self, endpoints: Callable[[], Sequence[Endpoint]], version: str) -> None:
        self._endpoints = endpoints
        self._version = version
        self._made: dict[str, Any] | None = None
        self._pages: dict[str, str] = {}

    def document(self, base_url: str) -> str:
        """The document as JSON, for a reader who came by that address."""
        return json.dumps({**self._document(), "servers": [{"url": base_url}]}, ensure_ascii=False)

    def page(self, locale: str) -> str:
        """The page in a language."""
        if locale not in self._pages:
            made = self._document()
            self._pages[locale] = _render(
                "docs.html",
                locale,
                version=self._version,
                operations=docs_view.operations(made, locale),
                shapes=docs_view.shapes(made, locale),
            )
        return self._pages[locale]

    def _document(self) -> dict[str, Any]:
        if self._made is None:
            self._made = document(self._endpoints(), "", self._version)
        return self._made


@lru_cache
def _problems(locale: str) -> str:
    return _render("docs_problems.html", locale, problems=docs_view.problems(locale))


@lru_cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _render(template: str, locale: str, **values: object) -> str:
    return _environment().get_template(template).render(locale=locale, say=partial(_say, locale), **values)


def _say(locale: str, key: str) -> str:
    return say(key, locale)


@lru_cache
def _style() -> str:
    light, dark = (_variables(tokens()[scheme]) for scheme in ("light", "dark"))
    rules = (_HERE / "static" / "docs.css").read_text(encoding="utf-8")
    return f":root {{ color-scheme: light dark; {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n{rules}"


def _variables(palette: dict[str, str]) -> str:
    return " ".join(
        f"--{re.sub(r'(?<=[a-z])(?=[A-Z])', '-', role).lower()}: {value};" for role, value in palette.items()
    )
