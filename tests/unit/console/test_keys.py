from hypothesis import example, given
from hypothesis import strategies as st

from console.domain.assets.keys import UnknownAsset, key_text, nearest, parse_key

PARTS = st.lists(st.one_of(st.text("a/\\ ", max_size=4), st.text(max_size=6)), min_size=1)


@given(PARTS)
@example(["", ""])
@example(["a/", "\\b"])
@example(["\\", "/"])
def test_a_key_is_read_back_from_its_text_whatever_its_parts_hold(parts: list[str]) -> None:
    assert parse_key(key_text(tuple(parts))) == tuple(parts)


@given(PARTS, PARTS)
def test_different_keys_never_look_alike(one: list[str], other: list[str]) -> None:
    assert (key_text(tuple(one)) == key_text(tuple(other))) == (one == other)


@given(st.text())
def test_any_text_can_be_read_as_a_key(text: str) -> None:
    assert len(parse_key(text)) >= 1


def test_an_unknown_asset_is_answered_with_the_nearest_one() -> None:
    error = UnknownAsset("readngs", [("raw", "readings"), ("marts", "people")])
    assert str(error) == "no asset `readngs`; did you mean `raw/readings`?"


def test_a_part_of_a_name_finds_the_shortest_name_that_holds_it() -> None:
    assert nearest("glu", ["fct_glucose_readings", "stg_glucose", "github"]) == "stg_glucose"


def test_an_unknown_asset_of_an_empty_deployment_is_answered() -> None:
    assert str(UnknownAsset("a", [])) == "no asset `a`; the deployment has none"


def test_an_unknown_asset_unlike_any_is_answered_with_an_example() -> None:
    assert "there are 2, such as `marts`" in str(UnknownAsset("zzz", [("raw",), ("marts",)]))
