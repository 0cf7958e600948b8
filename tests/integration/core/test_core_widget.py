"""What the widget's form asks of the server with a publishable key: the restaurant's profile, and holds that are renewed."""

from __future__ import annotations

from collections.abc import Callable

from stage import TOMORROW, Stage


def profile(stage: Stage, name: str, language: str = "es") -> dict[str, object]:
    answer = stage.call(
        "GET", f"/restaurants/{name}/profile", stage.publishable, headers={"Accept-Language": language}
    )
    assert answer.status_code == 200, answer.get_json()
    return dict(answer.get_json())


def slug_of(stage: Stage) -> str:
    return stage.services.restaurants.config(stage.restaurant_id).profile.slug


def ask(stage: Stage, **more: object) -> dict[str, object]:
    return {
        "restaurantId": str(stage.restaurant_id),
        "date": TOMORROW.isoformat(),
        "time": "20:00",
        "partySize": 6,
        **more,
    }


def test_a_page_finds_by_its_slug_what_a_form_needs(stage: Stage) -> None:
    found = profile(stage, slug_of(stage))

    assert found["restaurantId"] == str(stage.restaurant_id)
    assert (found["today"], found["firstDate"], found["lastDate"]) == (
        "2026-12-16",
        "2026-12-16",
        "2027-01-15",
    )
    assert found["areas"] == [{"id": "sala", "name": "Sala"}, {"id": "terraza", "name": "Terraza"}]
    assert str(found["privacyUrl"]).endswith(f"/r/{slug_of(stage)}/privacy")


def test_the_profile_is_the_same_by_id(stage: Stage) -> None:
    assert profile(stage, str(stage.restaurant_id)) == profile(stage, slug_of(stage))


def test_another_restaurants_key_finds_no_profile(stage: Stage, new_stage: Callable[..., Stage]) -> None:
    other = new_stage()

    assert stage.call("GET", f"/restaurants/{slug_of(other)}/profile", stage.publishable).status_code == 404


def test_a_hold_of_the_last_table_can_be_renewed_by_who_has_it(stage: Stage) -> None:
    first = stage.call("POST", "/availability/holds", stage.publishable, json=ask(stage))
    second = stage.call("POST", "/availability/holds", stage.publishable, json=ask(stage))
    # The table for six and the combination are gone now.
    full = stage.call("POST", "/availability/holds", stage.publishable, json=ask(stage))
    assert (first.status_code, second.status_code, full.status_code) == (201, 201, 409)

    again = stage.call(
        "POST",
        "/availability/holds",
        stage.publishable,
        json=ask(stage, insteadOf=second.get_json()["holdId"]),
    )

    assert again.status_code == 201
    assert again.get_json()["holdId"] != second.get_json()["holdId"]


def test_a_renewal_that_is_refused_leaves_the_hold_as_it_was(stage: Stage) -> None:
    held = [
        stage.call("POST", "/availability/holds", stage.publishable, json=ask(stage)).get_json()
        for _ in range(2)
    ]
    later = stage.call(
        "POST",
        "/availability/holds",
        stage.publishable,
        json=ask(stage, time="04:00", insteadOf=held[1]["holdId"]),
    )
    assert later.status_code == 422

    released = stage.call("DELETE", f"/availability/holds/{held[1]['holdId']}", stage.publishable)

    assert released.status_code == 204


def test_a_hold_says_how_many_seconds_it_holds_for_phones_whose_clock_is_wrong(stage: Stage) -> None:
    held = stage.call("POST", "/availability/holds", stage.publishable, json=ask(stage)).get_json()

    assert held["expiresIn"] == 300
