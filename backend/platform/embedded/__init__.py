"""PostgreSQL and Redis from wheels, run on this machine (docs/decisions/003-embedded-servers.md).

Called by the supervisor, which runs their processes, and by the tests' servers. Public names below.
"""

from backend.platform.embedded.places import Places, settle
from backend.platform.embedded.postgres import EmbeddedPostgres
from backend.platform.embedded.redis import EmbeddedRedis
from backend.platform.embedded.trouble import Trouble
from backend.platform.embedded.user import ServerUser, server_user

__all__ = ["EmbeddedPostgres", "EmbeddedRedis", "Places", "ServerUser", "Trouble", "server_user", "settle"]
