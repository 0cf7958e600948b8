"""The JSON of access, in and out. Called by the routes; OpenAPI is made from it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, Secret, StringConstraints

from backend.access.domain import Role
from backend.platform.shapes import Shape

Email = Annotated[str, StringConstraints(min_length=3, max_length=254)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80)]
# Never printed, and the one text whose spaces are its own.
Password = Annotated[
    Secret[Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=1000)]],
    Field(json_schema_extra={"format": "password", "writeOnly": True}),
]
KeyKind = Literal["publishable", "secret"]
Locale = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
RefreshToken = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class PageQuery(Shape):
    """Which part of a list."""

    limit: int = Field(200, ge=1, le=500)
    cursor: UUID | None = Field(None, description="`nextCursor` of the part before")


# sessions ---------------------------------------------------------------------------------------------------


class SignIn(Shape):
    """E-mail and password of a member of staff."""

    email: Email
    password: Password


class RefreshBody(Shape):
    """The refresh token last received. Each is used once and gives the next."""

    refresh_token: RefreshToken


class SessionOut(Shape):
    """Tokens of a session. `expiresIn` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


class NewPassword(Shape):
    """One's own password, the present and the new one."""

    current_password: Password
    new_password: Password


class Me(Shape):
    """Who the caller is: a member of staff or a device. `role`, `email`, `locale` are of staff only."""

    kind: Literal["staff", "device"]
    id: UUID
    restaurant_id: UUID
    name: str
    role: Role | None = None
    email: str | None = None
    locale: str | None = None


# people -----------------------------------------------------------------------------------------------------


class StaffIn(Shape):
    """A new member of staff."""

    email: Email
    name: Name
    role: Role
    password: Password
    locale: Locale = "es-ES"


class StaffChange(Shape):
    """What to change about a member of staff; what is absent stays."""

    email: Email | None = None
    name: Name | None = None
    role: Role | None = None
    password: Password | None = None
    locale: Locale | None = None
    active: bool | None = None


class StaffOut(Shape):
    """A member of staff."""

    id: UUID
    email: str
    name: str
    role: Role
    locale: str
    active: bool
    created_at: datetime


class StaffAnswer(Shape):
    """One member of staff."""

    staff: StaffOut


class StaffList(Shape):
    """The members of staff."""

    staff: list[StaffOut]
    next_cursor: UUID | None = None


# devices ----------------------------------------------------------------------------------------------------


class Enrol(Shape):
    """What a new device sends: the code it was shown and what it shall be called."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    name: Name


class Enrolled(Shape):
    """The device's identity. The token is not shown again."""

    device_id: UUID
    device_token: str
    restaurant_id: UUID


class EnrolmentCodeIn(Shape):
    """How many devices may use the code, and for how long."""

    uses: int = Field(1, ge=1, le=50)
    valid_minutes: int = Field(60, ge=5, le=7 * 24 * 60)


class EnrolmentCodeMade(Shape):
    """A new code, shown once. `text` is what the QR at `qrUrl` says."""

    id: UUID
    code: str
    text: str
    qr_url: str
    uses_left: int
    expires_at: datetime


class EnrolmentCodeOut(Shape):
    """A code that can still be used."""

    id: UUID
    uses_left: int
    expires_at: datetime
    created_by: str
    created_at: datetime


class EnrolmentCodeList(Shape):
    """The codes that can still be used."""

    codes: list[EnrolmentCodeOut]
    next_cursor: UUID | None = None


class DeviceOut(Shape):
    """A device. `seenAt` is good to about a minute."""

    id: UUID
    name: str
    enrolled_at: datetime
    seen_at: datetime | None
    revoked_at: datetime | None


class DeviceAnswer(Shape):
    """One device."""

    device: DeviceOut


class DeviceList(Shape):
    """The devices."""

    devices: list[DeviceOut]
    next_cursor: UUID | None = None


# API keys ---------------------------------------------------------------------------------------------------


Origin = Annotated[
    str,
    StringConstraints(to_lower=True, pattern=r"^https?://[A-Za-z0-9][A-Za-z0-9.-]{0,252}(:[0-9]{1,5})?$"),
    Field(description="a site as browsers name it", examples=["https://www.casalucia.example"]),
]
Origins = Annotated[list[Origin], Field(max_length=50)]


class ApiKeyIn(Shape):
    """A new key. Without `limitPerMinute` the limit of its kind holds; without `origins` a publishable one may
    be used on every site."""

    kind: KeyKind
    name: Name
    limit_per_minute: int | None = Field(None, ge=1, le=100_000)
    origins: Origins = Field(default_factory=list)


class OriginsIn(Shape):
    """The sites whose pages may use the key; none: all."""

    origins: Origins


class ApiKeyOut(Shape):
    """A key. `key` is the whole text of a publishable one; of a secret one only `hint` can be shown again."""

    id: UUID
    kind: KeyKind
    name: str
    hint: str
    key: str | None
    limit_per_minute: int | None
    origins: list[str]
    created_at: datetime
    revoked_at: datetime | None


class ApiKeyMade(Shape):
    """A new key with its text."""

    key: str
    api_key: ApiKeyOut


class ApiKeyAnswer(Shape):
    """One key."""

    api_key: ApiKeyOut


class ApiKeyList(Shape):
    """The keys."""

    api_keys: list[ApiKeyOut]
    next_cursor: UUID | None = None
