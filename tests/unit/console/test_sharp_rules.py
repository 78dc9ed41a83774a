"""Rules of one word: each test fails where an operator, a constant or a condition is another."""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from console.domain.assets.graph import BackfillPolicy
from console.domain.freshness.policy import FreshnessVerdict, TimeWindow
from console.domain.freshness.urgency import SOON_SECONDS, summary, urgency
from console.domain.partitions.keys import PartitionKeys
from console.domain.partitions.upstreams import one_to_one
from console.domain.runs.failure_groups import causes
from console.domain.runs.recovery import RecoveryFacts
from console.domain.runs.run import Run, RunStatus
from console.domain.staleness.invalidation import affected
from console.domain.staleness.lookups import Lookups, Point, RunFacts
from console.domain.staleness.materializations import LastMaterializations, Observed
from console.domain.staleness.provenance import INITIAL, joined, provenance
from console.domain.staleness.reasons import hint
from console.domain.staleness.rule import Child, Parent, StaleVerdict, judge, unjudged
from console.domain.status.states import Row, State
from console.planner.launches import batches
from console.planner.plan import CellAction, plan
from console.planner.request import Request, Snapshot
from console.store.planning.selection import NothingToPartition, shared_keys
from console.store.planning.stale_cells import _materialized
from console.store.poller import LAST_RETRY_SECONDS
from console.store.watching import Backoff
from tests.unit.console import plans
from tests.unit.console.assets import DAYS, deck_of, graph_of, key, made, take

if TYPE_CHECKING:
    from console.domain.assets.keys import AssetKey

NOW = 1_795_000_000.0
HOUR = 3600.0


def test_a_cell_whose_state_is_not_known_is_blocked_even_below_one_that_runs() -> None:
    graph = plans.graph_of([plans.asset_of("a", None), plans.asset_of("b", None)], [("a", "b")])
    rows: dict[AssetKey, Row] = {
        ("a",): Row(bytes([State.MISSING]), 0.0),
        ("b",): Row(bytes([State.UNKNOWN]), 0.0),
    }
    keys: dict[AssetKey, PartitionKeys | None] = {("a",): None, ("b",): None}
    snapshot = Snapshot(graph, keys, rows, mappings=plans.mappings_of(graph, keys))
    cells = plan(Request((("a",), ("b",)), ()), snapshot).by_id
    assert cells[("a",), None].action is CellAction.RUN
    below = cells[("b",), None]
    assert (below.action, below.reason) == (CellAction.BLOCKED, "its state is not known")


@pytest.mark.parametrize(
    ("state", "stale_known", "reason"),
    [
        (State.MISSING, True, "missing"),
        (State.MATERIALIZED, True, "fresh, run again as asked"),
        (State.MATERIALIZED, False, "materialized, run again as asked"),
        (State.STALE, True, "stale"),
        (State.FAILED, True, "failed"),
    ],
)
def test_a_cell_that_is_asked_for_runs_for_its_own_state(
    state: State, stale_known: bool, reason: str
) -> None:
    graph = plans.graph_of([plans.asset_of("a", None)], [])
    keys: dict[AssetKey, PartitionKeys | None] = {("a",): None}
    rows: dict[AssetKey, Row] = {("a",): Row(bytes([state]), 0.0)}
    snapshot = Snapshot(graph, keys, rows, mappings=plans.mappings_of(graph, keys))
    snapshot = replace(snapshot, stale_known=stale_known)
    request = Request((("a",),), (), run_states=frozenset({state}))
    cell = plan(request, snapshot).by_id[("a",), None]
    assert (cell.action, cell.reason) == (CellAction.RUN, reason)


def test_the_wait_after_an_error_doubles_up_to_its_longest_and_starts_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("console.store.watching.time.monotonic", lambda: 1000.0)
    backoff, waits = Backoff(), []
    for _ in range(6):
        backoff.failed(LAST_RETRY_SECONDS)
        waits.append(backoff.left)
    assert waits == [1.0, 2.0, 4.0, LAST_RETRY_SECONDS, LAST_RETRY_SECONDS, LAST_RETRY_SECONDS]
    backoff.succeeded()
    assert backoff.left == 0.0
    backoff.failed(LAST_RETRY_SECONDS)
    assert backoff.left == 1.0


@pytest.mark.parametrize(
    ("kinds", "absent", "words"),
    [
        ((State.MISSING, State.MISSING), 2, "2 cells would run without a"),
        ((State.FAILED, State.MATERIALIZED), 1, "1 cell would run without a"),
    ],
)
def test_a_warning_counts_each_cell_that_would_run_without_its_parent(
    kinds: tuple[State, State], absent: int, words: str
) -> None:
    days = PartitionKeys(("d1", "d2"))
    assets = [plans.asset_of(name, "daily") for name in ("a", "b")]
    graph = plans.graph_of(assets, [("a", "b")])
    rows: dict[AssetKey, Row] = {
        ("a",): Row(bytes(kinds), 0.0),
        ("b",): Row(bytes([State.MISSING] * 2), 0.0),
    }
    keys: dict[AssetKey, PartitionKeys | None] = {("a",): days, ("b",): days}
    snapshot = Snapshot(graph, keys, rows, mappings=plans.mappings_of(graph, keys))
    found = plan(Request((("b",),), days.keys), snapshot)
    assert sum(kind in (State.MISSING, State.FAILED) for kind in kinds) == absent
    assert [warning.startswith(words) for warning in found.warnings] == [True]


def test_a_failed_run_of_no_asset_beside_a_mended_one_is_not_called_mended() -> None:
    tags = {"dagster/partition": DAYS.keys[0]}
    named = Run("n", RunStatus.FAILURE, ended=9.0, assets=(key("a"),), asset_count=1, tags=tags)
    nameless = Run("o", RunStatus.FAILURE, ended=8.0)
    rows = {key("a"): Row(bytes([State.MATERIALIZED] * len(DAYS)), 0.0)}
    (group,) = causes(
        [named, nameless], {"n": "E: x", "o": "E: x"}, RecoveryFacts({key("a"): DAYS}, rows)
    )
    assert not group.mended
    (alone,) = causes([named], {"n": "E: x"}, RecoveryFacts({key("a"): DAYS}, rows))
    assert alone.mended


@pytest.mark.parametrize(("kind", "runs"), [("STATIC", 1), ("MULTIPARTITIONED", 2)])
def test_only_keys_of_two_dimensions_are_cut_at_a_bar(kind: str, runs: int) -> None:
    keys = PartitionKeys(("a|1", "a|2", "b|1", "b|2"))
    graph = plans.graph_of([plans.asset_of("x", "keys", BackfillPolicy(None), kind=kind)], [])
    found = batches(plans.plan_of(graph, {"x": keys.keys}), plans.snapshot_of(graph, {"x": keys}))
    assert [batch.runs for batch in found] == [runs]


def test_lists_of_equal_keys_are_shared_and_others_are_refused() -> None:
    deck = deck_of(graph_of([("a", "b")], partitioned=["a", "b"]), [])
    for name in ("a", "b"):
        take(deck, made(name, NOW, partitioned=True))
        deck.deployment.keys[key(name)] = PartitionKeys(("d1", "d2"))
    found = shared_keys(deck.deployment, [key("a"), key("b")])
    assert found == PartitionKeys(("d1", "d2"))
    deck.deployment.keys[key("b")] = PartitionKeys(("d1", "d3"))
    with pytest.raises(NothingToPartition):
        shared_keys(deck.deployment, [key("a"), key("b")])


def test_an_external_asset_is_never_asked_whether_it_is_stale() -> None:
    graph = graph_of([("source", "a")], external=["source"])
    deck = deck_of(graph, [made("source", NOW), made("a", NOW)])
    states = Row(bytes([State.MATERIALIZED]), 0.0)
    deck.deployment.rows.update({key("source"): states, key("a"): states})
    assert _materialized(deck.deployment, key("source"), [None]) == []
    assert _materialized(deck.deployment, key("a"), [None]) == [None]
    del deck.deployment.rows[key("a")]
    assert _materialized(deck.deployment, key("a"), [None]) == []


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (INITIAL, None, StaleVerdict.FRESH),
        ("x", None, StaleVerdict.STALE),
        (INITIAL, "x", StaleVerdict.STALE),
        (None, None, StaleVerdict.FRESH),
    ],
)
def test_an_assumed_version_that_is_gone_is_no_change(
    before: str | None, after: str | None, verdict: StaleVerdict
) -> None:
    up, pointer = ("raw", "up"), 40
    tags = {
        "dagster/code_version": "1",
        "dagster/data_version": "w",
        "dagster/input_data_version/raw/up": joined([before or "v"]),
        "dagster/input_event_pointer/raw/up": str(pointer),
    }
    child_made = LastMaterializations(
        array("q", [100]), array("i", [0]), ["r"], {0: provenance(tags)}
    )
    observed = Observed({0: [(10, before), (200, after)]})
    parent = Parent(up, True, None, DAYS, one_to_one(1), observed=observed)
    child = Child(("down",), "1", child_made, PartitionKeys(("d1",)), (parent,))
    facts = Lookups(runs={"r": RunFacts(90.0, False)}, pointers={(up, pointer): Point(70, "", 0)})
    verdicts = unjudged(1)
    judge(child, facts, verdicts, range(1))
    assert StaleVerdict(verdicts.states[0]) is verdict


@pytest.mark.parametrize(
    ("age", "soon"),
    [
        (10 * HOUR - SOON_SECONDS - 1, False),
        (10 * HOUR - SOON_SECONDS + 1, True),
        (10 * HOUR - 1, True),
        (10 * HOUR + 1, False),
        (30 * HOUR, False),
    ],
)
def test_soon_is_within_the_hour_and_not_late_yet(age: float, soon: bool) -> None:
    graph = graph_of([("a", "")], {"a": TimeWindow(10 * HOUR)})
    one = urgency(graph, {key("a"): made("a", NOW - age)}, key("a"), NOW)
    assert one.soon(NOW) is soon
    words = "due within the hour" in " ".join(text for text, _ in summary([one], NOW))
    assert words is soon
    late = one.verdict is FreshnessVerdict.DEGRADED
    assert not (late and soon)


@pytest.mark.parametrize(("version", "expected"), [("x", []), ("y", [0, 1])])
def test_a_parent_that_was_never_made_affects_nothing_until_it_is_another(
    version: str, expected: list[int]
) -> None:
    never = Parent(("up",), True, None, None, None, "x")
    made_once = LastMaterializations(array("q", [100, 100]), array("i", [0, 0]), ["r"], {})
    before = Child(("down",), "1", made_once, PartitionKeys(("d1", "d2")), (never,))
    now = replace(before, parents=(replace(never, version=version),))
    assert list(affected(before, now)) == expected


def test_a_hint_counts_only_what_was_materialized_after_this() -> None:
    keys = PartitionKeys(("d1", "d2"))
    own = LastMaterializations(array("q", [100, 100]), array("i", [0, 0]), ["r"], {})
    theirs = LastMaterializations(array("q", [100, 101]), array("i", [0, 0]), ["r"], {})
    parent = Parent(("up",), False, theirs, keys, one_to_one(2), never_looked_at=True)
    child = Child(("down",), "1", own, keys, (parent,))
    assert hint(child, 0) == ""
    assert hint(child, 1) == "1 of 1 partitions of up were materialized after this"
