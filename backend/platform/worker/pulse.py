"""The worker's sign of life, for /readyz: a key in Redis that lapses. Pure.

Not the truth about anything: a worker without Redis works on unseen.
"""

PULSE_KEY = "saveit:worker:pulse"
PULSE_S = 5
PULSE_KEPT_S = 20
