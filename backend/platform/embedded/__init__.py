"""PostgreSQL and Redis from wheels, run on this machine (docs/decisions/003-embedded-servers.md).

Called by the supervisor, which runs their processes, and by the tests' servers. Nothing is imported here:
`trouble` is also used by `scripts/run` before anything is installed.
"""
