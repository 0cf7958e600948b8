"""The live feed: committed events on every screen of the house at once (docs/decisions/006-live-feed.md), and what concerns them on
guests' open pages.

`LiveFeed` is mounted on the web application; `RedisLiveSink` is what the worker's relay announces through, `RedisWhispers` what
typing is told through.
"""

from backend.platform.live.chats import Chats, News, Page, Seat
from backend.platform.live.messages import Enrich
from backend.platform.live.route import LiveFeed
from backend.platform.live.sink import RedisLiveSink
from backend.platform.live.whispers import RedisWhispers

__all__ = ["Chats", "Enrich", "LiveFeed", "News", "Page", "RedisLiveSink", "RedisWhispers", "Seat"]
