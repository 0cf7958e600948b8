"""Fixtures that the end-to-end tests share; each is documented where it is written."""

from browser import chromium, new_page, page  # noqa: F401
from widget_page import chat, host, widget  # noqa: F401
