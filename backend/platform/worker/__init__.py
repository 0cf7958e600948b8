"""The worker: relays events, runs their handlers and scheduled work, sends messages, keeps house
(docs/decisions/007-worker-lanes.md).

Called by `python -m backend worker`. Several may run at once, on one machine or many.
"""

from backend.platform.worker.errand import Errand
from backend.platform.worker.loop import WorkerServices, run
from backend.platform.worker.upkeep import Upkeep

__all__ = ["Errand", "Upkeep", "WorkerServices", "run"]
