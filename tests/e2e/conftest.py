"""Fixtures that the end-to-end tests share; each is documented where it is written."""

import pytest

pytest.register_assert_rewrite("bursts", "crowd", "feed_follower", "http_client", "running")

from browser import chromium, new_page, page  # noqa: E402, F401
from running import saveit  # noqa: E402, F401
from widget_page import chat, host, widget  # noqa: E402, F401
