"""Starts, watches, restarts and stops everything that SaveIt is on one machine. Called by `python -m backend
supervise`.
"""

from backend.platform.supervisor.plan import supervise

__all__ = ["supervise"]
