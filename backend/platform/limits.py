"""Rate limits: a rolling count a minute in Redis. When Redis is down traffic passes, and the failure is counted.

Called by the HTTP edge for each caller and by sign-in for each address and account.
"""

from __future__ import annotations

import time

from backend.platform.redis import Redis, Script
from backend.platform.refusals import Refusal

# Two fixed windows, weighted by how far the present one has run: a rolling minute from two counters.
_COUNT = Script("""
local now = tonumber(ARGV[1])
local limit = tonumber(ARGV[2])
local window = math.floor(now / 60)
local here = KEYS[1] .. ':' .. window
local before = tonumber(redis.call('get', KEYS[1] .. ':' .. (window - 1)) or '0')
local count = tonumber(redis.call('get', here) or '0')
local share = 1 - (now % 60) / 60
if before * share + count + 1 > limit then return 0 end
redis.call('incr', here)
redis.call('expire', here, 120)
return 1
""")


class RateLimiter:
    """Counts by key; `enabled` false lets everything pass (load measurements only)."""

    def __init__(self, redis: Redis, *, enabled: bool) -> None:
        self._redis = redis
        self._enabled = enabled

    def pass_or_refuse(self, key: str, per_minute: int) -> None:
        """Counts one call; raises Refusal('rate_limited') with Retry-After past the limit."""
        if not self._enabled:
            return
        now = time.time()
        answers = self._redis.run(_COUNT.step([f"limit:{key}"], [str(now), per_minute]))
        if answers is not None and answers[0] == 0:
            wait = max(1, int(60 - now % 60))
            raise Refusal(
                "rate_limited",
                params={"limit": per_minute, "seconds": wait},
                headers={"Retry-After": str(wait)},
            )
