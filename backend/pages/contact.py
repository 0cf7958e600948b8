"""Reads who books from the booking form.

Pure; called by the booking route. The use case has the last word on each value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from backend.notifications import Voice
from backend.pages.records import Contact
from backend.pages.restaurant_views import ContactDraft

_LONGEST = {"name": 80, "email": 254, "phone": 32, "notes": 500}
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")


def draft_of(form: Mapping[str, str]) -> ContactDraft:
    """What was typed, to be shown again."""
    return ContactDraft(
        name=form.get("name", ""),
        email=form.get("email", ""),
        phone=form.get("phone", ""),
        notes=form.get("notes", ""),
        privacy=form.get("privacy") == "yes",
    )


def read_contact(draft: ContactDraft, voice: Voice) -> tuple[Contact, dict[str, str]]:
    """The contact, and a sentence for each field that cannot be right."""
    problems = {
        name: voice.say("page.problem.long", most=most)
        for name, most in _LONGEST.items()
        if len(getattr(draft, name)) > most
    }
    if not draft.name:
        problems["name"] = voice.say("page.problem.name")
    if draft.email and not _EMAIL.fullmatch(draft.email):
        problems.setdefault("email", voice.say("page.problem.email"))
    if not draft.email and not draft.phone:
        problems["email"] = voice.say("page.problem.contact")
    if not draft.privacy:
        problems["privacy"] = voice.say("page.problem.privacy")
    contact = Contact(
        " ".join(draft.name.split()),
        draft.email or None,
        draft.phone or None,
        draft.notes or None,
        draft.privacy,
    )
    return contact, problems
