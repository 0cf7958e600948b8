"""The `/auth` endpoints: sign in, go on, sign out, who am I, one's own password."""

from __future__ import annotations

from backend.access.schemas import Me, NewPassword, RefreshBody, SessionOut, SignIn
from backend.access.service import AccessService, Session
from backend.platform.http import ANYONE, DEVICE, STAFF, Answer, Api, Call
from backend.platform.refusals import Refusal

_REFRESH_EXAMPLE = {"refreshToken": "rt_8sT1kYpQ0vXcB7nM2wLr5zJd9HfGaE3u"}


def session_routes(api: Api, service: AccessService) -> None:
    """Declares them."""
    sessions = service.sessions

    @api.route(
        "POST",
        "/auth/login",
        who={ANYONE},
        summary="Sign in as a member of staff",
        body=SignIn,
        answers={200: SessionOut},
        refusals=("invalid_credentials", "rate_limited"),
        example={"email": "lucia@lamarea.example", "password": "una frase larga y mía"},
    )
    def login(call: Call, body: SignIn) -> SessionOut:
        return _out(sessions.sign_in(body.email, body.password.get_secret_value(), _address(call)))

    @api.route(
        "POST",
        "/auth/refresh",
        who={ANYONE},
        summary="Exchange a refresh token for the next tokens",
        body=RefreshBody,
        answers={200: SessionOut},
        refusals=("unauthenticated", "token_expired", "token_reused", "rate_limited"),
        example=_REFRESH_EXAMPLE,
    )
    def refresh(call: Call, body: RefreshBody) -> SessionOut:
        return _out(sessions.refresh(body.refresh_token))

    @api.route(
        "POST",
        "/auth/logout",
        who={ANYONE},
        summary="End the session of a refresh token",
        body=RefreshBody,
        answers={204: None},
        refusals=("rate_limited",),
        example=_REFRESH_EXAMPLE,
    )
    def logout(call: Call, body: RefreshBody) -> Answer:
        sessions.sign_out(body.refresh_token)
        return Answer(None, 204)

    @api.route(
        "GET",
        "/auth/me",
        who=STAFF | {DEVICE},
        summary="Who the caller is",
        answers={200: Me},
    )
    def me(call: Call) -> Me:
        return _me(call, service)

    @api.route(
        "PUT",
        "/auth/password",
        who=STAFF,
        summary="Change one's own password; every other session ends",
        body=NewPassword,
        answers={200: SessionOut},
        refusals=("rate_limited",),
        example={"currentPassword": "una frase larga y mía", "newPassword": "otra frase aún más larga"},
    )
    def change_password(call: Call, body: NewPassword) -> SessionOut:
        current, new = body.current_password.get_secret_value(), body.new_password.get_secret_value()
        return _out(sessions.change_password(call.caller, current, new, _address(call)))


def _me(call: Call, service: AccessService) -> Me:
    caller = call.caller
    if caller.id is None:
        raise Refusal("unauthenticated")
    if caller.kind == DEVICE:
        return Me(kind="device", id=caller.id, restaurant_id=call.tenant(), name=caller.name or "")
    person = service.people.one(caller, caller.id)
    return Me(
        kind="staff",
        id=person.id,
        restaurant_id=person.restaurant_id,
        name=person.name,
        role=person.role,
        email=person.email,
        locale=person.locale,
    )


def _out(session: Session) -> SessionOut:
    return SessionOut(
        access_token=session.access_token, refresh_token=session.refresh_token, expires_in=session.expires_in
    )


def _address(call: Call) -> str:
    return call.request.remote_addr or ""
