"""The mailbox in the browser:

What the mailbox folder took, as its reader would see it. Only on the embedded home.

Mounted by the app beside the guest pages; on AWS there is no such folder and no such page.
"""

from backend.pages.mailbox.routes import mailbox_blueprint

__all__ = ["mailbox_blueprint"]
