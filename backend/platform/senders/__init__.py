"""How a written message leaves the house: the port, its errors, and its adapters.

The delivery handler calls `MessageSender.send`; `backend/wiring.py` chooses the adapter. AWS and provider
adapters (SES, SNS, Twilio, Meta) join here and pass the same tests.
"""

from backend.platform.senders.by_channel import SenderByChannel
from backend.platform.senders.mailbox import (
    MailboxFolderSender,
    Stored,
    StoredPart,
    count_mailbox,
    erase_from_mailbox,
    list_mailbox,
    open_stored,
)
from backend.platform.senders.message import Attachment, Channel, MailHead, Outgoing, Recipient, Rendered
from backend.platform.senders.mime import build_mail
from backend.platform.senders.port import (
    AccountSendError,
    InDoubtSendError,
    MessageSender,
    OptedOutError,
    PermanentSendError,
    SendError,
    TemporarySendError,
    WindowClosedError,
)
from backend.platform.senders.smtp import SmtpSender, SmtpSettings

__all__ = [
    "AccountSendError",
    "Attachment",
    "Channel",
    "InDoubtSendError",
    "MailHead",
    "MailboxFolderSender",
    "MessageSender",
    "OptedOutError",
    "Outgoing",
    "PermanentSendError",
    "Recipient",
    "Rendered",
    "SendError",
    "SenderByChannel",
    "SmtpSender",
    "SmtpSettings",
    "Stored",
    "StoredPart",
    "TemporarySendError",
    "WindowClosedError",
    "build_mail",
    "count_mailbox",
    "erase_from_mailbox",
    "list_mailbox",
    "open_stored",
]
