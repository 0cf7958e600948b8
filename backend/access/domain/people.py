"""Who may manage whom, what an e-mail address and a good password are. Standard library only; called by the
services.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["owner", "manager", "host"]

_RANK = {"host": 1, "manager": 2, "owner": 3}
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f.]+(\.[^@\s\x00-\x1f\x7f.]+)+")
_EMAIL_MOST = 254
PASSWORD_LEAST = 10
PASSWORD_MOST = 200
_FEWEST_DIFFERENT = 5
# What guessing programs try first, in both languages of the house, without digits or marks at the end.
_COMMON = frozenset(
    word
    for line in (
        "password passwort contrasena contraseña contrasenya qwerty qwertyuiop asdfghjkl iloveyou teamo",
        "restaurante restaurant saveit bienvenido bienvenida welcome reservas reservations hostelero",
        "administrador administrator propietario encargado camarero changeme cambiame temporal secreto",
        "estrella princesa barcelona realmadrid madrid mexico argentina football futbol letmein",
    )
    for word in line.split(" ")
)


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """Why a value is not accepted: a stable code and the numbers for its sentence."""

    code: str
    params: dict[str, object] = field(default_factory=dict)


def may_manage(actor: str, *roles: str) -> bool:
    """Whether `actor` may create, change or switch off people of those roles: owners everyone, managers
    hosts.
    """
    if actor == "owner":
        return True
    return actor == "manager" and all(_RANK[role] < _RANK["manager"] for role in roles)


def may_handle_key(actor: str, kind: str) -> bool:
    """Whether `actor` may make or revoke keys of that kind. A secret key opens every guest's data: owners
    only.
    """
    return actor == "owner" or (actor == "manager" and kind == "publishable")


def normalise_email(text: str) -> str | None:
    """The address as it is compared: trimmed, composed, lower case; None when it is not an address."""
    address = unicodedata.normalize("NFKC", text).strip().casefold()
    return address if len(address) <= _EMAIL_MOST and _EMAIL.fullmatch(address) else None


def normalise_password(text: str) -> str:
    """One spelling for what different keyboards compose differently (ñ as one character or two)."""
    return unicodedata.normalize("NFKC", text)


def password_problem(password: str, email: str) -> FieldProblem | None:
    """Why a new password is too weak, or None. `email` is the account's normalised address."""
    length = len(password)
    if length < PASSWORD_LEAST:
        return FieldProblem("too_short", {"min": PASSWORD_LEAST})
    if length > PASSWORD_MOST:
        return FieldProblem("too_long", {"max": PASSWORD_MOST})
    plain = password.casefold()
    if len(set(plain)) < _FEWEST_DIFFERENT or _is_common(plain):
        return FieldProblem("too_common")
    if email in plain or plain == email.split("@")[0]:
        return FieldProblem("like_email")
    return None


def _is_common(plain: str) -> bool:
    return plain.isdecimal() or plain in _COMMON or re.sub(r"[\d\W_]+$", "", plain) in _COMMON
