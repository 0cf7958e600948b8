"""widget/demo.html as a restaurant's site would serve it: on its own origin, under a strict policy, against any SaveIt."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from widget_stand_in import LoopbackServer, send

from widget.serving import FOLDER

POLICY = (
    "default-src 'none'; script-src 'self' {host}/widget/v1/; style-src 'self'; connect-src {host} {socket}; "
    "img-src {host}; base-uri 'none'; form-action 'none'"
)
_TYPES = {".css": "text/css", ".js": "text/javascript", ".html": "text/html; charset=utf-8"}


class HostileSite(LoopbackServer):
    """`address` shows the page with the widget of `saveit` (an origin) for a restaurant."""

    def __init__(self, saveit: str, slug: str, key: str, language: str = "es") -> None:
        self._saveit, self._slug, self._key, self._language = saveit, slug, key, language
        super().__init__(self._answer, "localhost")
        self.address = f"{self.origin}/demo.html"

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        path = FOLDER / urlsplit(request.path).path.lstrip("/")
        if path.name != "demo.html" and path.parent.name != "demo":
            send(request, 404, b"", {})
            return
        body = path.read_text(encoding="utf-8")
        for name, value in (("HOST", self._saveit), ("SLUG", self._slug), ("pk_…", self._key)):
            body = body.replace(name, value)
        body = body.replace('lang="es" restaurant-name', f'lang="{self._language}" restaurant-name')
        policy = POLICY.format(host=self._saveit, socket=self._saveit.replace("http", "ws", 1))
        headers = {"Content-Type": _TYPES[path.suffix], "Content-Security-Policy": policy}
        send(request, 200, body.encode(), headers)
