"""Signing in, going on, signing out, against a real database over HTTP."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from access_house import PASSWORD, House, StatementCount
from argon2 import PasswordHasher

from backend.access.passwords import Passwords


def test_sign_in_gives_tokens_that_say_who_one_is(house: House) -> None:
    session = house.sign_in("manager").json
    me = house.call("GET", "/auth/me", token=session["accessToken"]).json
    assert (me["role"], me["email"], me["restaurantId"]) == (
        "manager",
        house.emails["manager"],
        str(house.here),
    )
    assert session["expiresIn"] == 900


def test_sign_in_takes_the_address_in_any_case_and_with_spaces(house: House) -> None:
    body = {"email": f"  {house.emails['host'].upper()} ", "password": PASSWORD}
    assert house.call("POST", "/auth/login", body).status_code == 200


def test_a_wrong_password_is_refused(house: House) -> None:
    answer = house.sign_in("owner", "no es esta, seguro")
    assert (answer.status_code, answer.json["code"]) == (401, "invalid_credentials")


def test_an_unknown_address_gets_the_same_answer_as_a_wrong_password(house: House) -> None:
    wrong = house.sign_in("owner", "no es esta, seguro").json
    unknown = house.call("POST", "/auth/login", {"email": "nadie@mesa.example", "password": "x"}).json
    del wrong["requestId"], unknown["requestId"]
    assert unknown == wrong


def test_an_unknown_address_costs_as_many_hashes_and_statements_as_a_wrong_password(house: House) -> None:
    def cost(email: str) -> tuple[int, int]:
        before = len(house.passwords.checked)
        with StatementCount(house.ground.database) as statements:
            house.call("POST", "/auth/login", {"email": email, "password": "no es esta, seguro"})
        return len(house.passwords.checked) - before, statements.count

    assert cost("nadie@mesa.example") == cost(house.emails["owner"])


def test_an_account_that_is_switched_off_cannot_sign_in(house: House) -> None:
    host = house.person("host")
    house.call("PUT", f"/staff/{host}", {"active": False}, token=house.token("owner"))
    assert house.sign_in("host").json["code"] == "invalid_credentials"


def test_a_hash_with_old_costs_is_renewed_at_sign_in(house: House) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    house.as_owner("UPDATE staff SET password_hash = %s WHERE id = %s", old, str(house.person("owner")))
    assert house.sign_in("owner").status_code == 200
    [(kept,)] = house.as_owner("SELECT password_hash FROM staff WHERE id = %s", str(house.person("owner")))
    assert kept != old
    assert not house.passwords.is_outdated(kept)


def test_the_password_is_stored_as_argon2id_of_todays_costs(house: House) -> None:
    assert Passwords().hash(PASSWORD).startswith("$argon2id$v=19$m=19456,t=3,p=1$")


def test_an_access_token_expires_and_says_so(house: House) -> None:
    token = house.token("owner")
    house.clock.move(seconds=901)
    answer = house.call("GET", "/auth/me", token=token)
    assert (answer.status_code, answer.json["code"]) == (401, "token_expired")


def test_refreshing_gives_new_tokens_that_hold(house: House) -> None:
    first = house.sign_in("owner").json
    second = house.call("POST", "/auth/refresh", {"refreshToken": first["refreshToken"]}).json
    assert second["refreshToken"] != first["refreshToken"]
    assert house.call("GET", "/auth/me", token=second["accessToken"]).status_code == 200


def test_refreshing_works_with_an_expired_access_token_in_the_header(house: House) -> None:
    session = house.sign_in("owner").json
    house.clock.move(seconds=901)
    body = {"refreshToken": session["refreshToken"]}
    answer = house.call("POST", "/auth/refresh", body, token=session["accessToken"])
    assert answer.status_code == 200


def test_an_answer_that_got_lost_is_given_again(house: House) -> None:
    first = house.sign_in("owner").json["refreshToken"]
    lost = house.call("POST", "/auth/refresh", {"refreshToken": first}).json["refreshToken"]
    house.clock.move(seconds=15)
    again = house.call("POST", "/auth/refresh", {"refreshToken": first}).json["refreshToken"]
    assert again == lost


def test_two_tabs_refreshing_at_once_get_one_session_between_them(house: House) -> None:
    first = house.sign_in("owner").json["refreshToken"]
    with ThreadPoolExecutor(4) as tabs:
        sessions = list(tabs.map(lambda _: house.service.sessions.refresh(first), range(8)))
    assert len({session.refresh_token for session in sessions}) == 1


def test_a_token_used_again_later_ends_the_whole_session(house: House) -> None:
    first = house.sign_in("owner").json["refreshToken"]
    second = house.call("POST", "/auth/refresh", {"refreshToken": first}).json
    house.clock.move(seconds=21)
    reused = house.call("POST", "/auth/refresh", {"refreshToken": first})
    assert (reused.status_code, reused.json["code"]) == (401, "token_reused")
    assert house.call("POST", "/auth/refresh", {"refreshToken": second["refreshToken"]}).status_code == 401
    assert house.call("GET", "/auth/me", token=second["accessToken"]).json["code"] == "unauthenticated"


def test_a_token_whose_successor_was_used_ends_the_session_even_at_once(house: House) -> None:
    first = house.sign_in("owner").json["refreshToken"]
    second = house.call("POST", "/auth/refresh", {"refreshToken": first}).json["refreshToken"]
    house.call("POST", "/auth/refresh", {"refreshToken": second})
    assert house.call("POST", "/auth/refresh", {"refreshToken": first}).json["code"] == "token_reused"


def test_reuse_leaves_other_sessions_of_the_same_person_alone(house: House) -> None:
    stolen, other = house.sign_in("owner").json, house.sign_in("owner").json
    house.call("POST", "/auth/refresh", {"refreshToken": stolen["refreshToken"]})
    house.clock.move(seconds=21)
    house.call("POST", "/auth/refresh", {"refreshToken": stolen["refreshToken"]})
    assert house.call("POST", "/auth/refresh", {"refreshToken": other["refreshToken"]}).status_code == 200


def test_reuse_is_audited_once(house: House) -> None:
    first = house.sign_in("owner").json["refreshToken"]
    house.call("POST", "/auth/refresh", {"refreshToken": first})
    house.clock.move(seconds=21)
    for _ in range(3):
        house.call("POST", "/auth/refresh", {"refreshToken": first})
    assert len(house.audit("session.reuse_detected")) == 1


def test_a_refresh_token_expires(house: House) -> None:
    token = house.sign_in("owner").json["refreshToken"]
    house.clock.move(days=30, seconds=1)
    assert house.call("POST", "/auth/refresh", {"refreshToken": token}).json["code"] == "token_expired"


def test_a_refresh_token_nobody_issued_is_refused(house: House) -> None:
    for token in ("rt_" + "A" * 32, "no es un pase", "rt_ñ"):
        answer = house.call("POST", "/auth/refresh", {"refreshToken": token})
        assert answer.json["code"] == "unauthenticated"


def test_signing_out_ends_both_tokens_at_once(house: House) -> None:
    session = house.sign_in("owner").json
    assert house.call("GET", "/auth/me", token=session["accessToken"]).status_code == 200
    assert house.call("POST", "/auth/logout", {"refreshToken": session["refreshToken"]}).status_code == 204
    assert house.call("GET", "/auth/me", token=session["accessToken"]).status_code == 401
    assert house.call("POST", "/auth/refresh", {"refreshToken": session["refreshToken"]}).status_code == 401


def test_signing_out_twice_is_no_error(house: House) -> None:
    body = {"refreshToken": house.sign_in("owner").json["refreshToken"]}
    house.call("POST", "/auth/logout", body)
    assert house.call("POST", "/auth/logout", body).status_code == 204


def test_old_tokens_of_a_long_session_are_not_kept_for_ever(house: House) -> None:
    token = house.sign_in("owner").json["refreshToken"]
    for _ in range(4):
        house.clock.move(days=20)
        token = house.call("POST", "/auth/refresh", {"refreshToken": token}).json["refreshToken"]
    [(kept,)] = house.as_owner(
        "SELECT count(*) FROM refresh_tokens WHERE restaurant_id = %s AND expires_at <= %s",
        str(house.here),
        house.clock.now(),
    )
    assert kept == 0


def test_changing_ones_password_ends_the_other_sessions_and_begins_a_new_one(house: House) -> None:
    tablet, laptop = house.sign_in("host").json, house.sign_in("host").json
    body = {"currentPassword": PASSWORD, "newPassword": "una cuchara bajo la lluvia"}
    answer = house.call("PUT", "/auth/password", body, token=laptop["accessToken"])
    assert answer.status_code == 200
    assert house.call("GET", "/auth/me", token=tablet["accessToken"]).status_code == 401
    assert house.call("GET", "/auth/me", token=answer.json["accessToken"]).status_code == 200
    assert house.sign_in("host", "una cuchara bajo la lluvia").status_code == 200
    assert house.sign_in("host").status_code == 401


def test_changing_ones_password_needs_the_present_one(house: House) -> None:
    body = {"currentPassword": "no es esta, seguro", "newPassword": "una cuchara bajo la lluvia"}
    answer = house.call("PUT", "/auth/password", body, token=house.token("host"))
    assert answer.json["errors"] == [
        {"field": "currentPassword", "code": "wrong_password", "message": "No es tu contraseña actual."}
    ]


def test_a_new_password_is_held_to_the_policy(house: House) -> None:
    for weak, code in (
        ("corta", "too_short"),
        ("Password123", "too_common"),
        (house.emails["host"], "like_email"),
    ):
        body = {"currentPassword": PASSWORD, "newPassword": weak}
        errors = house.call("PUT", "/auth/password", body, token=house.token("host")).json["errors"]
        assert [(each["field"], each["code"]) for each in errors] == [("newPassword", code)]


def test_a_password_replaced_while_it_is_checked_opens_no_session(house: House) -> None:
    host = str(house.person("host"))
    fresh = house.passwords.hash("una cuchara bajo la lluvia")
    house.passwords.meanwhile = lambda: house.as_owner(
        "UPDATE staff SET password_hash = %s WHERE id = %s", fresh, host
    )
    assert house.sign_in("host").json["code"] == "invalid_credentials"


def test_an_account_switched_off_while_its_password_is_checked_opens_no_session(house: House) -> None:
    host = str(house.person("host"))
    house.passwords.meanwhile = lambda: house.as_owner("UPDATE staff SET active = false WHERE id = %s", host)
    assert house.sign_in("host").json["code"] == "invalid_credentials"
