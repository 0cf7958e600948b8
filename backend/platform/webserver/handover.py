"""How a request gives its connection away: the live feed answers with HANDED_OVER once it has taken the
socket.

Pure; used by the live feed's route and by the web process, which knows the answer by its identity.
"""

HANDED_OVER: list[bytes] = []
