"""The chat widget's files under /widget/v1, for any site's page. Mounted by `backend.app`; what is served is `widget.serving`'s."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from backend.pages.web import allowed_to
from backend.platform.http.caller import ANYONE
from widget.serving import widget_file


def widget_blueprint() -> Blueprint:
    """GET /widget/v1/<path>."""
    blueprint = Blueprint("widget", __name__, url_prefix="/widget/v1")

    @blueprint.get("/<path:path>")
    @allowed_to({ANYONE})
    def file(path: str) -> Response:
        found = widget_file(path)
        if found is None:
            abort(404)
        zipped = request.accept_encodings.quality("gzip") > 0
        answer = Response(found.gzipped if zipped else found.body, headers=found.headers)
        if zipped:
            answer.headers["Content-Encoding"] = "gzip"
        answer.make_conditional(request)
        return answer

    return blueprint
