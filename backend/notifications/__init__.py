"""What is sent to whom, when, in which language. The pure names other folders may use.

`render` makes a message from `BookingFacts`; `schedule` plans reminders; `calendar_file` makes the calendar
entry; `Voice` and the sentences are shared with the guest pages so that mail and page speak alike.
"""

from backend.notifications.calendar_files import calendar_file
from backend.notifications.composing import details
from backend.notifications.domain.facts import (
    BookingFacts,
    EarlierFacts,
    Formality,
    LinkFacts,
    PolicyFacts,
    Requirement,
    RestaurantFacts,
)
from backend.notifications.domain.kinds import MessageKind, Priority, priority
from backend.notifications.domain.reminders import ReminderRules, in_quiet_hours, schedule
from backend.notifications.overrides import Override, problems_of
from backend.notifications.placeholders import words
from backend.notifications.rendering import render
from backend.notifications.samples import sample_facts
from backend.notifications.sentences import policy_sentence, status_sentences
from backend.notifications.voice import Voice

__all__ = [
    "BookingFacts",
    "EarlierFacts",
    "Formality",
    "LinkFacts",
    "MessageKind",
    "Override",
    "PolicyFacts",
    "Priority",
    "ReminderRules",
    "Requirement",
    "RestaurantFacts",
    "Voice",
    "calendar_file",
    "details",
    "in_quiet_hours",
    "policy_sentence",
    "priority",
    "problems_of",
    "render",
    "sample_facts",
    "schedule",
    "status_sentences",
    "words",
]
