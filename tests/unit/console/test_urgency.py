from __future__ import annotations

from dataclasses import replace

from console.domain.freshness.policy import Cron, FreshnessVerdict, TimeWindow
from console.domain.freshness.urgency import (
    Blame,
    LateCause,
    because,
    by_urgency,
    due_words,
    summary,
    urgency,
)
from console.domain.grid.asset_status import AssetStatus, Latest
from console.domain.runs.run import RunStatus
from console.domain.status.states import Row, State
from tests.unit.console.assets import failed, graph_of, key, made

HOUR = 3600.0
NOW = 1_795_000_000.0
WINDOW = TimeWindow(10 * HOUR, 5 * HOUR)
NAMES = ["late", "later", "warned", "fresh", "soon", "never", "old", "new"]


def _statuses(*given: AssetStatus) -> dict[tuple[str, ...], AssetStatus]:
    return {status.key: status for status in given}


def _all() -> tuple[list[str], list[str]]:
    graph = graph_of([(n, "") for n in NAMES], dict.fromkeys(NAMES[:6], WINDOW))
    ages = {"late": 11, "later": 12, "warned": 6, "fresh": 1, "soon": 4, "old": 90, "new": 2}
    statuses = _statuses(
        made("never", None), *(made(name, NOW - hours * HOUR) for name, hours in ages.items())
    )
    found = by_urgency(graph, statuses, NOW)
    return ["/".join(one.key) for one in found], [text for text, _ in summary(found, NOW)]


def test_the_latest_come_first_and_those_without_a_policy_by_age_at_the_end() -> None:
    order, _ = _all()
    assert order == ["later", "late", "warned", "soon", "fresh", "never", "old", "new"]


def test_the_summary_counts_each_asset_once() -> None:
    _, texts = _all()
    assert texts == ["2 late", "1 past the warning", "2 fresh", "1 unknown", "2 without a policy"]
    assert sum(int(text.split()[0]) for text in texts) == len(NAMES)


def test_when_all_is_well_the_summary_names_the_next_deadline() -> None:
    graph = graph_of([("a", "b")], {"a": WINDOW, "b": WINDOW})
    found = by_urgency(graph, _statuses(made("a", NOW), made("b", NOW - 2 * HOUR)), NOW)
    assert summary(found, NOW)[0] == (
        "everything fresh; next deadline in 8h: b",
        FreshnessVerdict.HEALTHY,
    )


def test_an_asset_never_materialized_is_not_called_fresh() -> None:
    graph = graph_of([("a", "b")], {"a": WINDOW, "b": WINDOW})
    found = by_urgency(graph, _statuses(made("a", NOW), made("b", None)), NOW)
    assert [text for text, _ in summary(found, NOW)] == [
        "nothing late; next deadline in 10h: a",
        "1 unknown",
    ]


def test_words_for_what_is_due() -> None:
    graph = graph_of([("a", "")], {"a": WINDOW})
    for hours, words in (
        (0.0, "due in 10h"),
        (9.25, "due in 45m"),
        (10.8, "late 48m"),
        (13, "late 3h"),
    ):
        one = urgency(graph, _statuses(made("a", NOW - hours * HOUR)), key("a"), NOW)
        assert due_words(one, NOW) == words


def test_data_that_only_the_server_knows_to_be_old_makes_late() -> None:
    """Before Dagster 1.11 what an asset was made from counts too, however new it is itself."""
    graph = graph_of([("a", "b")], {"a": replace(WINDOW, by_data=True), "b": WINDOW})
    late = [
        replace(made(name, NOW), daemon_verdict=FreshnessVerdict.DEGRADED) for name in ("a", "b")
    ]
    by_data, by_itself = (urgency(graph, _statuses(*late), key(name), NOW) for name in "ab")
    assert (by_data.verdict, by_data.judge) == (FreshnessVerdict.DEGRADED, "Dagster")
    assert (by_itself.verdict, by_itself.judge) == (FreshnessVerdict.HEALTHY, "daemon")
    assert due_words(by_data, NOW)


def test_nothing_told_yet_is_not_the_same_as_never_materialized() -> None:
    graph = graph_of([("a", "")], {"a": Cron("0 6 * * *", HOUR, "UTC")})
    assert not urgency(graph, {}, key("a"), NOW).known
    assert urgency(graph, _statuses(made("a", None)), key("a"), NOW).known


def test_a_late_asset_whose_own_run_failed_is_late_because_of_that() -> None:
    graph = graph_of([("a", "")], {"a": WINDOW})
    statuses = _statuses(failed("a", NOW - HOUR, made_at=NOW - 11 * HOUR))
    assert because(graph, statuses, key("a"), NOW) == [
        LateCause(key("a"), Blame.FAILED, "7c1f0000-dead", NOW - HOUR)
    ]


def test_a_run_that_made_some_partitions_and_failed_others_is_to_blame() -> None:
    graph = graph_of([("dlt", "mrt")], {"mrt": WINDOW}, partitioned=["dlt"])
    latest = Latest(NOW - HOUR, "r", None, "r", RunStatus.FAILURE, NOW - HOUR / 2)
    statuses = _statuses(AssetStatus(key("dlt"), True, latest=latest), made("mrt", NOW - 11 * HOUR))
    states = {State.FAILED: [Blame.FAILED], State.MATERIALIZED: []}
    for state, blames in states.items():
        rows = {key("dlt"): Row(bytes([State.MATERIALIZED, state]), NOW)}
        found = because(graph, statuses, key("mrt"), NOW, rows)
        assert [cause.blame for cause in found] == blames


def test_a_failure_before_the_last_materialization_is_no_reason() -> None:
    graph = graph_of([("a", "")], {"a": WINDOW})
    statuses = _statuses(failed("a", NOW - 12 * HOUR, made_at=NOW - 11 * HOUR))
    assert because(graph, statuses, key("a"), NOW) == []


def test_blame_goes_up_to_the_root() -> None:
    graph = graph_of(
        [("dlt", "stg"), ("stg", "fct"), ("fct", "mrt")], {"fct": WINDOW, "mrt": WINDOW}
    )
    old = NOW - 20 * HOUR
    statuses = _statuses(
        failed("dlt", NOW - HOUR, made_at=old), made("stg", old), made("fct", old), made("mrt", old)
    )
    chain = because(graph, statuses, key("mrt"), NOW)
    assert [(cause.key[0], cause.blame) for cause in chain] == [
        ("fct", Blame.LATE),
        ("dlt", Blame.FAILED),
    ]


def test_a_skipped_asset_blames_the_first_failure_of_its_run() -> None:
    graph = graph_of([("dlt", "stg"), ("stg", "fct"), ("fct", "mrt")], {"mrt": WINDOW})
    old = NOW - 20 * HOUR
    statuses = _statuses(
        *(failed(name, NOW - HOUR, made_at=old) for name in ("dlt", "stg", "fct")), made("mrt", old)
    )
    chain = because(graph, statuses, key("mrt"), NOW)
    assert [cause.key[0] for cause in chain] == ["fct", "stg", "dlt"]


def test_the_failed_one_of_two_equally_near_assets_is_blamed() -> None:
    graph = graph_of([("late", "mrt"), ("broken", "mrt")], {"late": WINDOW, "mrt": WINDOW})
    old = NOW - 20 * HOUR
    statuses = _statuses(made("late", old), failed("broken", NOW - HOUR), made("mrt", old))
    assert because(graph, statuses, key("mrt"), NOW)[0].key == key("broken")


def test_an_external_asset_that_was_never_materialized_is_not_blamed() -> None:
    graph = graph_of([("source", "mrt")], {"mrt": WINDOW}, external=["source"])
    statuses = _statuses(made("source", None), made("mrt", NOW - 20 * HOUR))
    assert because(graph, statuses, key("mrt"), NOW) == []


def test_a_cycle_ends_the_search() -> None:
    graph = graph_of([("a", "b"), ("b", "a")], {"a": WINDOW, "b": WINDOW})
    old = NOW - 20 * HOUR
    chain = because(graph, _statuses(made("a", old), made("b", old)), key("a"), NOW)
    assert [cause.key for cause in chain] == [key("b")]


def test_an_asset_whose_every_run_failed_is_late_and_not_unknown() -> None:
    graph = graph_of([("up", "")], {"up": WINDOW})
    one = urgency(graph, _statuses(failed("up", NOW - HOUR)), key("up"), NOW)
    assert one.verdict is FreshnessVerdict.DEGRADED
    assert due_words(one, NOW) == "never made"
    assert because(graph, _statuses(failed("up", NOW - HOUR)), key("up"), NOW)[0].run_id
    untried = urgency(graph, _statuses(made("up", None)), key("up"), NOW)
    assert untried.verdict is FreshnessVerdict.UNKNOWN
