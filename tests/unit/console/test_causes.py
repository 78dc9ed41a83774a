from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.runs.failure_groups import (
    LONGEST,
    NO_REASON,
    FailureGroup,
    causes,
    in_common,
    template,
)
from console.domain.runs.recovery import RecoveryFacts
from console.domain.runs.run import Run, RunStatus
from console.domain.status.states import Row, State
from tests.unit.console.assets import DAYS, key

if TYPE_CHECKING:
    from console.domain.partitions.keys import PartitionKeys

HEX = "0123456789abcdef"
WORDS = st.lists(
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=9), min_size=1, max_size=6
)
KINDS: list[st.SearchStrategy[str]] = [
    st.integers(0, 10**12).map(str),
    st.uuids().map(str),
    st.dates().map(str),
    st.datetimes().map(lambda at: at.isoformat()),
    st.binary(min_size=4, max_size=20).map(lambda b: "0x" + b.hex()),
    st.lists(st.integers(0, 9), min_size=1, max_size=5).map(str),
    st.floats(0.001, 1e6).map(lambda f: f"{f:.3f}"),
    st.text(HEX, min_size=7, max_size=40).filter(lambda t: re.search(r"\d", t)),
    st.lists(st.sampled_from(["tmp", "data", "x1", "b.parquet"]), min_size=2, max_size=4).map(
        lambda parts: "/" + "/".join(parts)
    ),
]
PAIRS = st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(kind, kind))
"""Two values of one kind, as two failures of one cause have them."""


def run(name: str, partition: str | None = None, at: float = 10.0, asset: str = "a") -> Run:
    tags = {} if partition is None else {"dagster/partition": partition}
    return Run(name, RunStatus.FAILURE, ended=at, assets=(key(asset),), asset_count=1, tags=tags)


def row(*failed: str) -> Row:
    marked = (State.FAILED if day in failed else State.MATERIALIZED for day in DAYS.keys)
    return Row(bytes(marked), 0.0)


def found(
    runs: list[Run], errors: dict[str, str | None], cells: Row | None = None
) -> list[FailureGroup]:
    return causes(runs, errors, RecoveryFacts({key("a"): DAYS}, {key("a"): cells or row()}))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HTTP 503 after 10 s", "HTTP 504 after 7.25 s"),
        ("no row of 2026-11-20", "no row of 2026-11-21T05:14:02.114Z"),
        ("run 7c1f0000-1234-1234-1234-123456789abc died", f"run {UUID(int=1)} died"),
        ("no file '/tmp/a1/b.parquet'", "no file '/var/data/c/d.parquet'"),
        ("values [1, 2, 3]", "values [4]"),
        ("host 10.0.0.7:5432 is away", "host 10.1.20.3:5433 is away"),
        ("at http://api/v1/x?from=1&to=2", "at http://api/v1/x?from=7"),
        ("object at 0x7fab12 is gone", "object at 0x7fffab is gone"),
        ("key 4fGh2kL9 unknown", "key 9aBc7dE2f unknown"),
    ],
)
def test_varying_parts_of_an_error_do_not_make_another_cause(one: str, other: str) -> None:
    assert template(one) == template(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ConnectTimeout: nightscout", "ConnectTimeout: github"),
        ("KeyError: 'date'", "KeyError: 'value'"),
        ("column a is null", "column b is null"),
        ("ValueError: 3", "TypeError: 3"),
    ],
)
def test_other_words_are_another_cause(one: str, other: str) -> None:
    assert template(one) != template(other)


@given(WORDS, st.lists(PAIRS, min_size=1, max_size=3))
def test_any_ids_numbers_dates_hex_and_paths_are_taken_out(
    words: list[str], varying: list[tuple[str, str]]
) -> None:
    def text(side: int) -> str:
        pairs = zip(words * 3, varying, strict=False)
        return ", then ".join(f"{word} <{pair[side]}> failed" for word, pair in pairs)

    assert template(text(0)) == template(text(1))


@given(WORDS)
def test_words_alone_stay_as_they_are(words: list[str]) -> None:
    assert template(" ".join(words)) == " ".join(words)


@given(st.text(max_size=2 * LONGEST))
def test_any_text_has_a_template_of_one_line_without_a_digit_of_ascii(text: str) -> None:
    made = template(text)
    assert len(made) <= LONGEST
    assert not re.search(r"[0-9\n\x00-\x1f]", made)


def test_a_long_text_is_read_in_no_time() -> None:
    for text in ("/a" * 100_000, "1-" * 100_000, "a1" * 100_000, "?" * 100_000):
        assert len(template(text)) <= LONGEST


def test_the_partition_of_the_run_is_taken_out_whatever_it_looks_like() -> None:
    runs = [run("r1", "eu-west"), run("r2", "us")]
    errors: dict[str, str | None] = {"r1": "nothing for eu-west", "r2": "nothing for us"}
    assert [(cause.words, len(cause.runs)) for cause in found(runs, errors)] == [
        ("nothing for …", 2)
    ]


def test_a_cause_is_told_with_all_that_its_errors_share() -> None:
    url = "http://127.0.0.1:3102/api/v1"
    errors: dict[str, str | None] = {
        "r1": f"no answer for 2026-11-05: {url} answered 500",
        "r2": f"no answer for 2026-11-12, 2026-11-13: {url} answered 503",
    }
    assert [cause.words for cause in found([run("r1"), run("r2")], errors)] == [
        f"no answer for … {url} answered …"
    ]


@given(st.lists(WORDS.map(" ".join), min_size=1, max_size=5))
def test_the_common_part_of_texts_stands_in_each_of_them_in_order(texts: list[str]) -> None:
    shared = [word for word in in_common(texts).split() if word != "…"]
    for text in texts:
        rest = iter(text.split())
        assert all(word in rest for word in shared)


def test_runs_with_the_very_same_words_are_shown_with_them() -> None:
    runs = [run("r1"), run("r2")]
    errors: dict[str, str | None] = dict.fromkeys(("r1", "r2"), "HTTP 503 after 10 s")
    assert [cause.words for cause in found(runs, errors)] == ["HTTP 503 after 10 s"]


def test_a_run_that_was_not_asked_about_is_told_apart_from_one_without_a_reason() -> None:
    causes_ = found([run("r1"), run("r2")], {"r1": None})
    assert {(cause.words, cause.known) for cause in causes_} == {
        (NO_REASON, True),
        (NO_REASON, False),
    }


def test_the_newest_cause_comes_first_and_its_newest_run_first_in_it() -> None:
    runs = [run("old", at=1), run("new", at=9), run("other", at=5)]
    errors: dict[str, str | None] = {"old": "a 1", "new": "a 2", "other": "b"}
    assert [[r.id for r in cause.runs] for cause in found(runs, errors)] == [
        ["new", "old"],
        ["other"],
    ]


def test_only_cells_that_are_failed_now_are_to_be_retried() -> None:
    first, second = DAYS.keys[:2]
    runs = [run("r1", first), run("r2", second)]
    cause = found(runs, {"r1": "x", "r2": "x"}, row(second))[0]
    assert cause.failed == {key("a"): (second,)}
    assert not cause.mended


def test_a_cause_none_of_whose_cells_is_failed_is_mended_and_comes_last() -> None:
    runs = [run("r1", DAYS.keys[0], at=9), run("r2", DAYS.keys[1], at=1)]
    mended = found(runs, {"r1": "x", "r2": "y"}, row(DAYS.keys[1]))
    assert [(cause.words, cause.mended) for cause in mended] == [("y", False), ("x", True)]


def test_an_unknown_outcome_is_not_called_mended() -> None:
    unknown = Row(bytes([State.UNKNOWN] * len(DAYS)), 0.0)
    assert not found([run("r1", DAYS.keys[0])], {"r1": "x"}, unknown)[0].mended
    assert not causes([run("r1", DAYS.keys[0])], {"r1": "x"}, RecoveryFacts())[0].mended
    gone = run("r1", "2001-01-01")
    assert not found([gone], {"r1": "x"})[0].mended


def test_a_run_over_a_range_counts_with_each_of_its_failed_partitions() -> None:
    tags = {
        "dagster/asset_partition_range_start": DAYS.keys[1],
        "dagster/asset_partition_range_end": DAYS.keys[4],
    }
    ranged = Run("r", RunStatus.FAILURE, ended=1.0, assets=(key("a"),), tags=tags)
    cause = found([ranged], {"r": "x"}, row(*DAYS.keys[2:9]))[0]
    assert cause.failed == {key("a"): DAYS.keys[2:5]}


def test_an_asset_without_partitions_has_one_cell() -> None:
    whole = Row(bytes([State.FAILED]), 0.0)
    keys: dict[tuple[str, ...], PartitionKeys | None] = {key("a"): None}
    cause = causes([run("r")], {"r": "x"}, RecoveryFacts(keys, {key("a"): whole}))[0]
    assert cause.failed == {key("a"): (None,)}
    assert cause.cells == 1
