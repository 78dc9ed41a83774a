from __future__ import annotations

from console.domain.fuzzy import best, match

NAMES = ["fct_glucose_readings", "mrt_glucose_readings", "mrt_glucose_overview", "github/readme"]


def _found(query: str) -> list[str]:
    return [name for name, _ in best(query, NAMES, str)]


def test_letters_in_order_are_enough() -> None:
    assert _found("frd") == ["fct_glucose_readings"]


def test_initials_go_before_letters_that_are_spread() -> None:
    assert _found("mgo") == ["mrt_glucose_overview", "mrt_glucose_readings"]


def test_letters_in_another_order_find_nothing() -> None:
    assert _found("ogm") == []


def test_a_whole_word_goes_before_letters_that_are_spread() -> None:
    assert _found("read") == ["github/readme", "fct_glucose_readings", "mrt_glucose_readings"]


def test_every_word_must_fit_in_any_order() -> None:
    assert _found("over mrt") == ["mrt_glucose_overview"]


def test_nothing_typed_keeps_everything_in_its_order() -> None:
    assert _found(" ") == NAMES


def test_the_closest_spread_is_marked() -> None:
    found = match("gr", "fct_glucose_g_r")
    assert found is not None
    assert found.positions == (12, 14)


def test_case_does_not_matter() -> None:
    assert _found("FCT") == ["fct_glucose_readings"]
