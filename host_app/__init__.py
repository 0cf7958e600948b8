"""SaveIt at the door: the host app for a tablet at the entrance and the desktop in the office.

`core` decides without window, camera or network; `devices` touches hardware, disk and server; `ui` draws.
"""

__version__ = "0.1.0"
