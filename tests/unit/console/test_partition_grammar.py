from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from console.domain.partitions.keys import (
    BadPartitions,
    PartitionKeys,
    contiguous_ranges,
    parse_partitions,
    ranges_text,
)

ODD = st.text('ab1-,[]"\\*?. \t\n…é', max_size=6)
KEYS = st.lists(st.one_of(ODD, st.text(max_size=8)), min_size=1, max_size=12, unique=True)
DAYS = PartitionKeys(tuple(f"2026-11-{day:02}" for day in range(1, 31)))
NOT_SORTED = PartitionKeys(("31.12.2025", "01.01.2026", "02.01.2026", "03.01.2026"))


@st.composite
def lists_and_choices(draw: st.DrawFn) -> tuple[PartitionKeys, list[int]]:
    keys = draw(KEYS)
    chosen = draw(st.sets(st.integers(0, len(keys) - 1), min_size=1))
    return PartitionKeys(tuple(keys)), sorted(chosen)


@given(lists_and_choices())
@example((PartitionKeys(("a.", "b")), [0, 1]))
@example((PartitionKeys(("a", ".b")), [0, 1]))
@example((PartitionKeys(("a...b", "a", "b")), [0, 2]))
@example((PartitionKeys(("*", "ab")), [0]))
@example((PartitionKeys(("", " ", '"')), [0, 1, 2]))
def test_positions_written_as_text_are_read_back_the_same(
    case: tuple[PartitionKeys, list[int]],
) -> None:
    keys, positions = case
    assert parse_partitions(ranges_text(positions, keys.keys), keys) == positions


@given(st.lists(st.integers(0, 40)))
def test_stretches_are_unbroken_apart_and_hold_every_position_once(positions: list[int]) -> None:
    stretches = contiguous_ranges(positions)
    held = [at for first, last in stretches for at in range(first, last + 1)]
    assert held == sorted(set(positions))
    assert all(b - a > 1 for (_, a), (b, _) in pairwise(stretches))


def test_a_range_runs_over_the_lists_order_not_over_text() -> None:
    assert parse_partitions("[31.12.2025...02.01.2026]", NOT_SORTED) == [0, 1, 2]


@pytest.mark.parametrize(
    ("text", "positions"),
    [
        ("2026-11-03", [2]),
        (" 2026-11-03 , 2026-11-01,2026-11-03 ", [0, 2]),
        ("[2026-11-02 ... 2026-11-04], 2026-11-09", [1, 2, 3, 8]),
        ("[...2026-11-02]", [0, 1]),
        ("[2026-11-29...]", [28, 29]),
        ("[...]", list(range(30))),
        ("2026-11-0*", list(range(9))),
        ("*-30", [29]),
        ("last 2", [28, 29]),
        ("last 99", list(range(30))),
        ("2026-11-01, last  1", [0, 29]),
        ("since 2026-11-29", [28, 29]),
        ("since 2026-11-3", [29]),
        ("/-[01]1$/", [0, 10]),
        ("/-(05|06)/, 2026-11-01", [0, 4, 5]),
    ],
)
def test_keys_ranges_and_patterns_are_read(text: str, positions: list[int]) -> None:
    assert parse_partitions(text, DAYS) == positions


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("2026-11-31", "2026-11-31"),
        ("2026-11-01, 2026-13-01", "2026-13-01"),
        ("[2026-11-01...2026-12-01]", "2026-12-01"),
        ("[2026-11-09...2026-11-02]", "ends before it starts"),
        ("2026-11-01, [2026-11-02...", "[2026-11-02..."),
        ("2026-11-01,, 2026-11-02", ", 2026-11-02"),
        ('"2026-11-01', '"2026-11-01'),
        ("2025-*", "2025-*"),
        ("last 0", "last 0"),
        ("since 2027", "2027"),
        ("/x/", "/x/"),
        ("/(/", "`/(/` is no regular expression"),
        ("   ", "no partitions named"),
    ],
)
def test_a_wrong_text_gets_one_sentence_that_names_the_wrong_part(text: str, named: str) -> None:
    with pytest.raises(BadPartitions) as caught:
        parse_partitions(text, DAYS)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("key", ["last 2", "since a", "/a/", "/a", "a/"])
def test_a_key_that_is_written_as_the_grammar_writes_is_that_key(key: str) -> None:
    assert parse_partitions(key, PartitionKeys(("a", "b", key))) == [2]


@given(st.text('26-01,[]".*/( lastince\\', min_size=1, max_size=25))
def test_any_text_names_known_partitions_or_is_refused(text: str) -> None:
    try:
        positions = parse_partitions(text, DAYS)
    except BadPartitions:
        return
    assert positions == sorted(set(positions))
    assert set(positions) <= set(range(30))


def test_an_unknown_key_is_answered_with_the_nearest_one_and_the_span() -> None:
    with pytest.raises(BadPartitions) as caught:
        DAYS.position("2026-11-1")
    assert "2026-11-01 to 2026-11-30" in str(caught.value)
    assert "`2026-11-1`" in str(caught.value)
    assert "did you mean `2026-11-1" in str(caught.value)


def test_a_definition_without_keys_says_so() -> None:
    with pytest.raises(BadPartitions, match="the definition has none"):
        parse_partitions("a", PartitionKeys(()))


@given(st.lists(st.text("ab?", min_size=1), min_size=1, unique=True), st.text("ab?*", min_size=1))
@example(["a?", "ab"], "a?*")
def test_a_star_stands_for_any_text_and_everything_else_for_itself(
    names: list[str], pattern: str
) -> None:
    assume("*" in pattern)
    keys = PartitionKeys(tuple(names))
    parts = pattern.split("*")
    expected = [
        at
        for at, name in enumerate(names)
        if name.startswith(parts[0])
        and name.endswith(parts[-1])
        and _in_order(name[len(parts[0]) :][: -len(parts[-1]) or None], parts[1:-1])
        and len(name) >= len(parts[0]) + len(parts[-1])
    ]
    try:
        assert parse_partitions(pattern, keys) == expected
    except BadPartitions:
        assert expected == []


def _in_order(text: str, parts: list[str]) -> bool:
    for part in parts:
        at = text.find(part)
        if at < 0:
            return False
        text = text[at + len(part) :]
    return True
