"""Starts, watches, restarts and stops everything that SaveIt is on one machine: `plan.supervise`, called by
`python -m backend supervise`.

Nothing is imported here: `lock` and the texts are also used by `scripts/run` before anything is installed.
"""
