"""The live feed: committed events on every screen of the house at once (docs/decisions/006-live-feed.md).

`LiveFeed` is mounted on the web application; `RedisLiveSink` is what the worker's relay announces through.
"""

from backend.platform.live.messages import Enrich
from backend.platform.live.route import LiveFeed
from backend.platform.live.sink import RedisLiveSink

__all__ = ["Enrich", "LiveFeed", "RedisLiveSink"]
