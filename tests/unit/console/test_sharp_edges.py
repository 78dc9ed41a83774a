"""Rules of one sign: each test fails where a comparison, a sign or a first value is another."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from console.api import run_queries
from console.domain.grid.axis import _unbroken
from console.domain.grid.grid import Grid
from console.domain.grid.metrics import BARS, NONE, CellMetric, MetricValue, heights
from console.domain.partitions.keys import PartitionKeys
from console.domain.partitions.time_windows import lacking
from console.domain.partitions.upstreams import one_to_one
from console.domain.runs.failure_groups import in_common
from console.domain.staleness.invalidation import affected
from console.domain.staleness.materializations import nothing_made
from console.domain.staleness.rule import Child, Parent
from console.planner.folded import By
from console.planner.plan import plan
from console.planner.request import Request
from console.store import backfills
from console.store.deployment import Deployment
from console.store.planning import launch
from console.store.planning.launch import KEPT_SECONDS
from console.store.signals import Topic
from console.store.staleness.materializations import Held, _grown
from tests.unit.console import plans
from tests.unit.console.assets import deck_of, graph_of, made

if TYPE_CHECKING:
    from console.domain.runs.run import Backfill

DAYS = PartitionKeys(tuple(f"2026-11-{day:02}" for day in range(1, 6)))


def test_columns_are_unbroken_where_none_between_them_is_missing() -> None:
    assert _unbroken([3, 4, 5])
    assert _unbroken([3])
    assert not _unbroken([3, 5])


def test_no_line_above_the_first_has_cells() -> None:
    days = cast("Any", type("Line", (), {"cells": DAYS}))
    assert [Grid(cast("Any", None), (days,), 5).has_cells(line) for line in (-1, 0, 1)] == [
        False,
        True,
        False,
    ]


def test_what_differs_between_texts_is_one_gap_also_beside_one_that_was_there() -> None:
    assert in_common(["n … x", "n … y"]) == "n …"
    assert in_common(["a x b", "a y b"]) == "a … b"


def test_a_cell_of_nothing_has_no_bar_and_the_smallest_has_one() -> None:
    values = [MetricValue(0), MetricValue(1), MetricValue(1000), None]
    assert heights(values, CellMetric.ROWS, ascii_only=False) == [NONE, BARS[0], BARS[-1], None]


def test_a_plan_is_put_together_by_asset_then_reason_then_run() -> None:
    assert [By.ASSET.following, By.REASON.following, By.RUN.following] == [
        By.REASON,
        By.RUN,
        By.ASSET,
    ]


def test_what_a_child_has_before_its_parents_first_partition_is_lacking() -> None:
    parent = PartitionKeys(DAYS.keys[2:4])
    assert lacking(DAYS, parent) == frozenset({0, 1, 4})
    assert lacking(parent, DAYS) == frozenset()


def test_a_parent_that_was_looked_at_since_affects_every_cell() -> None:
    before = Parent(("up",), True, None, DAYS, one_to_one(5), never_looked_at=True)
    child = Child(("down",), "1", nothing_made(5), DAYS, (before,))
    now = replace(child, parents=(replace(before, never_looked_at=False),))
    assert list(affected(child, now)) == list(range(5))
    assert list(affected(child, replace(child))) == []


def test_held_materializations_go_on_only_where_the_keys_begin_as_before() -> None:
    held = Held(nothing_made(2), None, PartitionKeys(("b", "c")))
    grown = _grown(held, PartitionKeys(("b", "c", "d")))
    assert grown is not None
    assert len(grown.times) == 3
    for others in (("a", "c", "d"), ("b", "d", "e"), ("c", "d", "e")):
        assert _grown(held, PartitionKeys(others)) is None


def test_a_status_that_is_as_before_is_not_told_of() -> None:
    deck = deck_of(graph_of([("a", "")]), [])
    told: list[Topic] = []
    deck.deployment.keys[("a",)] = None
    deck.deployment.signals.listen(told.append)
    for status in (made("a", 5.0), made("a", 5.0), made("a", 6.0)):
        deck.deployment._take([status], 10.0)
        deck.deployment._tell_status(at_once=True)
    assert told.count(Topic.STATUS) == 2


def a_backfill(name: str) -> Backfill:
    return cast("Backfill", type("Named", (), {"id": name})())


def test_backfills_beyond_a_page_that_is_asked_again_are_kept_where_it_meets_them() -> None:
    known = [a_backfill(name) for name in ("c", "b", "a")]
    assert backfills._older(known, known[:2]) == known[2:]
    assert backfills._older(known, [a_backfill("e"), a_backfill("d")]) == []
    assert backfills._older(known, []) == []


async def test_a_backfill_is_looked_for_on_the_page_after_a_full_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages = {None: ["z"] * backfills.AT_ONCE, "z": ["wanted-1"]}

    async def page(_client: object, _count: int, before: str | None) -> list[Backfill]:
        return [a_backfill(name) for name in pages[before]]

    monkeypatch.setattr(run_queries, "backfills", page)
    deployment = cast("Deployment", type("Somewhere", (), {"client": None})())
    assert await backfills.named(deployment, "wanted") == "wanted-1"


@pytest.mark.parametrize(
    ("age", "kept"), [(0.0, True), (KEPT_SECONDS - 5, True), (KEPT_SECONDS + 5, False)]
)
def test_a_change_is_planned_from_what_was_read_until_that_is_too_old(
    age: float, kept: bool
) -> None:
    graph = plans.graph_of([plans.asset_of("a", None)], [])
    request = Request((("a",),), ())
    snapshot = replace(plans.snapshot_of(graph, {"a": None}), stale_known=True)
    deployment = cast("Deployment", type("Known", (), {"graph": graph})())
    shown = replace(launch._preview(request, snapshot), read=time.monotonic() - age)
    assert shown.plan == plan(request, snapshot)
    again = launch.replanned(deployment, shown, replace(request, title="why"))
    assert (again is not None) is kept
    assert again is None or again.plan.request.title == "why"
    other = replace(request, partitions=("2026-11-01",))
    assert launch.replanned(deployment, shown, other) is None
