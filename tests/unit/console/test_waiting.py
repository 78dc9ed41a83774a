"""Why a queued run doesn't start."""

from __future__ import annotations

from typing import Any

import pytest

from console.domain.health import Daemon, Health
from console.domain.runs.queue_rules import TagRule, tag_rules
from console.domain.runs.run import Run, RunStatus
from console.domain.runs.waiting import MOST_ACTIVE, Queue, why_waiting
from console.store.runs.queue import queue_of
from tests.unit.console.assets import deck_of, graph_of

KEY, OTHER = ("a",), ("b",)
EACH = "value: {applyLimitPerUniqueValue: true}"


def _run(name: str, status: RunStatus = RunStatus.STARTED, **changes: Any) -> Run:
    return Run(id=name, status=status, **changes)


def _queued(name: str = "mine", **changes: Any) -> Run:
    return _run(name, RunStatus.QUEUED, **changes)


def test_a_queued_run_waits_for_a_place_in_the_deployment() -> None:
    busy = [_run("r1"), _run("r2")]
    told = why_waiting(_queued(), busy, Queue(2))
    assert told == "the deployment runs 2 at once, and 2 run now"
    assert "deployment runs" not in why_waiting(_queued(), busy, Queue(3))
    assert why_waiting(_run("r3"), busy, Queue(2)) == ""


def test_a_queued_run_waits_for_its_own_backfill_only() -> None:
    tags = {"dagdeck/parallel-1": "mine"}
    queued = _queued(tags=tags)
    assert why_waiting(queued, [_run("r", tags=tags)], Queue(9)) == "its backfill runs 1 at once"
    other = _run("r", tags={"dagdeck/parallel-1": "other"})
    assert "backfill" not in why_waiting(queued, [other], Queue(9))


@pytest.mark.parametrize(
    ("rule", "mine", "busy", "told"),
    [
        (f"{{key: team, limit: 1, {EACH}}}", "x", "x", "tag team=x lets 1 run at once: r0"),
        (f"{{key: team, limit: 1, {EACH}}}", "x", "y", ""),
        ("{key: team, limit: 1, value: x}", "x", "x", "tag team=x lets 1 run at once: r0"),
        ("{key: team, limit: 1, value: y}", "x", "y", ""),
        ("{key: team, limit: 1}", "x", "y", "tag team lets 1 run at once: r0"),
        ("{key: team, limit: 2}", "x", "y", ""),
        ("{key: else, limit: 0}", "x", "x", ""),
    ],
    ids=["each", "each, other", "value", "value, other", "key", "room", "other tag"],
)
def test_a_queued_run_waits_for_the_limit_of_its_tag(
    rule: str, mine: str, busy: str, told: str
) -> None:
    queue = Queue(tag_limits=f"[{rule}]")
    found = why_waiting(_queued(tags={"team": mine}), [_run("r0", tags={"team": busy})], queue)
    assert found == told or (not told and found.startswith("place 1 of 1"))


def test_a_queued_run_waits_for_a_pool_and_its_holders_are_named() -> None:
    queue = Queue(pools={"duckdb": 1}, pools_of={KEY: ("duckdb",), OTHER: ("web",)})
    holder = _run("7c1f0000-aaaa", assets=(KEY,))
    told = why_waiting(_queued(assets=(KEY,)), [holder], queue)
    assert told == "pool duckdb lets 1 run at once: 7c1f0000"
    assert "pool" not in why_waiting(_queued(assets=(OTHER,)), [holder], queue)


def test_without_a_limit_its_place_is_told_the_highest_priority_first_then_the_oldest() -> None:
    queued = [
        _queued("old", created=1.0),
        _queued("mine", created=2.0),
        _queued("urgent", created=3.0, tags={"dagster/priority": "5"}),
        _queued("odd", created=4.0, tags={"dagster/priority": "very"}),
    ]
    told = why_waiting(queued[1], queued, Queue())
    assert told.startswith("place 3 of 4 in the queue, 1 of higher priority before it")
    assert why_waiting(queued[2], queued, Queue()).startswith("place 1 of 4 in the queue; no limit")


def test_of_a_queue_that_was_not_read_to_its_end_no_place_is_told() -> None:
    many = [_queued(f"r{at}") for at in range(MOST_ACTIVE)]
    assert why_waiting(many[0], many, Queue()).startswith("in a queue of 500 or more")


def test_a_silent_daemon_and_a_location_that_is_away_go_before_all_limits() -> None:
    tags = {"dagster/code_location": "pipelines"}
    silent = Queue(0, silent=True)
    assert "no sign of life" in why_waiting(_queued(), [], silent)
    away = Queue(0, away=("pipelines",))
    assert why_waiting(_queued(tags=tags), [], away) == "code location pipelines is not loaded"


def test_the_queue_is_what_the_deployment_and_its_health_tell() -> None:
    deck = deck_of(graph_of([("a", "b")]), [])
    assert not queue_of(deck.overview).silent
    daemon = Daemon("QUEUED_RUN_COORDINATOR", healthy=False, heartbeat=5.0)
    deck.overview.health = Health((daemon,), ())
    assert queue_of(deck.overview).silent
    assert deck.deployment.structure is not None
    deck.deployment.structure.load_errors["gone"] = "ModuleNotFoundError"
    assert queue_of(deck.overview).away == ["gone"]


def test_rules_that_can_not_be_read_are_left_out() -> None:
    text = f"[1, {{key: a}}, {{key: b, limit: 2, {EACH}}}, {{key: c, limit: 1, value: 7}}]"
    assert tag_rules(text) == (TagRule("b", 2, each=True), TagRule("c", 1, "7"))
    assert tag_rules(": [") == ()
