"""What the pages look like:

The style sheet, a restaurant's colour, the icon; and the front page. Mounted by the app.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, Response, request

from backend.pages.plain_views import render_landing_page
from backend.pages.records import Landing
from backend.pages.theme import restaurant_sheet, stylesheet, stylesheet_version
from backend.pages.web import allowed_to, html, prepare, reader
from backend.platform import brand
from backend.platform.http import ANYONE
from backend.platform.refusals import Refusal

_ICON = Path(__file__).parent / "static" / "icon.svg"
_FOR_EVER = "public, max-age=31536000, immutable"


def assets_blueprint() -> Blueprint:
    """/pages/saveit.css, /pages/colour/<RRGGBB>.css and /pages/icon.svg."""
    blueprint = Blueprint("page_assets", __name__, url_prefix="/pages")
    prepare(blueprint)
    anyone = allowed_to({ANYONE})

    @blueprint.get("/saveit.css")
    @anyone
    def sheet() -> Response:
        fresh = request.args.get("v") == stylesheet_version()
        return _asset(stylesheet(), "text/css", _FOR_EVER if fresh else "no-cache")

    @blueprint.get("/colour/<colour>.css")
    @anyone
    def colour_sheet(colour: str) -> Response:
        if not brand.is_colour(f"#{colour}"):
            raise Refusal("not_found")
        # Not for ever: how a colour is made readable may change with the brand.
        return _asset(restaurant_sheet(f"#{colour.upper()}"), "text/css", "public, max-age=86400")

    @blueprint.get("/icon.svg")
    @anyone
    def icon() -> Response:
        return _asset(_ICON.read_text(encoding="utf-8"), "image/svg+xml", "public, max-age=86400")

    return blueprint


def landing_blueprint(landing: Callable[[], Landing]) -> Blueprint:
    """/ for a demonstration; `landing` is asked at each visit, for the booking it points to changes."""
    blueprint = Blueprint("landing_page", __name__)
    prepare(blueprint)

    @blueprint.get("/")
    @allowed_to({ANYONE})
    def front() -> Response:
        locale = reader().locale(None, "es")
        return html(render_landing_page(landing(), locale))

    return blueprint


def _asset(body: str, mimetype: str, cache: str) -> Response:
    answer = Response(body, mimetype=mimetype)
    answer.headers["Cache-Control"] = cache
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return answer
