"""Phones and e-mail addresses as people write them, brought to one form so that a guest is found again. Pure."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

# Deliberately simple: one @, something before, a dotted domain after. Whether it works, only a mail can tell.
_EMAIL = re.compile(r"[^@\s,;<>()\"]{1,64}@[^@\s,;<>()\"]{1,190}\.[^@\s.,;<>()\"]{2,}")
# Control and formatting characters have no place in a name; joiners inside emoji do.
_UNWANTED = re.compile(r"[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


def phone_number(text: str, locale: str) -> str | None:
    """E.164 ('+34600111222') of a number written with its country code or as in the locale's country; None if it is none."""
    region = locale.replace("_", "-").split("-")[-1].upper() if "-" in locale.replace("_", "-") else "ES"
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email_address(text: str) -> str | None:
    """The address in lower case, or None if it is none."""
    address = text.strip().lower()
    return address if len(address) <= 254 and _EMAIL.fullmatch(address) else None


def person_name(text: str) -> str:
    """The name without control characters and doubled spaces, in composed form; may be empty."""
    return " ".join(_UNWANTED.sub(" ", unicodedata.normalize("NFC", text)).split())


def search_form(text: str) -> str:
    """Letters and digits without accents or case, for 'garcia' to find 'García'."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(each for each in decomposed if not unicodedata.combining(each)).casefold()
