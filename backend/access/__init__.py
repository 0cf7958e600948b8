"""Who may come in: staff and their sessions, devices, API keys, guest links.

Other folders use the names below; services and the authenticator are joined in `backend.wiring`.
"""

from backend.access.domain import GuestLink, issue_guest_link, read_guest_link
from backend.access.keyring import guest_link_key

__all__ = ["GuestLink", "guest_link_key", "issue_guest_link", "read_guest_link"]
