"""Mappings read from the API's words lead where Dagster's own lead."""

from __future__ import annotations

import json
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.partitions.utils.mapping import infer_partition_mapping
from hypothesis import given
from hypothesis import strategies as st

from console.domain.partitions.keys import PartitionKeys
from console.domain.partitions.mappings import (
    DOUBLE,
    TIME,
    Side,
    candidates,
    described,
    fitting,
    reached,
    telling_positions,
)

KINDS = dg.StaticPartitionsDefinition(["a", "b", "c"])
NAMES = dg.StaticPartitionsDefinition(["x", "b"])
DAYS = dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-02-12")
LATE = dg.DailyPartitionsDefinition("2026-01-20", end_date="2026-02-20")
HOURS = dg.HourlyPartitionsDefinition("2026-02-01-00:00", end_date="2026-02-03-05:00")
WEEKS = dg.WeeklyPartitionsDefinition("2025-12-28", end_date="2026-02-22")
MONTHS = dg.MonthlyPartitionsDefinition("2025-12-01", end_date="2026-03-01")
BOTH = dg.MultiPartitionsDefinition({"kind": KINDS, "day": LATE})
OTHER = dg.MultiPartitionsDefinition({"kind": KINDS, "name": NAMES})
ALL: dict[str, dg.PartitionsDefinition[Any]] = {
    "kinds": KINDS, "names": NAMES, "days": DAYS, "late": LATE, "hours": HOURS,
    "weeks": WEEKS, "months": MONTHS, "both": BOTH, "other": OTHER,
}  # fmt: skip
DEFAULTS = [
    ("days", "days"), ("days", "late"), ("late", "days"), ("days", "hours"), ("hours", "days"),
    ("weeks", "days"), ("days", "weeks"), ("months", "days"), ("days", "months"),
    ("kinds", "kinds"), ("kinds", "names"), ("both", "kinds"), ("kinds", "both"),
    ("both", "late"), ("late", "both"), ("both", "both"),
]  # fmt: skip


def _side(definition: dg.PartitionsDefinition[Any]) -> Side:
    keys = PartitionKeys(tuple(definition.get_partition_keys()))
    if isinstance(definition, dg.MultiPartitionsDefinition):
        names = tuple(sorted(one.name for one in definition.partitions_defs))
        return Side(keys, DOUBLE, names)
    time = isinstance(definition, dg.TimeWindowPartitionsDefinition)
    return Side(keys, TIME if time else "STATIC")


def _dagsters(
    mapping: dg.PartitionMapping | None,
    child: dg.PartitionsDefinition[Any],
    parent: dg.PartitionsDefinition[Any],
) -> list[set[str]]:
    used = infer_partition_mapping(mapping, child, parent)
    return [
        set(
            used.get_upstream_mapped_partitions_result_for_partitions(
                child.subset_with_partition_keys([key]), child, parent
            ).partitions_subset.get_partition_keys()
        )
        for key in child.get_partition_keys()
    ]


def _named(upstreams: Any, parent: dg.PartitionsDefinition[Any]) -> list[set[str]]:
    keys = list(parent.get_partition_keys())
    return [{keys[at] for at in mapped} for mapped in upstreams]


def _explicit(
    mapping: dg.PartitionMapping,
    child: dg.PartitionsDefinition[Any],
    parent: dg.PartitionsDefinition[Any],
) -> Any:
    name, words = json.loads(json.dumps([type(mapping).__name__, mapping.description]))
    return described(name, words, _side(child), _side(parent))


@pytest.mark.parametrize(("child", "parent"), DEFAULTS)
def test_the_default_is_the_likeliest_candidate(child: str, parent: str) -> None:
    likeliest = next(iter(candidates(_side(ALL[child]), _side(ALL[parent])).values()))
    assert _named(likeliest, ALL[parent]) == _dagsters(None, ALL[child], ALL[parent])


@pytest.mark.parametrize(
    "mapping",
    [None, dg.IdentityPartitionMapping(), dg.AllPartitionMapping(), dg.LastPartitionMapping()],
)
@pytest.mark.parametrize(
    ("child", "parent"), [*DEFAULTS[:9], ("kinds", "kinds"), ("names", "kinds")]
)
def test_where_one_or_two_partitions_lead_tells_which_candidate_it_is(
    child: str, parent: str, mapping: dg.PartitionMapping | None
) -> None:
    ours, theirs = _side(ALL[child]), _side(ALL[parent])
    truth = _dagsters(mapping, ALL[child], ALL[parent])
    choices = candidates(ours, theirs)
    assert theirs.keys is not None
    keys = theirs.keys.keys
    seen = {
        at: frozenset(place for place, mapped in enumerate(truth) if keys[at] in mapped)
        for at in telling_positions(choices.values(), len(keys))
    }
    chosen = fitting(choices, seen)
    assert chosen is None or _named(choices[chosen], ALL[parent]) == truth
    if mapping is None:
        assert chosen is not None


@given(start=st.integers(-4, 4), end=st.integers(-4, 4), turned=st.booleans())
def test_offsets_are_bounded_by_the_parents_first_and_last_key(
    start: int, end: int, turned: bool
) -> None:
    child, parent = (DAYS, LATE) if turned else (LATE, DAYS)
    mapping = dg.TimeWindowPartitionMapping(start_offset=start, end_offset=end)
    found = _explicit(mapping, child, parent)
    assert _named(found, parent) == _dagsters(mapping, child, parent)


@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "c"]), st.sets(st.sampled_from(["x", "b"]), min_size=1)
    )
)
def test_a_static_mapping_is_read_from_its_words(leads: dict[str, set[str]]) -> None:
    mapping = dg.StaticPartitionMapping(leads)
    assert _named(_explicit(mapping, NAMES, KINDS), KINDS) == _dagsters(mapping, NAMES, KINDS)


@given(st.sets(st.sampled_from(DAYS.get_partition_keys()), min_size=1))
def test_specific_partitions_are_read_from_their_words(named: set[str]) -> None:
    mapping = dg.SpecificPartitionsPartitionMapping(sorted(named))
    assert _named(_explicit(mapping, KINDS, DAYS), DAYS) == _dagsters(mapping, KINDS, DAYS)


def test_two_dimensions_are_joined_by_the_one_that_is_named() -> None:
    kind = dg.DimensionPartitionMapping("kind", dg.IdentityPartitionMapping())
    mapping = dg.MultiPartitionMapping({"kind": kind})
    assert _named(_explicit(mapping, OTHER, BOTH), BOTH) == _dagsters(mapping, OTHER, BOTH)


@pytest.mark.parametrize(("child", "parent"), [("both", "late"), ("late", "both")])
def test_one_dimension_is_mapped_to_the_list_that_it_is(child: str, parent: str) -> None:
    mapping = dg.MultiToSingleDimensionPartitionMapping("day")
    found = _named(_explicit(mapping, ALL[child], ALL[parent]), ALL[parent])
    assert found == _dagsters(mapping, ALL[child], ALL[parent])


def test_a_mapping_that_cannot_be_read_is_not_guessed() -> None:
    sides = _side(DAYS), _side(DAYS)
    assert described("OwnPartitionMapping", "whatever", *sides) is None
    assert described("StaticPartitionMapping", "mapping: \n{'a': __import__('os')}", *sides) is None
    assert described("SpecificPartitionsPartitionMapping", "no list", *sides) is None
    odd = dg.DimensionPartitionMapping("kind", dg.AllPartitionMapping())
    assert _explicit(dg.MultiPartitionMapping({"kind": odd}), OTHER, BOTH) is None


def test_each_downstream_partition_maps_back_to_its_upstream_partition() -> None:
    upstreams = ((0,), (0, 1), ())
    assert reached(upstreams, 0) == {0, 1}
    assert reached(upstreams, 1) == {1}
    assert reached(upstreams, 2) == frozenset()
